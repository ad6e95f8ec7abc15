"""What an act would do to each clock: computed by the rule, stored nowhere, and honest about what may not be done."""

from datetime import date

import pytest

from claims.models import Claim, ClaimEvent
from claims.services import events, holds
from claims.services.clocks import clocks_for
from claims.services.what_if import EVENT_OF, Act, clocks_if, supposed
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def outcome(act, of, on=TODAY):
    (found,) = clocks_if(Claim.objects.filter(pk=of.pk).select_related("kind", "identity"), act=act, on=on)
    return found


def dunned(of, by, on=date(2026, 9, 18)):
    events.record_events(claim_ids=[of.pk], kind="dunning", on=on, by=by, origin="督促状")
    of.refresh_from_db()
    return of


def water(**facts):
    return claim(kind="water_charge", source="suido", **facts)


def rent(**facts):
    return claim(kind="housing_rent", source="jutaku", **facts)


@pytest.mark.parametrize(
    ("act", "due_on", "then", "text"),
    [
        pytest.param(Act.NOTHING, date(2026, 8, 31), date(2031, 9, 28), "援用は要りません", id="nothing"),
        pytest.param(
            Act.DEMAND, date(2026, 8, 31), date(2031, 9, 28), "令和9年5月20日", id="民法150条: far from the end"
        ),
        pytest.param(Act.PART_PAYMENT, date(2026, 8, 31), date(2031, 11, 20), "一部納付", id="民法152条: part payment"),
        pytest.param(Act.DEED, date(2026, 8, 31), date(2031, 11, 20), "承認", id="民法152条: deed"),
        pytest.param(Act.DUNNING, date(2026, 8, 31), date(2031, 9, 28), "2回目以後", id="地税18条の2: second 督促"),
        pytest.param(Act.SEIZURE, date(2026, 8, 31), None, "続く間", id="民法148条: seizure"),
        pytest.param(Act.GRACE, date(2026, 8, 31), date(2032, 11, 19), "申請", id="地税18条の2第4項: a year of 猶予"),
    ],
)
def test_what_the_act_does_to_a_tax(collector, act, due_on, then, text):
    found = outcome(act, dunned(claim(due_on=due_on), collector))
    assert (found.then.last_day, found.refused) == (then, "")
    assert text in found.text
    assert found.moves == (then != date(2031, 9, 28))


def test_a_demand_moves_only_what_ends_within_six_months(collector):
    near, far = claim(due_on=date(2021, 12, 31)), claim(due_on=date(2022, 5, 31))
    found = clocks_if(Claim.objects.filter(pk__in=[near.pk, far.pk]).select_related("kind", "identity"), act=Act.DEMAND, on=TODAY)  # fmt: skip
    assert {one.claim: one.moves for one in found} == {near: True, far: False}


def test_nothing_is_stored(collector):
    owed = dunned(claim(), collector)
    before = (ClaimEvent.objects.count(), owed.prescribes_on)
    for act in Act:
        outcome(act, owed)
    owed.refresh_from_db()
    assert (ClaimEvent.objects.count(), owed.prescribes_on) == before


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.NOTHING])
def test_what_is_foretold_is_what_happens(collector, act):
    """The event written by the service moves the clock to the day that was foretold."""
    owed = dunned(rent() if act is Act.SUIT else claim(), collector)
    told = outcome(act, owed).then
    kind, on, until, detail = supposed(act, TODAY)
    events.record_events(
        claim_ids=[owed.pk], kind=kind, on=on, until=until, detail=detail, by=collector, origin="架空の書類"
    )
    assert kind == EVENT_OF[act]
    assert clocks_for([owed], as_of=TODAY)[owed.pk] == told
    owed.refresh_from_db()
    assert owed.prescribes_on == told.last_day


LAPSED = date(2020, 8, 31)


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.NOTHING])
def test_a_lapsed_tax_can_be_neither_collected_nor_acknowledged_地税18条2項(act):
    found = outcome(act, claim(due_on=LAPSED))
    assert "消滅" in found.refused
    assert not found.moves


@pytest.mark.parametrize("act", [Act.PART_PAYMENT, Act.DEED, Act.GRACE])
def test_a_lapsed_private_claim_is_acknowledged_only_after_review_民法145条(act):
    assert "個別の審査" in outcome(act, rent(due_on=LAPSED)).refused


def test_a_claim_that_lapses_before_the_day_of_the_act_is_refused():
    owed = claim(due_on=date(2021, 11, 25))
    assert outcome(Act.DEED, owed, on=date(2026, 11, 25)).moves
    assert "消滅" in outcome(Act.DEED, owed, on=date(2026, 11, 26)).refused


def test_who_may_be_seized_and_who_sued(collector):
    assert "自力執行できない" in outcome(Act.SEIZURE, dunned(water(), collector)).refused
    assert "滞納処分ができる" in outcome(Act.SUIT, dunned(claim(), collector)).refused
    assert "履行延期特約" in outcome(Act.GRACE, dunned(water(), collector)).refused
    assert outcome(Act.SUIT, dunned(water(), collector)).refused == ""


def test_a_seizure_waits_for_the_dunning_地税331条(collector):
    owed = claim()
    assert "督促状を出していません" in outcome(Act.SEIZURE, owed).refused
    dunned(owed, collector, on=date(2026, 11, 10))
    assert "R8.11.21から" in outcome(Act.SEIZURE, owed).refused
    assert outcome(Act.SEIZURE, owed, on=date(2026, 11, 21)).refused == ""


def test_before_the_due_day_nobody_demands(collector):
    owed = claim(due_on=TODAY)
    assert "納期限の前" in outcome(Act.DEMAND, owed).refused
    assert outcome(Act.DEED, owed).refused == ""


def test_a_hold_that_silences_the_channel_is_named(collector):
    someone = person()
    owed = dunned(claim(someone), collector)
    holds.place_hold(
        person_id=someone.pk,
        reason="welfare",
        channels=["seizure"],
        starts_on=TODAY,
        ends_on=date(2027, 1, 30),
        by=user(Role.SUPERVISOR),
    )
    assert outcome(Act.SEIZURE, owed).silenced == "保留で止めています：福祉支援（R9.1.29まで）"
    assert outcome(Act.DEMAND, owed).silenced == ""


def test_a_kind_whose_clock_dunning_leaves_alone_says_so(collector):
    owed = rent()
    owed.kind.terms.update(dunning_effect="none")
    found = outcome(Act.DUNNING, owed)
    assert not found.moves
    assert "影響しません" in found.text
