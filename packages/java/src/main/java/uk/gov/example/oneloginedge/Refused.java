package uk.gov.example.oneloginedge;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Why a request is not believed: a label of docs/verify-the-assertion.md, and what helps to mend it. */
public final class Refused extends Exception {
  private static final String PAGE = page();

  private final String reason;

  public Refused(String reason) {
    this(reason, "");
  }

  /** The detail holds no claim about a person. */
  public Refused(String reason, String detail) {
    super(detail.isEmpty() ? reason : reason + ": " + detail, null, false, false);
    this.reason = reason;
  }

  /** The label, such as {@code wrong_audience}. */
  public String reason() {
    return reason;
  }

  /** The status of the answer. */
  public int status() {
    return switch (reason) {
      case "keys_unavailable" -> 503;
      case "level_too_low" -> 403;
      default -> 401;
    };
  }

  /** The type and the body of the answer: a page for browsers, JSON for everything else. */
  public String[] answer(String accept) {
    if (accept != null && accept.contains("text/html")) {
      return new String[] {"text/html; charset=utf-8", PAGE.replace("{reason}", reason)};
    }
    Map<String, Object> problem = Map.of("title", "The request was refused", "status", status(), "reason", reason);
    return new String[] {"application/problem+json", JSONObjectUtils.toJSONString(problem)};
  }

  private static String page() {
    try (InputStream page = Refused.class.getResourceAsStream("refused.html")) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }
}
