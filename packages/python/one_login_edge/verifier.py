"""Verifies the assertion, whatever framework the request came through."""

import http.client
import json
import logging
import math
import re
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import jwt

TYPE = "one-login-assertion+jwt"
IDENTITY_TYPE = "one-login-identity+jwt"
IDENTITY_CLAIMS = ("coreIdentity", "address", "passport", "drivingPermit", "returnCode")
LEVELS = ("Cl", "Cl.Cm", "Cl.Cm.P1", "Cl.Cm.P2")
TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
TWO_READINGS = re.compile(r"(^|/)\.{1,2}(/|$)|//|[\\;\0]|%(2e|2f|5c|25|3b|00)", re.IGNORECASE)
LONGEST = 8_192  # characters
CLOCKS_DIFFER = 10  # seconds that this clock may be behind the edge's
PAGE = Path(__file__).with_name("refused.html").read_text(encoding="utf-8")
STATUS = {"keys_unavailable": 503, "level_too_low": 403}  # every other reason is 401
NOT_BY_PYJWT = ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub", "verify_jti")

log = logging.getLogger("one_login_edge")


class Refused(Exception):
    """Why a request is not believed: a label of docs/verify-the-assertion.md, and what helps to mend it."""

    def __init__(self, reason, detail=""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.status = STATUS.get(reason, 401)


def refusal(refused, accept):
    """The status, the content type and the body with which a request is refused; writes the one line about it."""
    log.error("one-login-edge: refused: %s", refused)
    if "text/html" in (accept or ""):
        return refused.status, "text/html; charset=utf-8", PAGE.replace("{reason}", refused.reason).encode()
    document = {"title": "The request was refused", "status": refused.status, "reason": refused.reason}
    return refused.status, "application/problem+json", json.dumps(document).encode()


def known_level(level):
    """The same level, unless it is none."""
    if level not in LEVELS:
        raise ValueError(f"{level} is no level")
    return level


def at_least(person, level):
    """Refuses a person below the level: `Cl`, `Cl.Cm`, `Cl.Cm.P1` or `Cl.Cm.P2`."""
    known_level(level)
    if person is None:
        raise Refused("no_assertion")
    if person["vot"] not in LEVELS[LEVELS.index(level) :]:
        raise Refused("level_too_low", f"{level} is required")


class Verifier:
    """Knows what a good assertion is, and which paths need none.

    With `bound` an assertion counts only for the method and path that it names, which the edge's `bind` has it name.
    """

    def __init__(self, issuer, audience, public=(), bound=False, fetch_keys=None, now=time.time):
        self.issuer = issuer
        self.audience = audience
        self.public = tuple(public)
        self.bound = bound
        self.now = now
        url = issuer + "/auth/assertion-jwks.json"
        self.keys = KeySet(fetch_keys or (lambda: fetch_json(url)), now, url)

    def is_public(self, path):
        """Whether a path needs no sign-in. One that servers read in two ways is never public."""

        def covers(rule):
            return path == rule[:-2] or path.startswith(rule[:-1]) if rule.endswith("/*") else path == rule

        return not TWO_READINGS.search(path) and any(map(covers, self.public))

    def admit(self, method, path, assertion, identity):
        """Who is asking for a path; None where that is public and the headers name no person."""
        person = self.person(method, path, assertion, identity)
        if person is None and not self.is_public(path):
            raise Refused("no_assertion")
        return person

    def person(self, method, path, assertion, identity):
        """The person whom the headers name. The path is decoded, as WSGI has it, and a text of UTF-8. A server joins headers that came twice with a comma, which no token has."""
        if assertion is None and identity is None:
            return None
        try:
            return self.named((method, path.encode("utf-8", "surrogateescape")), assertion, identity)
        except (jwt.PyJWTError, ValueError) as error:
            raise Refused("malformed", type(error).__name__) from None

    def named(self, asked, assertion, identity):
        if assertion is None:
            raise Refused("wrong_identity", "it came without an assertion")
        claims = self.verified(assertion, TYPE, asked)
        for name in ("sub", "sid", "vot"):
            if not isinstance(claims.get(name), str) or not claims[name]:
                raise Refused("incomplete", name)
        if whole(claims, "session_exp") <= self.now():
            raise Refused("session_over")
        source = claims
        if claims.get("identity_claims") == "header":
            if identity is None:
                raise Refused("wrong_identity", "it did not arrive")
            source = self.verified(identity, IDENTITY_TYPE, asked)
            if (source.get("sub"), source.get("sid")) != (claims["sub"], claims["sid"]):
                raise Refused("wrong_identity", "it belongs to another session")
        elif identity is not None:
            raise Refused("wrong_identity", "it was not announced")
        known = {name: source[name] for name in IDENTITY_CLAIMS if name in source}
        return {**claims, "identity": known or None}

    def verified(self, token, kind, asked):
        """The claims of a token of this kind."""
        if len(token) > LONGEST or not TOKEN.fullmatch(token):
            raise Refused("malformed", "not one token")
        header = json.loads(jwt.utils.base64url_decode(token.partition(".")[0]))
        if not isinstance(header, dict):
            raise Refused("malformed", "the header is no object")
        if header.get("alg") != "ES256":
            raise Refused("wrong_algorithm")
        if header.get("typ") != kind:
            raise Refused("wrong_type")
        if "crit" in header:
            raise Refused("critical_extension")
        key = self.keys.find(header.get("kid"))
        # PyJWT checks the signature only: what follows is stricter, and goes by one clock.
        only_signature = {"verify_signature": True, **dict.fromkeys(NOT_BY_PYJWT, False)}
        try:
            claims = jwt.decode(token, key, algorithms=["ES256"], options=only_signature)
        except jwt.InvalidSignatureError:
            raise Refused("wrong_signature") from None
        for name, expected, reason in (("iss", self.issuer, "wrong_issuer"), ("aud", self.audience, "wrong_audience")):
            if claims.get(name) != expected:
                raise Refused(reason, f"{json.dumps(expected)} is expected, it says {json.dumps(claims.get(name))}")
        if self.bound and asked != (claims.get("htm"), decoded(claims.get("htu"), self.issuer)):
            raise Refused("wrong_request")
        end, made, now = whole(claims, "exp"), whole(claims, "iat"), self.now()
        if end <= now:
            raise Refused("expired", f"{now - end:.0f} s ago by this clock")
        if made > now + CLOCKS_DIFFER:
            raise Refused("made_ahead", f"{made - now:.0f} s ahead of this clock")
        return claims


class KeySet:
    """The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched."""

    FRESH = 300
    STALE = 3_600
    BETWEEN_FETCHES = 10

    def __init__(self, fetch_keys, now, url):
        self.fetch_keys = fetch_keys
        self.now = now
        self.url = url
        self.lock = threading.Lock()
        self.keys = {}
        self.fetched_at = self.tried_at = -math.inf

    def find(self, kid):
        if not isinstance(kid, str) or not kid:
            raise Refused("unknown_key", "it names no key")
        with self.lock:
            now = self.now()
            if now < self.tried_at:
                # The clock was set back: the keys are due, and the moment of the last try says nothing.
                self.fetched_at = min(self.fetched_at, now - self.FRESH)
                self.tried_at = -math.inf
            satisfied = now - self.fetched_at < self.FRESH and kid in self.keys
            if not satisfied and now - self.tried_at >= self.BETWEEN_FETCHES:
                self.tried_at = now
                self.fetch(now)
            if now - self.fetched_at >= self.STALE:
                raise Refused("keys_unavailable", self.url)
            if kid not in self.keys:
                raise Refused("unknown_key", f"not at {self.url}")
            return self.keys[kid]

    def fetch(self, now):
        try:
            keys = self.fetch_keys()["keys"]
            usable = [key for key in keys if key.get("kty") == "EC" and key.get("crv") == "P-256"]
            self.keys = {key["kid"]: jwt.PyJWK(key, algorithm="ES256") for key in usable}
            self.fetched_at = now
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, AttributeError, jwt.PyJWTError) as error:
            log.error("one-login-edge: keys_unavailable: %s: %s", self.url, error)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch_json(url):
    """The JSON at an address that answers with 200; redirects are not followed."""
    # Python's own User-Agent is one that Cloudflare's Browser Integrity Check may refuse.
    headers = {"User-Agent": "one-login-edge-origin/1.0.0-rc.1 (python)", "Accept": "application/json"}
    with urllib.request.build_opener(NoRedirect).open(urllib.request.Request(url, headers=headers), timeout=3) as response:
        return json.load(response)


def decoded(address, issuer):
    """The path of an address of the service, decoded as the server decodes that of a request."""
    own = isinstance(address, str) and address.startswith(issuer + "/")
    return urllib.parse.unquote_to_bytes(address[len(issuer) :]) if own else None


def whole(claims, name):
    if type(claims.get(name)) is not int:
        raise Refused("incomplete", name)
    return claims[name]
