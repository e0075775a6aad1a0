"""WSGI middleware, for Flask and whatever else speaks WSGI."""

from http import HTTPStatus

from .verifier import Refused, Verifier, refusal


class OneLoginEdge:
    """Sets `one_login_edge.person` in the environment to who is asking, and refuses a request that does not prove it.

    On `public` paths requests without an assertion pass, and the person is None.
    """

    def __init__(self, app, **settings):
        self.app = app
        self.verifier = Verifier(**settings)

    def __call__(self, environ, start_response):
        try:
            path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
            path = path.encode("latin-1").decode("utf-8", "surrogateescape")
            person = self.verifier.admit(environ["REQUEST_METHOD"], path, environ.get("HTTP_ONE_LOGIN_ASSERTION"), environ.get("HTTP_ONE_LOGIN_IDENTITY"))
        except Refused as refused:
            status, kind, body = refusal(refused, environ.get("HTTP_ACCEPT"))
            headers = [("Cache-Control", "no-store"), ("Content-Type", kind), ("Content-Length", str(len(body)))]
            start_response(f"{status} {HTTPStatus(status).phrase}", headers)
            return [body]
        environ["one_login_edge.person"] = person
        return self.app(environ, start_response)
