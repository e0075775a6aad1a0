package uk.gov.example.oneloginedge;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/** Knows what a good assertion is, and which paths need none. It believes the signed assertion and no other header. */
public final class Verifier {
  /** The header that carries the assertion. */
  public static final String HEADER = "One-Login-Assertion";

  /** The header that carries identity claims that did not fit into it. */
  public static final String IDENTITY_HEADER = "One-Login-Identity";

  private static final String TYPE = "one-login-assertion+jwt";
  private static final String IDENTITY_TYPE = "one-login-identity+jwt";
  private static final List<String> IDENTITY_CLAIMS = List.of("coreIdentity", "address", "passport", "drivingPermit", "returnCode");
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
  private static final Pattern TWO_READINGS =
      Pattern.compile("(^|/)\\.{1,2}(/|$)|//|[\\\\;\\x00]|%(2e|2f|5c|25|3b|00)", Pattern.CASE_INSENSITIVE);
  private static final int LONGEST = 8_192; // characters
  private static final long CLOCKS_DIFFER = 10; // seconds that this clock may be behind the edge's

  private final String issuer;
  private final String audience;
  private final List<String> open;
  private final LongSupplier now;
  private final KeySet keys;
  private final Consumer<String> log;
  private volatile boolean bound;

  /**
   * A verifier for the service at this host; nothing is fetched yet.
   *
   * @param issuer {@code https://YOUR-HOST}
   * @param audience your {@code origin_audience}
   * @param open public paths: {@code /about}, or {@code /assets/*} for {@code /assets} and everything below
   */
  public Verifier(String issuer, String audience, List<String> open) {
    this(issuer, audience, open, System.getLogger("one-login-edge"));
  }

  private Verifier(String issuer, String audience, List<String> open, System.Logger logger) {
    this(issuer, audience, open, null, () -> System.currentTimeMillis() / 1_000, line -> logger.log(System.Logger.Level.ERROR, line));
  }

  Verifier(String issuer, String audience, List<String> open, KeySet.Fetch fetch, LongSupplier now, Consumer<String> log) {
    this.issuer = set(issuer, "issuer");
    this.audience = set(audience, "audience");
    this.open = List.copyOf(open);
    this.now = now;
    this.log = log;
    String url = issuer + "/auth/assertion-jwks.json";
    keys = new KeySet(fetch == null ? () -> KeySet.fetch(url) : fetch, now, url, log);
  }

  private static String set(String setting, String name) {
    if (setting == null || setting.isBlank()) {
      throw new IllegalArgumentException("the " + name + " of One Login assertions is not set");
    }
    return setting;
  }

  /** Has an assertion count only for the method and path that it names, which the edge's {@code bind} has it name. */
  public Verifier bound() {
    bound = true;
    return this;
  }

  /** Writes the one line about a refusal. */
  public void log(Refused refused) {
    log.accept("one-login-edge: refused: " + refused.getMessage());
  }

  /** Whether a path, as the client sent it, needs no sign-in. One that servers read in two ways is never public. */
  public boolean isPublic(String path) {
    return !TWO_READINGS.matcher(path).find() && open.stream().anyMatch(rule -> covers(rule, path));
  }

  private static boolean covers(String rule, String path) {
    if (!rule.endsWith("/*")) {
      return rule.equals(path);
    }
    String start = rule.substring(0, rule.length() - 2);
    return path.equals(start) || path.startsWith(start + "/");
  }

  /** Who these values of the two headers name; null when there are none. The path is the one that arrived, without query. */
  public Person person(String method, String path, Collection<String> assertions, Collection<String> identities) throws Refused {
    if (assertions.isEmpty() && identities.isEmpty()) {
      return null;
    }
    if (assertions.isEmpty()) {
      throw new Refused("wrong_identity", "it came without an assertion");
    }
    try {
      return named(List.of(method, issuer + path), assertions, identities);
    } catch (ParseException error) {
      throw new Refused("malformed", "not JSON");
    }
  }

  private Person named(List<String> asked, Collection<String> assertions, Collection<String> identities) throws Refused, ParseException {
    Map<String, Object> claims = verified(assertions, TYPE, asked);
    for (String name : List.of("sub", "sid", "vot")) {
      if (!(claims.get(name) instanceof String text) || text.isEmpty()) {
        throw new Refused("incomplete", name);
      }
    }
    if (whole(claims, "session_exp") <= now.getAsLong()) {
      throw new Refused("session_over");
    }
    Map<String, Object> source = claims;
    if ("header".equals(claims.get("identity_claims"))) {
      if (identities.isEmpty()) {
        throw new Refused("wrong_identity", "it did not arrive");
      }
      source = verified(identities, IDENTITY_TYPE, asked);
      if (!claims.get("sub").equals(source.get("sub")) || !claims.get("sid").equals(source.get("sid"))) {
        throw new Refused("wrong_identity", "it belongs to another session");
      }
    } else if (!identities.isEmpty()) {
      throw new Refused("wrong_identity", "it was not announced");
    }
    Map<String, Object> identity = new LinkedHashMap<>(source);
    identity.keySet().retainAll(IDENTITY_CLAIMS);
    return new Person(
        (String) claims.get("sub"), (String) claims.get("sid"), (String) claims.get("vot"), claims, identity.isEmpty() ? null : identity);
  }

  /** The claims of the one token in these values of a header. */
  private Map<String, Object> verified(Collection<String> values, String type, List<String> asked) throws Refused, ParseException {
    String token = values.iterator().next();
    if (values.size() != 1 || token.length() > LONGEST || !TOKEN.matcher(token).matches()) {
      throw new Refused("malformed", "not one token");
    }
    Map<String, Object> header = object(new Base64URL(token.substring(0, token.indexOf('.'))).decodeToString());
    if (!"ES256".equals(header.get("alg"))) {
      throw new Refused("wrong_algorithm");
    }
    if (!type.equals(header.get("typ"))) {
      throw new Refused("wrong_type");
    }
    if (header.containsKey("crit")) {
      throw new Refused("critical_extension");
    }
    ECPublicKey key = keys.find(header.get("kid"));
    JWSObject signed = JWSObject.parse(token);
    try {
      if (!signed.verify(new ECDSAVerifier(key))) {
        throw new Refused("wrong_signature");
      }
    } catch (JOSEException error) {
      throw new Refused("wrong_signature");
    }
    Map<String, Object> claims = object(signed.getPayload().toString());
    said(claims, "iss", issuer, "wrong_issuer");
    said(claims, "aud", audience, "wrong_audience");
    if (bound && !(asked.get(0).equals(claims.get("htm")) && asked.get(1).equals(claims.get("htu")))) {
      throw new Refused("wrong_request");
    }
    long end = whole(claims, "exp");
    long made = whole(claims, "iat");
    long time = now.getAsLong();
    if (end <= time) {
      throw new Refused("expired", time - end + " s ago by this clock");
    }
    if (made > time + CLOCKS_DIFFER) {
      throw new Refused("made_ahead", made - time + " s ahead of this clock");
    }
    return claims;
  }

  /** Nimbus takes a list of pairs for an object. */
  private static Map<String, Object> object(String text) throws ParseException {
    if (!text.startsWith("{")) {
      throw new ParseException("not an object", 0);
    }
    return JSONObjectUtils.parse(text);
  }

  private static void said(Map<String, Object> claims, String name, String expected, String reason) throws Refused {
    if (!expected.equals(claims.get(name))) {
      String said = JSONObjectUtils.toJSONString(Map.of(name, String.valueOf(claims.get(name))));
      throw new Refused(reason, '"' + expected + "\" is expected, it says " + said);
    }
  }

  private static long whole(Map<String, Object> claims, String name) throws Refused {
    if (claims.get(name) instanceof Long seconds) {
      return seconds;
    }
    throw new Refused("incomplete", name);
  }
}
