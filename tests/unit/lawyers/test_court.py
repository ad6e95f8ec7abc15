"""Forum and costs at the edges of the law, and the cost table that ships."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawyers.reference import rows
from lawyers.rules.court import CostTable, Forum, costs, more_after_objection, possible, proposed, value_of_claim

SETTING = next(row["value"] for row in rows() if row["key"] == "lawyers.court_costs")
TABLE = CostTable.from_setting(SETTING)
ORDER, SMALL, SUMMARY, DISTRICT = Forum
KNOWN = {"address_known": True, "disputed": False, "needs_public_service": False}
SUITS = {"small_suits_this_year": 0, "small_most": 10}


@pytest.mark.parametrize(
    ("value", "stamp"),
    [
        pytest.param(1, 1_000, id="費用法別表第一1項: one step"),
        pytest.param(100_000, 1_000, id="費用法別表第一1項: to 100,000"),
        pytest.param(100_001, 2_000, id="費用法別表第一1項: beyond 100,000"),
        pytest.param(1_000_000, 10_000, id="費用法別表第一1項(1): to 1,000,000"),
        pytest.param(1_000_001, 11_000, id="費用法別表第一1項(2): beyond 1,000,000"),
        pytest.param(1_400_000, 12_000, id="費用法別表第一1項(2): 1,400,000"),
        pytest.param(5_000_000, 30_000, id="費用法別表第一1項(2): to 5,000,000"),
        pytest.param(5_000_001, 32_000, id="費用法別表第一1項(3): beyond 5,000,000"),
        pytest.param(10_000_000, 50_000, id="費用法別表第一1項(3): to 10,000,000"),
        pytest.param(10_000_001, 53_000, id="費用法別表第一1項(4): beyond 10,000,000"),
        pytest.param(1_000_000_000, 3_020_000, id="費用法別表第一1項(4): to 1,000,000,000"),
        pytest.param(1_000_000_001, 3_030_000, id="費用法別表第一1項(5): beyond 1,000,000,000"),
        pytest.param(5_000_000_000, 11_020_000, id="費用法別表第一1項(5): to 5,000,000,000"),
    ],
)
def test_the_stamp(value, stamp):
    assert costs(SUMMARY, value, 1, TABLE).stamp_yen == stamp
    assert costs(ORDER, value, 1, TABLE).stamp_yen * 2 == stamp
    assert more_after_objection(value, TABLE) * 2 == stamp
    whole = replace(TABLE, payment_order_half=False)
    assert (costs(ORDER, value, 1, whole).stamp_yen, more_after_objection(value, whole)) == (stamp, 0)


def test_costs_tell_their_steps_and_add_up():
    found = costs(ORDER, 1_000_001, 3, TABLE)
    assert (found.stamp_yen, found.postage_yen, found.total_yen) == (5_500, 1_300 + 2 * 2_500, 11_800)
    assert found.steps == (
        "訴額 1,000,001円",
        "0円を超える部分 10×1,000円（100,000円までごと）",
        "1,000,000円を超える部分 1×1,000円（200,000円までごと）",
        "手数料 11,000円",
        "支払督促のため2分の1 = 5,500円",
        "郵便費用（支払督促、相手方3人） 6,300円",
    )


@pytest.mark.parametrize(
    ("value", "parties", "says"),
    [
        pytest.param(0, 1, "訴額が0円", id="nothing is asked"),
        pytest.param(100_000, 0, "相手方がいません", id="nobody is sued"),
        pytest.param(5_000_000_001, 1, "表の外", id="beyond the table"),
    ],
)
def test_what_cannot_be_computed_says_so(value, parties, says):
    with pytest.raises(ValueError, match=says):
        costs(SUMMARY, value, parties, TABLE)


@pytest.mark.parametrize(
    ("value", "asked", "expected"),
    [
        pytest.param(600_000, 9, (ORDER, SMALL, SUMMARY), id="民訴法368条: 600,000, the tenth in the year"),
        pytest.param(600_000, 10, (ORDER, SUMMARY), id="民訴規則223条: the eleventh"),
        pytest.param(600_001, 0, (ORDER, SUMMARY), id="民訴法368条: 600,001"),
        pytest.param(1_400_000, 0, (ORDER, SUMMARY), id="裁判所法33条1項1号: 1,400,000"),
        pytest.param(1_400_001, 0, (ORDER, DISTRICT), id="裁判所法33条1項1号: 1,400,001"),
    ],
)
def test_the_forums_that_are_open(value, asked, expected):
    assert possible(value, TABLE, small_suits_this_year=asked, small_most=10) == expected


@pytest.mark.parametrize(
    ("changes", "small", "large"),
    [
        pytest.param({}, ORDER, ORDER, id="民訴法382条: found and undisputed"),
        pytest.param({"disputed": True}, SMALL, DISTRICT, id="民訴法395条: disputed"),
        pytest.param({"needs_public_service": True}, SUMMARY, DISTRICT, id="民訴法382条但書・373条3項3号: by publication"),
        pytest.param({"address_known": False}, SUMMARY, DISTRICT, id="whereabouts unknown"),
        pytest.param({"address_known": False, "disputed": True}, SUMMARY, DISTRICT, id="both"),
    ],
)  # fmt: skip
def test_the_forum_that_is_proposed(changes, small, large):
    assert proposed(600_000, TABLE, **SUITS, **(KNOWN | changes)) is small
    assert proposed(1_400_001, TABLE, **SUITS, **(KNOWN | changes)) is large


def test_a_step_of_one_yen_is_a_step():
    assert costs(SUMMARY, 7, 1, CostTable.from_setting(SETTING | {"stamp_steps": [[10, 1, 2]]})).stamp_yen == 14


def test_the_value_of_a_claim_is_its_principal_民訴法9条():
    assert value_of_claim([300_000, 300_001]) == 600_001
    assert value_of_claim([0]) == 0


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"stamp_steps": []}, id="no step"),
        pytest.param({"stamp_steps": [[500, 100, 1], [400, 100, 1]]}, id="steps descend"),
        pytest.param({"stamp_steps": [[500, 100, 1], [500, 100, 1]]}, id="a step twice"),
        pytest.param({"stamp_steps": [[None, 100, 1], [500, 100, 1]]}, id="no end before the last"),
        pytest.param({"stamp_steps": [[500, 0, 1]]}, id="a step of nothing"),
        pytest.param({"stamp_steps": [[500, 100]]}, id="a step without its fee"),
        pytest.param({"postage_yen": {"small": 1}}, id="postage of one forum"),
        pytest.param({"small_limit_yen": None}, id="no limit"),
    ],
)
def test_a_broken_table_says_which_setting(broken):
    with pytest.raises(ValueError, match=r"設定「lawyers\.court_costs」"):
        CostTable.from_setting(SETTING | broken)
    assert (
        costs(SUMMARY, 10**12, 1, CostTable.from_setting(SETTING | {"stamp_steps": [[None, 10**6, 1]]})).stamp_yen
        == 10**6
    )


@given(st.integers(1, 5 * 10**9), st.integers(1, 10**6), st.sampled_from(Forum), st.integers(1, 9))
def test_costs_never_fall_with_the_value_or_the_parties(value, more, forum, parties):
    found = costs(forum, value, parties, TABLE)
    assert found.total_yen == found.stamp_yen + found.postage_yen
    assert costs(forum, min(value + more, 5 * 10**9), parties, TABLE).stamp_yen >= found.stamp_yen
    assert costs(forum, value, parties + 1, TABLE).postage_yen == found.postage_yen + 2_500
