package uk.gov.example.oneloginedge.quarkus;

import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import uk.gov.example.oneloginedge.Refused;
import uk.gov.example.oneloginedge.Verifier;

/** The answers of a page that asked for a level which the person has not reached, or for a person on a public path. */
final class Denied {
  private Denied() {}

  private static Response answer(Verifier verifier, HttpHeaders headers, Refused refused) {
    verifier.log(refused);
    String[] answer = refused.answer(headers.getHeaderString("Accept"));
    return Response.status(refused.status()).header("Cache-Control", "no-store").type(answer[0]).entity(answer[1]).build();
  }

  @Provider
  public static final class Level implements ExceptionMapper<ForbiddenException> {
    @Inject Verifier verifier;
    @Context HttpHeaders headers;

    @Override
    public Response toResponse(ForbiddenException error) {
      return answer(verifier, headers, new Refused("level_too_low"));
    }
  }

  @Provider
  public static final class NoPerson implements ExceptionMapper<UnauthorizedException> {
    @Inject Verifier verifier;
    @Context HttpHeaders headers;

    @Override
    public Response toResponse(UnauthorizedException error) {
      return answer(verifier, headers, new Refused("no_assertion"));
    }
  }
}
