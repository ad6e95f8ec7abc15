"""Late charges of many claims at once equal the rule on each claim's facts, whatever their number."""

from dataclasses import replace
from datetime import date

import pytest

from claims.models import ClaimKindTerms, Hold, LateChargeRate
from claims.services.charges import TermsMissing, amounts_due, charges_for, rate_table
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, system_user
from toyota_collect.models import Setting

pytestmark = pytest.mark.django_db
DUE, DAY = date(2025, 10, 31), date(2026, 11, 20)


def _charge(of, as_of=DAY):
    return charges_for([of], as_of=as_of)[of.pk]


def _due(of, as_of=DAY):
    return amounts_due([of], as_of=as_of)[of.pk]


def test_tax_is_charged_by_calendar_year_and_bracket():
    # 30 days at 2.4 %, 31 days at 8.7 %, 324 days at 9.1 % on 41,000 yen: 80 + 302 + 3,311 yen.
    charge = _charge(claim(principal_yen=41_000, due_on=DUE))
    assert [(step.days, step.yen) for step in charge.steps] == [(30, 80), (31, 302), (324, 3_311)]
    assert charge.yen == 3_600


def test_a_payment_lowers_the_base_from_the_next_day():
    owed = claim(principal_yen=41_000, due_on=DUE)
    pay(owed, 21_000, on=date(2025, 12, 31))
    assert [step.base_yen for step in _charge(owed).steps] == [41_000, 41_000, 20_000]


def test_payments_after_the_day_are_not_looked_at():
    owed = claim(principal_yen=41_000, due_on=DUE)
    before = _charge(owed, date(2026, 5, 31))
    pay(owed, 41_000, on=date(2026, 6, 1))
    assert _charge(owed, date(2026, 5, 31)).yen == before.yen


def test_a_kind_without_late_charge_costs_nothing():
    owed = claim(kind="welfare_63", source="fukushi", principal_yen=100_000, due_on=DUE)
    assert (_charge(owed).yen, _due(owed).total_yen) == (0, 100_000)


def test_what_was_paid_of_the_late_charge_is_not_asked_again():
    owed = claim(principal_yen=41_000, due_on=DUE)
    book(owed, "late_fixed", "late", 1_000, on=DAY)
    pay(owed, 1_000, on=DAY, component="late")
    assert _due(owed).late_yen == _charge(owed).yen - 1_000


def test_a_determined_charge_stands_once_the_principal_is_paid():
    owed = claim(principal_yen=41_000, due_on=DUE)
    pay(owed, 41_000, on=date(2026, 6, 10))
    book(owed, "late_fixed", "late", 2_100, on=date(2026, 6, 10))
    owed.refresh_from_db()
    due = _due(owed)
    assert (due.principal_yen, due.late_yen, due.late_final) == (0, 2_100, True)


@pytest.mark.parametrize(
    ("scope", "lowered"),
    [
        pytest.param(lambda owed: {}, True, id="of the person"),
        pytest.param(lambda owed: {"kind": owed.kind}, True, id="of the kind"),
        pytest.param(lambda owed: {"claim": owed}, True, id="of the claim"),
        pytest.param(lambda owed: {"claim": claim(owed.identity.person)}, False, id="of another claim"),
    ],
)
def test_a_hold_that_remits_the_charge_reaches_its_scope(scope, lowered):
    owed = claim(principal_yen=41_000, due_on=DUE)
    Hold.objects.create(
        person=owed.identity.person,
        reason="execution_stop",
        channels=["notice"],
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 10, 1),
        late_charge_effect="full",
        placed_by=system_user(),
        **scope(owed),
    )
    free = [step for step in _charge(owed).steps if not step.rate]
    assert [(step.from_on, step.to_on) for step in free] == ([(date(2026, 1, 1), date(2026, 9, 30))] if lowered else [])


def test_past_the_last_announced_year_the_charge_stops_or_goes_on_as_the_city_decided():
    day = date(2027, 3, 31)
    stopped = _charge(claim(principal_yen=41_000, due_on=DUE), day)
    assert (stopped.estimated, stopped.steps[-1].to_on) == (True, date(2026, 12, 31))
    Setting.objects.create(
        key="late_charge.unknown_year",
        starts_on=date(2026, 12, 1),
        source="架空の決定",
        value={"policy": "assume", "assumed_first_permyriad": 280, "assumed_after_permyriad": 910},
    )
    assumed = _charge(claim(principal_yen=41_000, due_on=DUE), day)
    assert (assumed.estimated, assumed.steps[-1].to_on) == (True, day)


def test_rates_before_any_decision_stop():
    assert rate_table(as_of=date(2020, 1, 1)).assumed is None
    assert LateChargeRate.objects.exists()


def test_a_claim_without_legal_attributes_is_named():
    owed = claim(due_on=DUE)
    ClaimKindTerms.objects.filter(kind=owed.kind).update(starts_on=date(2026, 1, 1))
    with pytest.raises(TermsMissing, match=owed.notice_number):
        _charge(owed)


@pytest.mark.parametrize("day", [DAY, date(2027, 3, 31)], ids=["known", "概算"])
def test_without_steps_everything_else_is_the_same(day):
    one = person()
    owed = [
        claim(one, principal_yen=41_000, due_on=DUE),
        claim(one, principal_yen=41_000, due_on=DUE, instalment=2),
        claim(one, principal_yen=41_000, due_on=DUE, instalment=3),
        claim(one, kind="housing_rent", source="jutaku", principal_yen=126_300, due_on=DUE),
        claim(one, kind="welfare_63", source="fukushi", principal_yen=100_000, due_on=DUE),
    ]
    pay(owed[1], 21_000, on=date(2025, 12, 31))
    pay(owed[2], 41_000, on=date(2026, 10, 31))
    Hold.objects.create(
        person=one,
        reason="grace",
        channels=["notice"],
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 4, 1),
        late_charge_effect="relief",
        placed_by=system_user(),
    )
    full, short = amounts_due(owed, as_of=day), amounts_due(owed, as_of=day, with_steps=False)
    assert [pk for pk, due in full.items() if due.charge.steps] == [each.pk for each in owed[:4]]
    assert {due.charge.estimated for due in full.values()} == ({False} if day == DAY else {False, True})
    assert short == {pk: replace(due, charge=replace(due.charge, steps=(), closing="")) for pk, due in full.items()}


def test_queries_do_not_grow_with_the_claims(django_assert_max_num_queries):
    one = person()
    owed = [claim(one, principal_yen=41_000, due_on=DUE, instalment=n) for n in range(1, 7)]
    for each in owed:
        pay(each, 1_000, on=date(2026, 1, 5))
    for with_steps in (True, False):
        with django_assert_max_num_queries(7):
            assert len(amounts_due(owed, as_of=DAY, with_steps=with_steps)) == 6
