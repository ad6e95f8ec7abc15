"""Whose decision it is: by kind of matter and amount, the limit included; no figure is never the lowest rank's."""

import json
from pathlib import Path

import pytest

import toyota_collect
from toyota_collect.ranks import DecisionRank, rank_needed, ranks_below, reaches

TABLE = {"*": [[1_000_000, "chief"], [10_000_000, "manager"], [None, "director"]], "run": [[None, "manager"]]}


@pytest.mark.parametrize(
    ("amount_yen", "rank"),
    [
        (0, "chief"),
        (1_000_000, "chief"),
        (1_000_001, "manager"),
        (10_000_000, "manager"),
        (10_000_001, "director"),
        (None, "director"),
    ],
)
def test_the_amount_decides_limits_included(amount_yen, rank):
    assert rank_needed(TABLE, subject_type="stop", amount_yen=amount_yen) == rank


def test_a_kind_of_its_own_has_limits_of_its_own():
    assert rank_needed(TABLE, subject_type="run", amount_yen=10**9) == "manager"
    assert rank_needed(TABLE, subject_type="run", amount_yen=None) == "manager"


@pytest.mark.parametrize("table", [{}, {"*": []}, {"*": [[100, "chief"]]}, {"*": [[None, "mayor"]]}])
def test_a_table_with_a_fault_decides_nothing(table):
    with pytest.raises(ValueError):
        rank_needed(table, subject_type="stop", amount_yen=101)


def test_the_higher_reach_what_the_lower_may():
    assert [rank for rank in DecisionRank.values if reaches(rank, "manager")] == ["manager", "director"]
    assert not reaches("", "chief")
    assert ranks_below("manager") == ["chief", "manager"]
    assert ranks_below("") == []


def test_the_shipped_table_reaches_every_amount():
    rows = json.loads((Path(toyota_collect.__file__).parent / "data" / "settings.json").read_text())
    (table,) = [row["value"] for row in rows if row["key"] == "approval.ranks"]
    for subject in [*table, "anything"]:
        for amount_yen in (None, 0, 10**12):
            assert rank_needed(table, subject_type=subject, amount_yen=amount_yen) in DecisionRank.values
