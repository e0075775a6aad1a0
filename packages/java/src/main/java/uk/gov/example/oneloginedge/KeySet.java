package uk.gov.example.oneloginedge;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched. */
final class KeySet {
  /** Brings the JSON of the keys. */
  @FunctionalInterface
  interface Fetch {
    String get() throws IOException, InterruptedException;
  }

  private static final long FRESH = 300;
  private static final long STALE = 3_600;
  private static final long BETWEEN_FETCHES = 10;
  private static final long NEVER = Long.MIN_VALUE / 2;
  private static final Duration LONGEST = Duration.ofSeconds(3);

  private final Fetch fetch;
  private final LongSupplier now;
  private final String url;
  private final Consumer<String> log;
  private Map<String, ECPublicKey> keys = Map.of();
  private long fetchedAt = NEVER;
  private long triedAt = NEVER;

  KeySet(Fetch fetch, LongSupplier now, String url, Consumer<String> log) {
    this.fetch = fetch;
    this.now = now;
    this.url = url;
    this.log = log;
  }

  synchronized ECPublicKey find(Object kid) throws Refused {
    if (!(kid instanceof String) || ((String) kid).isEmpty()) {
      throw new Refused("unknown_key", "it names no key");
    }
    long time = now.getAsLong();
    if (time < triedAt) {
      // The clock was set back: the keys are due, and the moment of the last try says nothing.
      fetchedAt = Math.min(fetchedAt, time - FRESH);
      triedAt = NEVER;
    }
    boolean satisfied = time - fetchedAt < FRESH && keys.containsKey(kid);
    if (!satisfied && time - triedAt >= BETWEEN_FETCHES) {
      triedAt = time;
      refresh(time);
    }
    if (time - fetchedAt >= STALE) {
      throw new Refused("keys_unavailable", url);
    }
    ECPublicKey key = keys.get(kid);
    if (key == null) {
      throw new Refused("unknown_key", "not at " + url);
    }
    return key;
  }

  private void refresh(long time) {
    try {
      Map<String, ECPublicKey> found = new HashMap<>();
      for (Map<String, Object> key : JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(fetch.get()), "keys")) {
        // Nimbus gives up a whole set for one curve that it does not know, so that each key is read by itself.
        if ("EC".equals(key.get("kty")) && "P-256".equals(key.get("crv"))) {
          found.put((String) key.get("kid"), ECKey.parse(key).toECPublicKey());
        }
      }
      keys = found;
      fetchedAt = time;
    } catch (IOException | ParseException | JOSEException | RuntimeException error) {
      log.accept("one-login-edge: keys_unavailable: " + url + ": " + error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  /** The text at an address that answers with 200; redirects are not followed. */
  static String fetch(String url) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).connectTimeout(LONGEST).build();
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(LONGEST);
    request.header("User-Agent", "one-login-edge-origin/1.0.0-rc.1 (java)").header("Accept", "application/json");
    var answer = client.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("the answer is " + answer.statusCode());
    }
    return answer.body();
  }
}
