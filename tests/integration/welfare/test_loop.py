"""The parts of the loop together: each leads to the next, and no combination of them is harsher than none."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from claims.models import Hold
from debtors import day_page
from debtors.models import Person, WorkItem
from debtors.rules.next_action import Severity
from tests.factories import handovers
from tests.factories import welfare as made
from tests.factories.claims import claim
from tests.factories.debtors import user
from tests.factories.respites import switch_on
from tests.factories.signals import flag
from tests.factories.welfare import DAY
from tests.integration.welfare import ripe
from toyota_collect.permissions import Role
from toyota_collect.registry import registry
from toyota_collect.wareki import long_text
from welfare.models import Respite
from welfare.services import cases, consents, questions, referrals, respites
from welfare.signal_services import assess

pytestmark = pytest.mark.django_db
UNTIL = date(2027, 3, 5)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def someone() -> Person:
    found: Person = claim(due_on=DAY - timedelta(days=200)).identity.person
    return found


def page(by: Any, name: str, *args: Any) -> str:
    client = Client()
    client.force_login(by)
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def answered(someone: Person, code: str = "budget", **facts: Any) -> None:
    worker = user(Role.WELFARE_WORKER)
    case = made.received(worker, someone=someone)
    cases.answer(case_id=case.pk, code=code, day=DAY, by=worker, on=DAY, **facts)


def stands(someone: Person, by: Any) -> str:
    return page(by, "welfare:panel-support", someone.number)


# --- each part leads to the next -----------------------------------------------------------------------------


def test_what_was_found_right_leads_to_the_talk(someone, chief):
    one, collector = flag(someone), user(Role.COLLECTOR)
    assert reverse("welfare:signal", args=[one.pk]) in stands(someone, collector)
    assess(flag_id=one.pk, answer="confirmed", on=DAY, by=collector)
    talk = reverse("welfare:talk", args=[someone.number])
    assert WorkItem.objects.get(person=someone).subject_url == talk
    (fact,) = [
        one for one in day_page.facts_of([someone.pk], collector, on=DAY)[someone.pk] if one.code == "sign_confirmed"
    ]
    assert fact.url == talk
    assert talk in page(collector, "welfare:panel-signal", someone.number)
    assert talk in page(collector, "welfare:signal", one.pk)


def test_a_welfare_worker_is_led_to_no_page_of_the_collectors(someone):
    one, worker = flag(someone), user(Role.WELFARE_WORKER)
    made.handed_over(someone)
    assess(flag_id=one.pk, answer="confirmed", on=DAY, by=worker)
    assert reverse("welfare:talk", args=[someone.number]) not in page(worker, "welfare:signal", one.pk)


def test_a_consent_leads_to_the_hand_over_and_a_refusal_nowhere(someone):
    collector = user(Role.COLLECTOR)
    hand_over = reverse("welfare:hand-over", args=[someone.number])
    referrals.decline(person_id=someone.pk, by=collector, on=DAY)
    assert "btn-primary" not in stands(someone, collector)
    consent = made.by_word(someone, collector)
    assert hand_over in stands(someone, collector)
    consents.withdraw(consent_id=consent.pk, how="電話", by=collector, on=DAY)
    assert hand_over not in stands(someone, collector)


def test_an_answer_with_a_day_offers_the_hold_until_that_day(someone, chief):
    answered(someone, hold_until=UNTIL)
    start = reverse("welfare:respite-new", args=[someone.number])
    for name in ("welfare:talk", "welfare:panel-support"):
        assert f'{start}">生活再建猶予をこの日まで始める' in page(chief, name, someone.number)
    form = page(chief, "welfare:respite-new", someone.number)
    assert f'value="{UNTIL}"' in form
    assert "令和8年11月20日 自立相談支援の回答（W" in form
    assert not Hold.objects.exists()  # a person decides


def test_it_offers_what_one_switch_may_last_where_the_day_is_farther(someone, chief):
    answered(someone, hold_until=DAY + timedelta(days=400))
    assert 'value="2027-05-19"' in page(
        chief, "welfare:respite-new", someone.number
    )  # six months, the first day counts


def test_a_hold_that_ends_before_the_day_is_offered_to_be_extended(someone, chief):
    running = switch_on(someone, chief)  # until 19 February
    answered(someone, hold_until=UNTIL)
    extend = reverse("welfare:respite-extend", args=[running.pk])
    assert extend in page(chief, "welfare:talk", someone.number)
    assert f'value="{UNTIL}"' in page(chief, "welfare:respite-extend", running.pk)


@pytest.mark.parametrize("until", [None, date(2027, 2, 19)], ids=["no day", "a day it covers"])
def test_a_hold_that_lasts_long_enough_offers_nothing(someone, chief, until):
    running = switch_on(someone, chief)
    answered(someone, hold_until=until)
    seen = page(chief, "welfare:talk", someone.number)
    assert reverse("welfare:respite-extend", args=[running.pk]) not in seen
    assert "この日まで始める" not in seen


def test_a_day_that_has_passed_asks_for_nothing(someone, chief, settings):
    answered(someone, hold_until=UNTIL)
    settings.BASE_DATE = UNTIL
    assert "この日まで始める" in stands(someone, chief)
    settings.BASE_DATE = UNTIL + timedelta(days=1)
    assert "この日まで" not in stands(someone, chief)


def test_a_withdrawal_takes_no_softening_away(someone, chief):
    answered(someone, hold_until=UNTIL)
    consents.withdraw(consent_id=someone.referrals.get().consent_id, how="電話", by=chief, on=DAY)
    assert "この日まで始める" in stands(someone, chief)


def test_the_answer_before_lawyers_offers_the_hold_too(someone, chief):
    claim(someone, kind="housing_rent", source="jutaku")
    asked = questions.ask(person_id=someone.pk, by=chief, on=DAY)
    worker = user(Role.WELFARE_WORKER)
    questions.answer(question_id=asked.pk, answer="wait", wait_until=UNTIL, by=worker, on=DAY)
    assert "この日まで始める" in page(chief, "welfare:talk", someone.number)
    assert f'value="{UNTIL}"' in page(chief, "welfare:respite-new", someone.number)


def test_the_end_of_a_hold_leads_to_the_plan(someone, chief, settings):
    answered(someone, "no_need", hold_until=UNTIL)
    running: Respite = switch_on(someone, chief, last_on=UNTIL)
    plan = reverse("claims:plan-build", args=[someone.number])
    assert f"{long_text(UNTIL)}まで止めている" in stands(someone, chief)
    assert plan not in stands(someone, chief)
    assert "終わったあとの納め方" not in page(chief, "welfare:respite", running.pk)
    settings.BASE_DATE = date(2027, 1, 15)
    respites.review(respite_id=running.pk, outcome="end", text="再就職した（架空）", by=chief, on=date(2027, 1, 15))
    assert "終わったあとの納め方" in page(chief, "welfare:respite", running.pk)
    for name in ("welfare:panel-support", "welfare:panel-respite"):
        assert plan in page(chief, name, someone.number)
    assert "この日まで始める" not in page(chief, "welfare:talk", someone.number)  # who ended it knew of the answer


# --- no combination is harsher -------------------------------------------------------------------------------


def _handed(one: Person, by: Any) -> None:
    made.handed_over(one, by)


def _answered(one: Person, by: Any) -> None:
    answered(one, "support_plan", hold_until=UNTIL)


def _withdrawn(one: Person, by: Any) -> None:
    referral = made.handed_over(one, by)
    consents.withdraw(consent_id=referral.consent_id, how="電話", by=by, on=DAY)


Talk = Callable[[Person, Any], Any]
TALKS: dict[str, Talk] = {
    "nothing": lambda one, by: None,
    "declined": lambda one, by: referrals.decline(person_id=one.pk, by=by, on=DAY),
    "offered": lambda one, by: referrals.offer(person_id=one.pk, way="leaflet", by=by, on=DAY),
    "consent": made.by_word,
    "handed over": _handed,
    "answered": _answered,
    "withdrawn": _withdrawn,
}
FLAGS = ("", "open", "confirmed")


def _flag(one: Person, state: str, by: Any) -> None:
    if state:
        made_flag = flag(one)
        if state == "confirmed":
            assess(flag_id=made_flag.pk, answer="confirmed", on=DAY, by=by)


class View:
    """What all other parts of the product would do with the person."""

    def __init__(self, one: Person, officer: Any) -> None:
        advice = day_page.advice_for(one, officer, on=DAY)
        self.shown = [(reason.rule.code, reason.step, reason.severity) for reason in advice.reasons]
        self.lead = advice.recommended.severity if advice.recommended else 0
        self.ways = {code for code, way in registry.ways_out.items() if one.pk in way.reached([one.pk], DAY)}
        self.gate = registry.may_go_to_lawyers([one.pk], DAY)[one.pk].allowed
        self.severity = {code: severity for code, _, severity in self.shown}


def test_flag_hold_and_consent_in_every_combination_are_never_harsher(chief, subtests):
    collector = user(Role.COLLECTOR)
    tax = claim(principal_yen=160_000, due_on=date(2026, 1, 31))
    someone = tax.identity.person
    ripe.dun(collector, tax, handovers.rent(someone))
    asked = questions.ask(person_id=someone.pk, by=chief, on=DAY - timedelta(days=1))
    worker = user(Role.WELFARE_WORKER)
    questions.answer(question_id=asked.pk, answer="go", by=worker, on=DAY - timedelta(days=1))
    bare = View(someone, collector)
    assert bare.lead > Severity.LOOK  # or the test says nothing
    assert {"claims.seizure", "claims.suit", "lawyers.referral"} <= bare.ways
    assert bare.gate  # welfare has let the person go
    spite = {code for code, way in registry.ways_out.items() if way.in_spite}
    for held in (False, True):
        with transaction.atomic():
            if held:
                switch_on(someone, chief)
            for state in FLAGS:
                views = {}
                for name, talk in TALKS.items():
                    with transaction.atomic():
                        _flag(someone, state, collector)
                        talk(someone, collector)
                        views[name] = View(someone, collector)
                        transaction.set_rollback(True)
                for name, view in views.items():
                    with subtests.test(held=held, flag=state, talk=name):
                        assert view.ways - spite <= (set() if held else bare.ways)
                        assert view.lead <= max(bare.lead, Severity.LOOK)
                        for code, severity in view.severity.items():
                            assert severity <= max(bare.severity.get(code, 0), Severity.LOOK)
                        if state or held:
                            assert view.lead <= Severity.LOOK
                with subtests.test("a refusal changes nothing else", held=held, flag=state):
                    assert vars(views["declined"]) == vars(views["nothing"])
            transaction.set_rollback(True)
