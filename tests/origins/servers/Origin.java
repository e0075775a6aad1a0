// The page that a servlet in Tomcat serves, with the valves of Tomcat that read a proxy's headers, at their defaults.

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collections;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.catalina.valves.SSLValve;

public class Origin {
    static String quoted(Object value) {
        return '"' + String.valueOf(value).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    static class Page extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            StringBuilder names = new StringBuilder();
            for (String name : Collections.list(request.getHeaderNames())) {
                names.append(names.length() == 0 ? "" : ",").append(quoted(name)).append(':').append(quoted(request.getHeader(name)));
            }
            response.setContentType("application/json");
            response.setCharacterEncoding("UTF-8");
            response.getWriter().print("{\"page\":" + quoted(request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo()))
                + ",\"method\":" + quoted(request.getMethod()) + ",\"scheme\":" + quoted(request.getScheme())
                + ",\"host\":" + quoted(request.getServerName()) + ",\"client\":" + quoted(request.getRemoteAddr())
                + ",\"cipher\":" + quoted(request.getAttribute("jakarta.servlet.request.cipher_suite")) + ",\"names\":{" + names + "}}");
        }
    }

    public static void main(String[] arguments) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(arguments[1]);
        tomcat.setPort(Integer.parseInt(arguments[0]));
        tomcat.getConnector().setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        if (arguments.length > 2) {
            tomcat.getConnector().setProperty("maxHttpHeaderSize", arguments[2]);
        }
        tomcat.getEngine().getPipeline().addValve(new SSLValve());
        tomcat.getEngine().getPipeline().addValve(new RemoteIpValve());
        var context = tomcat.addContext("", arguments[1]);
        Tomcat.addServlet(context, "page", new Page());
        context.addServletMappingDecoded("/*", "page");
        tomcat.start();
        tomcat.getServer().await();
    }
}
