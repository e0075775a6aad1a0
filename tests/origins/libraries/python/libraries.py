import json
import sys
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")
import authlib.jose
import joserfc.jwk
import joserfc.jwt
import josepy
import jwcrypto.jwk
import jwcrypto.jwt
import jose.jwt
import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

GIVEN = json.load(open(sys.argv[1], encoding="utf-8"))
PEM, ISSUER, AUDIENCE = GIVEN["pem"], GIVEN["issuer"], GIVEN["audience"]
NEEDED = {name: {"essential": True} for name in ("exp", "iat", "sub")}
CLAIMS = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": AUDIENCE}, **NEEDED}
KEY = joserfc.jwk.ECKey.import_key(PEM)
SIGNED = josepy.JWKEC(key=load_pem_public_key(PEM.encode()))


def josepy_default(token):
    if not josepy.JWS.from_compact(token.encode()).verify(SIGNED):
        raise ValueError("signature")


def joserfc_default(token):
    found = joserfc.jwt.decode(token, KEY)
    joserfc.jwt.JWTClaimsRegistry().validate(found.claims)


def joserfc_mended(token):
    found = joserfc.jwt.decode(token, KEY, algorithms=["ES256"])
    joserfc.jwt.JWTClaimsRegistry(leeway=10, **CLAIMS).validate(found.claims)


def jwcrypto_mended(token):
    found = jwcrypto.jwt.JWT(algs=["ES256"], check_claims={"iss": ISSUER, "aud": AUDIENCE, "exp": None, "iat": None, "sub": None})
    found.leeway = 0
    found.deserialize(token, jwcrypto.jwk.JWK.from_pem(PEM.encode()))


# As the documentation begins; with what a good token needs besides, where that is something; and corrected.
LIBRARIES = {
    "PyJWT": (
        lambda token: jwt.decode(token, PEM, algorithms=["ES256"]),
        lambda token: jwt.decode(token, PEM, algorithms=["ES256"], audience=AUDIENCE),
        lambda token: jwt.decode(token, PEM, algorithms=["ES256"], issuer=ISSUER, audience=AUDIENCE, options={"require": list(NEEDED), "verify_iat": False, "strict_aud": True}),
    ),
    "Authlib": (
        lambda token: authlib.jose.jwt.decode(token, PEM).validate(),
        lambda token: authlib.jose.JsonWebToken(["ES256"]).decode(token, PEM, claims_options=CLAIMS).validate(leeway=10),
    ),
    "joserfc": (joserfc_default, joserfc_mended),
    "josepy": (josepy_default,),
    "python-jose": (
        lambda token: jose.jwt.decode(token, PEM, algorithms=["ES256"]),
        lambda token: jose.jwt.decode(token, PEM, algorithms=["ES256"], audience=AUDIENCE),
        lambda token: jose.jwt.decode(token, PEM, algorithms=["ES256"], issuer=ISSUER, audience=AUDIENCE, options={"require_exp": True, "require_iat": True, "require_sub": True}),
    ),
    "jwcrypto": (
        lambda token: jwcrypto.jwt.JWT(jwt=token, key=jwcrypto.jwk.JWK.from_pem(PEM.encode())),
        jwcrypto_mended,
    ),
}

for name, ways in LIBRARIES.items():
    for way, verify in zip(("bare", "default", "mended") if len(ways) == 3 else ("default", "mended"), ways):
        for label, token in GIVEN["tokens"].items():
            try:
                verify(token)
                said = "taken"
            except Exception as error:
                said = f"refused {type(error).__name__}: {error}".replace("\n", " ")
            print(f"{name} {version(name)}", way, label, said, sep="\t")
