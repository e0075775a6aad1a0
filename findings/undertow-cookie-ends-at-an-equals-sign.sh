#!/usr/bin/env bash
# Undertow 2.3.20.Final: a cookie's value ends at its first `=` or `,`, and the rest is dropped without a word.
#
# Guess:     `=` is allowed in a value (RFC 6265 section 4.1.1), so base64 with padding is read whole. A reader that knows better
#            drops the cookie.
# Behaviour: `YWJjZA==` is read as `YWJjZA`, and `a=b` as `a`. `1,2` is read as `1`. In double quotes both are whole.
#            `UndertowOptions.ALLOW_EQUALS_IN_COOKIE_VALUE` keeps the equals signs.
# Matters:   a signed or sealed cookie of another program on the same host fails its check for two lengths in three, those
#            whose base64 has padding. WildFly reads cookies by this code.
set -euo pipefail
VERSION=2.3.20.Final
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.undertow</groupId><artifactId>undertow-core</artifactId><version>$VERSION</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Finding {
  public static void main(String[] arguments) throws Exception {
    for (boolean allowed : new boolean[] {false, true}) {
      Undertow.Builder builder = Undertow.builder().addHttpListener(0, "127.0.0.1")
          .setHandler(exchange -> exchange.getResponseSender().send(exchange.getRequestCookie("session").getValue()));
      if (allowed) builder.setServerOption(UndertowOptions.ALLOW_EQUALS_IN_COOKIE_VALUE, true);
      Undertow server = builder.build();
      server.start();
      int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
      for (String value : new String[] {"YWJjZA==", "a=b", "1,2", "\"YWJjZA==\""}) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
            .version(HttpClient.Version.HTTP_1_1).header("Cookie", "session=" + value + "; other=1").build();
        String read = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
        System.out.println((allowed ? "allowed" : "default") + ": " + value + " is " + read);
      }
      server.stop();
    }
    System.exit(0);
  }
}
JAVA
echo "Undertow $VERSION"
seen=$(java -cp 'lib/*' Finding.java 2>/dev/null)
echo "$seen"
[ "$seen" = 'default: YWJjZA== is YWJjZA
default: a=b is a
default: 1,2 is 1
default: "YWJjZA==" is YWJjZA==
allowed: YWJjZA== is YWJjZA==
allowed: a=b is a=b
allowed: 1,2 is 1
allowed: "YWJjZA==" is YWJjZA==' ] || { echo "this has changed" >&2; exit 1; }
