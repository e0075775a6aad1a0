"""The package as it is published: built, put into an empty directory, and used there as the documentation says."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
EXAMPLE = '''
from flask import Flask
from one_login_edge import OneLoginEdge
from one_login_edge.flask import person, require_level
from one_login_edge.testing import TestEdge

edge = TestEdge("https://service.example.gov.uk", "https://service.example.gov.uk")
app = Flask(__name__)
app.wsgi_app = OneLoginEdge(app.wsgi_app, **edge.settings, public=["/"])

@app.get("/")
def front():
    return "open"

@app.get("/account")
@require_level("Cl.Cm")
def account():
    return person()["sub"]

client = app.test_client()
print(client.get("/").text, client.get("/account").status_code, client.get("/account", headers=edge.headers(sub="urn:example:sian")).text)
'''


class Installed(unittest.TestCase):
    def test_the_built_wheel_knows_a_person_in_a_new_example(self):
        with tempfile.TemporaryDirectory() as directory:
            def run(*arguments, **environment):
                command = [sys.executable, *arguments]
                done = subprocess.run(command, cwd=directory, env={**os.environ, **environment}, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                return done.stdout

            source = Path(directory, "source")
            self.copy(source)
            run("-m", "build", "--no-isolation", "--wheel", "--sdist", "--outdir", "dist", str(source))
            wheel, = Path(directory, "dist").glob("*.whl")
            run("-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--no-index", "--target", "installed", str(wheel))
            Path(directory, "example.py").write_text(EXAMPLE, encoding="utf-8")
            self.assertEqual(run("example.py", PYTHONPATH="installed").strip(), "open 401 urn:example:sian")

    def copy(self, target):
        """The tracked files: the build leaves its own in the directory."""
        for name in ["pyproject.toml", *(f"one_login_edge/{path.name}" for path in PACKAGE.glob("one_login_edge/*.*"))]:
            target.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            target.joinpath(name).write_bytes(PACKAGE.joinpath(name).read_bytes())


if __name__ == "__main__":
    unittest.main()
