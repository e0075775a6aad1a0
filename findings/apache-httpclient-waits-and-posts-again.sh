#!/usr/bin/env bash
# Apache HttpClient 5.5.1: the default client sleeps for as long as `Retry-After` says, then sends the request again, POST too.
#
# Guess:     503 is an answer: the caller gets it at once. A client that repeats by itself repeats idempotent methods only, and
#            after a second or so (RFC 9110 section 9.2.2).
# Behaviour: for 503 and 429 `execute` blocks the calling thread for the seconds of `Retry-After`, and repeats the request once,
#            whatever its method. A response timeout that is shorter than the wait changes nothing.
#            `disableAutomaticRetries()` returns the 503 at once.
# Matters:   a provider in maintenance says `Retry-After: 120`: each sign-in holds a thread for two minutes. Then the same
#            authorization code and the same client assertion, with one `jti`, go to the token endpoint a second time.
set -euo pipefail
VERSION=5.5.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.httpcomponents.client5</groupId><artifactId>httpclient5</artifactId><version>$VERSION</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;

public class Finding {
  static final AtomicInteger requests = new AtomicInteger();

  static void show(String name, String address, CloseableHttpClient client) throws Exception {
    requests.set(0);
    HttpPost post = new HttpPost(address);
    post.setEntity(new StringEntity("grant_type=authorization_code&code=c1"));
    long began = System.nanoTime();
    int status = client.execute(post, answer -> answer.getCode());
    boolean waited = System.nanoTime() - began >= 3_000_000_000L;
    System.out.println(name + ": " + status + ", " + requests + " requests, " + (waited ? "after the wait" : "at once"));
    client.close();
  }

  public static void main(String[] arguments) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/token", exchange -> {
      requests.incrementAndGet();
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("Retry-After", "3");
      exchange.sendResponseHeaders(503, -1);
      exchange.close();
    });
    server.start();
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    RequestConfig brief = RequestConfig.custom().setResponseTimeout(Timeout.ofSeconds(2)).build();
    show("default", address, HttpClients.createDefault());
    show("response timeout of 2 s", address, HttpClients.custom().setDefaultRequestConfig(brief).build());
    show("without retries", address, HttpClients.custom().disableAutomaticRetries().build());
    server.stop(0);
  }
}
JAVA
echo "Apache HttpClient $VERSION"
seen=$(java -cp 'lib/*' Finding.java 2>/dev/null)
echo "$seen"
[ "$seen" = "default: 503, 2 requests, after the wait
response timeout of 2 s: 503, 2 requests, after the wait
without retries: 503, 1 requests, at once" ] || { echo "this has changed" >&2; exit 1; }
