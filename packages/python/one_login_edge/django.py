"""Django by WSGI and by ASGI: middleware, `request.user`, and levels for views.

    MIDDLEWARE = [..., "django.contrib.auth.middleware.AuthenticationMiddleware", "one_login_edge.django.Middleware"]
    AUTHENTICATION_BACKENDS = ["one_login_edge.django.Backend"]
    ONE_LOGIN_EDGE = {"issuer": "https://YOUR-HOST", "audience": "YOUR-ORIGIN-AUDIENCE", "public": ["/", "/static/*"]}

    request.one_login_edge["sub"]; request.user

The middleware follows `AuthenticationMiddleware`, which Django's admin asks for, and takes no user from a session. Views
with Django's own `login_not_required` are public too.
"""

import functools
import hashlib
from urllib.parse import quote

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject

from .verifier import Refused, Verifier, at_least, known_level, refusal


class Middleware:
    """Sets `request.one_login_edge` to who is asking and `request.user` to their user, and refuses other requests."""

    sync_capable = async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        self.verifier = Verifier(**settings.ONE_LOGIN_EDGE)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request):
        if iscoroutinefunction(self):
            return self.asynchronous(request)
        return self.admit(request) or self.get_response(request)

    async def asynchronous(self, request):
        return await sync_to_async(self.admit)(request) or await self.get_response(request)

    def admit(self, request):
        try:
            names = request.META.get("HTTP_ONE_LOGIN_ASSERTION"), request.META.get("HTTP_ONE_LOGIN_IDENTITY")
            person = self.verifier.person(request.method, request.path, *names)
        except Refused as refused:
            return answer(request, refused)
        request.one_login_edge = person
        request.user = SimpleLazyObject(lambda: user_of(request))
        request.auser = functools.partial(auser_of, request)
        return None

    def process_view(self, request, view, _arguments, _named):
        """Runs when Django has chosen the view, so that a decorator can make it public."""
        is_public = self.verifier.is_public(request.path) or not getattr(view, "login_required", True)
        if request.one_login_edge is None and not is_public:
            return answer(request, Refused("no_assertion"))
        return None


class Backend(ModelBackend):
    """Finds the user of a person, and makes one for a new person."""

    def authenticate(self, request, one_login_edge=None):
        user = self.find(one_login_edge) if one_login_edge else None
        return user if user and self.user_can_authenticate(user) else None

    def find(self, person):
        """The user of a person. Override it where users have another key than their user name."""
        users = get_user_model()
        return users._default_manager.get_or_create(**{users.USERNAME_FIELD: username(person["sub"])})[0]


def username(sub):
    """A name for a person that Django's admin takes: letters, digits, `.`, `_`, `-`, and `+3A` for a colon."""
    name = quote(sub, safe="").replace("%", "+").replace("~", "+7E")
    return name if len(name) <= 150 else hashlib.sha256(sub.encode()).hexdigest()


def require_level(level):
    """Refuses people below the level: `Cl`, `Cl.Cm`, `Cl.Cm.P1` or `Cl.Cm.P2`."""
    known_level(level)

    def refused_by(request):
        try:
            at_least(request.one_login_edge, level)
        except Refused as refused:
            return answer(request, refused)
        return None

    def decorate(view):
        if iscoroutinefunction(view):

            async def guarded(request, *arguments, **named):
                return refused_by(request) or await view(request, *arguments, **named)

        else:

            def guarded(request, *arguments, **named):
                return refused_by(request) or view(request, *arguments, **named)

        return functools.wraps(view)(guarded)

    return decorate


def user_of(request):
    if not hasattr(request, "_one_login_edge_user"):
        person = request.one_login_edge
        user = authenticate(request, one_login_edge=person) if person else None
        request._one_login_edge_user = user or AnonymousUser()
    return request._one_login_edge_user


async def auser_of(request):
    return await sync_to_async(user_of)(request)


def answer(request, refused):
    status, kind, body = refusal(refused, request.META.get("HTTP_ACCEPT"))
    return HttpResponse(body, status=status, content_type=kind, headers={"Cache-Control": "no-store"})
