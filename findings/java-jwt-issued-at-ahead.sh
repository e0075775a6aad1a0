#!/usr/bin/env bash
# java-jwt 4.6.2 (Auth0): a verifier that asks for nothing refuses a token whose `iat` is a few seconds ahead.
#
# Guess:     `iat` says when a token was made. RFC 7519 section 4.1.6 gives no rule to refuse by, so the default leaves it.
# Behaviour: the verifier throws IncorrectClaimException ("The Token can't be used before …") with the default leeway of 0,
#            although the token has no `nbf`. `ignoreIssuedAt()` or `acceptIssuedAt(10)` takes it.
# Matters:   two servers whose clocks differ by seconds: every fresh token is refused, and the message speaks of a claim
#            that the token does not have.
set -euo pipefail
VERSION=4.6.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies><dependency><groupId>com.auth0</groupId><artifactId>java-jwt</artifactId><version>$VERSION</version></dependency></dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.time.Instant;

public class Finding {
  static String verified(com.auth0.jwt.interfaces.Verification verification, String token) {
    try {
      verification.build().verify(token);
      return "taken";
    } catch (RuntimeException error) {
      return error.getClass().getSimpleName();
    }
  }

  public static void main(String[] arguments) {
    Algorithm algorithm = Algorithm.HMAC256("a secret of the example that is long enough");
    Instant now = Instant.now();
    String ahead = JWT.create().withIssuedAt(now.plusSeconds(5)).withExpiresAt(now.plusSeconds(60)).sign(algorithm);
    System.out.println("default: " + verified(JWT.require(algorithm), ahead));
    System.out.println("acceptIssuedAt(10): " + verified(JWT.require(algorithm).acceptIssuedAt(10), ahead));
    System.out.println("ignoreIssuedAt(): " + verified(JWT.require(algorithm).ignoreIssuedAt(), ahead));
  }
}
JAVA
echo "java-jwt $VERSION, $(java -version 2>&1 | head -1)"
seen=$(java -cp 'lib/*' Finding.java)
echo "$seen"
[[ "$seen" == *"default: IncorrectClaimException"* && "$seen" == *"(10): taken"* && "$seen" == *"ignoreIssuedAt(): taken"* ]] ||
  { echo "this has changed" >&2; exit 1; }
