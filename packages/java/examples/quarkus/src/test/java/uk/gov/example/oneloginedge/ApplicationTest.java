package uk.gov.example.oneloginedge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static uk.gov.example.oneloginedge.Vectors.object;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import uk.gov.example.oneloginedge.Vectors.Answer;
import uk.gov.example.oneloginedge.Vectors.Scene;

/** Runs the shared vectors through the package's beans, in a Quarkus application on its own server. */
@QuarkusTest
@TestProfile(ApplicationTest.WithVectors.class)
class ApplicationTest {
  /** The verifier of the vector that is asked. */
  static volatile Verifier current = new Verifier("https://service", "https://service", List.of());

  @Alternative
  @Dependent
  static class Verifiers {
    @Produces
    @Dependent
    Verifier verifier() {
      return current;
    }
  }

  /** The verifier of the test in place of the configured one. */
  public static final class WithVectors implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(Verifiers.class);
    }
  }

  @ConfigProperty(name = "quarkus.http.test-port")
  int port;

  private Answer ask(Scene scene, Map<String, Object> vector) throws Exception {
    current = scene.verifier(vector);
    String path = vector.containsKey("level") ? "/at/" + vector.get("level") : (String) vector.get("path");
    Answer answer = request(port, (String) vector.get("method"), path, Vectors.headers(vector), "");
    if (answer.status() == 400 && "no_assertion".equals(vector.get("reason"))) {
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

  static Answer request(int port, String method, String path, List<List<String>> headers, String body) throws IOException {
    // HTTP/1.0, so that the body is everything up to the end.
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.0\r\nHost: service\r\nContent-Type: text/plain\r\n");
    request.append("Content-Length: ").append(body.length()).append("\r\n");
    headers.forEach(header -> request.append(header.get(0)).append(": ").append(header.get(1)).append("\r\n"));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8));
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
  void theBodyOfARequestArrivesThatWaitedForItsVerifier() throws Exception {
    Scene scene = new Scene(Vectors.documents().get(0));
    for (Map<String, Object> vector : Vectors.objects(scene.document.get("vectors"))) {
      if ("an assertion".equals(vector.get("name"))) {
        scene.now = (Long) vector.get("now");
        current = scene.verifier();
        String body = "x".repeat(200_000);
        Answer answer = request(port, "POST", "/account", Vectors.headers(vector), body);
        assertEquals(body, JSONObjectUtils.parse(answer.body()).get("body"));
      }
    }
  }
}
