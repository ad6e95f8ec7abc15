import json
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.data import late_charge_rates
from claims.rules.late_charge import (
    LateChargeTerms,
    Payment,
    Regime,
    Relief,
    ReliefKind,
    Rounding,
    Step,
    base_yen,
    late_charge,
    percent,
)
from toyota_collect.calendar import last_day_after

CASES = json.loads((Path(__file__).parents[2] / "cases" / "late_charge.json").read_text(encoding="utf-8"))
RATES = late_charge_rates()
TAX = LateChargeTerms(Regime.LOCAL_TAX)
EXACT = LateChargeTerms(Regime.LOCAL_TAX, min_total_yen=0, floor_unit_yen=1)


def charge(due, principal, as_of, payments=(), terms=TAX, rates=RATES, relief=()):
    return late_charge(
        due_on=date.fromisoformat(due),
        principal_yen=principal,
        payments=[Payment(date.fromisoformat(on), yen) for on, yen in payments],
        as_of=date.fromisoformat(as_of),
        terms=terms,
        rates=rates,
        relief=[Relief(date.fromisoformat(a), date.fromisoformat(b), kind) for a, b, kind in relief],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_reproduces_the_worked_case(case):
    terms = LateChargeTerms(
        Regime(case["regime"]),
        first_bracket_months=case["first_bracket_months"],
        rate=Fraction(case["rate"]) if "rate" in case else None,
        truncate_principal=case.get("truncate_principal", True),
        min_total_yen=case.get("min_total", 1000),
    )
    payments = [(paid["date"], paid["amount"]) for paid in case["payments"]]
    result = charge(case["due_date"], case["principal"], case["as_of"], payments, terms)
    assert result.yen == case["expected_yen"]
    assert result.raw_yen == case.get("published_raw", result.raw_yen)
    assert result.raw_yen == sum(step.yen for step in result.steps)


@pytest.mark.parametrize(
    ("due", "as_of", "last_day_of_bracket"),
    [
        pytest.param("2025-01-31", "2025-03-31", "2025-02-28", id="民法143条2項: 31 January"),
        pytest.param("2024-01-31", "2024-03-31", "2024-02-29", id="31 January, leap year"),
        pytest.param("2025-01-30", "2025-03-31", "2025-02-28", id="30 January: no 31 February"),
        pytest.param("2025-02-02", "2025-03-31", "2025-03-02", id="2 February"),
        pytest.param("2025-08-01", "2025-10-31", "2025-09-01", id="1 August"),
    ],
)
def test_first_bracket_ends_on(due, as_of, last_day_of_bracket):
    first, *_ = charge(due, 100_000, as_of).steps
    assert (first.from_on, first.to_on) == (
        date.fromisoformat(due) + timedelta(days=1),
        date.fromisoformat(last_day_of_bracket),
    )


def test_nothing_on_the_due_date_and_one_day_after_it():
    assert charge("2026-07-31", 1_000_000, "2026-07-31") == charge("2026-07-31", 1_000_000, "2026-07-01")
    assert not charge("2026-07-31", 1_000_000, "2026-07-31").steps
    assert charge("2026-07-31", 1_000_000, "2026-08-01").raw_yen == 1_000_000 * 28 // 1000 // 365


@pytest.mark.parametrize(("principal", "base"), [(1_999, 0), (2_000, 2_000), (2_999, 2_000), (65_999, 65_000), (0, 0)])
def test_base_of_20_no_4_no_2(principal, base):
    assert base_yen(principal) == base
    assert base_yen(principal, truncate=False) == principal


def test_total_below_1000_is_dropped_and_100_is_the_unit():
    below, above = charge("2026-07-31", 100_000, "2026-09-30"), charge("2026-07-31", 100_000, "2026-10-31")
    assert (below.raw_yen, below.yen) == (237 + 747, 0)
    assert (above.raw_yen, above.yen) == (237 + 1520, 1_700)


@pytest.mark.parametrize(("as_of", "yen"), [("2025-01-10", 0), ("2025-01-11", 1_000), ("2025-01-12", 1_100)])
def test_a_total_of_1000_is_charged(as_of, yen):
    terms = LateChargeTerms(Regime.FLAT, rate=Fraction(1, 10))  # 365,000 yen: 100 yen a day
    assert charge("2025-01-01", 365_000, as_of, terms=terms).yen == yen


def test_the_last_day_of_the_bracket_is_inside_it():
    steps = charge("2025-05-30", 100_000, "2025-07-01", [("2025-06-29", 10_000)]).steps
    assert [(step.to_on.isoformat(), percent(step.rate)) for step in steps] == [
        ("2025-06-29", "2.4"),
        ("2025-06-30", "2.4"),
        ("2025-07-01", "8.7"),
    ]


def test_a_balance_below_2000_stops_growing():
    once = charge("2025-05-30", 100_000, "2025-12-31", [("2025-09-30", 98_001)])
    later = charge("2025-05-30", 100_000, "2026-10-31", [("2025-09-30", 98_001)])
    assert once.raw_yen == later.raw_yen > 0
    assert later.steps[-1].text.endswith("元金が2,000円未満のため0円")
    assert later.determined_on is None


def test_payment_lowers_the_base_from_the_next_day():
    steps = charge("2025-05-30", 100_000, "2025-10-31", [("2025-09-30", 40_000)]).steps
    assert [(step.to_on.isoformat(), step.base_yen) for step in steps] == [
        ("2025-06-30", 100_000),
        ("2025-09-30", 100_000),
        ("2025-10-31", 60_000),
    ]


def test_full_payment_determines_the_charge():
    paid = [("2025-09-30", 60_000), ("2025-12-01", 40_000)]
    result = charge("2025-05-30", 100_000, "2026-11-20", paid)
    assert result.determined_on == date(2025, 12, 1)
    assert result == charge("2025-05-30", 100_000, "2025-12-01", paid)
    assert result == charge("2025-05-30", 100_000, "2026-11-20", [*paid, ("2026-01-05", 5_000)])


def test_payments_on_or_before_the_due_date_lower_the_first_base():
    assert charge("2025-05-30", 100_000, "2025-10-31", [("2025-05-30", 40_000)]) == charge(
        "2025-05-30", 60_000, "2025-10-31"
    )
    assert charge("2025-05-30", 100_000, "2025-10-31", [("2025-05-01", 100_000)]).yen == 0


def test_payments_after_the_day_and_of_nothing_are_not_looked_at():
    plain = charge("2025-05-30", 100_000, "2025-10-31")
    assert charge("2025-05-30", 100_000, "2025-10-31", [("2025-11-01", 50_000), ("2025-07-01", 0)]) == plain


def test_payments_of_one_day_count_together_in_any_order():
    split = [("2025-09-30", 30_000), ("2025-07-01", 10_000), ("2025-09-30", 10_000)]
    joined = [("2025-07-01", 10_000), ("2025-09-30", 40_000)]
    assert charge("2025-05-30", 100_000, "2026-01-31", split) == charge("2025-05-30", 100_000, "2026-01-31", joined)


def test_leap_year_is_divided_by_365_unless_the_ordinance_says_366():
    terms = LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100), min_total_yen=0, floor_unit_yen=1)
    by_366 = LateChargeTerms(
        Regime.FLAT, rate=Fraction(3, 100), min_total_yen=0, floor_unit_yen=1, divisor_in_leap_year=366
    )
    assert charge("2023-12-31", 1_000_000, "2024-12-31", terms=terms).yen == 30_082
    assert charge("2023-12-31", 1_000_000, "2024-12-31", terms=by_366).yen == 30_000


def test_flat_rate_has_no_bracket():
    terms = LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100))
    assert len(charge("2024-05-02", 80_500, "2024-10-30", terms=terms).steps) == 1


def test_no_late_charge_regime():
    result = charge("2020-05-01", 80_500, "2024-10-30", [("2021-01-01", 80_500)], LateChargeTerms(Regime.NONE))
    assert (result.yen, result.steps, result.determined_on) == (0, (), date(2021, 1, 1))


@pytest.mark.parametrize(
    ("rounding", "raw"),
    [
        # 65,000 yen as in the case of 豊橋: 133.56 + 2,883.28 + 480.28.
        pytest.param(Rounding.SEGMENT, 133 + 2883 + 480, id="豊橋: each rate year"),
        pytest.param(Rounding.BRACKET, 133 + 3363, id="福岡: each bracket"),
        pytest.param(Rounding.END, 3497, id="北見: at the end"),
    ],
)
def test_rounding_on_the_way(rounding, raw):
    terms = LateChargeTerms(Regime.LOCAL_TAX, rounding=rounding)
    assert charge("2021-05-31", 65_000, "2022-01-31", terms=terms).raw_yen == raw


# Words --------------------------------------------------------------------------------------------


def test_each_step_says_which_rate_it_takes():
    relief = [
        ("2025-08-01", "2025-08-31", ReliefKind.HALF),
        ("2025-09-01", "2025-09-30", ReliefKind.SPECIAL),
        ("2025-10-01", "2025-10-31", ReliefKind.FULL),
    ]
    tax = charge("2025-05-30", 200_000, "2025-11-30", relief=relief)
    assert [step.label for step in tax.steps] == [
        "1か月以内", "1か月経過後", "2分の1免除", "猶予の特例", "免除", "1か月経過後",
    ]  # fmt: skip
    three = charge("2025-05-30", 200_000, "2025-11-30", terms=LateChargeTerms(Regime.LOCAL_TAX, 3))
    assert [step.label for step in three.steps] == ["3か月以内", "3か月経過後"]
    flat = charge("2025-05-30", 200_000, "2025-06-30", terms=LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100)))
    assert flat.lines == (
        "令和7年5月31日から令和7年6月30日まで31日間: 200,000円 × 年3% × 31日 ÷ 365日 = 509円(遅延損害金)",
        "合計509円は1,000円未満のため、0円です。",
    )


def test_a_relief_that_changes_nothing_has_no_name():
    relief = [("1998-06-01", "1998-06-30", ReliefKind.SPECIAL)]  # 7.3 %, which is the first rate as well
    assert charge("1998-05-31", 200_000, "1998-06-30", relief=relief).steps[0].label == "1か月以内"


def test_a_base_of_nothing_is_one_step_over_all_years():
    name, nothing = "元金が2,000円未満", Fraction(0)
    first, last = date(2025, 5, 31), date(2026, 11, 20)
    assert charge("2025-05-30", 1_999, "2026-11-20").steps == (Step(first, last, 539, 0, nothing, 0, name, 365, False),)
    one_day = charge("2025-05-30", 3_000, "2025-06-02", [("2025-06-01", 2_000)]).steps[-1]
    assert one_day == Step(date(2025, 6, 2), date(2025, 6, 2), 1, 0, nothing, 0, name, 365, False)
    assert len(charge("2025-05-30", 3_000, "2025-06-01", [("2025-06-01", 2_000)]).steps) == 1


@pytest.mark.parametrize(
    ("as_of", "least", "closing"),
    [
        pytest.param("2025-01-10", 1_000, "合計900円は1,000円未満のため、0円です。", id="20条の4の2第5項: below 1,000"),
        pytest.param("2025-01-11", 1_000, "合計1,000円です。", id="1,000"),
        pytest.param("2025-01-11", 1_001, "合計1,000円は1,001円未満のため、0円です。", id="an ordinance's own least"),
    ],
)
def test_the_closing_says_what_is_dropped(as_of, least, closing):
    terms = LateChargeTerms(Regime.FLAT, rate=Fraction(1, 10), min_total_yen=least)  # 100 yen a day
    assert charge("2025-01-01", 365_000, as_of, terms=terms).closing == closing


def test_the_closing_says_what_is_floored_and_estimated():
    assert charge("2026-07-31", 100_000, "2026-10-31").closing == "合計1,757円の100円未満を切り捨てて、1,700円です。"
    table = RATES.assuming(first=Fraction(28, 1000), after=Fraction(91, 1000), name="令和8年と同じ率")
    assert charge("2026-07-31", 100_000, "2027-01-31", rates=table).closing == (
        "合計4,050円の100円未満を切り捨てて、4,000円です。令和9年からは「令和8年と同じ率」による概算です。"
    )
    assert charge("2026-07-31", 100_000, "2027-01-31").closing == (
        "合計3,278円の100円未満を切り捨てて、3,200円です。"
        "令和9年の割合がまだ告示されていないため、令和8年12月31日までの概算です。"
    )


# Relief -------------------------------------------------------------------------------------------


def test_full_relief_takes_its_days_out():
    relieved = charge("2025-05-30", 200_000, "2025-12-31", relief=[("2025-08-01", "2025-09-30", ReliefKind.FULL)])
    plain = charge("2025-05-30", 200_000, "2025-12-31", terms=EXACT)
    days = [step.days for step in relieved.steps if step.rate == 0]
    assert days == [61]
    assert relieved.raw_yen <= plain.raw_yen - 200_000 * 87 * 61 // 365_000
    assert relieved.steps[2].text == "令和7年8月1日から令和7年9月30日まで61日間: 免除のため0円"


def test_special_relief_uses_the_rate_of_each_year():
    steps = charge("2025-05-30", 200_000, "2026-02-28", relief=[("2025-12-01", "2026-01-31", ReliefKind.SPECIAL)]).steps
    assert [(step.days, percent(step.rate)) for step in steps[2:]] == [(31, "0.9"), (31, "1.3"), (28, "9.1")]


def test_relief_never_raises_the_rate_and_overlaps_take_the_lowest():
    half = [("2025-06-01", "2025-12-31", ReliefKind.HALF)]
    assert percent(charge("2025-05-31", 200_000, "2025-06-30", relief=half).steps[0].rate) == "2.4"
    assert percent(charge("2025-05-31", 200_000, "2025-08-31", relief=half).steps[1].rate) == "4.35"
    both = [*half, ("2025-08-01", "2025-08-31", ReliefKind.SPECIAL)]
    assert percent(charge("2025-05-31", 200_000, "2025-08-31", relief=both).steps[-1].rate) == "0.9"


def test_years_without_a_special_rate_halve_the_second_rate_at_most():
    relief = [("2012-08-01", "2012-08-31", ReliefKind.SPECIAL)]
    assert percent(charge("2012-05-31", 200_000, "2012-08-31", relief=relief).steps[-1].rate) == "4.3"
    relief = [("1998-08-01", "1998-08-31", ReliefKind.SPECIAL)]
    assert percent(charge("1998-05-31", 200_000, "1998-08-31", relief=relief).steps[-1].rate) == "7.3"


def test_an_assumed_year_without_a_special_rate_takes_half_of_the_second_where_that_is_lower():
    table = RATES.assuming(first=Fraction(5, 100), after=Fraction(8, 100), name="仮")
    relief = [("2027-01-01", "2027-01-31", ReliefKind.SPECIAL)]
    assert percent(charge("2026-12-31", 200_000, "2027-01-31", rates=table, relief=relief).steps[0].rate) == "4"


# Past the last announced year --------------------------------------------------------------------


def test_stops_at_the_end_of_the_last_announced_year():
    known, past = charge("2026-05-31", 200_000, "2026-12-31"), charge("2026-05-31", 200_000, "2027-03-31")
    assert (known.estimated, past.estimated) == (False, True)
    assert (known.raw_yen, known.steps) == (past.raw_yen, past.steps)
    assert past.closing.endswith("令和9年の割合がまだ告示されていないため、令和8年12月31日までの概算です。")


def test_paid_off_after_the_known_years_is_not_determined():
    result = charge("2026-05-31", 200_000, "2027-03-31", [("2027-02-01", 200_000)])
    assert (result.estimated, result.determined_on) == (True, None)


def test_due_after_the_known_years_has_no_figure_yet():
    result = charge("2027-01-31", 200_000, "2027-03-31")
    assert (result.yen, result.estimated, result.steps) == (0, True, ())


def test_nothing_is_estimated_where_no_day_is_charged():
    """Paid on the due date, or asked on it: no day lies past the known years, for none is counted."""
    paid = charge("2027-01-31", 200_000, "2027-03-31", [("2027-01-31", 200_000)])
    assert (paid.yen, paid.estimated, paid.determined_on) == (0, False, date(2027, 1, 31))
    asked = charge("2027-01-31", 200_000, "2027-01-31")
    assert (asked.yen, asked.estimated, asked.steps, asked.closing) == (0, False, (), "")


def test_paid_off_within_the_known_years_is_no_estimate():
    assert not charge("2026-05-31", 200_000, "2027-03-31", [("2026-12-31", 200_000)]).estimated
    assert not charge("2026-05-31", 200_000, "2027-03-31", [("2026-12-31", 199_000)]).estimated


def test_goes_on_with_a_named_assumed_rate():
    table = RATES.assuming(first=Fraction(28, 1000), after=Fraction(91, 1000), name="令和8年と同じ率")
    result = charge("2026-05-31", 200_000, "2027-01-31", rates=table)
    assert result.estimated
    assert result.steps[-1].label == "1か月経過後・令和8年と同じ率"
    assert result.steps[-1].yen == 200_000 * 91 * 31 // 365_000
    assert "概算" in result.closing
    assert not charge("2026-05-31", 200_000, "2026-12-31", rates=table).estimated


def test_three_month_bracket():
    terms = LateChargeTerms(Regime.LOCAL_TAX, first_bracket_months=3)
    assert charge("2021-04-30", 100_000, "2021-10-31", terms=terms).steps[0].days == 92


# Bad input ----------------------------------------------------------------------------------------


def test_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="元金が負"):
        charge("2025-05-30", -1, "2025-10-31")
    with pytest.raises(ValueError, match="納付額が負"):
        charge("2025-05-30", 100, "2025-10-31", [("2025-06-01", -5)])
    with pytest.raises(ValueError, match="終わりが始まりより前"):
        charge("2025-05-30", 100, "2025-10-31", relief=[("2025-07-02", "2025-07-01", ReliefKind.FULL)])
    terms = LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100))
    with pytest.raises(ValueError, match=r"^猶予特例基準割合は、地方税の延滞金の例による債権だけに使えます。$"):
        charge("2025-05-30", 100, "2025-10-31", terms=terms, relief=[("2025-07-01", "2025-07-02", ReliefKind.SPECIAL)])


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"regime": Regime.FLAT}, "一律の率で計算する債権には、年の率(0以上)が必要です。"),
        ({"regime": Regime.FLAT, "rate": Fraction(-1, 100)}, "一律の率で計算する債権には、年の率(0以上)が必要です。"),
        ({"first_bracket_months": 2}, "低い率の期間は1か月または3か月です。"),
        ({"min_total_yen": -1}, "端数または日数の定めが正しくありません。"),
        ({"floor_unit_yen": 0}, "端数または日数の定めが正しくありません。"),
        ({"divisor_in_leap_year": 364}, "端数または日数の定めが正しくありません。"),
    ],
)
def test_terms_refuse_what_no_ordinance_says(terms, message):
    with pytest.raises(ValueError) as refused:
        LateChargeTerms(**{"regime": Regime.LOCAL_TAX} | terms)
    assert str(refused.value) == message


def test_terms_allow_a_rate_and_a_least_of_nothing():
    terms = LateChargeTerms(Regime.FLAT, rate=Fraction(0), min_total_yen=0, floor_unit_yen=1)
    assert charge("2025-05-30", 100_000, "2026-05-30", terms=terms).yen == 0


# Against a count of single days --------------------------------------------------------------------

DUES = st.dates(date(1998, 1, 1), date(2026, 12, 1))
PAYMENTS = st.lists(st.tuples(st.integers(-40, 900), st.integers(0, 80_000)), max_size=4)
RELIEF = st.lists(st.tuples(st.integers(-20, 500), st.integers(0, 200), st.sampled_from(ReliefKind)), max_size=2)


def day_by_day(due, principal, payments, as_of, months, relief):
    """The same charge from single days: a run ends where year, bracket, balance or a relief edge changes."""
    bracket_end = last_day_after(due, months=months)
    days = []
    for n in range(1, (as_of - due).days + 1):
        day = due + timedelta(days=n)
        balance = max(0, principal - sum(yen for on, yen in payments if on < day))
        if not balance:
            break
        row, first = RATES.of(day.year), day <= bracket_end
        rate = row.first if first else row.after
        special = row.relief if row.relief is not None else min(row.first, row.after / 2)
        lowered = {ReliefKind.FULL: Fraction(0), ReliefKind.SPECIAL: special, ReliefKind.HALF: row.after / 2}
        inside = [number for number, (a, b, _) in enumerate(relief) if a <= day <= b]
        rate = min([rate, *(lowered[relief[number][2]] for number in inside)])
        edges = sum(day > edge for a, b, _ in relief for edge in (a - timedelta(days=1), b))
        paid_runs = len({on for on, yen in payments if yen and due < on < day})
        days.append((day.year, first, balance, paid_runs, edges, rate))
    total = 0
    for (_, _, balance, _, _, rate), run in groupby(days):
        total += int(base_yen(balance) * rate * len(list(run)) / 365)
    return total


@given(DUES, st.integers(0, 300_000), PAYMENTS, st.integers(-5, 800), st.sampled_from([1, 3]), RELIEF)
def test_equals_the_count_of_single_days(due, principal, payments, length, months, relief):
    as_of = min(due + timedelta(days=length), RATES.last_day)
    paid = [Payment(due + timedelta(days=days), yen) for days, yen in payments]
    periods = [
        Relief(due + timedelta(days=start), due + timedelta(days=start + days), kind) for start, days, kind in relief
    ]
    result = late_charge(
        due_on=due,
        principal_yen=principal,
        payments=paid,
        as_of=as_of,
        terms=LateChargeTerms(Regime.LOCAL_TAX, first_bracket_months=months),
        rates=RATES,
        relief=periods,
    )
    assert result.raw_yen == day_by_day(due, principal, paid, as_of, months, periods)


@given(DUES, st.integers(0, 300_000), PAYMENTS, st.integers(0, 800), st.integers(0, 60))
def test_grows_with_time_and_never_by_more_than_the_rate(due, principal, payments, length, more):
    as_of = min(due + timedelta(days=length), RATES.last_day)
    later = min(as_of + timedelta(days=more), RATES.last_day)
    paid = [Payment(due + timedelta(days=days), yen) for days, yen in payments]
    raw = [
        late_charge(due_on=due, principal_yen=principal, payments=paid, as_of=day, terms=EXACT, rates=RATES).raw_yen
        for day in (as_of, later)
    ]
    assert raw[0] <= raw[1] <= raw[0] + principal * Fraction(146, 1000) * (later - as_of).days / 365 + 1


@given(DUES, st.integers(0, 300_000), st.integers(0, 800), st.integers(1, 799), RELIEF)
def test_a_cut_loses_less_than_a_yen(due, principal, length, cut, relief):
    """A part payment of one yen that leaves the base alone only adds a place where a yen is dropped."""
    as_of = min(due + timedelta(days=length), RATES.last_day)
    if principal % 1000 == 0:
        principal += 1
    periods = [
        Relief(due + timedelta(days=start), due + timedelta(days=start + days), kind) for start, days, kind in relief
    ]
    raw = [
        late_charge(
            due_on=due, principal_yen=principal, payments=paid, as_of=as_of, terms=EXACT, rates=RATES, relief=periods
        ).raw_yen
        for paid in ([], [Payment(due + timedelta(days=cut), 1)])
    ]
    assert raw[1] <= raw[0] <= raw[1] + 1


@given(DUES, st.integers(0, 300_000), PAYMENTS, st.integers(0, 800))
def test_rounding_modes_stand_in_order(due, principal, payments, length):
    as_of = min(due + timedelta(days=length), RATES.last_day)
    paid = [Payment(due + timedelta(days=days), yen) for days, yen in payments]
    raw = []
    for rounding in (Rounding.SEGMENT, Rounding.BRACKET, Rounding.END):
        terms = LateChargeTerms(Regime.LOCAL_TAX, rounding=rounding)
        result = late_charge(due_on=due, principal_yen=principal, payments=paid, as_of=as_of, terms=terms, rates=RATES)
        raw.append(result.raw_yen)
    assert raw == sorted(raw)
    assert raw[2] - raw[0] <= len(result.steps)
