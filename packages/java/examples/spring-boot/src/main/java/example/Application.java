package example;

import java.util.Map;
import java.util.concurrent.Callable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import uk.gov.example.oneloginedge.Person;

/** A service that says who is asking; `application.properties` is its whole configuration. */
@SpringBootApplication
@EnableMethodSecurity
@RestController
public class Application {
  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments);
  }

  @RequestMapping("/**")
  Callable<Map<String, Object>> page(@AuthenticationPrincipal Person person) {
    return () -> person == null ? Map.of() : Map.of("person", person);
  }

  @GetMapping("/at/{level}")
  @PreAuthorize("hasAuthority(#level)")
  Callable<Map<String, Object>> level(@PathVariable String level, @AuthenticationPrincipal Person person) {
    return page(person);
  }
}
