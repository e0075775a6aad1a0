#!/usr/bin/env bash
# Jetty 12.1.5: a path with `%25` or with `//` has 400, before the application sees the request.
#
# Guess:     `%25` is the one way to write a percent sign (RFC 3986 section 2.4), and an empty segment is a segment (section 3.3).
#            Both are valid; only `%2F` and `%2E` have the bad name for which servers refuse them.
# Behaviour: the default `UriCompliance` refuses `/search/50%25` as "Ambiguous URI path encoding" and `/a//b` as
#            "Ambiguous URI empty segment". `/search?q=50%25` passes, and so do `%20` and `%3A`.
#            The mode named `RFC3986` refuses both too. A mode of one's own that allows the two violations takes them.
# Matters:   a link to a record with a percent sign in its name, and a page that another server wrote with a double slash, fail
#            with a page of Jetty's own. The application's log has nothing.
set -euo pipefail
VERSION=12.1.5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.eclipse.jetty</groupId><artifactId>jetty-server</artifactId><version>$VERSION</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

public class Finding {
  public static void main(String[] arguments) throws Exception {
    UriCompliance own = UriCompliance.DEFAULT.with("OWN", UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING, UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT);
    for (UriCompliance compliance : new UriCompliance[] {UriCompliance.DEFAULT, UriCompliance.RFC3986, own}) {
      HttpConfiguration configuration = new HttpConfiguration();
      configuration.setUriCompliance(compliance);
      Server server = new Server();
      ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
      server.addConnector(connector);
      server.setHandler(new Handler.Abstract() {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
          callback.succeeded();
          return true;
        }
      });
      server.start();
      for (String target : new String[] {"/search/50%25", "/a//b", "/search?q=50%25", "/a%20b", "/urn%3Afdc"}) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + connector.getLocalPort() + target)).build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(compliance.getName() + " " + target + ": " + answer.statusCode());
      }
      server.stop();
    }
    System.exit(0);
  }
}
JAVA
echo "Jetty $VERSION"
seen=$(java -cp 'lib/*' Finding.java 2>/dev/null)
echo "$seen"
[ "$seen" = "DEFAULT /search/50%25: 400
DEFAULT /a//b: 400
DEFAULT /search?q=50%25: 200
DEFAULT /a%20b: 200
DEFAULT /urn%3Afdc: 200
RFC3986 /search/50%25: 400
RFC3986 /a//b: 400
RFC3986 /search?q=50%25: 200
RFC3986 /a%20b: 200
RFC3986 /urn%3Afdc: 200
OWN /search/50%25: 200
OWN /a//b: 200
OWN /search?q=50%25: 200
OWN /a%20b: 200
OWN /urn%3Afdc: 200" ] || { echo "this has changed" >&2; exit 1; }
