package example

import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.runApplication
import org.springframework.security.access.prepost.PreAuthorize
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity
import org.springframework.security.core.annotation.AuthenticationPrincipal
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.RequestMapping
import org.springframework.web.bind.annotation.RestController
import uk.gov.example.oneloginedge.Person

/** A service that says who is asking; `application.properties` is its whole configuration. */
@SpringBootApplication
@EnableMethodSecurity
@RestController
open class Application {
    @RequestMapping("/**")
    open fun page(@AuthenticationPrincipal person: Person?): Map<String, Any> =
        if (person == null) emptyMap() else mapOf("person" to person)

    @GetMapping("/at/{level}")
    @PreAuthorize("hasAuthority(#level)")
    open fun level(@PathVariable level: String, @AuthenticationPrincipal person: Person?) = page(person)
}

fun main(arguments: Array<String>) {
    runApplication<Application>(*arguments)
}
