package uk.gov.example.oneloginedge.quarkus;

import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import uk.gov.example.oneloginedge.Level;
import uk.gov.example.oneloginedge.Person;

/** The person as Quarkus' identity, whose roles are the levels. {@link OneLoginEdge} has judged the request before. */
@ApplicationScoped
public class OneLoginEdgeMechanism implements HttpAuthenticationMechanism {
  @Override
  public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
    Person person = context.get(OneLoginEdge.PERSON);
    if (person == null) {
      return Uni.createFrom().nullItem();
    }
    QuarkusSecurityIdentity.Builder identity = QuarkusSecurityIdentity.builder().setPrincipal(new QuarkusPrincipal(person.sub()));
    return Uni.createFrom().item(identity.addRoles(new HashSet<>(Level.reached(person))).addAttribute(OneLoginEdge.PERSON, person).build());
  }

  @Override
  public Uni<ChallengeData> getChallenge(RoutingContext context) {
    return Uni.createFrom().item(new ChallengeData(401, "Cache-Control", "no-store"));
  }
}
