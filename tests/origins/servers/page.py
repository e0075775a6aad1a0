# The page that a WSGI application serves: PEP 3333 takes it from PATH_INFO, below SCRIPT_NAME.

import json


def application(environ, start_response):
    names = {name: value for name, value in environ.items() if name.isupper() and isinstance(value, str)}
    answer = {
        "page": environ.get("PATH_INFO", "").encode("latin-1").decode(),
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "host": environ["HTTP_HOST"],
        "client": environ.get("REMOTE_ADDR", ""),
        "names": names,
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
