"""Assertions for a service's own tests, signed with a key that nothing outside the test believes.

    EDGE = TestEdge(issuer="https://YOUR-HOST", audience="YOUR-ORIGIN-AUDIENCE")

    app = OneLoginEdge(app, **EDGE.settings)                                        # WSGI and ASGI
    @override_settings(ONE_LOGIN_EDGE={**settings.ONE_LOGIN_EDGE, **EDGE.settings})     # Django

    client.get("/account", headers=EDGE.headers(vot="Cl.Cm.P2", email="sian@example.com"))
"""

import json
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


class TestEdge:
    """An edge with a key of its own."""

    __test__ = False  # no test case of pytest's

    def __init__(self, issuer, audience):
        self.private = ec.generate_private_key(ec.SECP256R1())
        key = {**json.loads(ECAlgorithm.to_jwk(self.private.public_key())), "kid": "test", "use": "sig", "alg": "ES256"}
        self.settings = {"issuer": issuer, "audience": audience, "fetch_keys": lambda: {"keys": [key]}}

    def headers(self, **claims):
        """The headers of a signed-in request; named claims replace others."""
        now = int(time.time())
        who = {"sub": "urn:fdc:gov.uk:2022:test", "sid": "dGVzdC1zZXNzaW9uLWlk", "vot": "Cl.Cm"}
        times = {"auth_time": now - 60, "session_exp": now + 3_600, "iat": now - 5, "exp": now + 60}
        usual = {"iss": self.settings["issuer"], "aud": self.settings["audience"], **who, **times}
        header = {"typ": "one-login-assertion+jwt", "kid": "test"}
        return {"One-Login-Assertion": jwt.encode({**usual, **claims}, self.private, "ES256", header)}
