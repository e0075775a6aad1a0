package uk.gov.example.oneloginedge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static uk.gov.example.oneloginedge.Vectors.headers;
import static uk.gov.example.oneloginedge.Vectors.objects;

import com.sun.net.httpserver.HttpServer;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import uk.gov.example.oneloginedge.Vectors.Answer;
import uk.gov.example.oneloginedge.Vectors.Scene;

/** Runs the shared vectors through the servlet filter. */
class OneLoginEdgeFilterTest {
  /** What a service behind the filter answers; at a level if one is required. */
  private static Answer ask(OneLoginEdgeFilter filter, Map<String, Object> vector) throws Exception {
    Map<String, Object> attributes = new HashMap<>();
    HttpServletRequest request =
        (HttpServletRequest)
            Proxy.newProxyInstance(
                Answer.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "getHeaders" -> Collections.enumeration(values(vector, (String) arguments[0]));
                      case "getHeader" -> values(vector, (String) arguments[0]).stream().findFirst().orElse(null);
                      case "getMethod" -> vector.get("method");
                      case "getRequestURI" -> ((String) vector.get("path")).split("\\?")[0];
                      case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                      case "getAttribute" -> attributes.get(arguments[0]);
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    int[] status = {200};
    Map<String, String> sent = new HashMap<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    HttpServletResponse response =
        (HttpServletResponse)
            Proxy.newProxyInstance(
                Answer.class.getClassLoader(),
                new Class<?>[] {HttpServletResponse.class},
                (proxy, method, arguments) -> {
                  switch (method.getName()) {
                    case "setStatus" -> status[0] = (Integer) arguments[0];
                    case "setHeader" -> sent.put((String) arguments[0], (String) arguments[1]);
                    case "setContentType" -> sent.put("Content-Type", (String) arguments[0]);
                    case "getOutputStream" -> {
                      return stream(body);
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                  }
                  return null;
                });
    filter.doFilter(
        request,
        response,
        (passed, answered) -> {
          HttpServletRequest asked = (HttpServletRequest) passed;
          String level = (String) vector.get("level");
          Person person = OneLoginEdgeFilter.person(asked);
          if (level == null || filter.hasLevel(asked, (HttpServletResponse) answered, level)) {
            assertEquals(person == null, level == null && asked == request, "a person is the request's");
            assertEquals(true, person == null || level == null || asked.isUserInRole(level));
            assertEquals(true, person == null || asked.getUserPrincipal().getName().equals(person.sub()));
            answered.getOutputStream().write(Vectors.said(person).getBytes(StandardCharsets.UTF_8));
          }
        });
    assertEquals(status[0] == 200, sent.isEmpty());
    assertEquals(status[0] == 200 ? null : "no-store", sent.get("Cache-Control"));
    return new Answer(status[0], sent.get("Content-Type"), body.toString(StandardCharsets.UTF_8));
  }

  private static List<String> values(Map<String, Object> vector, String name) {
    return headers(vector).stream().filter(header -> header.get(0).equals(name)).map(header -> header.get(1)).toList();
  }

  private static ServletOutputStream stream(ByteArrayOutputStream body) {
    return new ServletOutputStream() {
      @Override
      public void write(int part) {
        body.write(part);
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setWriteListener(WriteListener listener) {}
    };
  }

  @Test
  void everyVectorHasTheOutcomeThatItStatesAndOneLineSaysWhyItIsRefused() throws Exception {
    int count = Vectors.each(scene -> vector -> ask(new OneLoginEdgeFilter(scene.verifier(vector)), vector));
    System.out.println("vectors checked: " + count);
  }

  @Test
  void keysAreFetchedWhenTheyShouldBeAndNotOtherwise() throws Exception {
    Map<String, Object> shared = Vectors.documents().get(0);
    for (Map<String, Object> sequence : objects(shared.get("sequences"))) {
      Scene scene = new Scene(shared);
      OneLoginEdgeFilter filter = new OneLoginEdgeFilter(scene.verifier());
      for (Map<String, Object> step : objects(sequence.get("steps"))) {
        scene.now = (Long) step.get("now");
        scene.published = (String) step.get("published");
        scene.lines.clear();
        scene.fetches.clear();
        Map<String, Object> outcome = Vectors.outcome(ask(filter, step));
        String failed = "one-login-edge: keys_unavailable: " + shared.get("issuer") + "/auth/assertion-jwks.json: ";
        boolean said = scene.lines.stream().anyMatch(line -> line.startsWith(failed));
        List<Object> found = new ArrayList<>(List.of(outcome.get("outcome"), !scene.fetches.isEmpty(), said));
        boolean fetches = (Boolean) step.get("fetches");
        assertEquals(List.of(step.get("outcome"), fetches, fetches && scene.published == null), found, sequence.get("name") + " " + scene.now);
        assertEquals(step.get("reason"), outcome.get("reason"));
      }
    }
  }

  @Test
  void keysComeOverHttpInTheNameOfThisPackageAndNotByWayOfARedirect() throws Exception {
    List<String> agents = new ArrayList<>();
    HttpServer edge = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    edge.createContext(
        "/",
        exchange -> {
          agents.add(exchange.getRequestHeaders().getFirst("User-Agent"));
          boolean moved = !exchange.getRequestURI().getPath().equals("/keys");
          if (moved) {
            exchange.getResponseHeaders().set("Location", "/keys");
          }
          exchange.sendResponseHeaders(moved ? 302 : 200, 2);
          exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    edge.start();
    try {
      String base = "http://127.0.0.1:" + edge.getAddress().getPort();
      assertEquals("{}", KeySet.fetch(base + "/keys"));
      assertThrows(IOException.class, () -> KeySet.fetch(base + "/moved"));
    } finally {
      edge.stop(0);
    }
    assertEquals(List.of("one-login-edge-origin/1.0.0-rc.1 (java)", "one-login-edge-origin/1.0.0-rc.1 (java)"), agents);
  }

  @Test
  void aLevelThatIsNoneIsAMistakeInTheCode() {
    assertThrows(IllegalArgumentException.class, () -> Level.require(null, "P2"));
  }

  @Test
  void aPersonIsNotNamedByTheTextOfAnObject() {
    assertEquals("Person[Cl]", new Person("urn:example:sian", "s", "Cl", Map.of(), null).toString());
  }
}
