"""Who sees what: random people and debts, every page that shows a person, every role, against the law written down anew here.

Each fact bears a mark that stands nowhere else: a sum, an address, a telephone number. A mark on a page of somebody who may not
know it is a leak; a mark that is missing where somebody needs it is a fault, too. Each rule is taken away in turn: then there
have to be leaks.
"""

from collections.abc import Sequence
from datetime import date
from itertools import count
from random import Random
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from claims.querysets import ClaimQuerySet
from debtors import protection
from debtors.models import Person
from debtors.querysets import PersonQuerySet
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from tests.test_permissions import ROWS
from toyota_collect import permissions
from toyota_collect.models import Section
from toyota_collect.permissions import OPENED_TO, POLICY, SEES_GROUNDS, Ground, Permission, Role, visible_grounds

DAY = date(2026, 11, 20)
HUMAN = [role for role in Role if role != Role.SYSTEM]
# 地方税法22条 and 個人情報保護法69条, as they bind these roles; written from the law and not from the policy.
COLLECTS = {Role.COLLECTOR, Role.SUPERVISOR, Role.RECEIPTS_CLERK, Role.PRINT_OPERATOR}
OWN_ONLY = {Role.SECTION_VIEWER}  # knows its own claims, whatever their ground
ON_A_CASE = {  # nothing of themselves; on a case, by consent or decision
    Role.WELFARE_WORKER: {"tax", "coercive", "contract", "register", "consent", "open"},
    Role.LAWYER: {"contract", "register", "consent", "open"},
}
KINDS = ["resident_tax", "property_tax", "housing_rent", "school_lunch", "nursery_fee", "water_charge", "nhi_tax"]
# Pages and lists that may speak of a person; a number in the address is the person's.
ALL_PAGES = [name for name, row in ROWS.items() if row.method == "get" and set(row.kwargs) <= {"number"}]
OF_SUMS = ("claims:board", "claims:performance", "claims:forecast", "claims:closing", "claims:programme")
PAGES = [name for name in ALL_PAGES if not name.startswith(OF_SUMS)]
NAMES = [("壁野架空", "カベノカクウ"), ("門田見本", "モンデンミホン"), ("堀川仮名", "ホリカワカメイ")]
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (0, *range(2, 8)))]


def lawful(role: str, ground: str, opened: frozenset[str]) -> bool:
    if role in COLLECTS or role in OWN_ONLY:
        return True
    return ground in opened and ground in ON_A_CASE.get(role, ())


def breaches() -> set[tuple[str, str]]:
    """Pairs of role and ground where the policy is not the law, over everything a case may open."""
    openings = [frozenset(), frozenset(Ground.values), *(frozenset({ground}) for ground in Ground.values)]
    found = set()
    for role in [*HUMAN, Role.SYSTEM, "unknown"]:
        somebody = type("Somebody", (), {"role": role})()
        for opened in openings:
            for ground in Ground.values:
                if (ground in visible_grounds(somebody, opened=opened)) != lawful(role, ground, opened):
                    found.add((role, ground))
    return found


def test_the_policy_is_the_law():
    assert breaches() == set()


@pytest.mark.parametrize("table", ["SEES_GROUNDS", "OPENED_TO"])
@pytest.mark.parametrize("role", [*HUMAN, Role.SYSTEM], ids=str)
@pytest.mark.parametrize("ground", Ground.values)
def test_every_word_of_the_policy_counts(monkeypatch, table, role, ground):
    """Each cell of the table taken away, or added where there is none, is noticed."""
    known = getattr(permissions, table)
    changed = dict(known) | {role: known.get(role, frozenset()) ^ {ground}}
    monkeypatch.setattr(permissions, table, changed)
    shadowed = table == "OPENED_TO" and role in SEES_GROUNDS  # who sees it anyway, no case opens more to
    assert bool(breaches()) is not shadowed


class Mark(NamedTuple):
    text: str
    of: Person
    section: int | None = None  # of a claim's sum
    place: bool = False


class World(NamedTuple):
    people: list[Person]
    marks: list[Mark]
    sections: list[Section]
    hidden: set[int]


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO, settings.BASE_DATE = True, DAY
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def build(seed: int) -> World:
    """Three people with some debts each, one of them at least under protection, one at least not."""
    rng, sums = Random(seed), count(3_000_017 + seed * 1_000_003, 70_001)
    people, marks, sections, hidden = [], [], {}, set()
    for number in range(3):
        place, phone = (
            f"架空町{seed}{number}番地の{rng.randint(100, 999)}",
            f"0565-{seed}{number}-{rng.randint(1000, 9999)}",
        )
        name, kana = NAMES[number]
        known = {"name_key": name, "kana_key": kana, "kana": kana, "birth_on": date(1950 + 9 * number, 2 + number, 3)}
        someone = person(name=f"{name}{seed}", address=place, phone=phone, **known)  # nobody may be taken for another
        people.append(someone)
        marks += [Mark(place, someone, place=True), Mark(phone, someone, place=True)]
        for kind in rng.sample(KINDS, rng.randint(2, 4)):
            source = {"resident_tax": "zei", "property_tax": "zei", "housing_rent": "jutaku"}.get(kind, "zei")
            owed = claim(someone, kind=kind, source=source, principal_yen=next(sums))
            owed.identity.address, owed.identity.phone = place, phone
            owed.identity.save()
            marks.append(Mark(f"{owed.principal_yen:,}", someone, section=owed.section_id))
            sections[owed.section_id] = owed.section
        if number == 0 or (number == 1 and rng.random() < 0.5):
            protect(someone)
            hidden.add(someone.pk)
    return World(people, marks, list(sections.values()), hidden)


def shown_to(role: str, section: Section | None, world: World, pages: Sequence[str] = PAGES) -> str:
    """What all pages together say."""
    client = Client(raise_request_exception=False)
    client.force_login(user(role, section=section if role == Role.SECTION_VIEWER else None))
    said = []
    for name in pages:
        people = world.people if "number" in ROWS[name].kwargs else [None]
        said += [client.get(reverse(name, args=[one.number] if one else [])).content for one in people]
    for someone in world.people:
        for asked in (someone.name, someone.phone, someone.address, someone.number):
            for name in ("debtors:search", "debtors:search-as-typed"):
                page = client.get(reverse(name), {"q": asked}, follow=True).content.decode(errors="replace")
                said.append(page.replace(f'value="{asked}"', "").replace(f"「{asked}」", "").encode())
    said.append(client.get("/people/T99999999/").content)
    return b"\n".join(said).decode(errors="replace")


def may_know(role: str, section: Section | None, mark: Mark, world: World) -> bool:
    if role == Role.SECTION_VIEWER:
        owed = any(one.of == mark.of and one.section == section.pk for one in world.marks if one.section and section)
        return (owed and mark.of.pk not in world.hidden) if mark.place else mark.section == (section and section.pk)
    if Permission.PERSON_VIEW not in POLICY[role]:
        return False
    return not (mark.place and mark.of.pk in world.hidden)


def leaks(role: str, section: Section | None, world: World, pages: Sequence[str] = PAGES) -> list[str]:
    text = shown_to(role, section, world, pages)
    return [mark.text for mark in world.marks if mark.text in text and not may_know(role, section, mark, world)]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("role", HUMAN, ids=str)
def test_nobody_is_shown_what_the_law_keeps_from_them(role, seed):
    world = build(seed)
    for section in world.sections[:2] if role == Role.SECTION_VIEWER else [None]:
        assert leaks(role, section, world, PAGES if seed == 1 else ALL_PAGES) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SUPERVISOR, Role.RECEIPTS_CLERK], ids=str)
def test_who_needs_it_is_shown_it(role):
    world = build(1)
    text = shown_to(role, None, world, ["debtors:person", "claims:panel-owed", "claims:panel-matrix", "claims:amounts"])
    assert [mark.text for mark in world.marks if may_know(role, None, mark, world) and mark.text not in text] == []


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ["protection", "section", "people"])
def test_without_the_rule_there_are_leaks(monkeypatch, rule):
    """The check above sees what it looks for."""
    world, some = build(1), ["debtors:person", "claims:panel-owed", "claims:amounts"]
    if rule == "protection":
        monkeypatch.setattr(protection, "_hidden", lambda people, on: set())
        assert leaks(Role.COLLECTOR, None, world, some)
        return
    if rule == "section":
        monkeypatch.setattr(ClaimQuerySet, "visible_to", lambda self, user, *, opened=frozenset(): self)
    if rule == "people":
        monkeypatch.setattr(PersonQuerySet, "visible_to", lambda self, user: self)
        other = next(one for one in Section.objects.all() if one not in world.sections)
        assert leaks(Role.SECTION_VIEWER, other, world, some) == []  # a name is told, no sum and no place
        assert world.people[0].name in shown_to(Role.SECTION_VIEWER, other, world, some)
        return
    assert leaks(Role.SECTION_VIEWER, world.sections[0], world, some)


def test_a_role_that_no_case_is_opened_to_is_in_no_table():
    assert set(OPENED_TO) == set(ON_A_CASE)
    assert set(SEES_GROUNDS) == COLLECTS | OWN_ONLY
