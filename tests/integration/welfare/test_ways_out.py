"""出口の登録: while somebody is left in peace no way out reaches them, and nothing goes out that is not in the registry."""

import ast
import importlib
import random
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction

from claims.models import Hold
from claims.services.holds import place_hold
from notices.rules.kinds import KINDS
from notices.services.runs import RunRefused
from tests.factories.debtors import user
from tests.factories.respites import DAY, switch_on
from tests.integration.notices.conftest import (  # noqa: F401
    finished_run,
    frozen_run,
    make_run,
    media,
    operator,
    quick,
    sent,
)
from tests.integration.notices.mailing import hand_over
from tests.integration.welfare import ripe
from toyota_collect.permissions import Role
from toyota_collect.registry import WayOut, registry
from welfare.models import LawyerQuestion
from welfare.services.respite_effects import silenced, ways

ROOT = Path(settings.ROOT)
OURS = ("toyota_collect", "debtors", "claims", "notices", "welfare", "lawyers")
MAKERS = {
    "make_document",
    "keep_document",
    "render_pdf",
    "ZipFile",
    "AESZipFile",
    "FileResponse",
    "StreamingHttpResponse",
}
SENDERS = {"send_mail", "send_mass_mail", "EmailMessage", "EmailMultiAlternatives", "urlopen"}
SENDING_LIBRARIES = {"smtplib", "requests", "httpx", "urllib3", "aiohttp", "ftplib", "paramiko", "twilio", "socket"}
# What the law lets no hold in fact stop, or what the person asks for or is helped by; ADR 24 argues for each.
IN_SPITE = {
    "claims.counter",
    "claims.measure_notice",
    "claims.refund_notice",
    "notices.counter",
    "notices.dunning",
    "notices.public_notice",
    "notices.single.welfare",
    "welfare.benefits",
    "welfare.consent",
    "welfare.leaflet",
    "welfare.respite_letter",
    "welfare.support",
}
MADE_BY_HAND = {
    "claims.counter",
    "claims.measure_notice",
    "claims.refund_notice",
    "notices.counter",
    "notices.public_notice",
}
AFTER_A_STEP = {"welfare.respite_letter", "welfare.support"}  # nobody of the city has a respite or was handed over yet
NO_WAY_YET = {"sale"}  # nothing of the product sells what was seized
PEOPLE = 12


# --- nobody who is held is reached ---------------------------------------------------------------------------


@pytest.fixture
def city(finished_run: Any, settings: Any) -> list[int]:  # noqa: F811
    settings.BASE_DATE = DAY
    return [one.pk for one in ripe.people(PEOPLE, finished_run)]


def reached(people: Collection[int], on: date = DAY) -> dict[str, set[int]]:
    return {code: way.reached(people, on) for code, way in registry.ways_out.items()}


@pytest.mark.django_db
def test_no_way_out_reaches_who_is_held(city, subtests):
    before = reached(city)
    with subtests.test("without a hold every way reaches somebody, or the test says nothing"):
        assert {code for code, found in before.items() if not found} == MADE_BY_HAND | AFTER_A_STEP
    closed = {way.code for way in ways(silenced(on=DAY))[0]}
    assert closed == set(registry.ways_out) - IN_SPITE
    chief = user(Role.SUPERVISOR)
    from debtors.models import Person

    for seed in range(6):
        dice = random.Random(seed)
        held = set(dice.sample(city, dice.randint(1, len(city) - 1)))
        with transaction.atomic():
            for one in Person.objects.filter(pk__in=held).order_by("pk"):
                _hold(one, chief, dice)
            after = reached(city)
            for code, found in after.items():
                with subtests.test(way=code, seed=seed):
                    if code in IN_SPITE:
                        continue
                    assert not found & held
                    if code != "notices.sealed":  # a pile with one of them in it stays in the house whole
                        assert found == before[code] - held
            transaction.set_rollback(True)


def _hold(one: Any, chief: Any, dice: random.Random) -> None:
    """By the switch, or by a hand-placed hold of the same reason; some began before today."""
    if dice.random() < 0.7:
        switch_on(one, chief)
        return
    begins = DAY - timedelta(days=dice.randint(0, 40))
    ends = DAY + timedelta(days=dice.randint(1, 60))
    place_hold(person_id=one.pk, reason="welfare", starts_on=begins, ends_on=ends, by=chief)


@pytest.mark.django_db
def test_a_hold_closes_just_the_ways_of_its_channels(city, subtests):
    """Also other holds over the whole person: a random reason with random channels."""
    before, collector = reached(city), user(Role.COLLECTOR)
    for seed in range(4):
        dice = random.Random(100 + seed)
        codes = sorted(set(registry.channels) - {"dunning"})
        channels = dice.sample(codes, dice.randint(1, 3))
        held = set(dice.sample(city, 5))
        with transaction.atomic():
            for pk in held:
                place_hold(
                    person_id=pk, reason="dispute", channels=channels, starts_on=DAY, review_on=DAY, by=collector
                )
            for code, found in reached(city).items():
                way = registry.ways_out[code]
                if not set(way.channels) & set(channels) or code in WELFARE_ONLY:
                    continue
                with subtests.test(way=code, channels=channels):
                    assert not found & held
                    assert found == before[code] - held
            transaction.set_rollback(True)


WELFARE_ONLY = {"debtors.extraction", "debtors.day", "notices.sealed"}  # close for who is left in peace as a whole


@pytest.mark.django_db
def test_a_sealed_pile_with_somebody_at_rest_does_not_leave_the_house(city, operator):  # noqa: F811
    from notices.models import PrintRun

    run = PrintRun.objects.get(state="sealed")
    place_hold(
        person_id=run.letters.filter(state="verified").first().person_id, reason="welfare", starts_on=DAY,
        ends_on=DAY + timedelta(days=30), by=user(Role.SUPERVISOR),
    )  # fmt: skip
    with pytest.raises(RunRefused, match="生活再建猶予"):
        hand_over(run, operator)
    Hold.objects.filter(reason="welfare").delete()
    hand_over(run, operator)


# --- nothing goes out that is not in the registry ------------------------------------------------------------


def test_the_ways_that_a_hold_does_not_close_are_those_we_argued_for():
    for way in registry.ways_out.values():
        assert set(way.channels) <= set(registry.channels), way.code
        assert way.channels or way.in_spite, f"{way.code}: neither a channel nor a reason"
    assert {code for code, way in registry.ways_out.items() if way.in_spite} == IN_SPITE


def test_every_channel_has_a_way_out():
    named = {channel for way in registry.ways_out.values() for channel in way.channels}
    assert set(registry.channels) - named == NO_WAY_YET


def test_every_kind_of_notice_is_in_the_registry():
    kinds = {kind for way in registry.ways_out.values() for kind in way.kinds}
    assert set(KINDS) <= kinds


def test_every_module_that_makes_or_sends_something_is_in_the_registry():
    known = {module for way in registry.ways_out.values() for module in way.modules} | set(registry.inside)
    making = dict(_making())
    missing = {module: lines for module, lines in making.items() if module not in known}
    assert not missing, (
        f"{missing}: say in the app's ways_out.py by which WayOut it reaches a person, or why what it makes stays inside"
    )
    for module in known:
        importlib.import_module(module)


def test_every_kind_of_document_that_is_named_in_the_code_is_in_the_registry():
    kinds = {kind for way in registry.ways_out.values() for kind in way.kinds} | INSIDE_KINDS
    assert {kind for _, kind in _document_kinds()} <= kinds


SHARED_GROUND = {  # hands out what others made and keep
    "notices.files",
    "toyota_collect.documents.download",
    "toyota_collect.documents.pdf",
    "toyota_collect.documents.store",
    "toyota_collect.views_manual",  # pictures of the manual
}
INSIDE_KINDS = {"write_off", "seal", "seal_hashes", "seal_counts"}  # for staff and the post office


def test_lawyers_get_nothing_before_their_ways_are_in_the_registry():
    """The app is a room with a list today. What hands a person over there begins with a model or a service of its own."""
    grown = len(list(apps.get_app_config("lawyers").get_models())) > 2 or (ROOT / "lawyers" / "services").exists()
    handing = [way for way in registry.ways_out.values() if way.code.startswith("lawyers.")]
    assert not grown or any(way.modules for way in handing)


@pytest.mark.django_db
def test_what_only_lawyers_get_asks_the_gate(city):
    """A suit is closed by a hold on lawyers too, but the city may begin it by itself: it does not wait for welfare."""
    ways_to_lawyers = [way for way in registry.ways_out.values() if way.channels == ("lawyers",)]
    assert [way.code for way in ways_to_lawyers] == ["lawyers.referral"]
    named = {code for code, way in registry.ways_out.items() if "lawyers" in way.channels}
    assert named == {"claims.suit", "lawyers.referral"}
    (way,) = ways_to_lawyers
    before, worker = way.reached(city, DAY), user(Role.WELFARE_WORKER)
    waiting, unasked = sorted(before)[:4], sorted(before)[4:6]
    LawyerQuestion.objects.filter(person__in=waiting).update(answer="wait", wait_until=DAY, answered_by=worker)
    LawyerQuestion.objects.filter(person__in=unasked).delete()
    assert len(unasked) == 2
    assert way.reached(city, DAY) == before - {*waiting, *unasked}
    assert {pk for pk, said in registry.may_go_to_lawyers(city, DAY).items() if said.allowed} >= way.reached(city, DAY)
    registry_gates = list(registry.lawyer_gates)
    try:
        registry.lawyer_gates.clear()
        assert way.reached(city, DAY) == set()  # where no gate is kept nobody passes
    finally:
        registry.lawyer_gates[:] = registry_gates


def test_the_search_for_makers_finds_what_is_there():
    found = dict(_making())
    assert {"notices.services.packs", "claims.plan_documents", "welfare.services.respite_papers"} <= found.keys()
    assert {"welfare.views_exchange", "claims.views_overpaid", "notices.views_public_notices"} <= found.keys()


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for app in OURS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if ".migrations." not in name and not name.startswith("toyota_collect.embedded"):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _making() -> Iterator[tuple[str, list[int]]]:
    """Modules that make documents, files to take along or messages; the shared ground that they use is none."""
    for name, tree in _modules():
        if name in SHARED_GROUND:
            continue
        lines = [node.lineno for node in ast.walk(tree) if _makes(node)]
        if lines:
            yield name, lines


def _makes(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called in MAKERS | SENDERS or (called == "HttpResponse" and _is_no_page(node))
    if isinstance(node, ast.Import):
        return any(one.name.split(".")[0] in SENDING_LIBRARIES for one in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in SENDING_LIBRARIES


def _is_no_page(answer: ast.Call) -> bool:
    """A file of whatever form: a page names neither its type nor other headers."""
    return any(one.arg in ("content_type", "headers") for one in answer.keywords)


def _document_kinds() -> Iterator[tuple[str, str]]:
    """Kinds that stand as a text, or as a constant of the module, in calls that keep documents."""
    for name, tree in _modules():
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not _keeps(node):
                continue
            for keyword in node.keywords:
                if keyword.arg != "kind":
                    continue
                value: Any = keyword.value
                text = value.value if isinstance(value, ast.Constant) else constants.get(getattr(value, "id", ""))
                if isinstance(text, str):
                    yield name, text


def _keeps(node: ast.Call) -> bool:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in ("make_document", "keep_document")


def test_a_way_out_that_is_added_is_walked():
    """The registry is what the walk goes through: one that reaches everybody fails it."""
    bad = WayOut("test.shout", "街頭放送", ("notice",), lambda people, on: set(people))
    before = dict(registry.ways_out)
    try:
        registry.way_out(bad)
        assert registry.ways_out["test.shout"].reached([1], DAY) == {1}
        assert bad in ways({"notice"})[0]
    finally:
        registry.ways_out = before
