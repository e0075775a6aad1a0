"""ASGI middleware, for FastAPI, Starlette, Quart and whatever else speaks ASGI.

    app.add_middleware(OneLoginEdge, issuer="https://YOUR-HOST", audience="YOUR-ORIGIN-AUDIENCE", public=["/"])

    request.scope["one_login_edge.person"]["sub"]

    @app.get("/apply", dependencies=[Depends(require_level("Cl.Cm.P2"))])   # FastAPI
"""

import asyncio

from .verifier import Refused, Verifier, at_least, known_level, refusal


class OneLoginEdge:
    """Sets `one_login_edge.person` in the scope to who is asking, and refuses what does not prove it."""

    def __init__(self, app, **settings):
        self.app = app
        self.verifier = Verifier(**settings)

    async def __call__(self, scope, receive, send):
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        try:
            # Keys may have to be fetched, which must not hold up the loop.
            names = header(scope, b"one-login-assertion"), header(scope, b"one-login-identity")
            person = await asyncio.to_thread(self.verifier.admit, scope.get("method", "GET"), scope["path"], *names)
            return await self.app({**scope, "one_login_edge.person": person}, receive, send)
        except Refused as refused:
            return await refuse(scope, send, refused)


def require_level(level):
    """A dependency of FastAPI that refuses people below the level."""
    known_level(level)

    from starlette.requests import HTTPConnection

    def dependency(connection: HTTPConnection):
        at_least(connection.scope["one_login_edge.person"], level)

    return dependency


async def refuse(scope, send, refused):
    status, kind, body = refusal(refused, header(scope, b"accept"))
    if scope["type"] == "websocket":
        # A close before the accept is the 403 of a handshake.
        return await send({"type": "websocket.close", "code": 1008})
    headers = [(b"cache-control", b"no-store"), (b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def header(scope, name):
    values = [value.decode("latin-1") for other, value in scope["headers"] if other.lower() == name]
    return ",".join(values) if values else None
