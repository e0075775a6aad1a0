//! The names that servers and frameworks are known to read as a part of the request.

/// Names that servers or frameworks read as one thing.
#[derive(Debug)]
pub struct Group {
    /// The part of the request that they are read as.
    pub reads: &'static str,
    /// The names in lower case; a `*` at the end means any ending.
    pub names: &'static [&'static str],
}

/// The third argument names the servers that read these names. It serves readers of this table and is not uploaded.
const fn group(
    reads: &'static str,
    names: &'static [&'static str],
    _source: &'static str,
) -> Group {
    Group { reads, names }
}

/// Every name that is removed unless a service keeps it. `docs/headers.md` has the same table.
pub const KNOWN: &[Group] = &[
    group(
        "the Worker's own statements",
        &["one-login-*"],
        "docs/verify-the-assertion.md",
    ),
    group(
        "host, scheme, prefix, client",
        &["forwarded", "x-forwarded", "x-forwarded-*"],
        "RFC 7239; Spring ForwardedHeaderFilter, Symfony trusted proxies, Rails, werkzeug ProxyFix",
    ),
    group(
        "path or prefix",
        &["script-name", "path-info", "x-script-name", "x-path-info"],
        "gunicorn 22 forwarder_headers, PEP 3333, uWSGI and werkzeug prefix middleware",
    ),
    group(
        "path",
        &[
            "x-original-url",
            "x-original-uri",
            "x-original-path",
            "x-rewrite-url",
            "x-rewrite-uri",
            "x-request-uri",
            "x-waws-unencoded-url",
            "x-replaced-path",
            "x-ingress-path",
        ],
        "IIS URL Rewrite and ISAPI_Rewrite, Symfony and Zend Request, ingress-nginx, Azure App Service, Traefik",
    ),
    group(
        "path, host or client",
        &["x-envoy-*"],
        "Envoy: HTTP header manipulation (x-envoy-original-path, x-envoy-external-address)",
    ),
    group(
        "path, or a check that is left out",
        &[
            "x-middleware-*",
            "x-matched-path",
            "x-now-route-matches",
            "x-invoke-*",
        ],
        "Next.js internal headers (server-ipc filterReqHeaders)",
    ),
    group(
        "host or scheme",
        &[
            "x-host",
            "x-original-host",
            "x-original-proto",
            "x-http-host",
            "x-http-host-override",
            "x-scheme",
            "x-url-scheme",
            "front-end-https",
            "x-appservice-proto",
            "x-arr-*",
            "disguised-host",
            "was-default-hostname",
        ],
        "ASP.NET Core ForwardedHeadersDefaults, ingress-nginx, Rack::Request, IIS Application Request Routing, Azure App Service",
    ),
    group(
        "method",
        &[
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-method",
        ],
        "Rack::MethodOverride, Symfony, Laravel, Express method-override, ingress-nginx",
    ),
    group(
        "client address",
        &[
            "true-client-ip",
            "x-real-ip",
            "client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-original-for",
            "x-originating-ip",
            "proxy-client-ip",
            "fastly-client-ip",
            "x-azure-clientip",
            "x-azure-socketip",
            "remote-addr",
            "remote-host",
        ],
        "Rails RemoteIp, nginx realip, ASP.NET Core, Akamai, Fastly, Azure Front Door, WebLogic",
    ),
    group(
        "files and proxies of the server",
        &["proxy", "x-sendfile-type", "x-accel-mapping"],
        "httpoxy (HTTP_PROXY of CGI programs), Rack::Sendfile",
    ),
    group(
        "client certificate",
        &[
            "client-cert",
            "client-cert-chain",
            "x-client-cert",
            "ssl-client-*",
            "x-ssl-client-*",
            "wl-proxy-*",
            "x-amzn-mtls-*",
        ],
        "RFC 9440, ingress-nginx, HAProxy, WebLogic, AWS Application Load Balancer",
    ),
    group(
        "user",
        &[
            "remote-user",
            "remote-groups",
            "remote-name",
            "remote-email",
            "x-remote-*",
            "x-webauth-*",
        ],
        "Django RemoteUserMiddleware, Authelia, Kubernetes and Jenkins (X-Remote-User), Grafana",
    ),
    group(
        "user",
        &[
            "x-auth-request-*",
            "x-authentik-*",
            "x-pomerium-*",
            "x-vouch-*",
            "oidc-*",
            "shib-*",
            "mellon-*",
        ],
        "oauth2-proxy, authentik, Pomerium, Vouch, mod_auth_openidc, Shibboleth, mod_auth_mellon",
    ),
    group(
        "user",
        &[
            "x-consumer-*",
            "x-credential-*",
            "x-anonymous-consumer",
            "x-authenticated-*",
            "x-userinfo",
            "x-jwt-assertion",
            "iv-user",
            "iv-groups",
            "iv-creds",
            "sm-user",
            "sm-universalid",
            "oam-remote-user",
        ],
        "Kong, WSO2, IBM WebSEAL, SiteMinder, Oracle Access Manager",
    ),
    group(
        "user",
        &[
            "x-amzn-oidc-*",
            "x-amzn-request-context",
            "x-amzn-lambda-context",
        ],
        "AWS Application Load Balancer, AWS Lambda Web Adapter",
    ),
    group(
        "user",
        &[
            "x-goog-authenticated-user-*",
            "x-goog-iap-jwt-assertion",
            "x-appengine-*",
            "x-apigateway-api-userinfo",
            "x-endpoint-api-userinfo",
        ],
        "Google Identity-Aware Proxy, App Engine, API Gateway and Endpoints",
    ),
    group(
        "user",
        &[
            "x-ms-client-principal",
            "x-ms-client-principal-*",
            "x-ms-token-*",
        ],
        "Azure App Service and Container Apps authentication",
    ),
    group(
        "user",
        &["cf-access-*"],
        "Cloudflare Access, where it is not in front of the Worker",
    ),
];
