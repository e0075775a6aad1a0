package uk.gov.example.oneloginedge;

import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A servlet filter: sets {@link #person} to who is asking, and refuses a request that does not prove it.
 *
 * <pre>
 * context.addFilter(new FilterHolder(new OneLoginEdgeFilter(verifier)), "/*", EnumSet.of(REQUEST));     Jetty
 * web.xml: filter with the parameters issuer, audience, bound, and public, in which paths are parted by spaces
 *
 * OneLoginEdgeFilter.person(request).sub();
 * request.isUserInRole("Cl.Cm.P2");
 * </pre>
 */
public final class OneLoginEdgeFilter extends HttpFilter {
  private static final String PERSON = Person.class.getName();

  private transient Verifier verifier;

  /** For {@code web.xml}. */
  public OneLoginEdgeFilter() {}

  public OneLoginEdgeFilter(Verifier verifier) {
    this.verifier = verifier;
  }

  /** Who is asking; null on a public page. */
  public static Person person(HttpServletRequest request) {
    return (Person) request.getAttribute(PERSON);
  }

  /** Whether the person has reached the level; if not, the answer is written. */
  public boolean hasLevel(HttpServletRequest request, HttpServletResponse response, String level) throws IOException {
    try {
      Level.require(person(request), level);
      return true;
    } catch (Refused refused) {
      answer(verifier, request, response, refused);
      return false;
    }
  }

  @Override
  public void init(FilterConfig config) throws ServletException {
    super.init(config);
    if (verifier == null) {
      String open = config.getInitParameter("public");
      List<String> paths = open == null ? List.of() : Arrays.asList(open.trim().split("\\s+"));
      verifier = new Verifier(config.getInitParameter("issuer"), config.getInitParameter("audience"), paths);
      if (Boolean.parseBoolean(config.getInitParameter("bound"))) {
        verifier.bound();
      }
    }
  }

  @Override
  protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
    Person person;
    try {
      person = person(verifier, request);
      if (person == null && !verifier.isPublic(request.getRequestURI())) {
        throw new Refused("no_assertion");
      }
    } catch (Refused refused) {
      answer(verifier, request, response, refused);
      return;
    }
    request.setAttribute(PERSON, person);
    chain.doFilter(person == null ? request : new Named(request, person), response);
  }

  /** Who the headers of a request name; null when they name no person. */
  public static Person person(Verifier verifier, HttpServletRequest request) throws Refused {
    return verifier.person(request.getMethod(), request.getRequestURI(), values(request, Verifier.HEADER), values(request, Verifier.IDENTITY_HEADER));
  }

  private static List<String> values(HttpServletRequest request, String name) {
    return new ArrayList<>(Collections.list(request.getHeaders(name)));
  }

  /** Answers a refused request, and writes the one line about it. */
  public static void answer(Verifier verifier, HttpServletRequest request, HttpServletResponse response, Refused refused) throws IOException {
    verifier.log(refused);
    String[] answer = refused.answer(request.getHeader("Accept"));
    response.setStatus(refused.status());
    response.setHeader("Cache-Control", "no-store");
    response.setContentType(answer[0]);
    response.getOutputStream().write(answer[1].getBytes(StandardCharsets.UTF_8));
  }

  /** The request in the person's name, whose roles are the levels. */
  private static final class Named extends HttpServletRequestWrapper {
    private final Person person;

    Named(HttpServletRequest request, Person person) {
      super(request);
      this.person = person;
    }

    @Override
    public String getRemoteUser() {
      return person.sub();
    }

    @Override
    public Principal getUserPrincipal() {
      return person::sub;
    }

    @Override
    public boolean isUserInRole(String role) {
      return Level.reached(person).contains(role);
    }
  }
}
