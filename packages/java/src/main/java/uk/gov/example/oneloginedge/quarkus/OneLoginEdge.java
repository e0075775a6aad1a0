package uk.gov.example.oneloginedge.quarkus;

import io.quarkus.arc.DefaultBean;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import uk.gov.example.oneloginedge.Person;
import uk.gov.example.oneloginedge.Refused;
import uk.gov.example.oneloginedge.Verifier;

/**
 * Quarkus: knows who is asking before anything else of the service sees the request, and answers what does not prove it.
 *
 * <pre>
 * one-login-edge.issuer=https://YOUR-HOST
 * one-login-edge.audience=YOUR-ORIGIN-AUDIENCE
 * one-login-edge.public=/,/assets/*
 *
 * &#64;Inject SecurityIdentity identity;
 * Person person = identity.getAttribute(OneLoginEdge.PERSON);
 * &#64;RolesAllowed("Cl.Cm.P2")
 * </pre>
 */
@ApplicationScoped
public class OneLoginEdge {
  /** The attribute of the request, and of the {@code SecurityIdentity}, that holds the {@link Person}. */
  public static final String PERSON = "one_login_edge.person";

  /** Before Quarkus' own authentication, which is at 200, and its CORS at 300. */
  private static final int FIRST = 250;

  @Inject Instance<Verifier> verifiers;

  @Produces
  @Singleton
  @DefaultBean
  Verifier verifier(
      @ConfigProperty(name = "one-login-edge.issuer") Optional<String> issuer,
      @ConfigProperty(name = "one-login-edge.audience") Optional<String> audience,
      @ConfigProperty(name = "one-login-edge.public") Optional<List<String>> open,
      @ConfigProperty(name = "one-login-edge.bound", defaultValue = "false") boolean bound) {
    Verifier verifier = new Verifier(issuer.orElse(null), audience.orElse(null), open.orElse(List.of()));
    return bound ? verifier.bound() : verifier;
  }

  void register(@Observes Filters filters) {
    // Settings that are missing stop the start, and not the first request.
    verifiers.get();
    filters.register(this::judge, FIRST);
  }

  private void judge(RoutingContext context) {
    HttpServerRequest request = context.request();
    Verifier verifier = verifiers.get();
    request.pause();
    // Keys may have to be fetched, which waits.
    context.vertx().executeBlocking(() -> person(verifier, request), false).onComplete(
        judged -> {
          if (judged.succeeded()) {
            context.put(PERSON, judged.result());
            request.resume();
            context.next();
          } else if (judged.cause() instanceof Refused refused) {
            answer(context, verifier, refused);
          } else {
            context.fail(judged.cause());
          }
        });
  }

  private static Person person(Verifier verifier, HttpServerRequest request) throws Refused {
    List<String> assertions = request.headers().getAll(Verifier.HEADER);
    Person person = verifier.person(request.method().name(), request.path(), assertions, request.headers().getAll(Verifier.IDENTITY_HEADER));
    if (person == null && !verifier.isPublic(request.path())) {
      throw new Refused("no_assertion");
    }
    return person;
  }

  private static void answer(RoutingContext context, Verifier verifier, Refused refused) {
    verifier.log(refused);
    String[] answer = refused.answer(context.request().getHeader("Accept"));
    context.request().resume();
    context.response().setStatusCode(refused.status()).putHeader("Cache-Control", "no-store").putHeader("Content-Type", answer[0]).end(answer[1]);
  }
}
