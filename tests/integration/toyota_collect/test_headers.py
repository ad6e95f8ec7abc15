"""Headers of every class of answer: pages, parts, files, errors, static files; in the demo and as in production."""

import os
import re
import subprocess
import sys

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from tests.factories.debtors import person, user
from toyota_collect import urls
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Permission, Role, require

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@require(Permission.HOME)
def breaks(request: HttpRequest) -> HttpResponse:
    raise ValueError


urlpatterns = [*urls.urlpatterns, path("breaks/", breaks, name="breaks")]
handler500 = urls.handler500

# address (or the name of a view), status, what it is
ANSWERS = [
    pytest.param("debtors:search", 200, "text/html", id="page"),
    pytest.param("debtors:person", 200, "text/html", id="person"),
    pytest.param("debtors:panel-contact", 200, "text/html", id="part of a page"),
    pytest.param("home", 302, "", id="redirect"),
    pytest.param("users:index", 403, "text/html", id="403"),
    pytest.param("/no-such-page/", 404, "text/html", id="404"),
    pytest.param("/breaks/", 500, "text/html", id="500"),
    pytest.param("healthz", None, "application/json", id="health"),
    pytest.param("metrics", 404, "text/html", id="metrics without a token"),
    pytest.param("claims:board-pdf", 200, "application/pdf", id="PDF"),
    pytest.param("claims:board-csv", 200, "text/csv", id="CSV"),
    pytest.param("manual", 200, "text/html", id="manual"),
    pytest.param("account_login", 302, "", id="log-in"),
    pytest.param("/static/js/app.js", 200, "text/javascript", id="static"),
    pytest.param("/static/nothing.js", 404, "text/html", id="static, missing"),
]


@pytest.mark.parametrize(("address", "status", "kind"), ANSWERS)
def test_every_answer_has_them(address, status, kind):
    client = Client(raise_request_exception=False)
    client.force_login(user(Role.SUPERVISOR if "board" in address else Role.COLLECTOR))
    number = [person().number] if address in {"debtors:person", "debtors:panel-contact"} else []
    answer = client.get(address if address.startswith("/") else reverse(address, args=number))
    assert status in {None, answer.status_code}
    assert answer.headers.get("Content-Type", "").startswith(kind)
    answer.close()  # a static file is still open
    told = answer.headers
    policy = told["Content-Security-Policy"]
    assert "default-src 'none'" in policy.split("; ")
    assert "unsafe" not in policy
    assert re.findall(r"(\S+-src)[^;]* data:", policy) == ["img-src"]
    assert told["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in policy.split("; ")
    assert told.get("X-Frame-Options") == (None if answer.status_code == 200 and "/static/" in address else "DENY")
    assert told["Referrer-Policy"] == "same-origin"
    assert told["Cross-Origin-Opener-Policy"] == "same-origin"
    assert told["Cross-Origin-Resource-Policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{32}", told["X-Request-ID"])
    permissions = told["Permissions-Policy"]
    for never in ("camera", "microphone", "geolocation", "usb", "payment"):
        assert f"{never}=()" in permissions
    for own in ("publickey-credentials-get", "publickey-credentials-create"):
        assert f"{own}=(self)" in permissions
    kept = told["Cache-Control"]
    assert ("max-age" in kept) if address == "/static/js/app.js" else ("no-store" in kept)
    for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin"):
        assert name not in told


def test_a_refused_form_and_a_wrong_host_have_them_too(client, settings):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user(Role.COLLECTOR))
    refused = strict.post("/accounts/logout/")
    wrong = client.get("/people/", headers={"Host": "evil.example"})
    assert (refused.status_code, wrong.status_code) == (403, 400)
    for answer in (refused, wrong):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Permissions-Policy" in answer.headers
        assert "Content-Security-Policy" in answer.headers


PRODUCTION = """
import django
django.setup()
from django.conf import settings
from django.middleware.csrf import get_token
from django.http import HttpResponse
from django.test import Client, RequestFactory
client = Client()
answer = client.get("/healthz", headers={"Host": "collect.example"})
print(answer.headers.get("Strict-Transport-Security"))
plain = client.get("/people/", headers={"Host": "collect.example"})
print(plain.status_code, plain.headers["Location"], plain.headers["Cache-Control"])
page = client.get("/people/", secure=True, headers={"Host": "collect.example"})
print(page.headers["Strict-Transport-Security"])
for name in ("SESSION", "CSRF"):
    told = [getattr(settings, f"{name}_COOKIE_{part}") for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")]
    print(*told)
print(settings.LOG_FORMAT, settings.MESSAGE_STORAGE.rpartition(".")[2])
"""


def test_production_speaks_tls_only_and_its_cookies_belong_to_one_host(tmp_path):
    kept = {name: value for name, value in os.environ.items() if name not in {"DEMO", "DEBUG", "HTTPS", "SECRET_KEY"}}
    (tmp_path / "key").write_text("x" * 60 + "\n")
    given = {
        "SECRET_KEY_FILE": str(tmp_path / "key"),
        "ALLOWED_HOSTS": "collect.example",
        "STATIC_ROOT": str(tmp_path),
        "TC_STATE": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", PRODUCTION], env=kept | given, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "None",
        "301 https://collect.example/people/ no-store",
        "max-age=31536000; includeSubDomains; preload",
        "__Host-session True True Lax / None",
        "__Host-csrf True True Strict / None",
        "json SessionStorage",
    ]


@pytest.mark.parametrize(
    ("behind", "named", "address"),
    [
        pytest.param(True, "10.1.2.3", "10.1.2.3", id="whom the proxy saw"),
        pytest.param(True, "6.6.6.6, 10.1.2.3", "10.1.2.3", id="the last, for the first is what somebody claimed"),
        pytest.param(True, "2001:db8::1", "2001:db8::1", id="IPv6"),
        pytest.param(True, "nobody", "127.0.0.1", id="no address"),
        pytest.param(True, "", "127.0.0.1", id="asked from inside"),
        pytest.param(False, "10.1.2.3", "127.0.0.1", id="no proxy of ours: believed to nobody"),
    ],
)
def test_the_access_log_names_whom_the_proxy_saw(settings, behind, named, address):
    settings.BEHIND_PROXY = behind
    client = Client()
    client.force_login(user(Role.COLLECTOR))
    client.get(reverse("debtors:person", args=[person().number]), headers={"X-Forwarded-For": named})
    assert AccessLog.objects.get().address == address
