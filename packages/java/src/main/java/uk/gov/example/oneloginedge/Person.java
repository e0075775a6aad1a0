package uk.gov.example.oneloginedge;

import java.util.Map;

/**
 * Who is asking.
 *
 * @param sub the person, always the same for this service
 * @param sid the session; new at every sign-in
 * @param vot the level that was reached
 * @param claims all claims of the assertion
 * @param identity the claims of a proved identity, or null
 */
public record Person(String sub, String sid, String vot, Map<String, Object> claims, Map<String, Object> identity) {

  /** Names no person, because texts of objects end in logs. */
  @Override
  public String toString() {
    return "Person[" + vot + "]";
  }
}
