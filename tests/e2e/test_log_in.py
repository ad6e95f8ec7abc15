"""The way in: a wrong password, the second factor from its set-up to the next log-in, the way out."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page

from tests.e2e.conftest import PASSWORD, SignIn
from tests.e2e.test_accessibility import faults
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def code_of(secret: str, *, later: int = 0) -> str:
    """What an authenticator app shows now, or ``later`` half minutes from now."""
    counters = list(yield_hotp_counters_from_time())  # with those before and after that are let pass
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2 + later]))


def fill_log_in(page: Page, user: str, password: str) -> None:
    page.get_by_label("利用者名").fill(user)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="ログインする").click()


def test_wrong_password_says_so_and_keeps_the_name(open_page: Callable[[], Page]) -> None:
    page = open_page()
    page.goto("/people/")
    assert "/accounts/login/" in page.url
    fill_log_in(page, "nobody", "not-the-password")
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("利用者名").input_value() == "nobody"


def test_second_factor_from_set_up_to_the_next_log_in(sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(Role.LAWYER)
    page.goto("/accounts/2fa/totp/activate/")
    if page.get_by_role("heading", name="本人の確認").is_visible():
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="確認する").click()
    secret = page.locator(".entrance__secret").inner_text()
    assert page.locator(".entrance__qr").evaluate("image => image.naturalWidth > 0")
    page.get_by_label("6桁の番号").fill(code_of(secret))
    page.get_by_role("button", name="設定する").click()
    page.get_by_role("heading", name="予備の番号").wait_for()
    spare = page.locator(".entrance__codes li").first.inner_text()

    page.get_by_role("link", name="控えたので業務に進む").click()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="ログアウトする").click()
    page.goto("/accounts/login/")
    fill_log_in(page, Role.LAWYER.value, PASSWORD)
    page.get_by_role("heading", name="2段階認証").wait_for()
    page.get_by_label("6桁の番号（または予備の番号）").fill(spare)
    page.get_by_role("button", name="ログインする").click()
    page.wait_for_selector(".user-menu")
    assert complaints == []


def authenticator(page: Page) -> None:
    """A passkey device of this browser, whose owner agrees to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_passkey_from_its_registration_to_a_log_in_without_password(sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(Role.LAWYER)
    authenticator(page)
    page.goto("/accounts/2fa/webauthn/add/")
    if page.get_by_role("heading", name="本人の確認").is_visible():
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="確認する").click()
    page.get_by_label("名前（どの端末の鍵か）").fill("架空の端末")
    page.get_by_label("パスワードなしのログインにも使う").check()
    assert faults(page) == []
    page.get_by_role("button", name="登録する").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto("/accounts/2fa/webauthn/")
    assert page.get_by_role("rowheader", name="架空の端末").is_visible()
    assert faults(page) == []

    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="ログアウトする").click()
    page.goto("/accounts/login/")
    assert faults(page) == []
    page.get_by_role("button", name="パスキーで入る").click()
    page.wait_for_selector(".user-menu")

    page.goto("/accounts/logout/")
    page.get_by_role("button", name="ログアウトする").last.click()
    page.goto("/accounts/login/")
    fill_log_in(page, Role.LAWYER.value, PASSWORD)
    page.get_by_role("heading", name="2段階認証").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_selector(".user-menu")
    assert complaints == []
