"""A log-in ends after idle time, after hours in all, by the next log-in of the same person, and with the rights it was made for."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.debtors import user
from toyota_collect import sessions
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
ROOM = "/lawyers/room/"


@pytest.fixture(autouse=True)
def _second_factor_elsewhere(settings):
    settings.DEMO = True
    settings.ONE_SESSION = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1_800_000_000.0

    monkeypatch.setattr(sessions, "time", lambda: Clock.now)
    return Clock


@pytest.fixture
def signed_in(client, clock):
    client.force_login(user(Role.LAWYER))
    assert client.get(reverse("lawyers:room")).status_code == 200
    return client


def is_out(client, **headers):
    answer = client.get(reverse("lawyers:room"), **headers)
    return answer.status_code == 302 and answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("idle", "out"), [(1799, False), (1800, True)], ids=["a second before 30 minutes", "30 minutes"]
)
def test_idle_limit(signed_in, clock, idle, out):
    clock.now += idle
    assert is_out(signed_in) is out


def test_work_keeps_it_open_until_the_hours_are_over(signed_in, clock, settings):
    began = clock.now
    while clock.now + 1500 < began + settings.SESSION_COOKIE_AGE:
        clock.now += 1500
        assert not is_out(signed_in)
    clock.now = began + settings.SESSION_COOKIE_AGE
    assert is_out(signed_in)


def test_what_a_page_asks_by_itself_keeps_nothing_open(signed_in, clock):
    for _ in range(4):
        clock.now += 600
        signed_in.get("/lawyers/packets/1/progress/")
    assert is_out(signed_in)


def test_going_on_is_noted(signed_in, clock):
    for _ in range(4):
        clock.now += 1000
        assert signed_in.post(reverse("still-here")).status_code == 204


def test_the_log_in_page_says_why(signed_in, clock):
    clock.now += 1800
    page = signed_in.get(reverse("lawyers:room"), follow=True).content.decode()
    assert "30分間操作がなかったため、ログアウトしました" in page


def test_a_fragment_sends_the_whole_page_to_the_log_in(signed_in, clock):
    clock.now += 1800
    answer = signed_in.get(reverse("lawyers:room"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/accounts/login/")


def test_the_next_log_in_ends_the_former(clock):
    account = user(Role.LAWYER)
    first, second = Client(), Client()
    first.force_login(account)
    account.refresh_from_db()
    second.force_login(account)
    assert is_out(first)
    assert not is_out(second)


def test_everybody_may_use_the_accounts_of_the_demo_at_once(clock, settings):
    settings.ONE_SESSION = False
    account = user(Role.LAWYER)
    first, second = Client(), Client()
    first.force_login(account)
    second.force_login(account)
    assert not is_out(first)


def test_a_forged_session_of_another_key_is_out(signed_in):
    from toyota_collect.models import User

    User.objects.filter(role=Role.LAWYER).update(session_key="")  # as after a change of rights
    assert is_out(signed_in)
