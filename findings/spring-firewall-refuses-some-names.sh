#!/usr/bin/env bash
# Spring Security 7.0.0 on Tomcat 11.0.14: a header with `Siân` in UTF-8 is read, one with `Élodie` is refused.
#
# Guess:     a header value of UTF-8 bytes (obs-text, RFC 9110 section 5.5) is read as ISO-8859-1 and has to be decoded once more, for
#            each name alike; or each such value is refused.
# Behaviour: Tomcat makes a character of each byte, and `StrictHttpFirewall` throws RequestRejectedException for a value with
#            a control character, to which U+0080 to U+009F belong. `â` is the bytes C3 A2 and passes, `É` is C3 89 and
#            does not. `Ŵ` is C5 B4 and passes.
# Matters:   names with a capital such as `É`, `Ł` or `Ş`, or with a typographic apostrophe, have 400 for ever, and tests with
#            Welsh names pass. Have the header in ASCII, or set `setAllowedHeaderValues`.
set -euo pipefail
SPRING=7.0.0
TOMCAT=11.0.14
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework.security</groupId><artifactId>spring-security-web</artifactId><version>$SPRING</version></dependency>
    <dependency><groupId>org.apache.tomcat.embed</groupId><artifactId>tomcat-embed-core</artifactId><version>$TOMCAT</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.StrictHttpFirewall;

public class Finding {
  public static void main(String[] arguments) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir("base");
    tomcat.setPort(0);
    Context context = tomcat.addContext("", null);
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    Tomcat.addServlet(context, "name", new HttpServlet() {
      @Override
      protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
          String read = firewall.getFirewalledRequest(request).getHeader("Name");
          response.getOutputStream().write(read.getBytes(StandardCharsets.ISO_8859_1));
        } catch (RequestRejectedException refused) {
          response.getOutputStream().print("refused");
        }
      }
    });
    context.addServletMappingDecoded("/*", "name");
    tomcat.getConnector();
    tomcat.start();
    int[][] names = {{'S', 'i', 0xe2, 'n'}, {0x174, 'y', 'n'}, {0xc9, 'l', 'o', 'd', 'i', 'e'}, {0x141, 'u', 'c', 'j', 'a'}, {'O', 0x2019, 'N', 'e', 'i', 'l', 'l'}};
    for (int[] name : names) {
      String text = new String(name, 0, name.length);
      try (Socket socket = new Socket("127.0.0.1", tomcat.getConnector().getLocalPort())) {
        socket.getOutputStream().write(("GET / HTTP/1.1\r\nHost: example\r\nConnection: close\r\nName: " + text + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.write((text + ": " + (answer.contains("refused") ? "refused" : answer.contains(text) ? "read" : "lost") + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    System.out.flush();
    System.exit(0);
  }
}
JAVA
echo "Spring Security $SPRING, Tomcat $TOMCAT"
seen=$(java -cp 'lib/*' Finding.java 2>/dev/null)
echo "$seen"
[ "$seen" = "Siân: read
Ŵyn: read
Élodie: refused
Łucja: refused
O’Neill: refused" ] || { echo "this has changed" >&2; exit 1; }
