"""Whatever is sent to whatever address by whatever role: it is answered, and never by a fault of ours.

Every request is chosen by its number and by nothing else. A failure prints the number, and ``FUZZ=<number>`` sends that
one request again, with the whole traceback of what was raised.
"""

import os
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.signals import got_request_exception
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.e2e import city
from tests.integration.toyota_collect import fuzzing, hostile
from tests.test_permissions import OWN_VIEWS, PUBLIC, ROWS, VIEWS
from toyota_collect.models import User
from toyota_collect.permissions import POLICY, Role

LIBRARIES = [name for name in VIEWS if name.startswith(("account_", "mfa_"))]
LEAVES = {"account_logout", "admin:logout"}  # the next request would be a stranger's
GUESSED = (
    "q",
    "page",
    "show",
    "kind",
    "claim",
    "claims",
    "reason",
    "pk",
    "day",
    "year",
    "month",
    "person",
    "firm",
    "state",
)
Asked = tuple[Role, fuzzing.Form]


class World:
    """Who asks, and the forms they found: the pages are opened once, before the first hostile request.

    Args:
        every: every role opens its pages, two addresses of each view, which takes a minute; else one role opens one.
    """

    def __init__(self, places: dict[str, city.Address], staff: dict[Role, User], *, every: bool) -> None:
        self.clients = {role: Client(raise_request_exception=False) for role in staff}
        for role, client in self.clients.items():
            client.force_login(staff[role])
        name = django_settings.SESSION_COOKIE_NAME
        self.sessions = {role: client.cookies[name].value for role, client in self.clients.items()}
        self.pages: list[tuple[Role, str]] = []
        self.forms: dict[str, list[Asked]] = defaultdict(list)  # by method and view
        taken: set[str] = set()
        for role in sorted(staff, key=lambda role: -len(POLICY[role])):
            self._walk(role, places, set() if every else taken, most=2 if every else 1)
            taken |= {fuzzing.name_of(path) for who, path in self.pages if who == role}
        shown = {key.split()[1] for key in self.forms} | taken
        for name in sorted(set(ROWS) - shown):
            self._add_unshown(name, places, asks=every)
        self.keys = sorted(self.forms)

    def _walk(self, role: Role, places: dict[str, city.Address], taken: set[str], *, most: int) -> None:
        """Open what the role may open, and what is linked from there; a view in ``taken`` was opened by another."""
        opened: dict[str, int] = defaultdict(int)
        met: dict[object, int] = defaultdict(int)
        waiting = [path for name in OWN_VIEWS if (path := _address(name, places))]
        waiting += [path for name in LIBRARIES if (path := _address(name, {}))]
        waiting += ["/admin/"] if role == Role.ADMINISTRATOR else []
        while waiting:
            path = waiting.pop(0).removeprefix(fuzzing.HOST).partition("#")[0]
            name = fuzzing.name_of(path)
            if not name or name in LEAVES or name in taken or opened[name] >= most or not _may(role, name):
                continue
            opened[name] += 1
            answer = self._quietly(self.clients[role].get, path)
            if answer.status_code != 200:
                continue
            self.pages.append((role, path))
            if not answer["Content-Type"].startswith("text/html"):
                continue
            page = fuzzing.Page(answer.content.decode(), path)
            waiting += page.links
            for form in page.forms:
                view = fuzzing.name_of(form.action)
                key = view, *sorted({name for name, _, _ in form.fields})
                met[key] += 1
                if view and view not in LEAVES and met[key] <= 2:
                    self.forms[f"{form.method} {view}"].append((role, form))

    def _add_unshown(self, name: str, places: dict[str, city.Address], *, asks: bool) -> None:
        """A view that no page of this city leads to is asked about rows that are there: such as it knows, if it is asked first."""
        post = ROWS[name].method == "post"
        found = fuzzing.unshown(OWN_VIEWS[name], post=post, addresses=partial(_at_row, name, places))
        roles = [role for role in self.clients if _may(role, name)]
        there = (one for one in found if not asks or self._quietly(self._empty, roles[0], one).status_code != 404)
        known = list(islice(there, 2)) or found[:1]
        self.forms[f"{'post' if post else 'get'} {name}"] += [(role, one) for role in roles for one in known]

    def _empty(self, role: Role, form: fuzzing.Form) -> Any:
        return fuzzing.send(self.clients[role], form.method, form.action, [], [])

    def _quietly(self, ask: Callable[..., Any], *arguments: Any) -> Any:
        with _undone():
            return ask(*arguments)

    def ask(self, number: int) -> str:
        """Send the request of that number. What is wrong with its answer, or ``""``."""
        random = Random(number)
        files: list[Any] = []
        told: list[str] = []
        if random.random() < 0.15:
            role, path = random.choice(self.pages)
            method = "get"
            names = random.sample(GUESSED, 3) + [part.partition("=")[0] for part in path.partition("?")[2].split("&")]
            pairs = [(name, hostile.value(random, random.choice(("text", "number", "date")))) for name in names]
        else:  # every view as often as another, however many forms lead to it
            role, form = random.choice(self.forms[random.choice(self.keys)])
            method, path, pairs = form.method, form.action, fuzzing.spoilt(form, random)
            if method == "post":
                files, told = fuzzing.files_for(form, random)
        path, _, query = path.removeprefix(fuzzing.HOST).partition("?")
        if random.random() < 0.12:
            path = fuzzing.moved(path, random)
        if query and random.random() < 0.7:
            path += f"?{query}"
        headers = {"HTTP_HX_REQUEST": "true"} if random.random() < 0.3 else {}
        self.clients[role].cookies[django_settings.SESSION_COOKIE_NAME] = self.sessions[role]
        with _undone(), _raised() as raised:
            answer = fuzzing.send(self.clients[role], method, path, pairs, files, **headers)
            fault = _fault(answer, raised)
        shown = [(name[:60], value[:60]) for name, value in pairs]
        return fault and f"FUZZ={number} {role} {method.upper()} {path[:300]} {shown} {told}\n    {fault}"


def _fault(answer: Any, raised: list[str]) -> str:
    if answer.status_code >= 500:
        return f"{answer.status_code} {' '.join(raised)}"
    try:
        if answer.streaming:
            b"".join(answer.streaming_content)
        connection.check_constraints()  # what a commit would check; nothing can be asked in a broken transaction
    except DatabaseError as error:
        return f"{answer.status_code}, and then {error!r}"
    return ""


@contextmanager
def _undone() -> Iterator[None]:
    """What a request wrote is taken back: each finds the same world, and can be sent again alone."""
    at = transaction.savepoint()
    try:
        yield
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(at)
        transaction.savepoint_commit(at)


@contextmanager
def _raised() -> Iterator[list[str]]:
    """What views let out, each in a line."""
    told: list[str] = []

    def hear(**_: Any) -> None:
        kind, error, trace = sys.exc_info()
        ours = [one for one in traceback.extract_tb(trace) if "site-packages" not in one.filename]
        places = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(ours[-4:]))
        told.append(f"{getattr(kind, '__name__', '')}: {str(error)[:200]} at {places}")
        if os.environ.get("FUZZ"):
            traceback.print_exc()

    got_request_exception.connect(hear)
    try:
        yield told
    finally:
        got_request_exception.disconnect(hear)


def _may(role: Role, name: str) -> bool:
    if name in OWN_VIEWS and name not in PUBLIC:
        return OWN_VIEWS[name].permission in POLICY[role]
    return name not in PUBLIC and (not name.startswith("admin:") or role == Role.ADMINISTRATOR)


def _address(name: str, places: dict[str, city.Address]) -> str:
    try:
        return reverse(name, kwargs=places.get(name))
    except NoReverseMatch:
        return ""


def _at_row(name: str, places: dict[str, city.Address], pk: int) -> str:
    """The address of a view for the id of a row; whatever else it asks for is the first that fits."""
    words = {"day": city.DAY, "year": 2025, "kind": "visit", "code": "claims", **places["debtors:person"]}
    return reverse(name, kwargs={key: words.get(key, pk) for key in ROWS[name].kwargs})


@pytest.fixture
def world(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[bool], World]:
    staff = city.staff(tmp_path, settings, monkeypatch)
    places = city.build(tmp_path, staff)
    return lambda every: World(places, staff, every=every)


def _faults(world: World, numbers: range) -> str:
    """What is wrong, a request after the other."""
    chosen = os.environ.get("FUZZ")
    return "\n".join(fault for number in ([int(chosen)] if chosen else numbers) if (fault := world.ask(number)))


def test_forms_that_are_filled_with_anything_are_answered(world: Callable[[bool], World]) -> None:
    found = _faults(world(False), range(1_000))
    assert not found, found


@pytest.mark.long
@pytest.mark.parametrize("first", range(1_000, 11_000, 2_000))
def test_ten_thousand_requests_of_every_role_are_answered(world: Callable[[bool], World], first: int) -> None:
    found = world(True)
    answered = {key.split()[1] for key in found.forms} | {fuzzing.name_of(path) for _, path in found.pages}
    assert set(OWN_VIEWS) - PUBLIC <= answered
    faults = _faults(found, range(first, first + 2_000))
    assert not faults, faults
