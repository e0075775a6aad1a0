package example;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import uk.gov.example.oneloginedge.Person;
import uk.gov.example.oneloginedge.quarkus.OneLoginEdge;

/** A service that says who is asking; `application.properties` is its whole configuration. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
public class Application {
  @Inject SecurityIdentity identity;

  @GET
  @Path("{path: .*}")
  public Map<String, Object> page() {
    Person person = identity.getAttribute(OneLoginEdge.PERSON);
    return person == null ? Map.of() : Map.of("person", person);
  }

  @POST
  @Path("{path: .*}")
  public Map<String, Object> form(String body) {
    return Map.of("person", identity.getAttribute(OneLoginEdge.PERSON), "body", body);
  }

  @GET
  @Path("at/Cl")
  @RolesAllowed("Cl")
  public Map<String, Object> password() {
    return page();
  }

  @GET
  @Path("at/Cl.Cm")
  @RolesAllowed("Cl.Cm")
  public Map<String, Object> secondFactor() {
    return page();
  }

  @GET
  @Path("at/Cl.Cm.P1")
  @RolesAllowed("Cl.Cm.P1")
  public Map<String, Object> lowIdentity() {
    return page();
  }

  @GET
  @Path("at/Cl.Cm.P2")
  @RolesAllowed("Cl.Cm.P2")
  public Map<String, Object> identity() {
    return page();
  }
}
