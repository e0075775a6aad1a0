"""What Django has beyond the vectors: users, its admin, CSRF behind the edge, and a test client that signs people in."""

import asyncio
import unittest

from services import settings  # configures Django
from django.contrib.auth import get_user_model
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.checks import run_checks
from django.test import AsyncClient, Client, override_settings

from one_login_edge.django import require_level, username
from one_login_edge.testing import TestEdge

EDGE = TestEdge("https://service.example.gov.uk", "https://service.example.gov.uk")
SUB = "urn:fdc:gov.uk:2022:VtcZjnU4Sif2oyJZola3OkN0e3Jeku1cIMN38rFlhU4="


class OfDjango(unittest.TestCase):
    def setUp(self):
        changed = override_settings(ONE_LOGIN_EDGE={**EDGE.settings, "public": ["/open/*"]})
        changed.enable()
        self.addCleanup(changed.disable)

    def test_a_person_has_the_same_user_every_time_by_wsgi_and_by_asgi(self):
        headers = EDGE.headers(sub=SUB)
        first = Client().get("/account", headers=headers).json()["user"]
        self.assertEqual(first, "urn+3Afdc+3Agov.uk+3A2022+3AVtcZjnU4Sif2oyJZola3OkN0e3Jeku1cIMN38rFlhU4+3D")
        self.assertEqual(get_user_model().objects.filter(username=first).count(), 1)
        self.assertEqual(Client().get("/account", headers=headers).json()["user"], first)

    def test_a_user_is_found_in_an_asynchronous_view(self):
        answer = asyncio.run(AsyncClient().get("/later", headers=EDGE.headers(sub=SUB)))
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.json()["user"].startswith("urn+3Afdc"))

    def test_the_admin_takes_the_name_of_a_user_and_lets_staff_in(self):
        self.assertIsNone(UnicodeUsernameValidator()(username(SUB)))
        self.assertEqual(len({username(sub) for sub in ("a:b", "a+3Ab", "a.b", "a~b", "x" * 151)}), 5)
        self.assertLessEqual(len(username("ŵ" * 200)), 150)
        self.assertEqual([check for check in run_checks() if check.id.startswith("admin.")], [])
        headers = EDGE.headers(sub="urn:fdc:gov.uk:2022:staff")
        self.assertEqual(Client().get("/django-admin/", headers=headers).status_code, 302)
        get_user_model().objects.filter(username=username("urn:fdc:gov.uk:2022:staff")).update(is_staff=True, is_superuser=True)
        self.assertEqual(Client().get("/django-admin/", headers=headers).status_code, 200)

    def test_a_user_who_is_not_active_is_no_user(self):
        user = get_user_model().objects.create(username=username("urn:fdc:gov.uk:2022:left"), is_active=False)
        self.assertEqual(Client().get("/account", headers=EDGE.headers(sub="urn:fdc:gov.uk:2022:left")).json()["user"], "")
        user.delete()

    def test_a_view_that_says_so_is_public_and_no_session_of_djangos_is_a_sign_in(self):
        self.assertEqual(Client().get("/told/public").json()["person"], None)
        client = Client()
        client.force_login(get_user_model().objects.get_or_create(username="of-a-session")[0], "django.contrib.auth.backends.ModelBackend")
        self.assertEqual(client.get("/open/page").json()["user"], "")
        self.assertEqual(client.get("/account").status_code, 401)

    def test_a_form_posts_behind_an_edge_that_forwards_to_another_host(self):
        forwarded = {"X-Forwarded-Host": "service.example.gov.uk", "X-Forwarded-Proto": "https"}
        client = Client(enforce_csrf_checks=True, SERVER_NAME="origin.internal")
        token = "a" * 32
        client.cookies["csrftoken"] = token
        headers = {**EDGE.headers(), **forwarded, "Origin": "https://service.example.gov.uk", "X-CSRFToken": token}
        self.assertEqual(client.post("/account", headers=headers).status_code, 200)
        with override_settings(USE_X_FORWARDED_HOST=False):
            self.assertEqual(client.post("/account", headers=headers).status_code, 403, "without the setting it is refused")

    def test_a_level_that_is_none_is_a_mistake_in_the_code(self):
        with self.assertRaisesRegex(ValueError, "P2 is no level"):
            require_level("P2")


if __name__ == "__main__":
    assert settings.configured
    unittest.main()
