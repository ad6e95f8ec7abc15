"""地方税法9条2項: what each heir owes."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.shares import SharesRefused, check_shares, split


@pytest.mark.parametrize(
    ("yen", "shares", "parts"),
    [
        pytest.param(10_000, [F(1)], [10_000], id="地方税法9条1項: one heir owes all"),
        pytest.param(
            10_000, [F(1, 2), F(1, 4), F(1, 4)], [5_000, 2_500, 2_500], id="民法900条1号: spouse and two children"
        ),
        pytest.param(10_000, [F(1, 3)] * 3, [3_334, 3_333, 3_333], id="the rest of 1 yen to the first"),
        pytest.param(11, [F(1, 3)] * 3, [5, 3, 3], id="the rest of 2 yen to the first"),
        pytest.param(1, [F(1, 2), F(1, 2)], [1, 0], id="a yen is not cut"),
        pytest.param(0, [F(1, 2), F(1, 2)], [0, 0], id="nothing is owed"),
        pytest.param(100, [F(1, 6), F(2, 3), F(1, 6)], [18, 66, 16], id="the first is named first, not the largest"),
    ],
)
def test_each_heir_owes_the_part_of_the_share(yen, shares, parts):
    assert split(yen, shares) == parts


@given(st.integers(0, 10**9), st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_no_yen_is_lost_and_only_the_first_gets_more(yen, weights):
    shares = [F(weight, sum(weights)) for weight in weights]
    parts = split(yen, shares)
    assert sum(parts) == yen
    assert all(part == yen * share // 1 for part, share in list(zip(parts, shares, strict=True))[1:])
    assert 0 <= parts[0] - yen * shares[0] // 1 < len(shares)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([], "1人以上"),
        ([F(1, 2), F(1, 3)], "合計が5/6"),
        ([F(1, 2), F(2, 3)], "合計が7/6"),
        ([F(1), F(0)], "0より大きく"),
        ([F(3, 2), F(-1, 2)], "0より大きく"),
    ],
)
def test_shares_that_do_not_make_one_are_refused(shares, message):
    with pytest.raises(SharesRefused, match=message):
        check_shares(shares)


def test_less_than_nothing_is_not_split():
    with pytest.raises(SharesRefused, match="0円より小さく"):
        split(-1, [F(1)])
