"""Dated facts move the clock at once, once, and never wake what has lapsed."""

from datetime import date

import pytest

from claims.models import ClaimEvent
from claims.services import events
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def acknowledge(of, by, **facts):
    return events.record_events(
        **({"claim_ids": [of.pk], "kind": "acknowledgement", "on": DAY, "by": by, "origin": "誓約書"} | facts)
    )


def test_an_event_moves_the_stored_day_and_is_written_once(collector):
    owed = claim()
    for _ in range(2):
        acknowledge(owed, collector)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 20)
    assert ClaimEvent.objects.filter(claim=owed).count() == 1


def test_taken_back_it_counts_no_more_and_stays_readable(collector):
    owed = claim()
    (event,) = acknowledge(owed, collector)
    events.withdraw_event(event_id=event.pk, by=collector, reason="別人の書類でした")
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 8, 31)
    assert AuditEvent.objects.filter(event="event.withdrawn").count() == 1
    with pytest.raises(events.EventRefused, match="すでに"):
        events.withdraw_event(event_id=event.pk, by=collector, reason="もう一度")
    acknowledge(owed, collector)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 20)


def test_a_lapsed_tax_is_never_acknowledged_地税18条2項(collector):
    with pytest.raises(events.EventRefused, match="消滅"):
        acknowledge(claim(due_on=date(2020, 8, 31)), collector, reviewed=True)


def test_a_lapsed_private_claim_is_acknowledged_only_after_review_民法145条(collector):
    rent = claim(person(), kind="housing_rent", source="jutaku", due_on=date(2020, 8, 31))
    with pytest.raises(events.EventRefused, match="審査"):
        acknowledge(rent, collector)
    acknowledge(rent, collector, reviewed=True)


def test_on_its_last_day_a_claim_can_still_be_acknowledged(collector):
    owed = claim(due_on=date(2021, 11, 20))
    acknowledge(owed, collector)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 20)


def test_a_procedure_keeps_the_claim_until_it_ends(collector):
    owed = claim()
    (seizure,) = acknowledge(owed, collector, kind="seizure")
    owed.refresh_from_db()
    assert owed.prescribes_on is None
    events.end_event(event_id=seizure.pk, until=date(2027, 3, 31), by=collector)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2032, 3, 31)
    with pytest.raises(events.EventRefused, match="終わって"):
        events.end_event(event_id=seizure.pk, until=date(2027, 3, 31), by=collector)


def test_other_facts_on_the_same_day_are_not_lost_in_silence(collector):
    owed = claim()
    acknowledge(owed, collector, kind="grace", until=date(2027, 5, 19))
    with pytest.raises(events.EventRefused, match="別の内容"):
        acknowledge(owed, collector, kind="grace", until=date(2027, 6, 19))
