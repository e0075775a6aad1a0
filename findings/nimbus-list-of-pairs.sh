#!/usr/bin/env bash
# nimbus-jose-jwt 10.10: `JSONObjectUtils.parse` takes a JSON array of pairs for an object.
#
# Guess:     a text whose outermost value is an array is no JSON object (RFC 8259 sections 4 and 5), and is refused as `[1]` is.
# Behaviour: `[["sub","sian"],["exp",1893456000]]` becomes a map of `sub` and `exp`, because Gson, which reads JSON in there, takes
#            an array of pairs for a map. `[]` becomes an empty map. A payload of this kind makes a JWTClaimsSet too.
# Matters:   two readers of one signed text disagree: other libraries refuse it. Where a payload must be an object (RFC 7519
#            section 7.2, step 10), look at its first character before parsing.
set -euo pipefail
VERSION=10.10
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.nimbusds</groupId><artifactId>nimbus-jose-jwt</artifactId><version>$VERSION</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
cat > Finding.java <<'JAVA'
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;

public class Finding {
  public static void main(String[] arguments) {
    for (String text : new String[] {"[[\"sub\",\"sian\"],[\"exp\",1893456000]]", "[]", "[1]"}) {
      try {
        System.out.println(text + " is " + JSONObjectUtils.parse(text) + ", subject " + JWTClaimsSet.parse(text).getSubject());
      } catch (java.text.ParseException error) {
        System.out.println(text + " is refused");
      }
    }
  }
}
JAVA
echo "nimbus-jose-jwt $VERSION"
seen=$(java -cp 'lib/*' Finding.java)
echo "$seen"
[[ "$seen" == *'is {sub=sian, exp=1893456000}, subject sian'* ]] && [[ "$seen" == *'[] is {}, subject null'* ]] &&
  [[ "$seen" == *'[1] is refused'* ]] || { echo "this has changed" >&2; exit 1; }
