package uk.gov.example.oneloginedge.spring;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import uk.gov.example.oneloginedge.Level;
import uk.gov.example.oneloginedge.Person;

/** A person who is signed in; the levels that they have reached are the authorities, such as {@code Cl.Cm.P2}. */
public final class PersonAuthentication extends AbstractAuthenticationToken {
  private final transient Person person;

  public PersonAuthentication(Person person) {
    super(AuthorityUtils.createAuthorityList(Level.reached(person)));
    this.person = person;
    super.setAuthenticated(true);
  }

  @Override
  public Person getPrincipal() {
    return person;
  }

  @Override
  public String getName() {
    return person.sub();
  }

  @Override
  public Object getCredentials() {
    return "";
  }
}
