import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.jsonwebtoken.Jwts;
import java.io.File;
import java.security.interfaces.ECPublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

public class Libraries {
  interface Verify {
    Object verify(String token) throws Exception;
  }

  static DefaultJWTProcessor<SecurityContext> nimbus(ECKey key) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, new ImmutableJWKSet<>(new JWKSet(key))));
    return processor;
  }

  public static void main(String[] arguments) throws Exception {
    JsonNode given = new ObjectMapper().readTree(new File(arguments[0]));
    String issuer = given.get("issuer").asText(), audience = given.get("audience").asText();
    ECKey jwk = JWK.parse(given.get("jwk").toString()).toECKey();
    ECPublicKey key = jwk.toECPublicKey();
    DefaultJWTProcessor<SecurityContext> typed = nimbus(jwk);
    typed.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("one-login-assertion+jwt")));
    DefaultJWTProcessor<SecurityContext> mended = nimbus(jwk);
    mended.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("one-login-assertion+jwt")));
    DefaultJWTClaimsVerifier<SecurityContext> claims =
        new DefaultJWTClaimsVerifier<>(audience, new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("exp", "iat", "sub"));
    claims.setMaxClockSkew(0);
    mended.setJWTClaimsSetVerifier(claims);

    Map<String, Verify[]> all = new LinkedHashMap<>();
    all.put("nimbus-jose-jwt 10.10", new Verify[] {token -> nimbus(jwk).process(token, null), token -> typed.process(token, null), token -> mended.process(token, null)});
    all.put("java-jwt 4.6.2", new Verify[] {
        token -> JWT.require(Algorithm.ECDSA256(key)).build().verify(token),
        token -> JWT.require(Algorithm.ECDSA256(key)).withIssuer(issuer).withAudience(audience).withClaimPresence("exp").withClaimPresence("iat").withClaimPresence("sub").acceptIssuedAt(10).build().verify(token)});
    all.put("jjwt 0.13.0", new Verify[] {
        token -> Jwts.parser().verifyWith(key).build().parseSignedClaims(token),
        token -> Jwts.parser().verifyWith(key).requireIssuer(issuer).requireAudience(audience).build().parseSignedClaims(token)});
    all.put("jose4j 0.9.7", new Verify[] {
        token -> new JwtConsumerBuilder().setVerificationKey(key).build().processToClaims(token),
        token -> new JwtConsumerBuilder().setVerificationKey(key).setExpectedAudience(audience).build().processToClaims(token),
        token -> new JwtConsumerBuilder().setVerificationKey(key).setExpectedIssuer(issuer).setExpectedAudience(audience).setExpectedType(true, "one-login-assertion+jwt")
            .setRequireExpirationTime().setRequireIssuedAt().setRequireSubject().setIssuedAtRestrictions(10, 70).build().processToClaims(token)});

    for (Map.Entry<String, Verify[]> library : all.entrySet()) {
      List<String> names = library.getValue().length == 3 ? List.of("bare", "default", "mended") : List.of("default", "mended");
      for (int way = 0; way < names.size(); way++) {
        for (Map.Entry<String, JsonNode> token : given.get("tokens").properties()) {
          String said = "taken";
          try {
            library.getValue()[way].verify(token.getValue().asText());
          } catch (Exception error) {
            said = "refused " + error.getClass().getSimpleName();
          }
          System.out.println(library.getKey() + "\t" + names.get(way) + "\t" + token.getKey() + "\t" + said);
        }
      }
    }
  }
}
