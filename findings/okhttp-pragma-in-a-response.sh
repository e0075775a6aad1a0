#!/usr/bin/env bash
# OkHttp 5.5.1: `Pragma: no-cache` in a response keeps OkHttp's cache from using it, whatever `Cache-Control` says.
#
# Guess:     `Pragma` has a meaning only in a request (RFC 9111 section 5.4), so `Cache-Control: max-age=86400` decides.
# Behaviour: OkHttp reads both headers of a response into one `CacheControl`, which then says "no-cache". The response is
#            stored, but each call asks the server again. Without `Pragma` three calls ask once.
# Matters:   GOV.UK One Login's discovery document and key set come with exactly these two headers. A service that keeps
#            them with OkHttp's cache keeps nothing: every sign-in asks the provider, and its outage is the service's too.
set -euo pipefail
VERSION=5.5.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies><dependency><groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-jvm</artifactId><version>$VERSION</version></dependency></dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Cache;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

public class Finding {
  /** Calls three times, and says how often the server was asked. */
  static String asked(String folder, boolean pragma) throws Exception {
    AtomicInteger count = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      count.incrementAndGet();
      exchange.getResponseHeaders().set("Cache-Control", "max-age=86400");
      if (pragma) exchange.getResponseHeaders().set("Pragma", "no-cache");
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write("{}".getBytes());
      exchange.close();
    });
    server.start();
    Cache cache = new Cache(Files.createDirectory(Path.of(folder)).toFile(), 1 << 20);
    OkHttpClient client = new OkHttpClient.Builder().cache(cache).build();
    Request request = new Request.Builder().url("http://127.0.0.1:" + server.getAddress().getPort() + "/").build();
    String directives = "";
    for (int call = 0; call < 3; call++) {
      try (Response response = client.newCall(request).execute()) {
        response.body().string();
        directives = response.cacheControl().toString();
      }
    }
    server.stop(0);
    return count + " [" + directives + "]";
  }

  public static void main(String[] arguments) throws Exception {
    System.out.println("without Pragma: " + asked("without", false));
    System.out.println("with Pragma: " + asked("with", true));
    System.exit(0);
  }
}
JAVA
echo "okhttp $VERSION"
seen=$(java -cp 'lib/*' Finding.java)
echo "$seen"
[[ "$seen" == *"without Pragma: 1 [max-age=86400]"* && "$seen" == *"with Pragma: 3 ["*"no-cache"* ]] ||
  { echo "this has changed" >&2; exit 1; }
