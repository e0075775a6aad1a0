"""What Flask needs beside the WSGI middleware.

    app.wsgi_app = OneLoginEdge(app.wsgi_app, issuer="https://YOUR-HOST", audience="YOUR-ORIGIN-AUDIENCE")

    @app.get("/apply")
    @require_level("Cl.Cm.P2")
    def apply():
        return person()["sub"]
"""

import functools

from flask import Response, request

from .verifier import Refused, at_least, known_level, refusal


def person():
    """Who is asking, or None on a public page."""
    return request.environ["one_login_edge.person"]


def require_level(level):
    """Refuses people below the level: `Cl`, `Cl.Cm`, `Cl.Cm.P1` or `Cl.Cm.P2`."""
    known_level(level)

    def decorate(view):
        @functools.wraps(view)
        def guarded(*arguments, **named):
            try:
                at_least(person(), level)
            except Refused as refused:
                status, kind, body = refusal(refused, request.headers.get("Accept"))
                return Response(body, status, {"Cache-Control": "no-store"}, content_type=kind)
            return view(*arguments, **named)

        return guarded

    return decorate
