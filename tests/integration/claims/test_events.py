"""Dated facts move the clock at once, once, and never wake what has lapsed."""

import random
from datetime import date

import pytest

from claims.models import ClaimEvent
from claims.rules.prescription import Status
from claims.services import events
from claims.services.clocks import clocks_for
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


FACTS = [
    ("dunning", date(2019, 9, 20), {"detail": {"arrived_on": "2019-09-21"}}),
    ("part_payment", date(2021, 2, 28), {}),
    ("demand", date(2024, 2, 29), {}),
    ("demand", date(2026, 2, 1), {}),
    ("seizure", date(2022, 3, 1), {"until": date(2023, 3, 31)}),
    ("delivery_claim", date(2023, 3, 1), {"until": date(2023, 12, 31)}),
    ("suit", date(2024, 5, 1), {"until": date(2024, 6, 1)}),
    ("stop", date(2025, 4, 1), {"until": date(2025, 10, 1)}),
    ("grace", date(2024, 4, 1), {"until": date(2025, 3, 31), "detail": {"applied_on": "2024-03-20"}}),
]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_in_which_facts_are_entered_never_matters(collector, seed):
    """The stored day and every answer of the clock are functions of facts and date."""
    found = []
    for facts in (FACTS, random.Random(seed).sample(FACTS, len(FACTS))):
        owed = claim(due_on=date(2019, 8, 31))
        for kind, on, more in facts:
            events.record_events(
                **({"claim_ids": [owed.pk], "kind": kind, "on": on, "by": collector, "origin": "架空"} | more)
            )
        owed.refresh_from_db()
        found.append((owed.prescribes_on, clocks_for([owed], as_of=DAY)[owed.pk]))
    assert found[0] == found[1]
    assert found[0][0] == date(2030, 3, 20)  # five years from 21 March 2024, and the 365 days of the relief


def test_an_acknowledgement_that_looks_late_is_taken_once_the_earlier_fact_is_known(collector):
    owed = claim(due_on=date(2020, 8, 31))
    with pytest.raises(events.EventRefused, match="消滅"):
        acknowledge(owed, collector, on=date(2025, 9, 10))
    acknowledge(owed, collector, kind="dunning", on=date(2020, 9, 20), origin="督促状")
    acknowledge(owed, collector, on=date(2025, 9, 10))
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2030, 9, 10)


def test_an_invoked_claim_is_gone_民法145条(collector):
    rent = claim(person(), kind="housing_rent", source="jutaku", due_on=date(2020, 8, 31))
    acknowledge(rent, collector, kind="enyo", origin="時効援用申出書")
    assert clocks_for([rent], as_of=DAY)[rent.pk].status is Status.INVOKED
    with pytest.raises(events.EventRefused, match="消滅"):
        acknowledge(rent, collector, reviewed=True)
