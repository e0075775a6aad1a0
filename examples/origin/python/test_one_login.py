"""Runs the shared vectors through the middleware. ONE_LOGIN_VECTORS names files of more."""

import http.server
import json
import logging
import os
import threading
import unittest
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote_to_bytes

from one_login import OneLogin, fetch_json

SHARED = json.loads(Path(__file__).parent.with_name("vectors.json").read_text(encoding="utf-8"))
OTHERS = [json.loads(Path(name).read_text(encoding="utf-8")) for name in os.environ.get("ONE_LOGIN_VECTORS", "").split(":") if name]


def service(**settings):
    """A service that says who is asking."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(environ["one_login.person"]).encode()]

    return OneLogin(app, **settings)


def ask(app, headers, request=None):
    request = request or {"method": "GET", "target": "/"}
    # As every WSGI server does with a path.
    path = unquote_to_bytes(request["target"].partition("?")[0]).decode("latin-1")
    environ = {"REQUEST_METHOD": request["method"], "SCRIPT_NAME": "", "PATH_INFO": path}
    for name, value in headers:
        # As every WSGI server does with a header that came before.
        name = "HTTP_" + name.upper().replace("-", "_")
        environ[name] = f"{environ[name]},{value}" if name in environ else value
    status = []
    body = b"".join(app(environ, lambda line, _: status.append(line)))
    if status == ["401 Unauthorized"] and body == b"":
        return "refused", None
    assert status == ["200 OK"], status
    person = json.loads(body)
    if person is None:
        return "nobody", None
    return "accepted", {name: person.get(name) for name in ("sub", "sid", "vot", "email", "identity")}


class Vectors(unittest.TestCase):
    def test_every_vector_has_the_outcome_that_it_states(self):
        count = 0
        for document in [SHARED, *OTHERS]:
            settings = {name: document[name] for name in ("issuer", "audience")}
            settings["fetch_keys"] = lambda: document["published"]["both"]
            for vector in document["vectors"]:
                bound = vector.get("bound", False)
                app = service(**settings, optional=vector["optional"], bound=bound, now=lambda: vector["now"])
                expected = vector["outcome"], vector.get("person")
                self.assertEqual(ask(app, vector["headers"], vector.get("request")), expected, vector["name"])
                count += 1
        print(f"vectors checked: {count}", flush=True)

    def test_keys_are_fetched_when_they_should_be_and_not_otherwise(self):
        logging.disable()
        for sequence in SHARED["sequences"]:
            fetched = []

            def fetch_keys():
                fetched.append(step["published"])
                if step["published"] is None:
                    raise OSError("this is part of the test")
                return SHARED["published"][step["published"]]

            app = service(issuer=SHARED["issuer"], audience=SHARED["audience"], fetch_keys=fetch_keys, now=lambda: step["now"])
            for step in sequence["steps"]:
                fetched.clear()
                outcome, _ = ask(app, step["headers"])
                self.assertEqual((outcome, len(fetched)), (step["outcome"], int(step["fetches"])), (sequence["name"], step["now"]))

    def test_keys_come_over_http_and_not_by_way_of_a_redirect(self):
        class Edge(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                moved = self.path != "/keys"
                self.send_response(302 if moved else 200)
                if moved:
                    self.send_header("Location", "/keys")
                self.end_headers()
                self.wfile.write(json.dumps(SHARED["published"]["both"]).encode())

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Edge) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            base = f"http://127.0.0.1:{server.server_port}"
            self.assertEqual(fetch_json(base + "/keys"), SHARED["published"]["both"])
            with self.assertRaises(HTTPError):
                fetch_json(base + "/moved")
            server.shutdown()


if __name__ == "__main__":
    unittest.main()
