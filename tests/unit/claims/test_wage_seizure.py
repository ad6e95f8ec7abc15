import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.wage_seizure import PayKind, civil_wage_seizure, wage_seizure

CASES = json.loads((Path(__file__).parents[2] / "cases" / "wage_seizure.json").read_text(encoding="utf-8"))["cases"]


def seizure(gross, *, kind=PayKind.MONTHLY, taxes=(0, 0, 0), dependants=0, years=0):
    return wage_seizure(
        kind=kind,
        gross_yen=gross,
        income_tax_yen=taxes[0],
        resident_tax_yen=taxes[1],
        social_insurance_yen=taxes[2],
        dependants=dependants,
        years=years,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_reproduces_the_worked_case(case):
    given_ = case["input"]
    if case["kind"] == "civil":
        result = civil_wage_seizure(net_yen=given_["net"])
    else:
        result = seizure(
            given_["gross"],
            kind=PayKind(case["kind"]),
            taxes=(given_["income_tax"], given_["resident_tax"], given_["social_insurance"]),
            dependants=given_["dependants"],
            years=given_.get("years", 0),
        )
    assert {name: getattr(result, name) for name in case["expected"]} == case["expected"]


def test_pay_is_floored_and_items_are_raised_to_1000_yen():
    result = seizure(250_999, taxes=(1, 1_001, 2_000))
    assert (result.gross_used, result.no1, result.no2, result.no3) == (250_000, 1_000, 2_000, 2_000)


@pytest.mark.parametrize(
    ("gross", "seizable"), [(0, 0), (100_000, 0), (101_000, 0), (102_000, 1_000), (105_000, 4_000)]
)
def test_item_5_is_raised_to_1000_yen(gross, seizable):
    assert seizure(gross).seizable == seizable


@pytest.mark.parametrize(("gross", "no5"), [(1_100_000, 200_000), (1_101_000, 200_000), (1_095_000, 199_000)])
def test_item_5_is_capped_at_twice_item_4(gross, no5):
    assert seizure(gross).no5 == no5


@pytest.mark.parametrize(("years", "no5"), [(0, 0), (5, 0), (6, 60_000), (40, 2_100_000)])
def test_retirement_pay_spares_20_percent_for_each_year_over_five(years, no5):
    result = seizure(9_000_000, kind=PayKind.RETIREMENT, years=years)
    assert (result.no4, result.no5) == (300_000, no5)


def test_a_bonus_counts_as_a_month():
    assert seizure(400_000, kind=PayKind.BONUS) == seizure(400_000)


@pytest.mark.parametrize(
    ("net", "maintenance", "seizable"),
    [
        (440_000, False, 110_000),
        (440_001, False, 110_001),
        (500_000, False, 170_000),
        (200_001, False, 50_000),
        (200_001, True, 100_000),
        (700_000, True, 370_000),
        (0, False, 0),
    ],
)
def test_court_seizure(net, maintenance, seizable):
    result = civil_wage_seizure(net_yen=net, maintenance=maintenance)
    assert (result.seizable, result.exempt, result.no1) == (seizable, net - seizable, None)


def test_refuses_negative_figures_and_the_wrong_rule():
    for gross, dependants in ((-1, 0), (100, -1)):
        with pytest.raises(ValueError, match="負の数"):
            seizure(gross, dependants=dependants)
    with pytest.raises(ValueError, match="負の数"):
        civil_wage_seizure(net_yen=-1)
    with pytest.raises(ValueError, match="手取額"):
        seizure(100, kind=PayKind.CIVIL)


YEN = st.integers(0, 3_000_000)


@given(YEN, st.tuples(YEN, YEN, YEN), st.integers(0, 9), st.sampled_from([PayKind.MONTHLY, PayKind.RETIREMENT]))
def test_what_is_seized_is_never_more_than_the_rest(gross, taxes, dependants, kind):
    result = seizure(gross, taxes=taxes, dependants=dependants, kind=kind, years=9)
    assert 0 <= result.seizable <= max(0, gross - sum(taxes))
    assert result.exempt == result.no1 + result.no2 + result.no3 + result.no4 + result.no5
    assert result.seizable == max(0, result.gross_used - result.exempt)
    more = seizure(gross + 1_000, taxes=taxes, dependants=dependants, kind=kind, years=9)
    assert result.seizable <= more.seizable <= result.seizable + 1_000
