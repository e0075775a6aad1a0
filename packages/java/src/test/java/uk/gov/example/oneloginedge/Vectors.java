package uk.gov.example.oneloginedge;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shared vectors, and those in the files that ONE_LOGIN_VECTORS names. */
final class Vectors {
  /** What was answered. */
  record Answer(int status, String type, String body) {}

  /** What a verifier of a test is: its clock, its published keys and its lines. */
  static final class Scene {
    final List<String> lines = new ArrayList<>();
    final Map<String, Object> document;
    final ConcurrentLinkedQueue<Boolean> fetches = new ConcurrentLinkedQueue<>();
    long now;
    String published = "both";

    Scene(Map<String, Object> document) {
      this.document = document;
    }

    /** A verifier that takes bound assertions only, if the vector says so. */
    Verifier verifier(Map<String, Object> vector) {
      return Boolean.TRUE.equals(vector.get("bound")) ? verifier().bound() : verifier();
    }

    Verifier verifier() {
      KeySet.Fetch fetch =
          () -> {
            fetches.add(true);
            if (published == null) {
              throw new IOException("this is part of the test");
            }
            return JSONObjectUtils.toJSONString(object(object(document.get("published")).get(published)));
          };
      List<String> open = strings(document.get("public"));
      return new Verifier((String) document.get("issuer"), (String) document.get("audience"), open, fetch, () -> now, lines::add);
    }
  }

  private Vectors() {}

  static List<Map<String, Object>> documents() throws Exception {
    List<Map<String, Object>> documents = new ArrayList<>();
    // Maven runs tests in the directory of their module.
    String shared = System.getProperty("vectors", "../vectors.json");
    String others = System.getenv().getOrDefault("ONE_LOGIN_VECTORS", "");
    for (String name : (shared + File.pathSeparator + others).split(File.pathSeparator)) {
      documents.add(JSONObjectUtils.parse(Files.readString(Path.of(name))));
    }
    return documents;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> objects(Object value) {
    return (List<Map<String, Object>>) value;
  }

  @SuppressWarnings("unchecked")
  static List<String> strings(Object value) {
    return value == null ? List.of() : (List<String>) value;
  }

  @SuppressWarnings("unchecked")
  static List<List<String>> headers(Map<String, Object> vector) {
    return (List<List<String>>) vector.get("headers");
  }

  /** What a vector expects, as {@link #outcome} says it. */
  static Map<String, Object> expected(Map<String, Object> vector) {
    Map<String, Object> expected = new LinkedHashMap<>(vector);
    expected.keySet().retainAll(List.of("outcome", "reason", "status", "page", "person"));
    return expected;
  }

  static Map<String, Object> outcome(Answer answer) throws Exception {
    Map<String, Object> outcome = new LinkedHashMap<>();
    if (answer.status == 200) {
      Map<String, Object> said = JSONObjectUtils.parse(answer.body);
      outcome.put("outcome", said.get("person") == null ? "anonymous" : "accepted");
      if (said.get("person") != null) {
        outcome.put("person", said.get("person"));
      }
      return outcome;
    }
    boolean page = answer.type.replace(" ", "").equalsIgnoreCase("text/html;charset=utf-8");
    String reason;
    if (page) {
      Matcher matcher = Pattern.compile("<code>(\\w+)</code>").matcher(answer.body);
      reason = matcher.find() ? matcher.group(1) : "a page without a reason";
    } else {
      reason = answer.type.startsWith("application/problem+json") ? (String) JSONObjectUtils.parse(answer.body).get("reason") : answer.type;
    }
    outcome.putAll(Map.of("outcome", "refused", "reason", reason, "status", (long) answer.status, "page", page));
    return outcome;
  }

  /** A service that says who is asking. */
  static String said(Person person) {
    Map<String, Object> shown = null;
    if (person != null) {
      shown = new LinkedHashMap<>();
      for (String name : List.of("sub", "sid", "vot", "email")) {
        shown.put(name, person.claims().get(name));
      }
      shown.put("identity", person.identity());
    }
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("person", shown);
    return JSONObjectUtils.toJSONString(said);
  }

  /** Runs every vector with a service of this kind; counts them. */
  static int each(Function<Scene, Asking> service) throws Exception {
    int count = 0;
    for (Map<String, Object> document : documents()) {
      Scene scene = new Scene(document);
      for (Map<String, Object> vector : objects(document.get("vectors"))) {
        scene.lines.clear();
        scene.now = (Long) vector.get("now");
        Answer answer = service.apply(scene).ask(vector);
        String name = (String) vector.get("name");
        Object reason = vector.get("reason");
        if (answer != null) {
          same(name, expected(vector), outcome(answer));
          same(name, reason == null ? 0 : 1, scene.lines.size());
          same(name, true, scene.lines.stream().allMatch(line -> line.startsWith("one-login-edge: refused: " + reason)));
          same(name, false, String.join("", scene.lines).contains("urn:fdc"));
        }
        count += 1;
      }
    }
    return count;
  }

  /** Asks a service; null where the framework refuses the address by itself. */
  @FunctionalInterface
  interface Asking {
    Answer ask(Map<String, Object> vector) throws Exception;
  }

  static void same(String name, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new AssertionError(name + ": " + found + ", not " + expected);
    }
  }

}
