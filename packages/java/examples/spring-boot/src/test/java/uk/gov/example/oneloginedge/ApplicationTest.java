package uk.gov.example.oneloginedge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static uk.gov.example.oneloginedge.Vectors.object;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import uk.gov.example.oneloginedge.Vectors.Answer;
import uk.gov.example.oneloginedge.Vectors.Scene;

/** Runs the shared vectors through the starter, in a Spring Boot application on a real server. */
class ApplicationTest {
  private final Map<List<Object>, ConfigurableApplicationContext> started = new HashMap<>();

  @AfterEach
  void stop() {
    started.values().forEach(ConfigurableApplicationContext::close);
  }

  private static ConfigurableApplicationContext start(Verifier verifier, String... arguments) throws ClassNotFoundException {
    List<String> all = new ArrayList<>(List.of("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off", "--logging.level.root=error", "--server.tomcat.basedir=target/tomcat"));
    all.addAll(List.of(arguments));
    SpringApplicationBuilder application = new SpringApplicationBuilder(Class.forName("example.Application"));
    if (verifier != null) {
      application.initializers(context -> ((GenericApplicationContext) context).registerBean(Verifier.class, () -> verifier));
    }
    return application.run(all.toArray(String[]::new));
  }

  /** What the application answers; null where the framework refuses the request by itself. */
  private Answer ask(Scene scene, Map<String, Object> vector) throws Exception {
    List<Object> kind = List.of(scene, vector.get("bound"));
    ConfigurableApplicationContext context = started.get(kind);
    if (context == null) {
      context = start(scene.verifier(vector));
      started.put(kind, context);
    }
    int port = Integer.parseInt(context.getEnvironment().getProperty("local.server.port"));
    String path = vector.containsKey("level") ? "/at/" + vector.get("level") : (String) vector.get("path");
    Answer answer = request(port, (String) vector.get("method"), path, Vectors.headers(vector));
    if (answer.status() == 400 && "no_assertion".equals(vector.get("reason"))) {
      return null;
    }
    if (answer.status() == 403 && "POST".equals(vector.get("method"))) {
      // Spring's protection against forged forms comes first, and its page is no refusal of ours.
      assertEquals(List.of(), scene.lines);
      return null;
    }
    if (answer.status() != 200) {
      return answer;
    }
    Map<String, Object> said = JSONObjectUtils.parse(answer.body());
    Map<String, Object> person = object(said.get("person"));
    if (person != null) {
      Map<String, Object> shown = new LinkedHashMap<>();
      for (String name : List.of("sub", "sid", "vot")) {
        shown.put(name, person.get(name));
      }
      shown.put("email", object(person.get("claims")).get("email"));
      shown.put("identity", person.get("identity"));
      said.put("person", shown);
    }
    return new Answer(200, answer.type(), JSONObjectUtils.toJSONString(said));
  }

  private static Answer request(int port, String path, List<List<String>> headers) throws IOException {
    return request(port, "GET", path, headers);
  }

  private static Answer request(int port, String method, String path, List<List<String>> headers) throws IOException {
    // HTTP/1.0, so that the body is everything up to the end.
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.0\r\nHost: service\r\n");
    headers.forEach(header -> request.append(header.get(0)).append(": ").append(header.get(1)).append("\r\n"));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = answer.indexOf("\r\n\r\n");
      String type = "";
      for (String line : answer.substring(0, end).split("\r\n")) {
        if (line.toLowerCase().startsWith("content-type: ")) {
          type = line.substring(14);
        }
      }
      return new Answer(Integer.parseInt(answer.substring(9, 12)), type, answer.substring(end + 4));
    }
  }

  @Test
  void everyVectorHasTheOutcomeThatItStates() throws Exception {
    System.out.println("vectors checked: " + Vectors.each(scene -> vector -> ask(scene, vector)));
  }

  @Test
  void theSettingsAreThePropertiesAndKeysThatCannotBeFetchedAreAnOutage() throws Exception {
    try (ConfigurableApplicationContext context = start(null, "--one-login-edge.issuer=http://127.0.0.1:9")) {
      int port = Integer.parseInt(context.getEnvironment().getProperty("local.server.port"));
      assertEquals(200, request(port, "/open/page", List.of()).status());
      assertEquals(401, request(port, "/account", List.of()).status());
      List<List<String>> headers = null;
      for (Map<String, Object> vector : Vectors.objects(Vectors.documents().get(0).get("vectors"))) {
        headers = "an assertion".equals(vector.get("name")) ? Vectors.headers(vector) : headers;
      }
      assertEquals("keys_unavailable", Vectors.outcome(request(port, "/account", headers)).get("reason"));
    }
  }

  @Test
  void withoutAnIssuerNothingStarts() {
    Throwable error = assertThrows(Exception.class, () -> start(null, "--one-login-edge.issuer="));
    while (error.getCause() != null) {
      error = error.getCause();
    }
    assertEquals("the issuer of One Login assertions is not set", error.getMessage());
  }
}
