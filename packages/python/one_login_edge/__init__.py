"""Who is asking? Middleware for services behind One Login at the edge.

    application = OneLoginEdge(application, issuer="https://YOUR-HOST", audience="YOUR-ORIGIN-AUDIENCE", public=["/", "/assets/*"])

    request.environ["one_login_edge.person"]["sub"]

It believes the signed assertion and no other header. `asgi`, `django` and `flask` have what these frameworks need.
"""

from .verifier import LEVELS, Refused, Verifier, at_least, refusal
from .wsgi import OneLoginEdge

__all__ = ["LEVELS", "OneLoginEdge", "Refused", "Verifier", "at_least", "refusal"]
