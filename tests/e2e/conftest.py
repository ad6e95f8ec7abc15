"""A real browser before a real server: sign in as a role, and notice everything the page complains about."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from toyota_collect.models import Section, User
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PASSWORD = "kasa-to-nagagutsu-8"  # of people who exist only inside one test

SignIn = Callable[[Role], Page]


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    """WhiteNoise warns about a missing folder; tests serve the sources and collect nothing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium; name it in CHROMIUM")
    with sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, in which Django refuses the ORM although nothing is async.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        # Chromium's sandbox needs rights that containers and root do not give.
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--lang=ja-JP"])
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def complaints() -> list[str]:
    """Console messages and script errors of every page of the test, refusals of the CSP among them."""
    return []


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Callable[[], Page]]:
    """Give fresh, signed-out browsers whose addresses begin at the live server."""
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def open_one() -> Page:
        context = browser.new_context(base_url=live_server.url, locale="ja-JP", viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in(open_page: Callable[[], Page], live_server: LiveServer, transactional_db: None) -> SignIn:
    """Make a member of staff with the role and let them in; the log-in page has tests of its own (``test_log_in``)."""

    def as_role(role: Role) -> Page:
        section = Section.objects.first() if role == Role.SECTION_VIEWER else None
        rank = DecisionRank.DIRECTOR if role == Role.SUPERVISOR else ""
        facts = {"role": role, "display_name": f"{role.label} 一郎", "section": section, "decision_rank": rank}
        user, made = User.objects.get_or_create(username=role.value, defaults=facts)
        if made:
            user.set_password(PASSWORD)
            user.save()
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page = open_page()
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page.goto("/")
        page.wait_for_selector(".user-menu")
        page.wait_for_load_state("load")  # keys are heard from then on
        return page

    return as_role
