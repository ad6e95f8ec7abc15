"""成功報酬 and the reconciliation of an invoice. The rates are made up; all synthetic."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawyers.reference import rows
from lawyers.rules.fees import FeeTerms, InvoiceLine, Recovery, Route, fee, invoice, reconcile, tax

TERMS = FeeTerms({"talks": 1500, "payment_order": 1800, "suit": 2000, "execution": 2500}, tax_permyriad=1000)
SETTING = next(row["value"] for row in rows() if row["key"] == "lawyers.fees")


@pytest.mark.parametrize(
    ("recovered", "route", "expected"),
    [
        pytest.param(0, Route.TALKS, (0, 0), id="自作: nothing recovered"),
        pytest.param(6, Route.TALKS, (0, 0), id="自作: 0.9 yen is none"),
        pytest.param(7, Route.TALKS, (1, 0), id="自作: 1.05 yen is one"),
        pytest.param(66_666, Route.TALKS, (9_999, 999), id="自作: 9999.9 yen, tax 999.9"),
        pytest.param(66_667, Route.TALKS, (10_000, 1_000), id="自作: 10000.05 yen"),
        pytest.param(100_000, Route.PAYMENT_ORDER, (18_000, 1_800), id="自作: 18 percent"),
        pytest.param(100_000, Route.SUIT, (20_000, 2_000), id="自作: 20 percent"),
        pytest.param(100_000, Route.EXECUTION, (25_000, 2_500), id="自作: 25 percent"),
    ],
)
def test_a_fee_to_the_yen(recovered, route, expected):
    found = fee(recovered, route, TERMS)
    assert (found.fee_yen, found.tax_yen) == expected
    assert found.total_yen == sum(expected)
    assert found.base_yen == recovered
    assert route.label in found.steps[0]


@pytest.mark.parametrize(
    ("recovered", "expected"),
    [
        pytest.param(0, 0, id="自作: nothing recovered, no least fee"),
        pytest.param(2_000, 2_000, id="自作: never more than was recovered"),
        pytest.param(33_332, 5_000, id="自作: 4999.8 yen is raised"),
        pytest.param(33_340, 5_001, id="自作: just beyond the least fee"),
    ],
)
def test_the_least_fee(recovered, expected):
    assert fee(recovered, Route.TALKS, replace(TERMS, least_yen=5_000)).fee_yen == expected


def test_a_negative_recovery_is_refused():
    with pytest.raises(ValueError, match="取消し"):
        fee(-1, Route.TALKS, TERMS)


def test_the_tax_is_rounded_once_a_line_or_once_an_invoice_消費税法施行令70条の10():
    two = [Recovery("A-1", Route.TALKS, 10_100, 300), Recovery("A-2", Route.TALKS, 10_100)]  # fees of 1,515
    by_line = invoice(two, replace(TERMS, tax_on="line"))
    assert [line.tax_yen for line in by_line] == [151, 151]
    in_all = invoice(two, TERMS)
    assert [(line.case_number, line.fee_yen, line.tax_yen, line.cost_yen) for line in in_all] == [
        ("A-1", 1_515, 0, 300), ("A-2", 1_515, 0, 0), ("", 0, 303, 0),
    ]  # fmt: skip
    assert invoice([], TERMS) == ()


def test_what_ships_can_be_read_and_what_is_broken_says_so():
    assert FeeTerms.from_setting(SETTING).tax_on == "total"
    for broken in ({"base": "principal"}, {"rounding": "half"}, {"tax_on": "year"}, {"least_yen": -1},
                   {"permyriad": {"talks": 1}}, {"permyriad": None}, {"tax_permyriad": 10_001}):  # fmt: skip
        with pytest.raises(ValueError, match=r"設定|割合"):
            FeeTerms.from_setting(SETTING | broken)


LINE = InvoiceLine("A-1", "talks", 100_000, 15_000, 1_500, 800)


@pytest.mark.parametrize(
    ("claimed", "computed", "expected"),
    [
        pytest.param([LINE], [LINE], [], id="the same"),
        pytest.param([LINE._replace(fee_yen=15_001)], [LINE], [("fee_yen", 15_001, 15_000)], id="a yen of the fee"),
        pytest.param([LINE._replace(recovered_yen=1)], [LINE], [("recovered_yen", 1, 100_000)], id="what came in"),
        pytest.param([LINE, LINE], [LINE], [("line", 17_300, 0)], id="charged twice"),
        pytest.param([], [LINE], [("line", 0, 17_300)], id="forgotten"),
        pytest.param([LINE._replace(route="suit")], [LINE], [("line", 17_300, 0), ("line", 0, 17_300)], id="another route"),
        pytest.param([LINE, LINE._replace(tax_yen=9)], [LINE, LINE._replace(tax_yen=8)], [("tax_yen", 9, 8)], id="equal first"),
        pytest.param([LINE, InvoiceLine("", "", 0, 0, 5, 0)], [LINE], [("line", 5, 0)], id="the tax of the whole"),
    ],
)  # fmt: skip
def test_reconciling(claimed, computed, expected):
    found = reconcile(claimed, computed)
    assert sorted((one.field, one.claimed_yen, one.computed_yen) for one in found) == sorted(expected)
    assert all(one.text.endswith("。") for one in found)


def lines():
    yen = st.integers(0, 3)
    line = st.builds(
        InvoiceLine, st.sampled_from(["A-1", "A-2"]), st.sampled_from(["talks", "suit"]), yen, yen, yen, yen
    )
    return st.lists(line, max_size=5)


@given(lines(), lines())
def test_every_yen_is_accounted_for_and_none_differs_only_where_all_lines_agree(claimed, computed):
    found = reconcile(claimed, computed)
    assert (not found) == (sorted(claimed) == sorted(computed))
    payable = [one for one in found if one.field != "recovered_yen"]
    told = sum(one.claimed_yen - one.computed_yen for one in payable)
    assert told == sum(one.payable_yen for one in claimed) - sum(one.payable_yen for one in computed)


@given(
    st.lists(st.tuples(st.sampled_from(Route), st.integers(0, 10**8)), max_size=6), st.sampled_from(["line", "total"])
)
def test_fees_never_overpay_and_an_invoice_sums_up(money, tax_on):
    terms = replace(TERMS, tax_on=tax_on)
    found = invoice([Recovery(f"A-{n}", route, yen) for n, (route, yen) in enumerate(money)], terms)
    fees = [fee(yen, route, terms) for route, yen in money]
    for (route, yen), one in zip(money, fees, strict=True):
        assert 0 <= yen * terms.permyriad[route] - one.fee_yen * 10_000 < 10_000
        assert 0 <= one.fee_yen * terms.tax_permyriad - one.tax_yen * 10_000 < 10_000
    total = sum(one.fee_yen for one in fees)
    assert sum(line.fee_yen for line in found) == total
    least = sum(one.tax_yen for one in fees)
    assert sum(line.tax_yen for line in found) == (tax(total, terms) if tax_on == "total" else least)
    assert 0 <= tax(total, terms) - least <= len(money)
