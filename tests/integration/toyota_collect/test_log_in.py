"""Who may not be in: no account of jobs or of the demo, nobody after the last day; and which pages of allauth answer."""

from datetime import date

import pytest
from django.test import override_settings
from django.urls import NoReverseMatch, reverse

from tests.factories.debtors import system_user, user
from toyota_collect.demo_accounts import create_demo_accounts
from toyota_collect.login import refusal
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
PASSWORD = "架空のパスワード-2026"


def test_a_session_ends_with_its_account(client):
    account = user(Role.LAWYER)
    client.force_login(account)
    assert client.get(reverse("lawyers:room")).status_code == 200
    account.active_until = date(2026, 11, 19)
    account.save()
    assert client.get(reverse("lawyers:room")).url.startswith("/accounts/login/")


def test_accounts_of_the_demo_are_refused_elsewhere(client):
    with override_settings(DEMO=True):
        accounts = create_demo_accounts(password=PASSWORD)
        assert [refusal(account) for account in accounts] == [""] * len(accounts)
    with override_settings(DEMO=False):
        assert all(map(refusal, accounts))
        client.post("/accounts/login/", {"login": "supervisor", "password": PASSWORD})
        assert "_auth_user_id" not in client.session


def test_nobody_is_in_as_a_job(client):
    job = system_user()
    assert not job.has_usable_password()
    client.force_login(job)
    assert client.get("/").url.startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["signup", "email", "password/reset", "password/set", "confirm-email", "login/code"])
def test_pages_nobody_needs_are_not_there(client, path):
    client.force_login(user(Role.COLLECTOR))
    assert client.get(f"/accounts/{path}/").status_code == 404


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password"])
def test_nothing_links_to_them(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(
    "name",
    ["account_change_password", "account_logout", "account_reauthenticate", "mfa_index", "mfa_activate_totp"],
)
def test_own_password_and_second_factor_answer(client, name):
    account = user(Role.COLLECTOR)
    client.post("/accounts/login/", {"login": account.username, "password": PASSWORD})
    assert client.get(reverse(name), follow=True).status_code == 200
