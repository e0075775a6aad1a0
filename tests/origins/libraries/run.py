"""Shows a table of what the JWT libraries check by their defaults, and with the line that corrects them.

    python3 run.py [LANGUAGE ...]            prints the table
    python3 run.py --check [LANGUAGE ...]    fails when a row is not that of the page
    python3 run.py --all [LANGUAGE ...]      prints each answer too

Each folder has a program in one language with pinned libraries, which get assertions of this moment that differ from a
good one in a single thing. A library gets the right key and the algorithm, and no other option that its documentation
does not demand. The table is that of docs/verify-the-assertion.md.

The languages are installed already, with their package managers and Python's `cryptography`; the libraries come from
the registries, into a folder that is removed again. RUBYLIB and COMPOSER_AUTOLOAD name a ruby-jwt and an autoloader of
your own.
"""

import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "packages"))
import make_vectors as vectors
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LATE = (5, 40, 90, 150, 330)


CHECKED = ("iss", "aud", "typ", "no exp", "no sub", "crit")

# The option without which a library refuses a good assertion, and the options that were run.
LINES = {
    "jose": ("", '`{ algorithms: ["ES256"], issuer, audience, typ, requiredClaims: ["exp", "iat", "sub"] }`'),
    "jsonwebtoken": ("", '`{ algorithms: ["ES256"], issuer, audience, maxAge: 70 }`'),
    "fast-jwt": ("", '`{ algorithms: ["ES256"], allowedIss, allowedAud, checkTyp, requiredClaims: ["exp", "iat", "sub"] }`'),
    "hono": ("`typ`", "`verifyWithJwks` with `allowedAlgorithms` and `verification: { typ, iss, aud, iat: false }`"),
    "PyJWT": ("`audience`", '`issuer=…, audience=…, options={"require": ["exp", "iat", "sub"], "verify_iat": False, "strict_aud": True}`'),
    "Authlib": ("", '`JsonWebToken(["ES256"]).decode(token, key, claims_options={"iss": {"essential": True, "value": …}, "exp": {"essential": True}, …}).validate(leeway=10)`'),
    "joserfc": ("", '`algorithms=["ES256"]`, and `JWTClaimsRegistry(leeway=10, iss={"essential": True, "value": …}, exp={"essential": True}, …)`'),
    "josepy": ("", "none: it reads no claims"),
    "python-jose": ("`audience`", '`issuer=…, audience=…, options={"require_exp": True, "require_iat": True, "require_sub": True}`'),
    "jwcrypto": ("", '`JWT(algs=["ES256"], check_claims={"iss": …, "aud": …, "exp": None, "iat": None, "sub": None})`, then `leeway = 0`, then `deserialize`'),
    "nimbus-jose-jwt": ("its type", '`DefaultJOSEObjectTypeVerifier`, and `DefaultJWTClaimsVerifier(audience, exactMatch, Set.of("exp", "iat", "sub"))` with `setMaxClockSkew(0)`'),
    "java-jwt": ("", '`withIssuer`, `withAudience`, `withClaimPresence("exp")`, `withClaimPresence("sub")`, `acceptIssuedAt(10)`'),
    "jjwt": ("", "`requireIssuer`, `requireAudience`"),
    "jose4j": ("`setExpectedAudience`", "`setExpectedIssuer`, `setExpectedAudience`, `setExpectedType(true, …)`, `setRequireExpirationTime`, `setRequireSubject`, `setIssuedAtRestrictions(10, 70)`"),
    "golang-jwt": ("", '`WithValidMethods`, `WithIssuer`, `WithAudience`, `WithExpirationRequired`'),
    "go-jose": ("", "`ParseSigned` with ES256, `ValidateWithLeeway(Expected{Issuer: …, AnyAudience: …, Time: …}, 10*time.Second)`"),
    "jwx": ("", '`WithIssuer`, `WithAudience`, `WithRequiredClaim("exp")`, `WithRequiredClaim("sub")`, `WithResetValidators(true)`, `WithValidator(IsExpirationValid())`'),
    "go-oidc": ("`SupportedSigningAlgs`", '`SupportedSigningAlgs: []string{"ES256"}`'),
    "jsonwebtoken (Rust)": ("`set_audience`", '`leeway = 0`, `set_issuer`, `set_audience`, `set_required_spec_claims(&["exp", "iss", "aud", "sub"])`'),
    "ruby-jwt": ("", '`algorithm: "ES256", iss:, verify_iss: true, aud:, verify_aud: true, required_claims: %w[exp iat sub]`'),
    "firebase/php-jwt": ("", "`JWT::$leeway = 10`; compare `iss`, `aud` and `exp` yourself"),
    "web-token/jwt-library": ("", '`HeaderCheckerManager` with `AlgorithmChecker` and `IsEqualChecker("typ", …)`; `ClaimCheckerManager` with `IssuerChecker`, `AudienceChecker`, `ExpirationTimeChecker($clock)`, `IssuedAtChecker($clock, 10)`, and `check($claims, ["iss", "aud", "exp", "iat", "sub"])`'),
    "lcobucci/jwt": ("", "`LooseValidAt($clock, new DateInterval('PT10S'))`, `IssuedBy`, `PermittedFor`"),
}


def tokens():
    now = int(time.time())
    vectors.CLAIMS.update(auth_time=now - 600, session_exp=now + 3_600, iat=now - 5, exp=now + 600)
    pem = vectors.FIRST.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    without = vectors.WITHOUT
    made = {
        "good": vectors.token(),
        "iat 8 s ahead": vectors.token(None, {"iat": now + 8}),
        "iss": vectors.token(None, {"iss": "https://another.example"}),
        "aud": vectors.token(None, {"aud": "https://another.example"}),
        "typ": vectors.token({"typ": "at+jwt"}),
        "no exp": vectors.token(None, {"exp": without}),
        "no iat": vectors.token(None, {"iat": without}),
        "far iat": vectors.token(None, {"iat": now + 3_600}),
        "no sub": vectors.token(None, {"sub": without}),
        "crit": vectors.token({"crit": ["example"], "example": 1}),
        **{f"late {late}": vectors.token(None, {"exp": now - late, "iat": now - 400}) for late in LATE},
    }
    return {"tokens": made, "pem": pem, "jwk": vectors.FIRST.public, "issuer": vectors.ISSUER, "audience": vectors.AUDIENCE}


# Each has the commands that fetch and compile, and the one that judges a file of tokens.
COMPOSER = [] if "COMPOSER_AUTOLOAD" in os.environ else [["composer", "install", "--no-interaction", "--quiet"]]
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--target", "lib", "--only-binary", ":all:", "--requirement", "requirements.txt"]
LANGUAGES = {
    "Node": ([["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]], ["node", "libraries.js"]),
    "Python": ([PIP], ["env", "PYTHONPATH=lib", sys.executable, "libraries.py"]),
    "Java": ([["mvn", "-q", "-B", "-Dstyle.color=never", "dependency:copy-dependencies", "-DoutputDirectory=lib"]], ["java", "-cp", "lib/*", "Libraries.java"]),
    "Go": ([["go", "build", "-o", "libraries", "."]], ["./libraries"]),
    "Rust": ([["cargo", "build", "--quiet", "--locked", "--target-dir", "target"]], ["target/debug/libraries"]),
    "Ruby": ([], ["ruby", "libraries.rb"]),
    "PHP": (COMPOSER, [os.environ.get("PHP", "php"), "libraries.php"]),
}


def answers(language):
    prepare, judge = LANGUAGES[language]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / language
        shutil.copytree(HERE / language.lower(), folder)
        for command in prepare:
            subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        # Only now, because they are about this moment.
        (folder / "given.json").write_text(json.dumps(tokens()), encoding="utf-8")
        said = subprocess.run([*judge, "given.json"], cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout
        found = collections.defaultdict(lambda: collections.defaultdict(dict))
        for line in said.splitlines():
            library, way, label, said = line.split("\t")
            found[library][way][label] = said
        return found


def late(said):
    """How late an `exp` is taken, of those that were tried."""
    taken = [number for number in LATE if said[f"late {number}"] == "taken"]
    return "any" if len(taken) == len(LATE) else f"{max(taken, default=0)} s"


def row(library, ways):
    bare, default = ways.get("bare", ways["default"]), ways["default"]
    mended = ways.get("mended", default)
    name = library.rpartition(" ")[0]
    needed, line = LINES[name]
    good = "taken" if bare["good"] == "taken" else f"refused without {needed}"
    assert default["good"] == "taken" and mended["good"] == "taken", library
    who = lambda label: "itself" if default[label] != "taken" else "option" if mended[label] != "taken" else "**you**"
    ahead = "taken" if default["iat 8 s ahead"] == "taken" else "option" if mended["iat 8 s ahead"] == "taken" else "refused"
    lateness = late(default) if late(default) == late(mended) else f"{late(default)}; option {late(mended)}"
    cells = [library, good, *map(who, CHECKED), lateness, ahead, line]
    return "| " + " | ".join(cells) + " |"


def main():
    page = (HERE.parents[2] / "docs/verify-the-assertion.md").read_text(encoding="utf-8").splitlines()
    wanted = [name.lower() for name in sys.argv[1:] if not name.startswith("-")]
    print("| library | a good one | `iss` | `aud` | `typ` | no `exp` | no `sub` | unknown `crit` | late `exp` | `iat` 8 s ahead | the option |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for language in LANGUAGES:
        if wanted and language.lower() not in wanted:
            continue
        for library, ways in answers(language).items():
            print(row(library, ways), flush=True)
            if "--check" in sys.argv and row(library, ways) not in page:
                sys.exit("this row is not in docs/verify-the-assertion.md")
            if "--all" in sys.argv:
                for way, said in ways.items():
                    for label, answer in said.items():
                        print("    ", way, label, answer, sep="\t")


if __name__ == "__main__":
    main()
