"""Makes vectors.json: what every verifier must accept, and what it must refuse.

    python make_vectors.py            writes vectors.json
    python make_vectors.py --check    fails when vectors.json is not what would be written
    python make_vectors.py --now N    writes those of another moment to the standard output, for verifiers with a clock of their own

The keys follow from the texts below and protect nothing. Signatures are deterministic (RFC 6979), so the same vectors
come out every time. A refused request differs from an accepted one in a single thing, which its name tells, and which
its reason labels.
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

FILE = Path(__file__).with_name("vectors.json")
NOW = int(sys.argv[2]) if sys.argv[1:2] == ["--now"] else 1_790_000_000
ISSUER = "https://demo.example.gov.uk"
AUDIENCE = "https://origin.demo.example.gov.uk"
PUBLIC = ["/", "/open/*", "/robots.txt"]
ASSERTION = "One-Login-Assertion"
IDENTITY = "One-Login-Identity"
STAFF = "One-Login-Staff-Assertion"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An elliptic curve key that follows from a text."""

    def __init__(self, text, curve=None, alg="ES256", digest=None):
        self.curve = curve or ec.SECP256R1()
        self.alg = alg
        self.digest = digest or hashes.SHA256()
        self.size = (self.curve.key_size + 7) // 8
        self.private = ec.derive_private_key(int.from_bytes(hashlib.sha256(text.encode()).digest()[:31], "big"), self.curve)
        point = self.private.public_key().public_numbers()
        name = {256: "P-256", 384: "P-384"}[self.curve.key_size]
        x, y = (encoded(number.to_bytes(self.size, "big")) for number in (point.x, point.y))
        required = {"crv": name, "kty": "EC", "x": x, "y": y}
        self.kid = encoded(hashlib.sha256(json.dumps(required, separators=(",", ":")).encode()).digest())
        self.public = {**required, "use": "sig", "alg": alg, "kid": self.kid}

    def der(self, message):
        return self.private.sign(message.encode(), ec.ECDSA(self.digest, deterministic_signing=True))

    def raw(self, message):
        return b"".join(number.to_bytes(self.size, "big") for number in decode_dss_signature(self.der(message)))


FIRST = Key("one login at the edge: first key of the vectors")
SECOND = Key("one login at the edge: second key of the vectors")
STRANGER = Key("one login at the edge: an unpublished key")
OTHER_CURVE = Key("one login at the edge: a longer key", ec.SECP384R1(), "ES384", hashes.SHA384())
RSA = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa", "e": "AQAB", "n": encoded(b"\xc1" * 255 + b"\x01")}
PUBLISHED = {
    "first": [FIRST.public],
    "second": [SECOND.public],
    "both": [FIRST.public, SECOND.public, OTHER_CURVE.public, RSA],
}

WITHOUT = object()
HEADER = {"alg": "ES256", "typ": "one-login-assertion+jwt", "kid": FIRST.kid}
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "urn:fdc:gov.uk:2022:VtcZjnU4Sif2oyJZola3OkN0e3Jeku1cIMN38rFlhU4",
    "sid": "AAECAwQFBgcICQoLDA0ODw",
    "vot": "Cl.Cm",
    "auth_time": NOW - 600,
    "session_exp": NOW + 3_600,
    "iat": NOW - 5,
    "exp": NOW + 60,
}
KNOWN = {
    "coreIdentity": {
        "name": [{"nameParts": [{"type": "GivenName", "value": "Siân"}, {"type": "FamilyName", "value": "Ŵyn-O’Neill"}]}],
        "birthDate": [{"value": "1984-02-29"}],
    },
    "address": [{"postalCode": "CF10 3NQ", "addressLocality": "CAERDYDD", "addressCountry": "GB"}],
}


def changed(base, changes):
    return {name: value for name, value in {**base, **changes}.items() if value is not WITHOUT}


def part(value):
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return encoded(text.encode())


def unsigned(header=None, claims=None):
    return f"{part(changed(HEADER, header or {}))}.{part(changed(CLAIMS, claims or {}) if isinstance(claims, (dict, type(None))) else claims)}"


def token(header=None, claims=None, key=FIRST):
    message = unsigned(header, claims)
    return f"{message}.{encoded(key.raw(message))}"


def second(header=None, claims=None, key=FIRST):
    """The second statement, with identity claims that did not fit into the assertion."""
    base = {"vot": WITHOUT, "auth_time": WITHOUT, "session_exp": WITHOUT, **KNOWN}
    return token({"typ": "one-login-identity+jwt", **(header or {})}, {**base, **(claims or {})}, key)


def headers(*pairs):
    return [list(pair) for pair in pairs]


def with_assertion(*arguments, **named):
    return headers((ASSERTION, token(*arguments, **named)))


def person(claims=None, identity=None):
    claims = changed(CLAIMS, claims or {})
    return {**{name: claims.get(name) for name in ("sub", "sid", "vot", "email")}, "identity": identity}


VECTORS = []

# Every label, with the status of its answer.
REASONS = {
    "no_assertion": 401,
    "malformed": 401,
    "wrong_algorithm": 401,
    "wrong_type": 401,
    "critical_extension": 401,
    "unknown_key": 401,
    "keys_unavailable": 503,
    "wrong_signature": 401,
    "wrong_issuer": 401,
    "wrong_audience": 401,
    "wrong_request": 401,
    "expired": 401,
    "made_ahead": 401,
    "incomplete": 401,
    "session_over": 401,
    "wrong_identity": 401,
    "level_too_low": 403,
}


def vector(name, sent, outcome, who=None, path="/account", now=NOW, level=None, method="GET", bound=False, **more):
    assert all(name != other["name"] for other in VECTORS), name
    made = {"name": name, "now": now, "method": method, "path": path, "bound": bound, "headers": sent, "outcome": outcome, **more}
    made = made if level is None else {**made, "level": level}
    VECTORS.append(made if who is None else {**made, "person": who})


def accepted(name, sent, who=None, **named):
    vector(name, sent, "accepted", who or person(), **named)


def refused(name, sent, reason, page=False, **named):
    sent = headers(("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")) + sent if page else sent
    vector(name, sent, "refused", reason=reason, status=REASONS[reason], page=page, **named)


def anonymous(name, sent, **named):
    vector(name, sent, "anonymous", **named)


def make_accepted():
    accepted("an assertion", with_assertion())
    accepted("the second of two published keys", with_assertion({"kid": SECOND.kid}, key=SECOND))
    accepted("where signing in is optional", with_assertion(), path="/open/page")
    accepted("one second before it ends", with_assertion(), now=CLAIMS["exp"] - 1)
    accepted("made ten seconds from now, because clocks differ", with_assertion(None, {"iat": NOW + 10}))
    accepted("without auth_time", with_assertion(None, {"auth_time": WITHOUT}))
    accepted("of a person who signed in again", with_assertion(None, {"reauth_time": NOW - 30}))
    accepted("with an unknown claim", with_assertion(None, {"colour": "green"}))
    email = {"email": "sian@example.gov.uk", "email_verified": True}
    accepted("with an e-mail address", with_assertion(None, email), person(email))
    beside = [("One-Login-Sub", "somebody-else"), ("X-Forwarded-User", "somebody-else"), ("Remote-User", "somebody-else")]
    accepted("with headers that name another person", headers(*beside) + with_assertion())
    anonymous("no header on a public page", [], path="/open/page")
    anonymous("other headers on a public page", headers(*beside), path="/open/page")
    refused("no header", [], "no_assertion")
    refused("only headers that anybody can write", headers(*beside), "no_assertion")


def make_paths():
    for path in ("/", "/robots.txt", "/open", "/open/", "/open/a/b.css", "/open/a%20b", "/open/page?next=/../account"):
        anonymous(f"no person at the public {path}", [], path=path)
    for path in (
        "/account", "/openly", "/OPEN/page", "/robots.txt/", "/robots.txt.bak", "/open/../account", "/open/./../account", "/open/..",
        "/open/%2e%2e/account", "/open/.%2E/account", "/open/..%2faccount", "/open/..%5Caccount", "/open//account", "//open/page",
        "/open/..;/account", "/open;x=1/page", "/open/%3B/account", "/open/%252e%252e/account", "/open/%00",
    ):
        refused(f"no person at {path}", [], "no_assertion", path=path)
    refused("no person, in a browser", [], "no_assertion", page=True)
    refused("no person, by a script that takes everything", headers(("Accept", "*/*")), "no_assertion")
    refused("no person, by a script that takes JSON", headers(("Accept", "application/json")), "no_assertion")
    refused("an assertion that is over, in a browser", with_assertion(None, {"exp": NOW}), "expired", page=True)


def make_levels():
    reached = ("Cl", "Cl.Cm", "Cl.Cm.P1", "Cl.Cm.P2")
    for index, wanted in enumerate(reached):
        for number, vot in enumerate(reached):
            sent = with_assertion(None, {"vot": vot})
            name = f"{vot} where {wanted} is required"
            if number >= index:
                accepted(name, sent, person({"vot": vot}), level=wanted)
            else:
                refused(name, sent, "level_too_low", level=wanted)
    for vot in ("P2", "Cl.Cm.P3", "cl.cm.p2", "Cl.Cm.P2 "):
        refused(f"the unknown level {vot!r} where Cl is required", with_assertion(None, {"vot": vot}), "level_too_low", level="Cl")
    refused("a level that is too low, in a browser", with_assertion(), "level_too_low", level="Cl.Cm.P2", page=True)
    refused("no person on a public page that requires a level", [], "no_assertion", level="Cl", path="/open/page")


def make_headers():
    one, two = token(), token(None, {"sub": "urn:fdc:gov.uk:2022:somebody-else"})
    refused("the same assertion twice", headers((ASSERTION, one), (ASSERTION, one)), "malformed")
    refused("two assertions", headers((ASSERTION, one), (ASSERTION, two)), "malformed")
    refused("two assertions in one header", headers((ASSERTION, f"{one}, {two}")), "malformed")
    refused("two assertions on a public page", headers((ASSERTION, one), (ASSERTION, two)), "malformed", path="/open/page")
    shapes = {
        "an empty header": "",
        "a word": "assertion",
        "a bearer's token": f"Bearer {one}",
        "two parts": one.rpartition(".")[0],
        "four parts": f"{one}.e30",
        "no header part": "." + one.partition(".")[2],
        "an unsigned token": unsigned({"alg": "none"}) + ".",
        "a padded signature": one + "==",
        "a line of JSON": json.dumps(CLAIMS),
        "a header that is not JSON": part("alg=ES256") + "." + one.partition(".")[2],
        "a header that is a list": part("[]") + "." + one.partition(".")[2],
    }
    for name, text in shapes.items():
        refused(name, headers((ASSERTION, text)), "malformed")
        refused(f"{name}, on a public page", headers((ASSERTION, text)), "malformed", path="/open/page")
    refused("more than 8,192 characters", with_assertion(None, {"colour": "g" * 6_200}), "malformed")
    refused("claims that are not JSON", with_assertion(None, "sub=me"), "malformed")
    refused("claims that are a list", with_assertion(None, "[1]"), "malformed")
    # Gson, with which Nimbus reads JSON, takes a list of pairs for an object.
    refused("claims that are a list of pairs", with_assertion(None, json.dumps([list(pair) for pair in CLAIMS.items()])), "malformed")
    pairs = part(json.dumps([list(pair) for pair in HEADER.items()]))
    refused("a header that is a list of pairs", headers((ASSERTION, pairs + "." + one.partition(".")[2])), "malformed")


def make_signatures():
    head, claims, signature = token().split(".")
    other_claims = token(None, {"sub": "urn:fdc:gov.uk:2022:somebody-else"}).split(".")[1]
    raw = FIRST.raw(f"{head}.{claims}")
    refused("claims of another assertion", headers((ASSERTION, f"{head}.{other_claims}.{signature}")), "wrong_signature")
    refused("another header over the signature", headers((ASSERTION, f"{part({**HEADER, 'x': 1})}.{claims}.{signature}")), "wrong_signature")
    for name, bad in {
        "a changed signature": raw[:-1] + bytes([raw[-1] ^ 1]),
        "a signature of zeros": bytes(64),
        "a signature that is cut": raw[:-1],
        "a signature that is too long": raw + b"\0",
        "a signature in DER": FIRST.der(f"{head}.{claims}"),
        "a signature of one byte": raw[:1],
    }.items():
        refused(name, headers((ASSERTION, f"{head}.{claims}.{encoded(bad)}")), "wrong_signature")
    refused("an empty signature", headers((ASSERTION, f"{head}.{claims}.")), "malformed")
    refused("a signature of an unpublished key", with_assertion(key=STRANGER), "wrong_signature")
    refused("a signature of the other published key", with_assertion(key=SECOND), "wrong_signature")


def make_token_headers():
    secret = json.dumps(FIRST.public).encode()
    for name, key in {"the public key": secret, "nothing": b""}.items():
        message = unsigned({"alg": "HS256"})
        mac = encoded(hmac.digest(key, message.encode(), "sha256"))
        refused(f"HS256 with {name} for a secret", headers((ASSERTION, f"{message}.{mac}")), "wrong_algorithm")
    refused("ES384 with a published key", with_assertion({"alg": "ES384", "kid": OTHER_CURVE.kid}, key=OTHER_CURVE), "wrong_algorithm")
    refused("ES256 in name with a longer key", with_assertion({"kid": OTHER_CURVE.kid}, key=OTHER_CURVE), "unknown_key")
    for reason, changes in {
        "wrong_algorithm": {
            "no algorithm": {"alg": WITHOUT},
            "an algorithm in small letters": {"alg": "es256"},
            "an algorithm that is a list": {"alg": ["ES256"]},
        },
        "wrong_type": {
            "no type": {"typ": WITHOUT},
            "the type JWT": {"typ": "JWT"},
            "the type in capital letters": {"typ": "ONE-LOGIN-ASSERTION+JWT"},
            "the type as a media type": {"typ": "application/one-login-assertion+jwt"},
            "the type of the second statement": {"typ": "one-login-identity+jwt"},
            "the type of an access token": {"typ": "at+jwt"},
        },
        "critical_extension": {
            "a critical extension": {"crit": ["exp"], "exp": NOW + 60},
            "a critical extension of RFC 7797": {"crit": ["b64"], "b64": False},
            "a critical extension that changes nothing": {"crit": ["b64"], "b64": True},
            "an empty list of critical extensions": {"crit": []},
        },
        "unknown_key": {
            "no kid": {"kid": WITHOUT},
            "an empty kid": {"kid": ""},
            "a kid that is a number": {"kid": 1},
            "an unpublished kid": {"kid": STRANGER.kid},
            "the kid of an RSA key": {"kid": "rsa"},
        },
    }.items():
        for name, header in changes.items():
            refused(name, with_assertion(header), reason)
    refused("a key in the token, under its own kid", with_assertion({"kid": STRANGER.kid, "jwk": STRANGER.public}, key=STRANGER), "unknown_key")
    refused("a key in the token, under a published kid", with_assertion({"jwk": STRANGER.public}, key=STRANGER), "wrong_signature")
    address = {"kid": STRANGER.kid, "jku": "https://evil.example/"}
    refused("an address of keys in the token", with_assertion(address, key=STRANGER), "unknown_key")


def make_claims():
    for reason, changes in {
        "wrong_issuer": {
            "no issuer": {"iss": WITHOUT},
            "another issuer": {"iss": "https://other.example.gov.uk"},
            "the issuer with a slash": {"iss": ISSUER + "/"},
            "a list of issuers": {"iss": [ISSUER]},
            "issuer and audience exchanged": {"iss": AUDIENCE, "aud": ISSUER},
        },
        "wrong_audience": {
            "no audience": {"aud": WITHOUT},
            "another audience": {"aud": "https://other.example.gov.uk"},
            "a list of audiences": {"aud": [AUDIENCE]},
        },
        "expired": {"over": {"exp": NOW - 1}, "over in this second": {"exp": NOW}},
        "made_ahead": {"made more than ten seconds from now": {"iat": NOW + 11}},
        "incomplete": {
            "no end": {"exp": WITHOUT},
            "an end that is a text": {"exp": str(NOW + 60)},
            "an end that is true": {"exp": True},
            "no beginning": {"iat": WITHOUT},
            "no end of the session": {"session_exp": WITHOUT},
            "no subject": {"sub": WITHOUT},
            "an empty subject": {"sub": ""},
            "a subject that is a number": {"sub": 7},
            "no session": {"sid": WITHOUT},
            "an empty session": {"sid": ""},
            "no level": {"vot": WITHOUT},
        },
        "session_over": {"the session is over": {"session_exp": NOW}},
    }.items():
        for name, claims in changes.items():
            refused(name, with_assertion(None, claims), reason)
    refused("over, on a public page", with_assertion(None, {"exp": NOW - 1}), "expired", path="/open/page")


def make_identities():
    here = {"identity_claims": "here", "vot": "Cl.Cm.P2", **KNOWN}
    there = {"identity_claims": "header", "vot": "Cl.Cm.P2"}
    accepted("an identity in the assertion", with_assertion(None, here), person(here, KNOWN))
    for word in ("gone", "too_large"):
        claims = {"identity_claims": word, "vot": "Cl.Cm.P2"}
        accepted(f"an identity that is {word}", with_assertion(None, claims), person(claims))
    code = {"identity_claims": "here", "returnCode": [{"code": "A"}]}
    accepted("a return code in place of an identity", with_assertion(None, code), person(code, {"returnCode": [{"code": "A"}]}))

    def beside(identity, claims=there):
        return with_assertion(None, claims) + headers((IDENTITY, identity))

    accepted("an identity in the second header", beside(second()), person(there, KNOWN))
    accepted("an identity on a public page", beside(second()), person(there, KNOWN), path="/open/page")
    refused("only the second header", headers((IDENTITY, second())), "wrong_identity")
    refused("only the second header, on a public page", headers((IDENTITY, second())), "wrong_identity", path="/open/page")
    refused("a second header that should be there", with_assertion(None, there), "wrong_identity")
    refused("a second header that was not announced", beside(second(), {}), "wrong_identity")
    refused("a second header with claims in the assertion", beside(second(), here), "wrong_identity")
    refused("the second header twice", beside(second()) + headers((IDENTITY, second())), "malformed")
    refused("an assertion in the second header", beside(token(None, KNOWN)), "wrong_type")
    refused("an empty second header", beside(""), "malformed")
    refused("an identity with a changed signature", beside(second()[:-4] + "AAAA"), "wrong_signature")
    refused("an unsigned identity", beside(second({"alg": "none"}).rpartition(".")[0] + "."), "malformed")
    refused("an identity signed with an unpublished key", beside(second(key=STRANGER)), "wrong_signature")
    refused("an identity with a critical extension", beside(second({"crit": ["exp"]})), "critical_extension")
    for name, (claims, reason) in {
        "another person's identity": ({"sub": "urn:fdc:gov.uk:2022:somebody-else"}, "wrong_identity"),
        "an identity without a subject": ({"sub": WITHOUT}, "wrong_identity"),
        "an identity of another session": ({"sid": "Dw4NDAsKCQgHBgUEAwIBAA"}, "wrong_identity"),
        "an identity that is over": ({"exp": NOW}, "expired"),
        "an identity for another audience": ({"aud": "https://other.example.gov.uk"}, "wrong_audience"),
        "an identity of another issuer": ({"iss": "https://other.example.gov.uk"}, "wrong_issuer"),
    }.items():
        refused(name, beside(second(None, claims)), reason)


def make_bound():
    asked = {"method": "POST", "path": "/account/licence%20a?part=1", "bound": True}
    bound = {"htm": "POST", "htu": ISSUER + "/account/licence%20a"}
    there = {"identity_claims": "header", "vot": "Cl.Cm.P2"}
    accepted("bound to the request", with_assertion(None, bound), **asked)
    other = {**asked, "bound": False}
    accepted("bound to another request, where that is not asked for", with_assertion(None, {**bound, "htm": "GET"}), **other)
    identity = headers((IDENTITY, second(None, bound)))
    accepted("bound, with an identity that is bound too", with_assertion(None, {**there, **bound}) + identity, person(there, KNOWN), **asked)
    for name, changes in {
        "not bound": {"htm": WITHOUT, "htu": WITHOUT},
        "bound only to a path": {"htm": WITHOUT},
        "bound only to a method": {"htu": WITHOUT},
        "bound to another method": {"htm": "GET"},
        "bound to a method in small letters": {"htm": "post"},
        "bound to a list of methods": {"htm": ["POST"]},
        "bound to another path": {"htu": ISSUER + "/account/licence%20b"},
        "bound to the beginning of the path": {"htu": ISSUER + "/account"},
        "bound to more than the path": {"htu": ISSUER + "/account/licence%20a/"},
        "bound to a path in capital letters": {"htu": ISSUER + "/ACCOUNT/licence%20a"},
        "bound to the path with its query": {"htu": ISSUER + asked["path"]},
        "bound to the path without the host": {"htu": "/account/licence%20a"},
        "bound to another host": {"htu": "https://other.example.gov.uk/account/licence%20a"},
        "bound to a list of paths": {"htu": [ISSUER + "/account/licence%20a"]},
    }.items():
        claims = {**bound, **changes}
        refused(name, with_assertion(None, claims), "wrong_request", **asked)
        if name in ("not bound", "bound to another path"):
            identity = headers((IDENTITY, second(None, claims)))
            refused(f"an identity that is {name}", with_assertion(None, {**there, **bound}) + identity, "wrong_request", **asked)
    refused("not bound, on a public page", with_assertion(), "wrong_request", path="/open/page", bound=True)


def make_staff():
    """Statements about staff, which the edge signs with the same key: nobody of the public is named there."""
    public = {name: WITHOUT for name in ("sid", "vot", "auth_time", "session_exp")}
    claims = {**public, "iss": "staff:" + ISSUER, "sub": "7335d417-61da-459d-899c-0a01c76a2f94", "email": "user@example.com"}
    header = {"typ": "one-login-staff-assertion+jwt"}
    program = {**claims, "sub": WITHOUT, "email": WITHOUT, "common_name": "e367826f93b8d71185e03fe518aff3b4.access"}
    for name, named in {"staff": claims, "a program of staff": program}.items():
        refused(f"a statement about {name} in the place of an assertion", with_assertion(header, named), "wrong_type")
        refused(f"a statement about {name} with an assertion's type", with_assertion(None, named), "wrong_issuer")
        refused(f"a statement about {name} in its own header", headers((STAFF, token(header, named))), "no_assertion")
    refused("a statement about staff with all that an assertion has but the issuer", with_assertion(None, {"iss": "staff:" + ISSUER}), "wrong_issuer")
    own = headers((STAFF, token(header, claims)))
    anonymous("a statement about staff in its own header, on a public page", own, path="/open/page")
    accepted("an assertion, with a statement about staff in its own header", with_assertion() + own)


def make_sequences():
    """What is fetched when: a verifier that knows nothing yet is asked at these times, one after the other."""

    def step(after, published, outcome, fetches, key=FIRST, kid=None):
        now = NOW + after
        claims = {"iat": now - 5, "exp": now + 60, "session_exp": now + 3_600}
        made = {"now": now, "headers": with_assertion({"kid": kid or key.kid}, claims, key=key)}
        named = {} if outcome == "accepted" else {"reason": outcome, "status": REASONS[outcome], "page": False}
        outcome = "refused" if named else outcome
        return {**made, "method": "GET", "path": "/account", "published": published, "outcome": outcome, **named, "fetches": fetches}

    return [
        {"name": "keys are kept for five minutes", "steps": [
            step(0, "first", "accepted", True), step(1, "first", "accepted", False),
            step(299, None, "accepted", False), step(300, "first", "accepted", True),
        ]},
        {"name": "a new key is fetched at once, but not more often than every ten seconds", "steps": [
            step(0, "first", "accepted", True), step(5, "both", "unknown_key", False, SECOND),
            step(10, "both", "accepted", True, SECOND), step(11, "both", "accepted", False),
        ]},
        {"name": "made-up keys cause one request in ten seconds", "steps": [
            step(0, "first", "accepted", True), step(20, "first", "unknown_key", True, STRANGER),
            step(21, "first", "unknown_key", False, STRANGER), step(29, "first", "unknown_key", False, STRANGER),
            step(29, "first", "accepted", False), step(30, "first", "unknown_key", True, STRANGER),
        ]},
        {"name": "a key that is withdrawn is of no use after five minutes", "steps": [
            step(0, "both", "accepted", True), step(299, "second", "accepted", False),
            step(300, "second", "unknown_key", True), step(301, "second", "accepted", False, SECOND),
        ]},
        {"name": "known keys go on for an hour when they cannot be fetched", "steps": [
            step(0, "first", "accepted", True), step(400, None, "accepted", True), step(401, None, "accepted", False),
            step(3_599, None, "accepted", True), step(3_600, None, "keys_unavailable", False),
            step(3_610, None, "keys_unavailable", True), step(3_620, "first", "accepted", True),
        ]},
        {"name": "a clock that is set back causes one request, and no key is missed for it", "steps": [
            step(0, "first", "accepted", True), step(-3_600, "both", "accepted", True, SECOND),
            step(-3_599, "both", "accepted", False, SECOND), step(-7_200, None, "accepted", True),
            step(-7_190, "first", "accepted", True),
        ]},
        {"name": "a token has to name its key, even if there is only one", "steps": [
            step(0, "first", "accepted", True), step(1, "first", "unknown_key", False, kid=WITHOUT),
        ]},
        {"name": "without keys no assertion is believed", "steps": [
            step(0, None, "keys_unavailable", True), step(9, "first", "keys_unavailable", False), step(10, "first", "accepted", True),
        ]},
    ]


def document():
    for make in (make_accepted, make_paths, make_levels, make_headers, make_signatures, make_token_headers, make_claims, make_identities, make_bound, make_staff):
        make()
    return {
        "about": "Made by make_vectors.py. See docs/verify-the-assertion.md.",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "public": PUBLIC,
        "published": {name: {"keys": keys} for name, keys in PUBLISHED.items()},
        "vectors": VECTORS,
        "sequences": make_sequences(),
    }


def main():
    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    if sys.argv[1:2] == ["--now"]:
        sys.stdout.write(text)
    elif sys.argv[1:] == ["--check"]:
        if FILE.read_text(encoding="utf-8") != text:
            sys.exit("vectors.json is not what make_vectors.py makes; run it without --check")
    else:
        FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
