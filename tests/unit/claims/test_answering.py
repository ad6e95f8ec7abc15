"""For how much each answers: heirs together for exactly the claim, guarantors never beyond the limit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.answering import NOTHING, Yen, share_of, up_to

yen = st.integers(0, 10**7)
dues = st.builds(Yen, yen, yen, yen, yen)
HALVES = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)]


@st.composite
def shares(draw: st.DrawFn) -> list[Fraction]:
    parts = draw(st.lists(st.integers(1, 12), min_size=1, max_size=5))
    return [Fraction(part, sum(parts)) for part in parts]


@given(dues, shares())
def test_the_heirs_together_owe_the_claim_to_the_yen(due, of):
    parts = [share_of(due, of, place) for place in range(len(of))]
    assert [sum(part[at] for part in parts) for at in range(4)] == list(due)
    assert all(min(part) >= 0 for part in parts)


@given(dues, shares(), st.data())
def test_who_has_paid_the_share_is_asked_for_nothing_and_the_others_for_what_they_were(due, of, data):
    payer = data.draw(st.integers(0, len(of) - 1))
    before = [share_of(due, of, place) for place in range(len(of))]
    paid = [before[place] if place == payer else NOTHING for place in range(len(of))]
    left = Yen(*(whole - gone for whole, gone in zip(due, before[payer], strict=True)))
    after = [share_of(left, of, place, paid) for place in range(len(of))]
    assert after[payer] == NOTHING
    assert [one for place, one in enumerate(after) if place != payer] == [
        one for place, one in enumerate(before) if place != payer
    ]


def test_heirs_whose_shares_do_not_make_the_whole_bear_theirs_cut_off():
    assert share_of(Yen(1001, 0, 99, 0), HALVES[1:], 0) == Yen(250, 0, 24, 0)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(None, Yen(1000, 100, 50, 7), id="no limit"),
        pytest.param(1157, Yen(1000, 100, 50, 7), id="just enough"),
        pytest.param(1120, Yen(1000, 100, 20, 0), id="principal first, then fee, then late charge"),
        pytest.param(999, Yen(999, 0, 0, 0), id="less than the principal"),
        pytest.param(0, NOTHING, id="used up"),
    ],
)
def test_a_guarantor_answers_up_to_the_limit(limit, expected):
    assert up_to(Yen(1000, 100, 50, 7), limit) == expected
