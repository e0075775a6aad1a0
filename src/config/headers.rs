//! The headers of a request that the origin does not get, judged by their names.
//!
//! Some servers and frameworks read a request header as the path, prefix, host, scheme, method, client or user of a
//! request. Such a header would make the request another one than the Worker judged. So two kinds of name are removed:
//! those in [`KNOWN`], and those with anything but letters, digits and `-`, because servers fold `_` and `.` into `-`
//! and CGI variables hold `_` for each of them. A service adds to the first and lets back single names of both.
//!
//! Source: RFC 9700 section 4.13 (a reverse proxy sanitises what it vouches for), RFC 3875 section 4.1.18 (CGI names).

/// Every header whose name begins so belongs to the edge.
pub const RESERVED: &str = "one-login-";

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

/// The names of one service: [`KNOWN`], what it adds and what it keeps.
#[derive(Debug, Default)]
pub struct Removed {
    /// Whole names, at the place of their length.
    whole: Vec<Vec<String>>,
    /// Beginnings of names.
    beginnings: Vec<String>,
    /// A bit for each letter that one of the beginnings begins with.
    letters: u32,
    /// Names that go on although they are of one of the two kinds.
    kept: Vec<String>,
}

impl Removed {
    /// The names of [`KNOWN`] and these in lower case, without those that are kept.
    #[must_use]
    pub fn new(dropped: &[String], kept: Vec<String>) -> Self {
        let mut removed = Self {
            kept,
            ..Self::default()
        };
        let known = KNOWN.iter().flat_map(|group| group.names).copied();
        for name in known.chain(dropped.iter().map(String::as_str)) {
            match name.strip_suffix('*') {
                Some(beginning) => {
                    removed.letters |= letter(beginning);
                    removed.beginnings.push(beginning.to_owned());
                }
                None => {
                    if removed.whole.len() <= name.len() {
                        removed.whole.resize(name.len() + 1, Vec::new());
                    }
                    if let Some(names) = removed.whole.get_mut(name.len()) {
                        names.push(name.to_owned());
                    }
                }
            }
        }
        removed
    }

    /// Whether a header of the request is taken out, whatever its value is.
    #[must_use]
    pub fn holds(&self, sent: &str) -> bool {
        self.judges(sent) && !self.kept.iter().any(|name| name.eq_ignore_ascii_case(sent))
    }

    /// Whether a name is one of either kind. Hardly any header is, so that most are told by their letters and length.
    fn judges(&self, sent: &str) -> bool {
        if !is_plain(sent) {
            return true;
        }
        let whole = self.whole.get(sent.len()).map_or(&[][..], Vec::as_slice);
        let begins = |beginning: &String| {
            let head = sent.as_bytes().get(..beginning.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(beginning.as_bytes()))
        };
        whole.iter().any(|name| name.eq_ignore_ascii_case(sent))
            || self.letters & letter(sent) != 0 && self.beginnings.iter().any(begins)
    }
}

/// Whether every server reads this name in one way: letters, digits and `-`.
fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The bit of the letter that a name begins with; none for another character.
fn letter(name: &str) -> u32 {
    let first = name.bytes().next().unwrap_or_default() | 0x20;
    match first {
        b'a'..=b'z' => 1 << (first - b'a'),
        _ => 0,
    }
}

/// The meaning of a name, folded as servers fold it; `None` for one that is of no kind.
#[must_use]
pub fn meaning(name: &str) -> Option<&'static str> {
    let folded = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let found = KNOWN.iter().find(|group| {
        group
            .names
            .iter()
            .any(|known| match known.strip_suffix('*') {
                Some(beginning) => folded.starts_with(beginning),
                None => folded == *known,
            })
    });
    match found {
        Some(group) => Some(group.reads),
        None if !is_plain(name) => Some("another name, where `_` or `.` is read as `-`"),
        None => None,
    }
}

#[cfg(test)]
#[path = "headers_tests.rs"]
mod tests;
