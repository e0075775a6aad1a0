"""Runs the shared vectors through the middleware, in each framework. ONE_LOGIN_VECTORS names files of more."""

import http.server
import json
import logging
import os
import threading
import unittest
from pathlib import Path
from urllib.error import HTTPError

from services import SERVICES, wsgi

from one_login_edge.verifier import KeySet, Refused, fetch_json

SHARED = json.loads(Path(__file__).parents[2].joinpath("vectors.json").read_text(encoding="utf-8"))
OTHERS = [json.loads(Path(name).read_text(encoding="utf-8")) for name in os.environ.get("ONE_LOGIN_VECTORS", "").split(":") if name]
EXPECTED = ("outcome", "reason", "status", "page", "person")


class Lines(logging.Handler):
    """The lines that the package writes."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())

    def __enter__(self):
        logging.getLogger("one_login_edge").addHandler(self)
        return self.lines

    def __exit__(self, *_):
        logging.getLogger("one_login_edge").removeHandler(self)


class Vectors(unittest.TestCase):
    def test_every_vector_has_the_outcome_that_it_states_in_every_framework(self):
        for name, service in SERVICES.items():
            count = 0
            for document in [SHARED, *OTHERS]:
                settings = {name: document[name] for name in ("issuer", "audience", "public")}
                for vector in document["vectors"]:
                    options = {**settings, "bound": vector["bound"]}
                    keys = {"fetch_keys": lambda: document["published"]["both"], "now": lambda: vector["now"]}
                    with self.subTest(framework=name, vector=vector["name"]), Lines() as lines:
                        ask = service({**options, **keys}, vector.get("level"))
                        self.assertEqual(ask(vector["path"], vector["headers"], vector["method"]), {key: vector[key] for key in EXPECTED if key in vector})
                        self.assertEqual(len(lines), int("reason" in vector))
                        self.assertTrue(all(line.startswith(f"one-login-edge: refused: {vector['reason']}") for line in lines), lines)
                        self.assertNotIn("urn:fdc", "".join(lines))
                    count += 1
            print(f"{name}: {count}")
        print(f"vectors checked: {count}", flush=True)

    def test_keys_are_fetched_when_they_should_be_and_not_otherwise(self):
        for sequence in SHARED["sequences"]:
            fetched = []

            def fetch_keys():
                fetched.append(step["published"])
                if step["published"] is None:
                    raise OSError("this is part of the test")
                return SHARED["published"][step["published"]]

            ask = wsgi({"issuer": SHARED["issuer"], "audience": SHARED["audience"], "fetch_keys": fetch_keys, "now": lambda: step["now"]})
            for step in sequence["steps"]:
                fetched.clear()
                with Lines() as lines:
                    answer = ask(step["path"], step["headers"])
                got = answer["outcome"], answer.get("reason"), len(fetched)
                self.assertEqual(got, (step["outcome"], step.get("reason"), int(step["fetches"])), (sequence["name"], step["now"]))
                failed = [line for line in lines if line.startswith(f"one-login-edge: keys_unavailable: {SHARED['issuer']}/auth/assertion-jwks.json: ")]
                self.assertEqual(len(failed), int(step["fetches"] and step["published"] is None), "a line says which address failed")

    def test_keys_come_over_http_in_the_name_of_this_package_and_not_by_way_of_a_redirect(self):
        agents = []

        class Edge(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                agents.append(self.headers["User-Agent"])
                moved = self.path == "/moved"
                self.send_response(302 if moved else 200)
                if moved:
                    self.send_header("Location", "/keys")
                if self.path == "/cut-off":
                    self.send_header("Content-Length", "100000")
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
            cut_off = KeySet(lambda: fetch_json(base + "/cut-off"), lambda: 1_000, base)
            with Lines() as lines, self.assertRaises(Refused) as refused:
                cut_off.find("a")
            self.assertEqual(refused.exception.reason, "keys_unavailable")
            self.assertIn("IncompleteRead", "".join(lines))
            server.shutdown()
        self.assertEqual(agents, ["one-login-edge-origin/1.0.0-rc.1 (python)"] * 3)


if __name__ == "__main__":
    unittest.main()
