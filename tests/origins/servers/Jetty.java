// Jetty at its defaults, or with a longer head of requests, or with redirects; its page says nothing.

import java.io.IOException;
import java.net.InetAddress;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.AbstractHandler;

public class Jetty {
    public static void main(String[] arguments) throws Exception {
        HttpConfiguration configuration = new HttpConfiguration();
        if (arguments.length > 1) {
            configuration.setRequestHeaderSize(Integer.parseInt(arguments[1]));
        }
        boolean redirects = arguments.length > 2;
        if (redirects && arguments[2].equals("believes")) {
            configuration.addCustomizer(new ForwardedRequestCustomizer());
        }
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setPort(Integer.parseInt(arguments[0]));
        server.addConnector(connector);
        server.setHandler(new AbstractHandler() {
            @Override
            public void handle(String target, Request base, javax.servlet.http.HttpServletRequest request,
                    javax.servlet.http.HttpServletResponse response) throws IOException {
                base.setHandled(true);
                if (redirects && !target.endsWith("/")) {
                    response.sendRedirect(target + "/");
                }
            }
        });
        server.start();
        server.join();
    }
}
