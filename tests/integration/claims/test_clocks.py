"""Stored prescription days equal the rule on the claim's dated events; without events, the law alone."""

from datetime import date

import pytest

from claims.models import Claim, ClaimEvent, ClaimKindTerms
from claims.rules.prescription import Status
from claims.services.clocks import ClockUnknown, clock_differences, clocks_for, refresh_clocks
from tests.factories.claims import claim, pay
from tests.factories.debtors import system_user
from toyota_collect.models import Setting

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 20)


def event(of: Claim, kind: str, on: date, until: date | None = None, **detail: object) -> ClaimEvent:
    return of.events.create(
        kind=kind, on=on, until=until, detail=detail, ground=of.ground, origin="架空", by=system_user()
    )


def last_day(of: Claim) -> date | None:
    return clocks_for([of], as_of=AS_OF)[of.pk].last_day


CASES = [
    pytest.param("resident_tax", [], date(2027, 9, 30), id="地税18条 five years from the day after the due date"),
    pytest.param(
        "resident_tax", [("dunning", date(2022, 10, 20))], date(2027, 10, 30), id="地税18条の2 sent + 10 days, renewed"
    ),
    pytest.param(
        "ltc_premium", [("dunning", date(2022, 10, 20))], date(2024, 10, 20), id="介保200条 two years from 督促"
    ),
    pytest.param("resident_tax", [("part_payment", date(2024, 3, 1))], date(2029, 3, 1), id="民法152条 part payment"),
    pytest.param("resident_tax", [("acknowledgement", date(2024, 3, 1))], date(2029, 3, 1), id="民法152条 承認"),
    pytest.param("resident_tax", [("seizure", date(2024, 3, 1))], None, id="民法148条 while seized"),
    pytest.param(
        "resident_tax", [("seizure", date(2024, 3, 1), date(2024, 9, 1))], date(2029, 9, 1), id="民法148条 seizure over"
    ),
    pytest.param(
        "resident_tax",
        [("grace", date(2023, 4, 1), date(2024, 3, 31))],
        date(2028, 9, 30),
        id="地税18条の2第4項 a year of 猶予 does not count",
    ),
    pytest.param("resident_tax", [("stop", date(2024, 4, 1))], date(2027, 4, 1), id="地税15条の7 three years of stop"),
    pytest.param("resident_tax", [("enyo", date(2024, 4, 1))], date(2027, 9, 30), id="援用 moves no clock"),
]


@pytest.mark.parametrize(("kind", "events", "expected"), CASES)
def test_events_move_the_clock_as_the_law_says(kind, events, expected):
    owed = claim(kind=kind, due_on=date(2022, 9, 30))
    for one in events:
        event(owed, *one)
    assert last_day(owed) == expected
    refresh_clocks(as_of=AS_OF)
    owed.refresh_from_db()
    assert owed.prescribes_on == expected
    assert clock_differences(limit=9) == []


def test_a_contract_before_the_new_civil_code_keeps_its_period():
    old = claim(kind="water_charge", source="suido", due_on=date(2022, 9, 30), contract_on=date(2020, 3, 31))
    new = claim(kind="water_charge", source="suido", due_on=date(2022, 9, 30), contract_on=date(2020, 4, 1))
    assert (last_day(old), last_day(new)) == (date(2024, 9, 30), date(2027, 9, 30))


def test_a_withdrawn_event_never_happened():
    owed = claim(due_on=date(2022, 9, 30))
    made = event(owed, "part_payment", date(2024, 3, 1))
    made.withdrawn_at = "2024-04-01T00:00:00+09:00"
    made.save()
    assert last_day(owed) == date(2027, 9, 30)


def test_the_day_of_arrival_and_the_deadline_count_where_the_kind_says_so():
    owed = claim(kind="ltc_premium", due_on=date(2022, 9, 30))
    event(owed, "dunning", date(2022, 10, 20), arrived_on="2022-10-22", deadline_on="2022-10-31")
    assert last_day(owed) == date(2024, 10, 22)
    ClaimKindTerms.objects.filter(kind=owed.kind).update(dunning_effect="deadline")
    assert last_day(owed) == date(2024, 10, 31)
    ClaimKindTerms.objects.filter(kind=owed.kind).update(dunning_effect="none")
    assert last_day(owed) == date(2024, 9, 30)


def test_the_city_may_count_the_day_of_the_stop():
    owed = claim(due_on=date(2022, 9, 30))
    event(owed, "stop", date(2024, 4, 1))
    Setting.objects.filter(key="prescription.execution_stop_counts_first_day").update(value=True)
    assert last_day(owed) == date(2027, 3, 31)


def test_only_open_claims_are_stored_and_named_claims_alone_if_named():
    paid, open_ = claim(due_on=date(2022, 9, 30)), claim(due_on=date(2022, 9, 30))
    pay(paid, 10_000, on=date(2022, 12, 1))
    other = claim(due_on=date(2022, 9, 30))
    assert refresh_clocks([open_.pk], as_of=AS_OF) == 1
    assert clock_differences(limit=9) == [
        {"what": "clock", "claim": other.pk, "stored": None, "events": date(2027, 9, 30), "problem": ""}
    ]
    assert refresh_clocks(as_of=AS_OF) == 1
    paid.refresh_from_db()
    assert paid.prescribes_on is None
    assert refresh_clocks(as_of=AS_OF) == 0


def test_a_clock_that_cannot_be_run_is_reported_and_keeps_its_day(caplog):
    owed = claim(due_on=date(2022, 9, 30), prescribes_on=date(2027, 9, 30))
    event(owed, "grace", date(2023, 4, 1))  # without its end
    assert refresh_clocks(as_of=AS_OF) == 0
    assert "猶予に、正しい期間" in caplog.text
    (difference,) = clock_differences(limit=9)
    assert "猶予に、正しい期間" in difference["problem"]
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2027, 9, 30)
    with pytest.raises(ClockUnknown):
        last_day(owed)


def test_missing_attributes_say_where_to_add_them():
    with pytest.raises(ClockUnknown, match="管理画面"):
        last_day(claim(due_on=date(1999, 4, 30)))


def test_the_status_is_of_the_day():
    owed = claim(kind="ltc_premium", due_on=date(2022, 9, 30))
    found = clocks_for([owed], as_of=AS_OF)[owed.pk]
    assert (found.status, found.extinct_from) == (Status.EXTINCT, date(2024, 10, 1))


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries):
    for _ in range(30):
        event(claim(due_on=date(2022, 9, 30)), "dunning", date(2022, 10, 20))
    with django_assert_max_num_queries(5):
        assert len(clocks_for(list(Claim.objects.all()), as_of=AS_OF)) == 30
