#!/usr/bin/env bash
# jjwt 0.13.0: `claims.get(name, Date.class)` reads seconds as seconds for `exp` and as milliseconds for any other claim.
#
# Guess:     a claim that holds a NumericDate (RFC 7519 section 2) is read alike, whatever its name.
# Behaviour: `exp` = 1893456000 is 2030; a claim of another name with the same number is January 1970. `get(name)` gives an
#            Integer for a small number of another claim and a Long for `exp`, so that a cast to Long throws for the other claim.
# Matters:   a check such as "the session ends after now" with a Date refuses everybody, and one the other way round
#            refuses no session. `get(name, Long.class)` is right for both.
set -euo pipefail
VERSION=0.13.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.jsonwebtoken</groupId><artifactId>jjwt-api</artifactId><version>$VERSION</version></dependency>
    <dependency><groupId>io.jsonwebtoken</groupId><artifactId>jjwt-impl</artifactId><version>$VERSION</version></dependency>
    <dependency><groupId>io.jsonwebtoken</groupId><artifactId>jjwt-jackson</artifactId><version>$VERSION</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jwts;
import java.util.Date;
import javax.crypto.SecretKey;

public class Finding {
  public static void main(String[] arguments) {
    SecretKey key = Jwts.SIG.HS256.key().build();
    String token = Jwts.builder().expiration(new Date(1893456000000L)).claim("session_exp", 1893456000).signWith(key).compact();
    Claims claims = Jwts.parser().verifyWith(key).build().parseSignedClaims(token).getPayload();
    for (String name : new String[] {"exp", "session_exp"}) {
      System.out.println(name + ": Date " + claims.get(name, Date.class).toInstant()
          + ", Object " + claims.get(name).getClass().getSimpleName() + ", Long " + claims.get(name, Long.class));
    }
  }
}
JAVA
echo "jjwt $VERSION"
seen=$(java -cp 'lib/*' Finding.java)
echo "$seen"
[[ "$seen" == *"exp: Date 2030-01-01T00:00:00Z, Object Long, Long 1893456000"* ]] &&
  [[ "$seen" == *"session_exp: Date 1970-01-22T21:57:36Z, Object Integer, Long 1893456000"* ]] ||
  { echo "this has changed" >&2; exit 1; }
