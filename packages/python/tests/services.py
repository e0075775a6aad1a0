"""A service that says who is asking, in each framework, and what it answers to the headers of a vector."""

import asyncio
import json
import logging
import tempfile
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import django
from django.conf import settings
from django.http import JsonResponse
from django.urls import path, re_path
from fastapi import Depends, FastAPI, Request
from flask import Flask

from one_login_edge import OneLoginEdge, asgi, at_least, Refused, refusal
from one_login_edge import flask as of_flask

logging.getLogger("one_login_edge").propagate = False
logging.getLogger("one_login_edge").addHandler(logging.NullHandler())
logging.getLogger("django").setLevel(logging.CRITICAL)
DIRECTORY = tempfile.TemporaryDirectory()

settings.configure(
    SECRET_KEY="of a test",
    ALLOWED_HOSTS=["service.example.gov.uk", "origin.internal", "testserver"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(DIRECTORY.name) / "of-the-tests"}},
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.messages", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "one_login_edge.django.Middleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                                           "django.contrib.messages.context_processors.messages"]},
    }],
    AUTHENTICATION_BACKENDS=["one_login_edge.django.Backend"],
    ONE_LOGIN_EDGE={"issuer": "https://service.example.gov.uk", "audience": "https://service.example.gov.uk"},
    USE_X_FORWARDED_HOST=True,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.core.management import call_command  # noqa: E402

from one_login_edge.django import require_level  # noqa: E402

call_command("migrate", verbosity=0)

NAMES = ("sub", "sid", "vot", "email", "identity")
LEVELS = {"level": None}


def shown(person):
    return {name: person.get(name) for name in NAMES} if person else None


def say(request):
    return JsonResponse({"person": shown(request.one_login_edge), "user": request.user.get_username()})


async def say_later(request):
    user = await request.auser()
    return JsonResponse({"person": shown(request.one_login_edge), "user": user.get_username()})


def at_a_level(request):
    return require_level(LEVELS["level"])(say)(request) if LEVELS["level"] else say(request)


async def at_a_level_later(request):
    return await (require_level(LEVELS["level"])(say_later)(request) if LEVELS["level"] else say_later(request))


urlpatterns = [
    path("django-admin/", admin.site.urls),
    path("told/public", login_not_required(say)),
    re_path(r"^later", at_a_level_later),
    re_path(r"", at_a_level),
]


def joined(headers):
    """As every server of WSGI does with a header that comes twice."""
    names = dict.fromkeys(name for name, _ in headers)
    return {name: ",".join(value for other, value in headers if other == name) for name in names}


def answered(status, kind, body):
    """The outcome of an answer."""
    if status == 200:
        person = json.loads(body)
        person = person.get("person") if person and "person" in person else person
        return {"outcome": "accepted", "person": person} if person else {"outcome": "anonymous"}
    page = kind == "text/html; charset=utf-8"
    assert page or kind == "application/problem+json", kind
    reason = body.split("<code>")[1].split("<")[0] if page else json.loads(body)["reason"]
    return {"outcome": "refused", "reason": reason, "status": status, "page": page}


def wsgi(options, level=None):
    def app(environ, start_response):
        try:
            person = environ["one_login_edge.person"]
            if level:
                at_least(person, level)
        except Refused as refused:
            status, kind, body = refusal(refused, environ.get("HTTP_ACCEPT"))
            start_response(f"{status} Refused", [("Content-Type", kind)])
            return [body]
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(shown(person)).encode()]

    app = OneLoginEdge(app, **options)

    def ask(target, headers, method="GET"):
        path = unquote_to_bytes(target.split("?")[0]).decode("latin-1")
        environ = {"REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path}
        environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in joined(headers).items()}
        status = []
        body = b"".join(app(environ, lambda line, headers: status.extend([int(line[:3]), dict(headers)["Content-Type"]])))
        return answered(*status, body.decode())

    return ask


def flask(options, level=None):
    app = Flask(__name__)
    app.wsgi_app = OneLoginEdge(app.wsgi_app, **options)
    app.url_map.merge_slashes = False
    view = lambda **_: json.dumps(shown(of_flask.person()))  # noqa: E731
    view = of_flask.require_level(level)(view) if level else view
    app.add_url_rule("/", "root", view, methods=["GET", "POST"])
    app.add_url_rule("/<path:rest>", "rest", view, methods=["GET", "POST"])

    def ask(target, headers, method="GET"):
        answer = app.test_client().open(target, method=method, headers=joined(headers))
        return answered(answer.status_code, answer.headers["Content-Type"], answer.text)

    return ask


def fastapi(options, level=None):
    app = FastAPI(dependencies=[Depends(asgi.require_level(level))] if level else [])
    app.add_middleware(asgi.OneLoginEdge, **options)

    @app.api_route("/{rest:path}", methods=["GET", "POST"])
    def say(request: Request):
        return shown(request.scope["one_login_edge.person"])

    def ask(target, headers, method="GET"):
        path, _, query = target.partition("?")
        scope = {"type": "http", "method": method, "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(),
                 "headers": [(name.lower().encode(), value.encode()) for name, value in headers], "server": ("service", 80), "scheme": "http"}
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        asyncio.run(app(scope, receive, send))
        kind = dict(sent[0]["headers"])[b"content-type"].decode()
        return answered(sent[0]["status"], kind, b"".join(message.get("body", b"") for message in sent[1:]).decode())

    return ask


def in_django(client):
    def service(options, level=None):
        from django.test import override_settings

        def ask(target, headers, method="GET"):
            LEVELS["level"] = level
            with override_settings(ONE_LOGIN_EDGE=options):
                answer = client()(method, target, joined(headers))
            return answered(answer.status_code, answer["Content-Type"], answer.content.decode())

        return ask

    return service


def synchronous():
    from django.test import Client

    return lambda method, target, headers: Client().generic(method, target, headers=headers)


def asynchronous():
    from django.test import AsyncClient

    return lambda method, target, headers: asyncio.run(AsyncClient().generic(method, target, headers=headers))


SERVICES = {
    "WSGI": wsgi,
    "Flask": flask,
    "FastAPI": fastapi,
    "Django by WSGI": in_django(synchronous),
    "Django by ASGI": in_django(asynchronous),
}
