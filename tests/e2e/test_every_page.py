"""Every page of the product, for the roles that may open it: no violation of WCAG 2.2 AA found by axe, readable at 200 % zoom
without scrolling sideways, nothing asked of another host, a strict CSP.

Every page is opened by every role that may with ``--long``. Otherwise every third is, by the first role that may: what roles
share looks the same to all, and the journeys look at their pages, too.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, Response, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from pytest_django.live_server_helper import LiveServer

from tests.e2e import city
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import RULES, WIDTHS
from tests.test_manual import SCREENS
from tests.test_permissions import OWN_VIEWS
from toyota_collect.models import User
from toyota_collect.permissions import POLICY, Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ROLES = [role for role in Role if role != Role.SYSTEM]
HERE = Path(__file__).parent
# Pages of things that the city has not: the journey that makes one examines its page.
IN_JOURNEYS = {
    "claims:call": "test_desk",
    "claims:import-preview": "test_imports",
    "claims:import-preview-file": "test_imports",
    "debtors:extraction": "test_extractions",
    "debtors:extraction-edit": "test_extractions",
    "debtors:extraction-exported": "test_extractions",
    "notices:notice": "test_notice_kinds",
    "notices:pack": "test_consolidated_demand",
    "notices:public-notice": "test_returned_mail",
}
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEARD = ("error", "warning")
SAMPLED = 3  # the whole walk takes minutes
# What scrolls inside its own frame does not scroll the page.
SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def staff(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> dict[Role, User]:
    return city.staff(tmp_path, settings, monkeypatch)


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Callable[[User], Page]]:
    """Give a page that is signed in, without the log-in page; every request to another host is a complaint."""
    contexts = []

    def one(account: User) -> Page:
        client = Client()
        client.force_login(account)
        context = browser.new_context(base_url=live_server.url, locale="ja-JP", viewport={"width": 1440, "height": 900})
        contexts.append(context)
        value = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: complaints.append(f"{page.url} {said.text}") if said.type in HEARD else None)
        page.on("pageerror", lambda error: complaints.append(f"{page.url} {error}"))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((live_server.url, "data:")) else complaints.append(asked.url),
        )
        return page

    yield one
    for context in contexts:
        context.close()


def strict(answer: Response) -> bool:
    """Whether the page may load, run and send nothing but what is the product's own; images may be part of a style sheet."""
    parts = [part.split(None, 1) for part in answer.headers["content-security-policy"].split(";") if part.strip()]
    policy = {name: rest[0] if rest else "" for name, *rest in parts}
    return policy.items() >= STRICT.items() and not any("unsafe" in value or "*" in value for value in policy.values())


def examine(page: Page, path: str, *, every: bool) -> list[str]:
    """What is wrong with the page. Colours are the same at both widths: they are looked at once, unless ``every``."""
    page.set_viewport_size({"width": 1440, "height": 900})
    answer = page.goto(path)
    assert answer is not None, path
    if answer.status != 200:
        return [f"{path}: {answer.status}"]
    found = [] if strict(answer) else [f"{path}: {answer.headers['content-security-policy']}"]
    try:
        page.wait_for_selector("body[data-ready]")
        expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=20_000)
    except (AssertionError, PlaywrightTimeout):  # the other pages are examined all the same
        return [*found, f"{path}: not ready after 20 seconds"]
    page.evaluate(Axe().axe_script)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        colours = {"color-contrast": {"enabled": every or width == WIDTHS[0]}}
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"], "rules": colours}
        told = page.evaluate(f"axe.run({json.dumps(options)})")
        for rule in told["violations"]:
            found.append(f"{path} at {width}: {rule['id']}: {rule['nodes'][0]['html'][:200]}")
        if page.evaluate(SIDEWAYS):
            found.append(f"{path} at {width}: the page scrolls sideways")
    return found


def address(screen: str, places: dict[str, city.Address]) -> str:
    return reverse(screen, kwargs=places.get(screen))


def readers(screen: str) -> list[Role]:
    return [role for role in ROLES if OWN_VIEWS[screen].permission in POLICY[role]]


def walk(
    enter: Callable[[User], Page], staff: dict[Role, User], places: dict[str, city.Address], *, every: bool
) -> list[str]:
    found = []
    paths = {
        screen: address(screen, places) for screen in SCREENS if screen not in IN_JOURNEYS
    }  # of all, walked or not
    for role in ROLES:
        page = enter(staff[role])
        for screen in SCREENS if every else SCREENS[::SAMPLED]:
            who = readers(screen)
            if screen in IN_JOURNEYS or role not in (who if every else who[:1]):
                continue
            found += [f"{role}: {fault}" for fault in examine(page, paths[screen], every=every)]
        page.context.close()
    return found


def test_a_third_of_the_pages_is_accessible_and_keeps_to_itself(
    enter: Callable[[User], Page], staff: dict[Role, User], tmp_path: Path, complaints: list[str]
) -> None:
    places = city.build(tmp_path, staff)
    assert walk(enter, staff, places, every=False) == []
    assert complaints == []


@pytest.mark.long
def test_every_page_for_every_role(
    enter: Callable[[User], Page], staff: dict[Role, User], tmp_path: Path, complaints: list[str]
) -> None:
    places = city.build(tmp_path, staff)
    # What a role may open but a section's own claims do not allow is answered as missing.
    assert [fault for fault in walk(enter, staff, places, every=True) if not fault.endswith(": 404")] == []
    assert [line for line in complaints if "404" not in line] == []


def test_pages_that_the_city_has_not_are_examined_in_their_journeys() -> None:
    for screen, journey in IN_JOURNEYS.items():
        assert screen in SCREENS
        assert "assert faults(" in (HERE / f"{journey}.py").read_text(encoding="utf-8")


def test_pictures_of_pages_that_no_journey_shows(
    enter: Callable[[User], Page], staff: dict[Role, User], tmp_path: Path
) -> None:
    places = city.build(tmp_path, staff)
    supervisor, auditor, administrator = (
        enter(staff[role]) for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
    )
    supervisor.goto("/claims/board/")
    take(supervisor, "board")
    supervisor.goto("/claims/performance/")
    take(supervisor, "performance")
    supervisor.goto(address("claims:claim", places))
    take(supervisor, "claim")
    auditor.goto("/users/access-log/")
    take(auditor, "access_log")
    administrator.goto("/users/")
    take(administrator, "users")
