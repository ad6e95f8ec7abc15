"""The manual for staff: every screen has its help, every role its page, and no picture is there that no test takes."""

import re
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.test import Client
from PIL import Image

from tests.e2e.pictures import MOST_BYTES, WIDTH
from tests.factories.debtors import user
from tests.test_permissions import OWN_VIEWS, ROWS, VIEWS
from toyota_collect import manual
from toyota_collect.permissions import POLICY, Role

HUMAN_ROLES = [role for role in Role if role != Role.SYSTEM]
# Parts of pages and files: what is asked for by a page, or handed out.
PARTS = (
    "*panel*", "*-pdf", "*-csv", "*-xlsx", "*-zip", "*progress", "*-paper", "*-document", "*-office-paper", "*-journal",
    "*-form", "*-bundle", "*:bundle", "*-picture", "lawyers:*-file",
    "claims:end-paper", "claims:end-sums", "claims:transfers", "claims:measure-notice", "claims:overpayment-notice", "claims:evidence-file", "claims:plan-preview",
    "notices:manifest", "notices:job", "notices:letter-fault", "notices:letter-charges", "notices:seal-*", "notices:pack-file",
    "home", "debtors:search-as-typed", "notices:progress", "claims:import-paid-totals",
)  # fmt: skip
PAGES_ENDING_LIKE_PARTS = {"notices:letter-form", "lawyers:bundle"}


def is_page(name: str) -> bool:
    """Whether the address shows a whole page."""
    part = any(fnmatchcase(name, pattern) for pattern in PARTS) and name not in PAGES_ENDING_LIKE_PARTS
    return name in ROWS and ROWS[name].method == "get" and not part


SCREENS = [name for name in ROWS if is_page(name)]


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_has_its_help(screen: str) -> None:
    patterns = chain.from_iterable(section.screens for page in manual.pages().values() for section in page.sections)
    assert any(fnmatchcase(screen, pattern) for pattern in patterns), "name it below a heading of docs/manual"
    readers = [role for role in HUMAN_ROLES if OWN_VIEWS[screen].permission in POLICY[role]]
    for role in readers:
        page, _, anchor = manual.help_for(screen, role).removeprefix("/manual/").partition("#")
        shown = manual.pages()[page.strip("/") or manual.INDEX]
        assert anchor in {section.anchor for section in shown.sections}


def test_a_section_speaks_of_screens_that_exist() -> None:
    for page in manual.pages().values():
        for pattern in chain.from_iterable(section.screens for section in page.sections):
            assert any(fnmatchcase(name, pattern) for name in VIEWS), (page.name, pattern)


def test_every_role_has_a_page_that_the_index_leads_to_and_that_says_what_is_missing() -> None:
    for role in HUMAN_ROLES:
        assert f'href="/manual/{role.value}/"' in manual.pages()[manual.INDEX].html
        assert "まだできないこと" in [section.title for section in manual.pages()[role].sections]


def test_the_own_page_comes_first() -> None:
    assert manual.help_for("notices:returns-receive", Role.PRINT_OPERATOR) == "/manual/print_operator/#返戻の受付"
    assert manual.help_for("notices:returns-receive", Role.COLLECTOR) == "/manual/collector/#返戻"
    assert manual.help_for("no:such", Role.COLLECTOR) == "/manual/"


def test_every_link_leads_to_a_heading() -> None:
    for page in manual.pages().values():
        for name, anchor in re.findall(r'href="/manual/(?:(\w+)/)?#([^"]+)"', page.html):
            assert unquote(anchor) in {
                manual.anchor(section.title) for section in manual.pages()[name or manual.INDEX].sections
            }
        for name in re.findall(r'href="/manual/(\w+)/', page.html):
            assert name in manual.pages()


def test_every_picture_is_shown_taken_by_a_test_and_small() -> None:
    shown = set(chain.from_iterable(page.pictures for page in manual.pages().values()))
    taken = [
        name
        for path in (Path(__file__).parent / "e2e").glob("test_*.py")
        for name in re.findall(r'\btake\(\w+, "([\w-]+)"\)', path.read_text(encoding="utf-8"))
    ]
    assert len(taken) == len(set(taken)), "two tests take one picture"
    assert shown == set(taken) == set(manual.pictures())
    for name, path in manual.pictures().items():
        with Image.open(path) as picture:
            assert (picture.width, picture.mode) == (WIDTH, "P"), name
        assert path.stat().st_size <= MOST_BYTES, name


@pytest.mark.django_db
def test_pages_and_pictures_are_shown_to_staff_alone() -> None:
    client = Client()
    assert client.get("/manual/").status_code == 302
    client.force_login(user(Role.LAWYER))
    page = client.get("/manual/collector/")
    assert "<h1>徴収担当</h1>" in page.content.decode()
    assert 'id="経過を記録する"' in page.content.decode()
    assert client.get("/manual/pictures/log.png").headers["Content-Type"] == "image/png"
    assert client.get("/manual/no_such/").status_code == 404
    assert client.get("/manual/pictures/no_such.png").status_code == 404
    assert 'href="/manual/lawyer/#弁護士の部屋"' in client.get("/lawyers/").content.decode()
