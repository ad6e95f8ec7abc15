"""One sum over claims of two laws, worked out by hand; figures are our own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.allocation import Debt, FeeRank, allocate_civil, allocate_tax
from claims.rules.allocation_mixed import allocate

TAX = Debt("税1期", principal_yen=20_000, late_yen=900, cost_yen=100, due_on=date(2025, 6, 30))
RENT = Debt("家賃7月", principal_yen=30_000, late_yen=400, cost_yen=50, due_on=date(2025, 7, 31))
TAX_2 = Debt("税2期", principal_yen=10_000, late_yen=300, due_on=date(2025, 8, 31))
WATER = Debt("水道", principal_yen=5_000, late_yen=70, due_on=date(2025, 9, 30))
ALL = [TAX, RENT, TAX_2, WATER]
PRIVATE = {"家賃7月", "水道"}


def spread(yen, debts=ALL, **facts):
    result = allocate(payment_yen=yen, debts=debts, private=PRIVATE, **facts)
    return [(line.cost_yen, line.late_yen, line.principal_yen) for line in result.lines], result.refund_yen


@pytest.mark.parametrize(
    ("yen", "lines", "refund"),
    [
        pytest.param(0, [(0, 0, 0)] * 4, 0, id="nothing"),
        pytest.param(1, [(1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)], 0, id="one yen: the oldest"),
        pytest.param(
            20_999, [(100, 899, 20_000), (0, 0, 0), (0, 0, 0), (0, 0, 0)], 0, id="14条の5: principal before 延滞金"
        ),
        pytest.param(
            21_000, [(100, 900, 20_000), (0, 0, 0), (0, 0, 0), (0, 0, 0)], 0, id="488条4項3号: the oldest whole"
        ),
        pytest.param(21_001, [(100, 900, 20_000), (1, 0, 0), (0, 0, 0), (0, 0, 0)], 0, id="then the next by due date"),
        pytest.param(
            21_500,
            [(100, 900, 20_000), (50, 400, 0), (0, 0, 0), (0, 50, 0)],
            0,
            id="489条: interest of the water before principal",
        ),
        pytest.param(
            51_451, [(100, 900, 20_000), (50, 400, 29_930), (0, 0, 1), (0, 70, 0)], 0, id="14条の5: again a tax"
        ),
        pytest.param(
            61_751,
            [(100, 900, 20_000), (50, 400, 29_931), (0, 300, 10_000), (0, 70, 0)],
            0,
            id="489条: the rest to principal",
        ),
        pytest.param(
            66_820, [(100, 900, 20_000), (50, 400, 30_000), (0, 300, 10_000), (0, 70, 5_000)], 0, id="all of it"
        ),
        pytest.param(
            66_821, [(100, 900, 20_000), (50, 400, 30_000), (0, 300, 10_000), (0, 70, 5_000)], 1, id="a yen too much"
        ),
    ],
)
def test_the_older_due_date_first_each_by_its_own_law(yen, lines, refund):
    assert spread(yen) == (lines, refund)


def test_within_the_private_law_interest_of_all_claims_goes_before_principal_489条():
    """The rent's share by due date is 30,460; of that the water's interest is paid before the rent's principal."""
    lines, _ = spread(30_460, [RENT, WATER])
    assert lines == [(50, 400, 29_940), (0, 70, 0)]


def test_lines_stand_in_the_order_given():
    lines, _ = spread(21_000, [WATER, RENT, TAX])
    assert lines == [(0, 0, 0), (0, 0, 0), (100, 900, 20_000)]


def test_a_claim_without_a_due_date_waits_behind_the_others():
    unknown = Debt("不明", principal_yen=1_000)
    assert spread(66_821, [unknown, *ALL])[0][0] == (0, 0, 1)


@pytest.mark.parametrize(
    ("designated", "yen", "lines", "refund"),
    [
        pytest.param(["税2期"], 10_300, [(0, 0, 0), (0, 300, 10_000)], 0, id="488条1項: the younger tax alone"),
        pytest.param(
            ["税2期"], 10_301, [(0, 0, 0), (0, 300, 10_000)], 1, id="488条1項: nothing moves to the older one"
        ),
        pytest.param(["税2期"], 10_001, [(0, 0, 0), (0, 1, 10_000)], 0, id="14条の5: principal first in the named one"),
        pytest.param(["税2期", "税1期"], 10_400, [(100, 0, 0), (0, 300, 10_000)], 0, id="488条1項: in the order named"),
    ],
)
def test_designated_claims_receive_the_money_alone(designated, yen, lines, refund):
    assert spread(yen, [TAX, TAX_2], designated=designated) == (lines, refund)


def test_designated_claims_of_both_laws_are_filled_one_after_the_other_488条1項():
    lines, refund = spread(5_100, designated=["水道", "税1期"])
    assert lines == [(30, 0, 0), (0, 0, 0), (0, 0, 0), (0, 70, 5_000)]
    assert refund == 0


def test_designated_private_claims_do_not_share_interest_488条1項():
    lines, _ = spread(30_450, [RENT, WATER], designated=["家賃7月", "水道"])
    assert lines == [(50, 400, 30_000), (0, 0, 0)]


@pytest.mark.parametrize(
    ("shobunhi", "yen", "taken", "refund"),
    [
        pytest.param(500, 400, 400, 0, id="14条の3: more than there is"),
        pytest.param(500, 500, 500, 0, id="14条の3: all of it"),
        pytest.param(500, 21_500, 500, 0, id="14条の3: before every claim"),
    ],
)
def test_direct_costs_of_the_seizure_come_first(shobunhi, yen, taken, refund):
    result = allocate(payment_yen=yen, debts=[TAX], private=(), shobunhi_yen=shobunhi)
    assert (result.shobunhi_yen, result.lines[0].yen, result.refund_yen) == (taken, yen - taken, refund)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"payment_yen": -1, "debts": ALL}, id="a negative payment"),
        pytest.param({"payment_yen": 1, "debts": ALL, "shobunhi_yen": -1}, id="negative costs"),
        pytest.param({"payment_yen": 1, "debts": [TAX, TAX]}, id="a claim given twice"),
        pytest.param(
            {"payment_yen": 1, "debts": [TAX], "designated": ["税9期"]}, id="a designation that names no claim"
        ),
        pytest.param(
            {"payment_yen": 1, "debts": [TAX], "designated": ["税1期", "税1期"]}, id="a claim designated twice"
        ),
    ],
)
def test_what_makes_no_sense_is_an_error(facts):
    with pytest.raises(ValueError):
        allocate(private=PRIVATE, **facts)


YEN = st.one_of(st.integers(0, 3), st.integers(0, 100_000))
DUE = st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2024, 1, 5)), st.dates(date(2020, 1, 1), date(2026, 1, 1)))


@st.composite
def claims(draw, *, dated=DUE, least=0):
    count = draw(st.integers(least, 6))
    debts = [Debt(f"債権{n}", draw(YEN), draw(YEN), draw(YEN), draw(dated)) for n in range(count)]
    return debts, {debt.key for debt in debts if draw(st.booleans())}


def owed(debt):
    return debt.principal_yen + debt.late_yen + debt.cost_yen


@given(found=claims(), yen=st.integers(0, 600_000), shobunhi=YEN, rank=st.sampled_from(FeeRank), data=st.data())
def test_no_yen_is_lost_and_none_paid_twice(found, yen, shobunhi, rank, data):
    debts, private = found
    named = data.draw(st.lists(st.sampled_from(debts), unique_by=id)) if debts else []
    result = allocate(
        payment_yen=yen, debts=debts, private=private, designated=[debt.key for debt in named],
        shobunhi_yen=shobunhi, fee_rank=rank,
    )  # fmt: skip
    assert sum(line.yen for line in result.lines) + result.shobunhi_yen + result.refund_yen == yen
    assert [line.key for line in result.lines] == [debt.key for debt in debts]
    for debt, line in zip(debts, result.lines, strict=True):
        assert 0 <= line.principal_yen <= debt.principal_yen
        assert 0 <= line.late_yen <= debt.late_yen
        assert 0 <= line.cost_yen <= debt.cost_yen
        assert line.yen == 0 or not named or debt in named
    takers = named or debts
    assert result.refund_yen == max(0, yen - shobunhi - sum(map(owed, takers)))


@given(found=claims(), yen=st.integers(0, 600_000))
def test_what_each_law_receives_follows_the_due_dates_488条4項3号(found, yen):
    """Independently counted: fill the claims one by one in the order of due dates and add up by law."""
    debts, private = found
    result = allocate(payment_yen=yen, debts=debts, private=private)
    left, by_law = yen, {True: 0, False: 0}
    for debt in sorted(debts, key=lambda one: (one.due_on is None, one.due_on or date.min)):
        part = min(left, owed(debt))
        by_law[debt.key in private] += part
        left -= part
    received = {law: sum(line.yen for line in result.lines if (line.key in private) is law) for law in (True, False)}
    assert received == by_law


@given(found=claims(), yen=st.integers(0, 600_000), rank=st.sampled_from(FeeRank))
def test_taxes_alone_are_allocated_as_taxes_14条の5(found, yen, rank):
    debts, _ = found
    mixed = allocate(payment_yen=yen, debts=debts, private=(), shobunhi_yen=10, fee_rank=rank)
    assert mixed == allocate_tax(payment_yen=yen, debts=debts, shobunhi_yen=10, fee_rank=rank)


@given(found=claims(dated=st.dates(date(2024, 1, 1), date(2024, 1, 5))), yen=st.integers(0, 600_000))
def test_private_claims_alone_are_allocated_by_the_civil_code_489条(found, yen):
    debts, _ = found
    mixed = allocate(payment_yen=yen, debts=debts, private={debt.key for debt in debts})
    assert mixed == allocate_civil(payment_yen=yen, debts=debts)


@given(found=claims(), yen=st.integers(0, 600_000))
def test_a_yen_more_goes_to_one_law_or_back(found, yen):
    debts, private = found
    less, more = (allocate(payment_yen=paid, debts=debts, private=private) for paid in (yen, yen + 1))
    gained = {
        law: sum(b.yen - a.yen for a, b in zip(less.lines, more.lines, strict=True) if (a.key in private) is law)
        for law in (True, False)
    }
    assert sorted([*gained.values(), more.refund_yen - less.refund_yen]) == [0, 0, 1]
