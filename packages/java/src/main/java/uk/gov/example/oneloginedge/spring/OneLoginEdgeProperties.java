package uk.gov.example.oneloginedge.spring;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * The settings below {@code one-login-edge}.
 *
 * @param issuer {@code https://YOUR-HOST}
 * @param audience your {@code origin_audience}
 * @param open {@code public}: paths that need no sign-in, such as {@code /assets/*}
 * @param bound whether an assertion counts only for the method and path that it names
 */
@ConfigurationProperties("one-login-edge")
public record OneLoginEdgeProperties(String issuer, String audience, @Name("public") @DefaultValue List<String> open, boolean bound) {}
