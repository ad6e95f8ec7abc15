"""Two computations that know nothing of each other give the same late charge, for claims drawn where errors hide."""

import os
import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.data import late_charge_rates
from claims.rules import late_charge_batch
from claims.rules.late_charge import LateChargeTerms, Payment, Regime, Relief, ReliefKind, Rounding, late_charge
from claims.rules.late_charge_batch import ClaimFacts, late_charges
from claims.rules.rates import RateTable, YearRate
from toyota_collect.calendar import last_day_after

CLAIMS = 300_000 if os.environ.get("TC_LONG") else 15_000
RATES = late_charge_rates()
ASSUMED = RATES.assuming(first=Fraction(5, 100), after=Fraction(8, 100), name="仮の割合")
TAX = LateChargeTerms(Regime.LOCAL_TAX)
FLAT = LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100))
ENDINGS = [(True, 1_000, 100), (False, 0, 1), (True, 2_000, 100), (False, 500, 10)]
TERMS = [
    LateChargeTerms(regime, months, rate, rounding, truncates, least, unit, leap)
    for (regime, months, rate) in [
        (Regime.LOCAL_TAX, 1, None),
        (Regime.LOCAL_TAX, 3, None),
        (Regime.FLAT, 1, Fraction(3, 100)),
        (Regime.FLAT, 1, Fraction(1, 30)),
        (Regime.FLAT, 1, Fraction(0)),
        (Regime.NONE, 1, None),
    ]
    for rounding, (truncates, least, unit), leap in product(Rounding, ENDINGS, (365, 366))
]
SHARP_DAYS = [
    date(year, month, day)
    for year in (1999, 2000, 2004, 2013, 2019, 2020, 2021, 2023, 2024, 2025, 2026)
    for month, day in [(1, 1), (1, 29), (1, 30), (1, 31), (2, 28), (3, 1), (4, 30), (11, 29), (11, 30), (12, 30), (12, 31)]
] + [date(year, 2, 29) for year in (2000, 2004, 2020, 2024)]  # fmt: skip
SHARP_YEN = [0, 1, 99, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 2_999, 3_000, 99_999, 100_000]


def by_rule(claims, as_of, rates=RATES):
    """What must come out: yen, raw yen, 概算, the day of full payment."""
    charges = (late_charge(**claim._asdict(), as_of=as_of, rates=rates) for claim in claims)
    return [(charge.yen, charge.raw_yen, charge.estimated, charge.determined_on) for charge in charges]


def at_once(claims, as_of, rates=RATES):
    charges = late_charges(claims, as_of=as_of, rates=rates)
    return [(charge.yen, charge.raw_yen, charge.estimated, charge.determined_on) for charge in charges.each()], charges


def assert_same(claims, as_of, rates=RATES, *, left_over=0):
    found, charges = at_once(claims, as_of, rates)
    expected = by_rule(claims, as_of, rates)
    wrong = [(claim, a, b) for claim, a, b in zip(claims, found, expected, strict=True) if a != b]
    assert not wrong, f"{len(wrong)} of {len(claims)} differ, the first: {wrong[0]}"
    assert charges.by_rule == left_over
    kinds = (charges.yen.dtype, charges.raw_yen.dtype, charges.estimated.dtype, charges.determined.dtype)
    assert kinds == (np.int64, np.int64, np.bool_, np.int64)
    return charges


def draw(rng, as_of):
    """A claim with its due date, payments and reliefs on and around the days and amounts at which the law turns."""
    terms = rng.choice(TERMS)
    due = rng.choice(SHARP_DAYS) if rng.random() < 0.4 else date(1997, 6, 30) + timedelta(days=rng.randrange(10_900))
    yen = rng.choice(SHARP_YEN) if rng.random() < 0.3 else rng.randrange(1_500, 400_000)
    bracket_end = last_day_after(due, months=terms.first_bracket_months)
    edges = [due, bracket_end, date(due.year, 12, 31), date(due.year + 1, 12, 31), as_of, RATES.last_day]

    def day():
        if rng.random() < 0.5:
            return rng.choice(edges) + timedelta(days=rng.choice((-1, 0, 0, 1)))
        return due + timedelta(days=rng.randrange(-40, 1_200))

    payments = [
        Payment(
            day(), rng.choice((0, 1, 999, 1_000, yen, max(0, yen - 1_999), max(0, yen - 2_000), yen // 3, yen // 7))
        )
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3, 8)))
    ]
    kinds = [kind for kind in ReliefKind if terms.regime is not Regime.FLAT or kind is not ReliefKind.SPECIAL]
    relief = [
        Relief(from_on, from_on + timedelta(days=rng.choice((0, 1, 30, 365, 800))), rng.choice(kinds))
        for from_on in (day() for _ in range(rng.choice((0, 0, 0, 1, 2, 4))))
    ]
    return ClaimFacts(due, yen, terms, payments, relief)


def test_two_computations_agree_on_random_claims():
    rng = random.Random(20_261_120)
    days = [date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1), date(2026, 11, 20), date(2026, 12, 31)]
    parts = [(day, RATES) for day in days] + [(date(2027, 3, 31), RATES), (date(2028, 12, 31), ASSUMED)]
    parts += [(rng.choice(SHARP_DAYS), RATES) for _ in range(8)]
    seen = [0] * 4
    for as_of, rates in parts:
        claims = [draw(rng, as_of) for _ in range(CLAIMS // len(parts))]
        charges = assert_same(claims, as_of, rates)
        for place, some in enumerate((charges.yen, charges.raw_yen > 0, charges.estimated, charges.determined)):
            seen[place] += int((some > 0).sum())
    assert min(seen) > CLAIMS // 100, seen  # the claims are not all such as cost nothing


FACTS = st.builds(
    lambda due, yen, terms, paid, relief: ClaimFacts(
        due,
        yen,
        terms,
        [Payment(due + timedelta(days=after), some) for after, some in paid],
        [
            Relief(due + timedelta(days=after), due + timedelta(days=after + length), kind)
            for after, length, kind in relief
            if terms.regime is not Regime.FLAT or kind is not ReliefKind.SPECIAL
        ],
    ),
    st.dates(date(1998, 1, 1), date(2027, 6, 30)),
    st.integers(0, 10_000) | st.integers(0, 10**9),
    st.sampled_from(TERMS),
    st.lists(st.tuples(st.integers(-40, 900), st.integers(0, 10_000) | st.integers(0, 10**9)), max_size=6),
    st.lists(st.tuples(st.integers(-400, 900), st.integers(0, 900), st.sampled_from(ReliefKind)), max_size=5),
)


@given(st.lists(FACTS, max_size=4), st.dates(date(1998, 1, 1), date(2030, 12, 31)), st.sampled_from([RATES, ASSUMED]))
def test_two_computations_agree(claims, as_of, rates):
    assert_same(claims, as_of, rates)


def test_chunks_are_put_together_in_order(monkeypatch):
    claims = [ClaimFacts(date(2025, 5, 30), 1_000 * n, TAX) for n in range(1, 12)]
    whole = at_once(claims, date(2026, 11, 20))[0]
    monkeypatch.setattr(late_charge_batch, "CHUNK", 3)
    assert at_once(claims, date(2026, 11, 20))[0] == whole == by_rule(claims, date(2026, 11, 20))


def test_no_claims_and_claims_not_yet_due():
    assert at_once([], date(2026, 11, 20))[0] == []
    assert at_once([ClaimFacts(date(2026, 11, 20), 50_000, TAX)], date(2026, 11, 20))[0] == [(0, 0, False, None)]
    assert at_once([ClaimFacts(date(2027, 11, 20), 50_000, TAX)], date(2020, 11, 20))[0] == [(0, 0, False, None)]


def test_nothing_is_estimated_where_no_day_is_charged():
    due, day = date(2027, 1, 31), date(2027, 3, 31)
    charges = assert_same([ClaimFacts(due, 90_000, TAX, [(due, 90_000)]), ClaimFacts(day, 90_000, TAX)], day)
    assert charges.estimated.tolist() == [False, False]
    assert charges.determined.tolist() == [due.toordinal(), 0]


def test_a_worked_case_of_a_city():
    # 豊橋市: 65,000 yen, 30 days at 2.5 %, 184 at 8.8 %, 31 at 8.7 %: 133 + 2,883 + 480 = 3,496 yen.
    claim = ClaimFacts(date(2021, 5, 31), 65_000, TAX, [(date(2022, 1, 31), 65_000)])
    assert at_once([claim], date(2026, 11, 20))[0] == [(3_400, 3_496, False, date(2022, 1, 31))]


EXACT = {"rounding": Rounding.END, "truncate_principal": False, "min_total_yen": 0, "floor_unit_yen": 1}


@pytest.mark.parametrize(
    ("due", "days", "divisor", "yen", "raw"),
    [
        pytest.param(date(2023, 3, 1), 1, 366, 5 * 365 - 1, 0, id="just short of a yen, 365 days"),
        pytest.param(date(2023, 3, 1), 1, 366, 5 * 365, 1, id="a yen, 365 days"),
        pytest.param(date(2024, 3, 1), 1, 366, 5 * 366 - 1, 0, id="just short of a yen, 366 days"),
        pytest.param(date(2024, 3, 1), 1, 366, 5 * 366, 1, id="a yen, 366 days"),
        pytest.param(date(2024, 3, 1), 1, 365, 5 * 365, 1, id="365 in a leap year too"),
        pytest.param(date(2023, 12, 30), 2, 366, 913, 0, id="a day of each year: 913/1825 + 913/1830"),
        pytest.param(date(2023, 12, 30), 2, 366, 914, 1, id="a day of each year: 914/1825 + 914/1830"),
    ],
)
def test_fractions_of_a_yen_are_exact(due, days, divisor, yen, raw):
    rates = RateTable(YearRate(year, Fraction(1, 5), Fraction(2, 5), Fraction(1, 5)) for year in (2023, 2024))
    terms = LateChargeTerms(Regime.LOCAL_TAX, divisor_in_leap_year=divisor, **EXACT)
    charges = assert_same([ClaimFacts(due, yen, terms)], due + timedelta(days=days), rates)
    assert charges.raw_yen.tolist() == [raw]


def test_fractions_of_many_runs_are_exact():
    """912/1825 of each of two days, which a relief to the same rate cuts apart, are just short of a yen."""
    rates = RateTable([YearRate(2023, Fraction(1, 5), Fraction(2, 5), Fraction(1, 5))])
    terms = LateChargeTerms(Regime.LOCAL_TAX, divisor_in_leap_year=366, **EXACT)
    relief = [Relief(date(2023, 3, 2), date(2023, 3, 2), ReliefKind.SPECIAL)]
    claims = [ClaimFacts(date(2023, 3, 1), yen, terms, (), relief) for yen in (912, 913)]
    assert assert_same(claims, date(2023, 3, 3), rates).raw_yen.tolist() == [0, 1]


@pytest.mark.parametrize("raw", [999, 1_000, 1_001])
def test_the_least_total_is_charged(raw):
    terms = LateChargeTerms(Regime.FLAT, rate=Fraction(1, 10), truncate_principal=False)
    claim = ClaimFacts(date(2025, 1, 1), raw * 3_650, terms)
    charges = assert_same([claim], date(2025, 1, 2))
    assert (charges.raw_yen.tolist(), charges.yen.tolist()) == ([raw], [1_000 if raw >= 1_000 else 0])


def test_each_rounding_keeps_its_fractions():
    # 豊橋市: 133.56 + 2,883.28 + 480.28 by run, by bracket and at the end.
    terms = [LateChargeTerms(Regime.LOCAL_TAX, rounding=rounding) for rounding in Rounding]
    charges = assert_same([ClaimFacts(date(2021, 5, 31), 65_000, one) for one in terms], date(2022, 1, 31))
    assert charges.raw_yen.tolist() == [133 + 2_883 + 480, 133 + 3_363, 3_497]


def test_an_assumed_year_without_a_special_rate_takes_half_of_the_second_where_that_is_lower():
    relief = [Relief(date(2027, 1, 1), date(2027, 1, 31), ReliefKind.SPECIAL)]
    charges = assert_same([ClaimFacts(date(2026, 12, 31), 365_000, TAX, (), relief)], date(2027, 1, 31), ASSUMED)
    assert charges.raw_yen.tolist() == [1_000 * 31 * 4 // 100]


# What does not fit into 64 bits, and what cannot be -----------------------------------------------------


@pytest.mark.parametrize("rounding", Rounding)
def test_legal_amounts_fit(rounding):
    """1,000億円 over 86 years at 14.6 %, as the module says; a little more is left to the per-claim rule."""
    old = RateTable([YearRate(2026, Fraction(73, 1000), Fraction(146, 1000), relief=Fraction(1, 20_000))])
    terms = LateChargeTerms(Regime.LOCAL_TAX, rounding=rounding, divisor_in_leap_year=366)
    due, as_of = date(1940, 11, 21), date(2026, 11, 20)
    largest = (2**63 - 1) // (2_920 * (as_of - due).days)
    claims = [ClaimFacts(due, yen, terms) for yen in (100_000_000_000, largest)]
    assert_same(claims, as_of, old)
    assert_same([*claims, ClaimFacts(due, largest + 1, terms)], as_of, old, left_over=1)


def test_the_bound_holds_for_a_single_day():
    due, free = date(2026, 11, 19), LateChargeTerms(Regime.FLAT, rate=Fraction(1), truncate_principal=False)
    largest = (2**63 - 1) // 2  # 100 % is 2 parts, as half of it must be whole
    old = RateTable([YearRate(2026, Fraction(0), Fraction(0))])
    assert_same([ClaimFacts(due, largest, free)], date(2026, 11, 20), old)
    assert_same([ClaimFacts(due, largest + 1, free)], date(2026, 11, 20), old, left_over=1)
    assert_same([ClaimFacts(due, largest // 2, free)], date(2026, 11, 21), old)
    assert_same([ClaimFacts(due, largest // 2 + 1, free)], date(2026, 11, 21), old, left_over=1)


@pytest.mark.parametrize(
    ("rate", "left_over"),
    [
        pytest.param(Fraction(1), 0, id="100 %"),
        pytest.param(1 + Fraction(1, 1_000), 2, id="more than 100 %"),
        pytest.param(Fraction(3, 500_000), 0, id="whole and half in 1,000,000 parts"),
        pytest.param(Fraction(1, 500_001), 2, id="in more parts"),
    ],
)
def test_unheard_of_rates_are_left_to_the_rule(rate, left_over):
    terms = LateChargeTerms(Regime.FLAT, rate=rate, min_total_yen=0, floor_unit_yen=1)
    even = LateChargeTerms(Regime.FLAT, rate=Fraction(1, 10))
    claims = [ClaimFacts(date(2025, 5, 30), 50_000, one) for one in (even, terms)]
    assert_same(claims, date(2026, 11, 20), left_over=left_over)


def test_numbers_beyond_64_bits_are_left_to_the_rule():
    due, as_of = date(2026, 10, 31), date(2026, 11, 20)
    small = ClaimFacts(due, 50_000, TAX)
    assert_same([small, ClaimFacts(due, 10**19, FLAT)], as_of, left_over=2)
    assert_same([small, ClaimFacts(due, 50_000, TAX, [(due, 10**19)])], as_of, left_over=2)
    never = LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100), min_total_yen=10**19)
    assert_same([small, ClaimFacts(due, 50_000, never)], as_of, left_over=2)
    with pytest.raises(OverflowError):
        late_charges([ClaimFacts(date(1900, 1, 1), 10**21, FLAT)], as_of=as_of, rates=RATES)


def test_payments_of_large_sums_do_not_wrap_round():
    due, as_of = date(2026, 11, 18), date(2026, 11, 20)
    free, old = LateChargeTerms(Regime.FLAT, rate=Fraction(0)), RateTable([YearRate(2026, Fraction(0), Fraction(0))])
    payments = [(date(2026, 11, 19), 2**62)] * 9
    largest = (2**63 - 1) // 10
    assert_same([ClaimFacts(due, largest, free, payments)], as_of, old)
    assert_same([ClaimFacts(due, largest + 1, free, payments)], as_of, old, left_over=1)


def test_the_last_bracket_of_the_calendar():
    assert_same([ClaimFacts(date(9999, 11, 29), 100_000, TAX)], date.max, ASSUMED)


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        pytest.param({"principal_yen": -1}, "元金が負", id="principal below 0"),
        pytest.param({"payments": [(date(2025, 6, 1), -5)]}, "納付額が負", id="payment below 0"),
        pytest.param(
            {"relief": [Relief(date(2025, 7, 2), date(2025, 7, 1), ReliefKind.FULL)]}, "前です", id="reversed"
        ),
        pytest.param(
            {"terms": FLAT, "relief": [Relief(date(2025, 7, 1), date(2025, 7, 2), ReliefKind.SPECIAL)]},
            "地方税の延滞金の例",
            id="附則3条の2 on a private claim",
        ),
        pytest.param({"due_on": date(9999, 11, 30)}, "暦の外", id="the bracket ends with the calendar"),
    ],
)
def test_refuses_what_the_rule_refuses(claim, message):
    good = ClaimFacts(date(2025, 5, 30), 100_000, TAX)
    as_of = date(9999, 12, 31)
    with pytest.raises(ValueError, match=message):
        late_charges([good, good._replace(**claim)], as_of=as_of, rates=ASSUMED)


def test_a_relief_of_one_day_on_the_last_day_of_the_calendar():
    claim = ClaimFacts(date(9998, 12, 31), 100_000, TAX, (), [Relief(date.max, date.max, ReliefKind.FULL)])
    assert_same([claim], date.max, ASSUMED)


def test_terms_that_are_equal_count_once():
    claims = [ClaimFacts(date(2025, 5, 30), 50_000, LateChargeTerms(Regime.LOCAL_TAX)) for _ in range(50)]
    assert late_charge_batch._Columns.of(claims).kinds == [TAX]
