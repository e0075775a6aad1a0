"""Who is asking? WSGI middleware for services behind One Login at the edge, for Flask, Django and others.

    app.wsgi_app = OneLogin(app.wsgi_app, issuer="https://YOUR-HOST", audience="YOUR-ORIGIN-AUDIENCE")  # Flask
    application = OneLogin(get_wsgi_application(), issuer=..., audience=...)  # Django, in wsgi.py

    request.environ["one_login.person"]["sub"]

It needs `pip install "PyJWT[crypto]"`. It believes the signed assertion and no other header.
"""

import json
import logging
import math
import re
import threading
import time
import urllib.parse
import urllib.request

import jwt

TYPE = "one-login-assertion+jwt"
IDENTITY_TYPE = "one-login-identity+jwt"
IDENTITY_CLAIMS = ("coreIdentity", "address", "passport", "drivingPermit", "returnCode")
TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
LONGEST = 8_192  # characters
CLOCKS_DIFFER = 10  # seconds that this clock may be behind the edge's

log = logging.getLogger(__name__)


class OneLogin:
    """Sets `one_login.person` in the environment to who is asking, and answers 401 when that is not proved.

    With `optional`, requests without an assertion pass, and the person is None. With `bound`, an assertion counts only for
    the method and path that it names, which the edge's `bind` has it name.
    """

    def __init__(self, app, issuer, audience, optional=False, bound=False, fetch_keys=None, now=time.time):
        self.app = app
        self.issuer = issuer
        self.audience = audience
        self.optional = optional
        self.bound = bound
        self.now = now
        self.keys = KeySet(fetch_keys or (lambda: fetch_json(issuer + "/auth/assertion-jwks.json")), now)

    def __call__(self, environ, start_response):
        try:
            names = ("HTTP_ONE_LOGIN_ASSERTION", "HTTP_ONE_LOGIN_IDENTITY")
            asked = (environ["REQUEST_METHOD"], path_of(environ)) if self.bound else None
            person = self.person(*map(environ.get, names), asked)
            if person is None and not self.optional:
                raise Refused("no assertion")
        except (Refused, jwt.PyJWTError, ValueError):
            start_response("401 Unauthorized", [("Cache-Control", "no-store"), ("Content-Length", "0")])
            return [b""]
        environ["one_login.person"] = person
        return self.app(environ, start_response)

    def person(self, assertion, identity, asked):
        """Who the headers name. A server joins headers that came twice with a comma, which no token has."""
        if assertion is None and identity is None:
            return None
        claims = self.verified(assertion, TYPE, asked)
        for name in ("sub", "sid", "vot"):
            if not isinstance(claims.get(name), str) or not claims[name]:
                raise Refused(name)
        if not seconds(claims, "session_exp") > self.now():
            raise Refused("the session is over")
        source = claims
        if claims.get("identity_claims") == "header":
            source = self.verified(identity, IDENTITY_TYPE, asked)
            if (source.get("sub"), source.get("sid")) != (claims["sub"], claims["sid"]):
                raise Refused("somebody else's identity")
        elif identity is not None:
            raise Refused("an identity that was not announced")
        known = {name: source[name] for name in IDENTITY_CLAIMS if name in source}
        return {**claims, "identity": known or None}

    def verified(self, token, kind, asked):
        """The claims of a token of this kind."""
        if token is None or len(token) > LONGEST or not TOKEN.fullmatch(token):
            raise Refused("not one token")
        header = jwt.get_unverified_header(token)
        if header.get("typ") != kind or "crit" in header:
            raise Refused("another type")
        # PyJWT checks the signature alone: what follows is stricter, and goes by one clock.
        only_signature = {"verify_signature": True, **dict.fromkeys(NOT_BY_PYJWT, False)}
        key = self.keys.find(header.get("kid"))
        claims = jwt.decode(token, key, algorithms=["ES256"], options=only_signature)
        if claims.get("iss") != self.issuer or claims.get("aud") != self.audience:
            raise Refused("for somebody else")
        if asked and asked != (claims.get("htm"), decoded(claims.get("htu"), self.issuer)):
            raise Refused("for another request")
        now = self.now()
        if not seconds(claims, "exp") > now or not seconds(claims, "iat") <= now + CLOCKS_DIFFER:
            raise Refused("not valid now")
        return claims


NOT_BY_PYJWT = ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub", "verify_jti")


def path_of(environ):
    """The path as bytes. WSGI has it decoded, so that it is compared in that form."""
    return (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")


def decoded(address, issuer):
    """The path of an address of the service in the same form."""
    own = isinstance(address, str) and address.startswith(issuer + "/")
    return urllib.parse.unquote_to_bytes(address[len(issuer) :]) if own else None


class Refused(Exception):
    """The request does not prove who is asking."""


class KeySet:
    """The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched."""

    FRESH = 300
    STALE = 3_600
    BETWEEN_FETCHES = 10

    def __init__(self, fetch_keys, now):
        self.fetch_keys = fetch_keys
        self.now = now
        self.lock = threading.Lock()
        self.keys = {}
        self.fetched_at = self.tried_at = -math.inf

    def find(self, kid):
        with self.lock:
            now = self.now()
            satisfied = now - self.fetched_at < self.FRESH and kid in self.keys
            if not satisfied and now - self.tried_at >= self.BETWEEN_FETCHES:
                self.tried_at = now
                self.fetch(now)
            if now - self.fetched_at >= self.STALE or kid not in self.keys:
                raise Refused("no such key")
            return self.keys[kid]

    def fetch(self, now):
        try:
            keys = self.fetch_keys()["keys"]
            usable = [key for key in keys if key.get("kty") == "EC" and key.get("crv") == "P-256"]
            self.keys = {key["kid"]: jwt.PyJWK(key, algorithm="ES256") for key in usable}
            self.fetched_at = now
        except (OSError, ValueError, LookupError, jwt.PyJWTError) as error:
            log.error("The keys of assertions cannot be fetched: %s", error)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch_json(url):
    with urllib.request.build_opener(NoRedirect).open(url, timeout=3) as response:
        return json.load(response)


def seconds(claims, name):
    """A claim in seconds, or what compares as false with everything."""
    value = claims.get(name)
    return value if type(value) is int else math.nan
