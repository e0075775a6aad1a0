package uk.gov.example.oneloginedge.spring;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.web.filter.OncePerRequestFilter;
import uk.gov.example.oneloginedge.OneLoginEdgeFilter;
import uk.gov.example.oneloginedge.Person;
import uk.gov.example.oneloginedge.Refused;
import uk.gov.example.oneloginedge.Verifier;

/**
 * Signs people in by the assertion, for a {@code SecurityFilterChain} of your own.
 *
 * <pre>
 * http.with(oneLoginEdge, withDefaults()).authorizeHttpRequests(requests -&gt; requests.anyRequest().authenticated())
 * </pre>
 */
public final class OneLoginEdgeSecurity extends AbstractHttpConfigurer<OneLoginEdgeSecurity, HttpSecurity> {
  private final Verifier verifier;

  public OneLoginEdgeSecurity(Verifier verifier) {
    this.verifier = verifier;
  }

  @Override
  public void init(HttpSecurity http) {
    try {
      http.exceptionHandling(
          refusals ->
              refusals
                  .authenticationEntryPoint((request, response, error) -> answer(request, response, new Refused("no_assertion")))
                  .accessDeniedHandler(
                      (request, response, error) -> {
                        if (error instanceof CsrfException) {
                          new AccessDeniedHandlerImpl().handle(request, response, error);
                        } else {
                          answer(request, response, new Refused("level_too_low"));
                        }
                      }));
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  @Override
  public void configure(HttpSecurity http) {
    http.addFilterBefore(new Filter(), AnonymousAuthenticationFilter.class);
  }

  private void answer(HttpServletRequest request, HttpServletResponse response, Refused refused) throws IOException {
    OneLoginEdgeFilter.answer(verifier, request, response, refused);
  }

  private final class Filter extends OncePerRequestFilter {
    /** Keeps the person for what the server does later with the same request: asynchronous answers, and pages about errors. */
    private final SecurityContextRepository kept = new RequestAttributeSecurityContextRepository();

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws ServletException, IOException {
      Person person;
      try {
        person = OneLoginEdgeFilter.person(verifier, request);
      } catch (Refused refused) {
        answer(request, response, refused);
        return;
      }
      // No session of this service's is a sign-in: the assertion of each request says who is asking.
      SecurityContext context = SecurityContextHolder.createEmptyContext();
      context.setAuthentication(person == null ? null : new PersonAuthentication(person));
      SecurityContextHolder.setContext(context);
      kept.saveContext(context, request, response);
      chain.doFilter(request, response);
    }
  }
}
