package uk.gov.example.oneloginedge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The properties are all that the application needs, and keys that cannot be fetched are an outage. */
@QuarkusTest
@TestProfile(SettingsTest.WithoutKeys.class)
class SettingsTest {
  /** An issuer at an address where nothing listens. */
  public static final class WithoutKeys implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("one-login-edge.issuer", "http://127.0.0.1:9");
    }
  }

  @ConfigProperty(name = "quarkus.http.test-port")
  int port;

  @Test
  void theSettingsAreThePropertiesAndKeysThatCannotBeFetchedAreAnOutage() throws Exception {
    assertEquals(200, ApplicationTest.request(port, "GET", "/open/page", List.of(), "").status());
    assertEquals(401, ApplicationTest.request(port, "GET", "/account", List.of(), "").status());
    List<List<String>> headers = null;
    for (Map<String, Object> vector : Vectors.objects(Vectors.documents().get(0).get("vectors"))) {
      headers = "an assertion".equals(vector.get("name")) ? Vectors.headers(vector) : headers;
    }
    assertEquals("keys_unavailable", Vectors.outcome(ApplicationTest.request(port, "GET", "/account", headers, "")).get("reason"));
  }
}
