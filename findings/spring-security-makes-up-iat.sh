#!/usr/bin/env bash
# Spring Security 7.0.0: a token without `iat` gets one, a second before its `exp`.
#
# Guess:     `iat` is optional (RFC 7519 section 4.1.6). Without it `Jwt.getIssuedAt()` is null.
# Behaviour: `NimbusJwtDecoder` puts the claim in: `getIssuedAt()` and `getClaims()` say one second before `getExpiresAt()`, which
#            lies ahead for a token that is still good. Nothing marks it as made up. A token without `exp` gets no `iat`.
# Matters:   the age of a token or of a sign-in, counted from it, is negative until the last second, so "issued in the last
#            five minutes" passes for each unexpired token, and a validator cannot tell.
set -euo pipefail
VERSION=7.0.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework.security</groupId><artifactId>spring-security-oauth2-jose</artifactId><version>$VERSION</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.util.Date;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

public class Finding {
  public static void main(String[] arguments) throws Exception {
    byte[] key = "an example of thirty-two letters".getBytes();
    NimbusJwtDecoder decoder = NimbusJwtDecoder.withSecretKey(new SecretKeySpec(key, "HmacSHA256")).macAlgorithm(MacAlgorithm.HS256).build();
    for (Date end : new Date[] {new Date(4102444800000L), null}) {
      SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), new JWTClaimsSet.Builder().subject("sian").expirationTime(end).build());
      token.sign(new MACSigner(key));
      Jwt read = decoder.decode(token.serialize());
      System.out.println((end == null ? "without exp" : "with exp") + ": iat " + read.getIssuedAt() + ", exp " + read.getExpiresAt());
    }
  }
}
JAVA
echo "Spring Security $VERSION"
seen=$(java -cp 'lib/*' Finding.java 2>/dev/null)
echo "$seen"
[ "$seen" = 'with exp: iat 2099-12-31T23:59:59Z, exp 2100-01-01T00:00:00Z
without exp: iat null, exp null' ] || { echo "this has changed" >&2; exit 1; }
