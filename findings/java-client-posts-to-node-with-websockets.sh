#!/usr/bin/env bash
# Java's HttpClient (OpenJDK 17) and Node 22.23.3 with ws 8.23.0: a POST over plain HTTP has 405 "Invalid HTTP method".
#
# Guess:     a server may ignore `Upgrade` (RFC 9110 section 7.8), so a client that offers `h2c` gets its answer by HTTP/1.1. A
#            WebSocket server for the path `/live` leaves other paths to the HTTP server.
# Behaviour: Java's client offers `Upgrade: h2c` by default with requests to `http:` addresses. Node gives each request with `Upgrade`
#            to the listener for upgrades, once there is one, and the HTTP handler never sees it. ws answers a POST with
#            405 before it looks at the path, and a GET to another path with 400. Without ws, or with HTTP_1_1, both are 200.
# Matters:   a back-channel call between two services behind an edge or in a cluster fails from the day on which the Node service
#            gets WebSockets, for Java callers only. Say `version(HttpClient.Version.HTTP_1_1)`.
set -euo pipefail
WS=8.23.0
NODE=22.23.3
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "ws@$WS" "node@$NODE" >/dev/null
node=node_modules/node/bin/node
cat > server.mjs <<'JS'
import http from "node:http";
import { WebSocketServer } from "ws";
for (const live of [false, true]) {
  const server = http.createServer((request, response) => request.resume().on("end", () => response.end("handled")));
  if (live) new WebSocketServer({ server, path: "/live" });
  server.listen(0, "127.0.0.1", () => console.log(live ? "live" : "plain", server.address().port));
}
JS
cat > Finding.java <<'JAVA'
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Finding {
  static String ask(HttpClient client, String port, String method) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/notify"))
        .method(method, method.equals("POST") ? HttpRequest.BodyPublishers.ofString("a=1") : HttpRequest.BodyPublishers.noBody()).build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    return method + " " + answer.statusCode() + " " + answer.body();
  }

  public static void main(String[] arguments) throws Exception {
    HttpClient first = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (String method : new String[] {"POST", "GET"}) {
      System.out.println("without ws: " + ask(HttpClient.newHttpClient(), arguments[0], method));
      System.out.println("with ws: " + ask(HttpClient.newHttpClient(), arguments[1], method));
      System.out.println("with ws, HTTP_1_1: " + ask(first, arguments[1], method));
    }
  }
}
JAVA
"$node" server.mjs >ports &
server=$!
for _ in $(seq 100); do [ "$(wc -l <ports)" = 2 ] && break; sleep 0.1; done
echo "$(java -version 2>&1 | head -1), Node $("$node" --version), ws $WS"
seen=$(java Finding.java "$(sed -n 's/^plain //p' ports)" "$(sed -n 's/^live //p' ports)")
echo "$seen"
[ "$seen" = "without ws: POST 200 handled
with ws: POST 405 Invalid HTTP method
with ws, HTTP_1_1: POST 200 handled
without ws: GET 200 handled
with ws: GET 400 Invalid Upgrade header
with ws, HTTP_1_1: GET 200 handled" ] || { echo "this has changed" >&2; exit 1; }
