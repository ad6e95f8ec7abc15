"""Instalments: sums to the yen, days, order, and refusals that say what would do. All debts are synthetic."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest

from claims.data import late_charge_rates
from claims.rules.allocation import FeeRank
from claims.rules.late_charge import LateChargeTerms, Regime, Relief, ReliefKind, late_charge
from claims.rules.plan import Order, PlanDebt, PlanRefused, Terms, payment_days, schedule

ANNOUNCED = late_charge_rates()
RATES = ANNOUNCED.assuming(first=Fraction(28, 1000), after=Fraction(91, 1000), name="仮の割合")
TAX = LateChargeTerms(Regime.LOCAL_TAX)
CIVIL = LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100), truncate_principal=False, min_total_yen=0, floor_unit_yen=1)
NONE = LateChargeTerms(Regime.NONE)
DAY = date(2026, 11, 20)
HOLIDAYS = frozenset({date(2026, 11, 23), date(2027, 1, 1)})


def debt(key="a", principal=30_000, due=date(2030, 1, 31), terms=NONE, **facts):
    return PlanDebt(key, due, principal, facts.pop("levied_yen", principal), terms, **facts)


def plan(*debts, rates=RATES, holidays=HOLIDAYS, **terms):
    asked = Terms(**({"starts_on": DAY, "pay_day": 25, "longest": 36} | terms))
    return schedule(debts, asked, rates=rates, holidays=holidays)


def yens(made):
    return [one.yen for one in made.instalments]


def charged(one: PlanDebt, made, key: str) -> int:
    """The late charge of a claim, worked out anew from what the schedule pays of its principal."""
    paid = [(it.due_on, part.principal_yen) for it in made.instalments for part in it.parts if part.key == key]
    until = made.instalments[-1].due_on
    facts = {"due_on": one.due_on, "principal_yen": one.levied_yen, "terms": one.terms, "relief": one.relief}
    charge = late_charge(payments=[*one.payments, *paid], as_of=until, rates=RATES, **facts)
    return max(charge.yen - one.late_paid_yen, one.late_booked_yen)


# --- sums ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "count", [pytest.param(100, id="100"), pytest.param(10_000, id="10000", marks=pytest.mark.long)]
)
def test_random_schedules_sum_to_the_debt(count):
    random = Random(20261120)
    refused = 0
    for _ in range(count):
        debts = [_debt(random, str(at)) for at in range(random.randint(1, 6))]
        asked = _terms(random)
        try:
            made = schedule(debts, asked, rates=RATES, holidays=HOLIDAYS)
        except PlanRefused as why:
            refused += 1
            if why.needed_yen:
                better = {"amount_yen": why.needed_yen, "count": None, "until": None}
                facts = {name: getattr(asked, name) for name in Terms.__slots__} | better
                schedule(debts, Terms(**facts), rates=RATES, holidays=HOLIDAYS)
            continue
        parts = [part for one in made.instalments for part in one.parts]
        for one in debts:
            own = [part for part in parts if part.key == one.key]
            sums = [sum(getattr(part, f"{name}_yen") for part in own) for name in ("principal", "fee", "cost", "late")]
            assert sums == [one.principal_yen, one.fee_yen, one.cost_yen, charged(one, made, one.key)]
        assert made.total_yen == sum(part.yen for part in parts)
        assert all(one.yen > 0 and part.yen > 0 for one in made.instalments for part in one.parts)
        assert made.instalments[-1].left_yen == 0
        assert len(made.instalments) <= (asked.count or asked.longest)
        days = [one.due_on for one in made.instalments]
        assert days == sorted(set(days))
    assert refused < count * 0.4


def _debt(random: Random, key: str) -> PlanDebt:
    terms, private = random.choice([(TAX, False), (TAX, False), (CIVIL, True), (NONE, random.random() < 0.5)])
    levied = random.choice([random.randint(1, 3_000), random.randint(1_000, 250_000)])
    due = date.fromordinal(date(2021, 1, 1).toordinal() + random.randint(0, 2_400))
    paid = random.randint(0, levied - 1) if due < DAY and random.random() < 0.4 else 0
    return PlanDebt(
        key,
        due,
        levied - paid,
        levied,
        terms,
        fee_yen=random.choice([0, 0, 100]),
        cost_yen=random.choice([0, 0, 0, 1_234]),
        payments=((date.fromordinal(random.randint(due.toordinal(), DAY.toordinal())), paid),) if paid else (),
        late_booked_yen=random.choice([0, 0, 0, 300]),
        private=private,
        prescribes_on=random.choice([None, date(2027, 1, 1), date(2029, 1, 1)]),
    )


def _terms(random: Random) -> Terms:
    how = random.choice(
        [
            {"amount_yen": random.choice([3_000, 5_000, 10_000, 33_333])},
            {"count": random.randint(1, 36)},
            {"until": date.fromordinal(DAY.toordinal() + random.randint(10, 1_000))},
        ]
    )
    steps = tuple(
        (at, random.randint(1_000, 30_000)) for at in sorted(random.sample(range(2, 20), random.randint(0, 2)))
    )
    bonus = random.choice([(), (), ((7, 30_000), (12, 30_000))])
    order, rank = random.choice(list(Order)), random.choice(list(FeeRank))
    return Terms(DAY, random.randint(1, 31), 36, steps=steps, bonus=bonus, order=order, fee_rank=rank, **how)


def test_the_last_instalment_takes_the_rest():
    assert yens(plan(debt(principal=25_300), amount_yen=10_000)) == [10_000, 10_000, 5_300]
    assert yens(plan(debt(principal=20_000), amount_yen=10_000)) == [10_000, 10_000]
    assert yens(plan(debt(principal=300), amount_yen=10_000)) == [300]


@pytest.mark.parametrize(
    ("principal", "count", "amount", "last"),
    [
        pytest.param(100_000, 10, 10_000, 10_000, id="divides"),
        pytest.param(100_000, 12, 9_000, 1_000, id="whole thousands"),
        pytest.param(50_000, 20, 2_500, 2_500, id="in whole thousands it would be done in 17"),
        pytest.param(12_000, 20, 600, 600, id="in whole five hundreds it would not be done in 20"),
        pytest.param(30_000, 36, 840, 600, id="in whole hundreds it would be done in 34"),
        pytest.param(12_100, 12, 1_010, 990, id="in whole hundreds it would be done in 11"),
        pytest.param(5, 3, 2, 1, id="in yen"),
    ],
)
def test_the_amount_for_a_number_of_instalments(principal, count, amount, last):
    made = plan(debt(principal=principal), count=count)
    assert (len(made.instalments), made.amount_yen, yens(made)[-1]) == (count, amount, last)


def test_a_debt_smaller_than_the_number_is_paid_off_sooner():
    sooner = plan(debt(principal=10), count=7)
    assert (yens(sooner), sooner.amount_yen) == ([10], 1_000)
    assert yens(plan(debt(principal=30_000), debt("b", 90_000), count=6, steps=((2, 90_000),)))[-1] > 0


def test_until_a_day_counts_that_payment_day():
    assert len(plan(debt(), until=date(2027, 1, 25)).instalments) == 3
    assert len(plan(debt(), until=date(2027, 1, 24)).instalments) == 2
    with pytest.raises(PlanRefused, match=r"^終わりの日が、最初の納付日より前"):
        plan(debt(), until=date(2026, 11, 24))


# --- steps, bonus months, days ------------------------------------------------------------------------


def test_a_step_changes_the_amount_from_its_instalment_on():
    made = plan(debt(principal=33_000), amount_yen=3_000, steps=((5, 6_000), (3, 5_000)))
    assert yens(made) == [3_000, 3_000, 5_000, 5_000, 6_000, 6_000, 5_000]


def test_a_bonus_month_adds_to_the_agreed_month():
    # 25 July 2027 is a Sunday and moves within the month; the month that counts is the agreed one.
    made = plan(debt(principal=100_000), amount_yen=5_000, bonus=((7, 20_000), (12, 30_000)))
    assert [(one.nominal_on.month, one.yen) for one in made.instalments] == [
        (11, 5_000), (12, 35_000), (1, 5_000), (2, 5_000), (3, 5_000), (4, 5_000), (5, 5_000), (6, 5_000), (7, 25_000), (8, 5_000),
    ]  # fmt: skip


def test_the_month_of_a_bonus_is_the_agreed_one_even_where_the_day_moves_on():
    made = plan(
        debt(principal=30_000), amount_yen=10_000, bonus=((12, 5_000),), pay_day=31, starts_on=date(2026, 12, 1)
    )
    assert [(one.due_on, one.yen) for one in made.instalments] == [
        (date(2027, 1, 4), 15_000),  # 31 December is no working day
        (date(2027, 2, 1), 10_000),  # 31 January is a Sunday
        (date(2027, 3, 1), 5_000),  # February has 28 days, and the 28th is a Sunday
    ]


def days(pay_day, starts_on, count):
    found = payment_days(Terms(starts_on, pay_day, 36, amount_yen=1), HOLIDAYS)
    return [next(found) for _ in range(count)]


@pytest.mark.parametrize(
    ("pay_day", "starts_on", "first"),
    [
        pytest.param(25, date(2026, 11, 25), (date(2026, 11, 25), date(2026, 11, 25)), id="on the day itself"),
        pytest.param(25, date(2026, 11, 26), (date(2026, 12, 25), date(2026, 12, 25)), id="a day late: next month"),
        pytest.param(
            23, date(2026, 11, 20), (date(2026, 11, 23), date(2026, 11, 24)), id="holiday 地方税法20条の5第2項"
        ),
        pytest.param(31, date(2028, 2, 1), (date(2028, 2, 29), date(2028, 2, 29)), id="leap February"),
        pytest.param(30, date(2027, 2, 1), (date(2027, 2, 28), date(2027, 3, 1)), id="February, a Sunday"),
        pytest.param(31, date(2026, 12, 1), (date(2026, 12, 31), date(2027, 1, 4)), id="end of the year"),
        pytest.param(1, date(2026, 12, 2), (date(2027, 1, 1), date(2027, 1, 4)), id="over the year"),
    ],
)
def test_first_payment_day(pay_day, starts_on, first):
    assert days(pay_day, starts_on, 1) == [first]


def test_the_end_of_the_month_stays_the_end_of_the_month():
    assert [nominal for nominal, _ in days(31, date(2028, 1, 31), 4)] == [
        date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30),
    ]  # fmt: skip


# --- the law of each claim, late charge running -----------------------------------------------------


def test_a_tax_pays_its_principal_first_and_then_the_charge_as_it_stands_地方税法14条の5():
    owed = debt(principal=40_000, due=date(2025, 10, 31), terms=TAX, fee_yen=100)
    made = plan(owed, amount_yen=20_000)
    (first, second, third) = made.instalments
    assert [(p.principal_yen, p.fee_yen, p.late_yen) for one in made.instalments for p in one.parts] == [
        (19_900, 100, 0), (20_000, 0, 0), (100, 0, 3_800),  # 78 + 295 + 3,281 up to 25 November, 149 on 20,000 up to 25 December
    ]  # fmt: skip
    assert (first.left_yen, second.left_yen, third.left_yen) == (20_100, 100, 0)
    assert made.late_yen == charged(owed, made, "a")


def test_a_private_claim_pays_its_interest_first_民法489条():
    owed = debt(principal=100_000, due=date(2025, 11, 25), terms=CIVIL, private=True)
    made = plan(owed, amount_yen=60_000)
    assert [(p.principal_yen, p.late_yen) for one in made.instalments for p in one.parts] == [
        (57_001, 2_999),  # 295 in 2025, 2,704 in 2026
        (42_999, 106),  # 30 days on 42,999
    ]


@pytest.mark.parametrize(
    ("rank", "first"),
    [(FeeRank.BEFORE_PRINCIPAL, (900, 100)), (FeeRank.AFTER_PRINCIPAL, (1_000, 0)), (FeeRank.LAST, (1_000, 0))],
)
def test_the_dunning_fee_stands_where_the_city_says(rank, first):
    made = plan(debt(principal=1_500, fee_yen=100), amount_yen=1_000, fee_rank=rank)
    (part,) = made.instalments[0].parts
    assert (part.principal_yen, part.fee_yen) == first


def test_costs_and_fee_are_paid_once_and_wholly():
    made = plan(debt(principal=1_500, fee_yen=100, cost_yen=300), amount_yen=700)
    parts = [part for one in made.instalments for part in one.parts]
    assert [sum(getattr(part, name) for part in parts) for name in ("principal_yen", "fee_yen", "cost_yen")] == [
        1_500,
        100,
        300,
    ]
    assert [one.number for one in made.instalments] == [1, 2, 3]


def test_a_charge_that_is_waived_while_the_plan_runs_is_not_asked_for_地方税法15条の9():
    waived = Relief(date(2025, 11, 1), date(2028, 12, 31), ReliefKind.FULL)
    owed = {"principal": 90_000, "due": date(2025, 10, 31), "terms": TAX}
    assert plan(debt(**owed, relief=(waived,)), count=12).late_yen == 0
    assert plan(debt(**owed), count=12).late_yen > 0


def test_what_was_paid_before_and_what_is_determined_count():
    due = date(2025, 10, 31)
    paid = debt(principal=20_000, levied_yen=40_000, payments=((date(2026, 4, 30), 20_000),), due=due, terms=TAX)
    assert plan(paid, count=1).late_yen == charge_of(paid)
    assert plan(debt(principal=20_000, due=due, terms=TAX, late_paid_yen=500), count=1).late_yen == 1_500 - 500 + 300
    assert plan(debt(principal=20_000, due=due, terms=TAX, late_booked_yen=9_900), count=1).late_yen == 9_900
    final = debt(principal=0, levied_yen=20_000, due=due, terms=TAX, late_final_yen=1_700)
    assert yens(plan(final, amount_yen=1_000)) == [1_000, 700]


def charge_of(one):
    facts = {"due_on": one.due_on, "principal_yen": one.levied_yen, "terms": one.terms, "rates": RATES}
    return late_charge(payments=one.payments, as_of=date(2026, 11, 25), **facts).yen


def test_a_claim_not_yet_due_is_paid_without_late_charge_before_its_day():
    assert plan(debt(principal=50_000, due=date(2026, 12, 25), terms=TAX), count=2).late_yen == 0
    assert plan(debt(principal=50_000, due=date(2026, 12, 24), terms=TAX, private=False), count=20).late_yen > 0


def test_past_the_announced_rates_it_is_an_estimate():
    owed = debt(principal=40_000, due=date(2025, 10, 31), terms=TAX)
    assert not plan(owed, count=2, rates=ANNOUNCED).estimated
    assert plan(owed, count=3, rates=ANNOUNCED).estimated
    assert not plan(debt(principal=40_000, due=date(2025, 10, 31), terms=CIVIL), count=9, rates=ANNOUNCED).estimated


# --- which claim first -------------------------------------------------------------------------------

OLD = debt("old tax", 20_000, date(2025, 6, 30), TAX, prescribes_on=date(2031, 1, 1))
RENT = debt("rent", 20_000, date(2024, 6, 30), CIVIL, private=True, prescribes_on=date(2027, 1, 1))
SMALL = debt("small tax", 1_500, date(2023, 6, 30), TAX, prescribes_on=None)
FREE = debt("none", 20_000, date(2022, 6, 30), NONE, prescribes_on=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        (Order.OLDEST, ("none", "small tax", "rent", "old tax")),
        (Order.CLOCK, ("none", "rent", "old tax", "small tax")),
        (Order.COSTLY, ("old tax", "rent", "none", "small tax")),
    ],
)
def test_order(order, keys):
    made = plan(OLD, RENT, SMALL, FREE, count=10, order=order)
    assert made.order == keys
    assert list(dict.fromkeys(part.key for one in made.instalments for part in one.parts)) == list(keys)


def test_a_charge_that_is_waived_on_the_day_costs_nothing_地方税法15条の9():
    waived = debt("waived", 20_000, date(2025, 6, 30), TAX, relief=(Relief(DAY, DAY, ReliefKind.FULL),))
    assert plan(waived, RENT, count=3, order=Order.COSTLY).order == ("rent", "waived")
    assert plan(waived, RENT, count=3, order=Order.COSTLY, starts_on=date(2026, 11, 21)).order == ("waived", "rent")
    half = debt("half", 20_000, date(2025, 6, 30), TAX, relief=(Relief(DAY, DAY, ReliefKind.HALF),))
    assert plan(half, RENT, count=3, order=Order.COSTLY).order == ("half", "rent")


def test_the_costly_first_costs_least():
    costs = {order: plan(RENT, OLD, count=12, order=order).late_yen for order in Order}
    assert costs[Order.COSTLY] < costs[Order.OLDEST]


def test_the_order_of_costs_knows_the_years_without_a_rate():
    made = plan(RENT, OLD, count=3, order=Order.COSTLY, rates=ANNOUNCED, starts_on=date(2027, 5, 1))
    assert made.order == ("old tax", "rent")


def test_the_order_of_costs_takes_the_assumed_rate_where_the_city_named_one():
    dear = LateChargeTerms(Regime.FLAT, rate=Fraction(10, 100), truncate_principal=False)
    loan = debt("loan", 20_000, date(2024, 6, 30), dear, private=True)
    for after, first in ((Fraction(12, 100), "old tax"), (Fraction(8, 100), "loan")):
        rates = ANNOUNCED.assuming(first=Fraction(2, 100), after=after, name="仮の割合")
        assert plan(loan, OLD, count=3, order=Order.COSTLY, rates=rates, starts_on=date(2027, 5, 1)).order[0] == first


def test_a_small_private_claim_costs_though_a_small_tax_would_not():
    loan = debt("small loan", 1_500, date(2024, 6, 30), CIVIL, private=True)
    assert plan(FREE, loan, count=3, order=Order.COSTLY).order == ("small loan", "none")


def test_the_order_of_costs_is_by_yen_owed_not_by_size():
    whole = debt("whole", 10_000, date(2025, 6, 30), TAX)
    cut = debt("cut", 19_900, date(2025, 6, 30), TAX)  # counted as 19,000 (地方税法20条の4の2第2項)
    assert plan(cut, whole, count=3, order=Order.COSTLY).order == ("whole", "cut")


# --- refusals ---------------------------------------------------------------------------------------------


def test_an_amount_too_small_is_refused_with_the_one_that_would_do():
    owed = debt(principal=361_000)
    with pytest.raises(PlanRefused, match=r"月10,000円では.*36回.*月11,000円以上") as why:
        plan(owed, amount_yen=10_000)
    assert why.value.needed_yen == 11_000
    assert len(plan(owed, amount_yen=11_000).instalments) == 33
    assert len(plan(debt(principal=360_000), amount_yen=10_000).instalments) == 36


def test_more_instalments_than_the_city_allows_are_refused():
    assert len(plan(debt(principal=360_000), count=36).instalments) == 36
    with pytest.raises(PlanRefused, match=r"37回は.*36回.*月10,000円以上"):
        plan(debt(principal=360_000), count=37)
    assert len(plan(debt(principal=360_000), until=date(2029, 11, 24)).instalments) == 36
    with pytest.raises(PlanRefused, match="37回は"):
        plan(debt(principal=360_000), until=date(2031, 1, 1))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, "1つだけ"),
        ({"amount_yen": 1, "count": 1}, "1つだけ"),
        ({"amount_yen": 0}, "1以上"),
        ({"count": 0}, "1以上"),
        ({"count": 1, "longest": 0}, "1以上"),
        ({"count": 1, "pay_day": 0}, "納付日"),
        ({"count": 1, "pay_day": 32}, "納付日"),
        ({"count": 1, "steps": ((1, 500),)}, "2回目"),
        ({"count": 1, "steps": ((2, 0),)}, "2回目"),
        ({"count": 1, "steps": ((2, 5), (2, 6))}, "2回目"),
        ({"count": 1, "bonus": ((0, 5),)}, "賞与月"),
        ({"count": 1, "bonus": ((13, 5),)}, "賞与月"),
        ({"count": 1, "bonus": ((7, 0),)}, "賞与月"),
        ({"count": 1, "bonus": ((7, 1), (7, 2))}, "賞与月"),
    ],
)
def test_terms_that_make_no_sense(terms, said):
    with pytest.raises(PlanRefused, match=said):
        plan(debt(), **terms)


def test_the_bounds_of_terms_are_allowed():
    assert yens(plan(debt(principal=3), amount_yen=1, steps=((2, 1),), bonus=((1, 1), (12, 1)), pay_day=31)) == [1, 2]
    assert yens(plan(debt(principal=3), amount_yen=3, pay_day=1, longest=1)) == [3]


def test_debts_that_make_no_sense():
    with pytest.raises(PlanRefused, match="1つ以上"):
        plan(count=1)
    with pytest.raises(PlanRefused, match="重ならない"):
        plan(debt(), debt(), count=1)
    with pytest.raises(PlanRefused, match=r"^選んだ債権に未納はありません"):
        plan(debt(principal=0), count=1)
    with pytest.raises(ValueError, match="調定額を超え"):
        debt(principal=5, levied_yen=4)
    with pytest.raises(ValueError, match="調定額を超え"):
        debt(principal=5, levied_yen=6, payments=((DAY, 2),))
    assert debt(principal=4, levied_yen=6, payments=((DAY, 2),))
    with pytest.raises(ValueError, match="負の金額"):
        debt(principal=-1, levied_yen=0)
    for name in ("fee_yen", "cost_yen", "late_paid_yen", "late_booked_yen"):
        with pytest.raises(ValueError, match="負の金額"):
            debt(**{name: -1})
