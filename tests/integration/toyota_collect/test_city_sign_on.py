"""職員の共通ログイン against a directory that answers as OpenID Connect says: it opens accounts there are, and makes none."""

import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.urls import reverse

from tests.factories.debtors import user
from toyota_collect.models import User
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Directory(BaseHTTPRequestHandler):
    """``who`` signs in; the token is ``meant_for`` one of the directory's applications."""

    who = "shokuin"
    meant_for = "tc"
    issuer = ""

    def do_GET(self):
        place = self.issuer
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1", "alg": "RS256"}
        answers = {
            "/.well-known/openid-configuration": {
                "issuer": place, "authorization_endpoint": f"{place}/authorize", "token_endpoint": f"{place}/token",
                "userinfo_endpoint": f"{place}/userinfo", "jwks_uri": f"{place}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/keys": {"keys": [public]},
            "/userinfo": {"sub": f"id-{self.who}", "preferred_username": self.who},
        }  # fmt: skip
        self.say(answers[self.path])

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        facts = {"iss": self.issuer, "aud": self.meant_for, "sub": f"id-{self.who}", "preferred_username": self.who}
        token = jwt.encode(facts | {"exp": time() + 60, "iat": time()}, KEY, "RS256", headers={"kid": "1"})
        self.say({"access_token": "synthetic", "token_type": "Bearer", "id_token": token})

    def say(self, answer):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def directory(settings):
    settings.DEMO, settings.BASE_DATE = True, date(2026, 11, 20)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Directory)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Directory.issuer, Directory.who, Directory.meant_for = f"http://127.0.0.1:{server.server_port}", "shokuin", "tc"
    settings.OIDC_SERVER = Directory.issuer
    app = {"provider_id": "city", "name": "共通ログイン", "client_id": "tc", "secret": "架空"}
    app["settings"] = {"server_url": Directory.issuer}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield Directory
    server.shutdown()
    server.server_close()


@pytest.fixture
def known(db):
    account = user(Role.LAWYER)
    User.objects.filter(pk=account.pk).update(username="shokuin")
    account.refresh_from_db()
    return account


def sign_in(client):
    """To the directory and back; what the log-in page says then."""
    away = client.post(reverse("openid_connect_login", args=["city"]))
    assert away.status_code == 302
    asked = parse_qs(urlsplit(away.url).query)
    assert "code_challenge" in asked  # PKCE
    back = reverse("openid_connect_callback", args=["city"])
    return client.get(back, {"code": "synthetic", "state": asked["state"][0]}, follow=True)


def test_the_log_in_page_offers_it_where_there_is_one(client, directory):
    assert "共通ログインを使う" in client.get(reverse("account_login")).content.decode()


def test_the_log_in_page_is_silent_where_there_is_none(client):
    assert "共通ログイン" not in client.get(reverse("account_login")).content.decode()


def test_an_account_there_is_opens(client, directory, known):
    for _ in range(2):  # the second time by what was kept of the first
        sign_in(client)
        assert int(client.session["_auth_user_id"]) == known.pk
        client.logout()
    assert SocialAccount.objects.get().user == known


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"is_active": False}, id="stopped"),
        pytest.param({"active_until": date(2026, 11, 19)}, id="after the last day"),
        pytest.param({"username": "betsu"}, id="of another name"),
    ],
)
def test_who_may_not_be_in_is_not(client, directory, known, change):
    User.objects.filter(pk=known.pk).update(**change)
    before = User.objects.count()
    page = sign_in(client).content.decode()
    assert "_auth_user_id" not in client.session
    assert "ログイン" in page
    assert User.objects.count() == before


def test_nobody_is_in_as_a_job(client, directory):
    directory.who = "system.print"
    assert "ジョブの利用者" in sign_in(client).content.decode()
    assert "_auth_user_id" not in client.session


def test_a_token_meant_for_another_application_opens_nothing(client, directory, known):
    directory.meant_for = "another"
    page = sign_in(client).content.decode()
    assert "_auth_user_id" not in client.session
    assert "確かめられませんでした" in page


def test_an_answer_that_nobody_asked_for_opens_nothing(client, directory, known):
    back = reverse("openid_connect_callback", args=["city"])
    page = client.get(back, {"code": "synthetic", "state": "made up"}, follow=True).content.decode()
    assert "_auth_user_id" not in client.session
    assert "確かめられませんでした" in page


def test_the_second_factor_stays_ours(client, directory, known, settings):
    settings.DEMO = False
    sign_in(client)
    assert client.get(reverse("lawyers:room")).url == reverse("mfa_activate_totp")
