package uk.gov.example.oneloginedge.spring;

import static org.springframework.security.config.Customizer.withDefaults;

import jakarta.servlet.DispatcherType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import uk.gov.example.oneloginedge.Verifier;

/** Every path needs a sign-in but the public ones, unless the service has a {@code SecurityFilterChain} of its own. */
@AutoConfiguration(
    beforeName = {
      "org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration",
      "org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration",
      "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
      "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration"
    })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({SecurityFilterChain.class, EnableWebSecurity.class})
@EnableConfigurationProperties(OneLoginEdgeProperties.class)
@EnableWebSecurity
public class OneLoginEdgeAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  Verifier oneLoginEdgeVerifier(OneLoginEdgeProperties settings) {
    Verifier verifier = new Verifier(settings.issuer(), settings.audience(), settings.open());
    return settings.bound() ? verifier.bound() : verifier;
  }

  @Bean
  @ConditionalOnMissingBean
  OneLoginEdgeSecurity oneLoginEdge(Verifier verifier) {
    return new OneLoginEdgeSecurity(verifier);
  }

  @Bean
  @ConditionalOnMissingBean
  SecurityFilterChain oneLoginEdgeSecurityFilterChain(HttpSecurity http, OneLoginEdgeSecurity oneLoginEdge, Verifier verifier) throws Exception {
    http.with(oneLoginEdge, withDefaults());
    http.sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
    http.requestCache(cache -> cache.disable());
    http.authorizeHttpRequests(
        requests ->
            requests
                // Only the server itself asks for pages about errors.
                .dispatcherTypeMatchers(DispatcherType.ERROR)
                .permitAll()
                .requestMatchers(request -> verifier.isPublic(request.getRequestURI()))
                .permitAll()
                .anyRequest()
                .authenticated());
    return http.build();
  }

  /** Keeps Boot from making a user with a password: there are no passwords here. */
  @Bean
  @ConditionalOnMissingBean
  AuthenticationManager oneLoginEdgeAuthenticationManager() {
    return authentication -> {
      throw new ProviderNotFoundException("people sign in with One Login");
    };
  }
}
