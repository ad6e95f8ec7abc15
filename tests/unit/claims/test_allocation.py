from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.allocation import Debt, FeeRank, allocate_civil, allocate_tax, in_proportion


def parts(result):
    return [(line.cost_yen, line.late_yen, line.principal_yen) for line in result.lines]


FIRST = Debt("1期", principal_yen=20_000, late_yen=900, cost_yen=100, due_on=date(2025, 6, 30))
SECOND = Debt("2期", principal_yen=30_000, late_yen=400, due_on=date(2025, 8, 31))


@pytest.mark.parametrize(
    ("payment", "expected", "refund"),
    [
        (0, [(0, 0, 0), (0, 0, 0)], 0),
        (50, [(50, 0, 0), (0, 0, 0)], 0),
        (10_100, [(100, 0, 10_000), (0, 0, 0)], 0),
        (20_500, [(100, 400, 20_000), (0, 0, 0)], 0),
        (31_000, [(100, 900, 20_000), (0, 0, 10_000)], 0),
        (51_401, [(100, 900, 20_000), (0, 400, 30_000)], 1),
    ],
)
def test_taxes_fill_the_oldest_instalment_whole_principal_before_late_charge(payment, expected, refund):
    result = allocate_tax(payment_yen=payment, debts=[FIRST, SECOND])
    assert (parts(result), result.refund_yen) == (expected, refund)


def test_lines_keep_the_given_order():
    result = allocate_tax(payment_yen=10_100, debts=[SECOND, FIRST])
    assert [(line.key, line.yen) for line in result.lines] == [("2期", 0), ("1期", 10_100)]


def test_instalments_without_a_due_date_come_as_given():
    debts = [Debt("a", principal_yen=10), Debt("b", principal_yen=10)]
    assert parts(allocate_tax(payment_yen=15, debts=debts)) == [(0, 0, 10), (0, 0, 5)]


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (FeeRank.BEFORE_PRINCIPAL, (100, 0, 19_900)),
        (FeeRank.AFTER_PRINCIPAL, (0, 0, 20_000)),
        (FeeRank.LAST, (0, 0, 20_000)),
    ],
)
def test_the_rank_of_the_dunning_fee_is_a_setting(rank, expected):
    assert parts(allocate_tax(payment_yen=20_000, debts=[FIRST], fee_rank=rank)) == [expected]
    late_or_fee = parts(allocate_tax(payment_yen=20_900, debts=[FIRST], fee_rank=rank))[0]
    assert late_or_fee == ((0, 900, 20_000) if rank is FeeRank.LAST else (100, 800, 20_000))


def test_direct_costs_of_the_seizure_come_first():
    assert allocate_tax(payment_yen=1_000, debts=[FIRST], shobunhi_yen=1_200).shobunhi_yen == 1_000
    result = allocate_tax(payment_yen=1_300, debts=[FIRST], shobunhi_yen=1_200)
    assert (result.shobunhi_yen, parts(result)) == (1_200, [(100, 0, 0)])


def test_a_slip_pays_its_own_instalment_and_no_other():
    result = allocate_tax(payment_yen=31_000, debts=[FIRST, SECOND], designated=["2期"])
    assert (parts(result), result.refund_yen) == ([(0, 0, 0), (0, 400, 30_000)], 600)


def test_slips_of_two_instalments_pay_both_in_the_named_order():
    third = Debt("3期", principal_yen=10_000, due_on=date(2025, 10, 31))
    result = allocate_tax(payment_yen=31_000, debts=[FIRST, SECOND, third], designated=["3期", "2期"])
    assert (parts(result), result.refund_yen) == ([(0, 0, 0), (0, 0, 21_000), (0, 0, 10_000)], 0)


APRIL, MAY = date(2025, 4, 30), date(2025, 5, 31)


def test_private_claims_costs_then_interest_then_principal_over_all():
    debts = [
        Debt("A", principal_yen=30_000, late_yen=1_000, cost_yen=500, due_on=APRIL),
        Debt("B", principal_yen=30_000, late_yen=900, cost_yen=700, due_on=MAY),
    ]
    assert parts(allocate_civil(payment_yen=1_000, debts=debts)) == [(500, 0, 0), (500, 0, 0)]
    assert parts(allocate_civil(payment_yen=2_500, debts=debts)) == [(500, 1_000, 0), (700, 300, 0)]
    assert parts(allocate_civil(payment_yen=13_100, debts=debts)) == [(500, 1_000, 10_000), (700, 900, 0)]
    agreed = allocate_civil(payment_yen=60_100, debts=debts, principal_first=True)
    assert parts(agreed) == [(100, 0, 30_000), (0, 0, 30_000)]


def test_what_benefits_the_debtor_more_comes_before_the_older():
    debts = [
        Debt("old", principal_yen=10_000, due_on=APRIL),
        Debt("dear", principal_yen=10_000, due_on=MAY, benefit=5),
    ]
    assert parts(allocate_civil(payment_yen=10_000, debts=debts)) == [(0, 0, 0), (0, 0, 10_000)]


def test_equal_rank_shares_in_proportion_to_the_yen():
    debts = [Debt(str(n), principal_yen=yen, due_on=APRIL) for n, yen in enumerate((6_000, 3_000, 1))]
    assert [line.principal_yen for line in allocate_civil(payment_yen=100, debts=debts).lines] == [67, 33, 0]


def test_a_debtor_may_name_the_private_claim():
    debts = [
        Debt("A", principal_yen=30_000, late_yen=1_000, due_on=APRIL),
        Debt("B", principal_yen=30_000, late_yen=900, due_on=MAY),
    ]
    result = allocate_civil(payment_yen=10_000, debts=debts, designated=["B"])
    assert parts(result) == [(0, 0, 0), (0, 900, 9_100)]


def test_refuses_what_cannot_be_decided():
    with pytest.raises(ValueError, match="「3期」がありません"):
        allocate_tax(payment_yen=1, debts=[FIRST], designated=["3期"])
    with pytest.raises(ValueError, match="「1期」が二つ以上"):
        allocate_tax(payment_yen=1, debts=[FIRST, FIRST], designated=["1期"])
    with pytest.raises(ValueError, match="負の金額"):
        allocate_tax(payment_yen=-1, debts=[FIRST])
    with pytest.raises(ValueError, match="負の金額"):
        allocate_tax(payment_yen=1, debts=[FIRST], shobunhi_yen=-1)
    for part in ("principal_yen", "late_yen", "cost_yen"):
        with pytest.raises(ValueError, match="「x」に負の金額"):
            Debt("x", **{part: -1})
    with pytest.raises(ValueError, match=r"^弁済期のある債権とない債権が混ざっているため、充当の順を決められません。$"):
        allocate_civil(payment_yen=1, debts=[FIRST, Debt("x", principal_yen=1)])


YEN = st.integers(0, 100_000)
DEBTS = st.lists(
    st.builds(Debt, st.just("x"), YEN, YEN, YEN, st.sampled_from([APRIL, MAY]), st.integers(0, 1)), max_size=5
)


@given(st.integers(0, 1_000_000), DEBTS, YEN, st.sampled_from([allocate_tax, allocate_civil]))
def test_no_yen_is_lost_and_none_is_paid_twice(payment, debts, shobunhi, allocate):
    more = {"shobunhi_yen": shobunhi} if allocate is allocate_tax else {}
    result = allocate(payment_yen=payment, debts=debts, **more)
    assert sum(line.yen for line in result.lines) + result.shobunhi_yen + result.refund_yen == payment
    for line, debt in zip(result.lines, debts, strict=True):
        assert line.principal_yen <= debt.principal_yen
        assert line.late_yen <= debt.late_yen
        assert line.cost_yen <= debt.cost_yen
        assert result.refund_yen == 0 or line.yen == debt.principal_yen + debt.late_yen + debt.cost_yen


@given(st.integers(0, 10_000), st.lists(st.integers(0, 5_000), max_size=6))
def test_shares_are_exact_to_a_yen(yen, claims):
    shares = in_proportion(yen, claims)
    assert sum(shares) == min(yen, sum(claims))
    for share, claim in zip(shares, claims, strict=True):
        assert share <= claim
        assert yen >= sum(claims) or abs(share - yen * claim / sum(claims)) < 1


def test_a_lost_yen_goes_to_the_largest_remainder_not_to_the_largest_claim():
    assert in_proportion(3, [8, 2]) == [2, 1]  # 2.4 and 0.6
    assert in_proportion(5, [5, 3, 2]) == [3, 1, 1]  # 2.5, 1.5 and 1: the earlier claim
    assert in_proportion(0, [0, 0]) == [0, 0]
    assert in_proportion(9, [4, 5]) == [4, 5]


def test_shares_do_not_depend_on_the_place_beyond_a_yen():
    for claims in permutations((6_000, 3_000, 1)):
        assert sorted(in_proportion(4_500, claims)) == sorted(in_proportion(4_500, (6_000, 3_000, 1)))
