"""The finder's own report: what it counts, and that flagging everybody, or hardly anybody, does not pass."""

import pytest

from welfare.finder_measure import Truth, failures, measure
from welfare.rules.shares import Decided, Known, Share, by_group, by_rule, figures
from welfare.rules.signals import Finding, Sign

HARD, OTHERS = range(40), range(40, 400)  # one in ten is in hardship
GROUPS = {"elderly": frozenset(f"P{one}" for one in (*range(20), *range(300, 400)))}
TRUTH = Truth(
    debtors=frozenset(f"P{one}" for one in range(400)),
    hard=frozenset(f"P{one}" for one in HARD),
    groups=GROUPS,
    people={one: frozenset({f"P{one}"}) for one in range(400)},
)
SIGN = Sign("stopped", "", 4, "", "", ("tax",))


def found(flagged, people=range(400)):
    return {
        one: Finding((SIGN,) if one in flagged else (), (), 4 if one in flagged else 0, 4, silent=False)
        for one in people
    }


def test_a_finder_that_finds_most_and_errs_little_passes():
    report = measure(found({*range(2, 40), *range(40, 60)}), TRUTH)
    assert (report["flags"], report["recall"], report["precision"]) == (58, 0.95, round(38 / 58, 4))
    assert report["base_rate"] == 0.1
    assert report["gap"] == 0.1
    assert report["passes"]
    assert report["rules"]["stopped"] == {"fired": 58, "recall": 0.95, "precision": round(38 / 58, 4), "gap": 0.1}


def test_flagging_everybody_finds_all_and_fails_its_own_report():
    report = measure(found(set(range(400))), TRUTH)
    assert report["recall"] == 1
    assert report["precision"] == report["base_rate"] == 0.1
    assert not report["passes"]
    assert len(report["fails"]) == 2  # below the goal, and not better than chance
    assert all("precision" in one for one in report["fails"])


def test_flagging_nobody_fails_too():
    report = measure(found(set()), TRUTH)
    assert (report["recall"], report["precision"]) == (0, None)
    assert not report["passes"]


def test_a_finder_that_forgets_a_group_fails_by_the_gap():
    report = measure(found({*range(20, 40), *range(17)}), TRUTH)
    assert report["recall"] > 0.9
    assert report["gap"] == 0.15
    assert [one.split()[0] for one in report["fails"]] == ["gap"]


def test_a_group_with_few_cases_is_shown_and_not_counted():
    few = Truth(TRUTH.debtors, TRUTH.hard, {"foreign": frozenset({"P0", "P1"})}, TRUTH.people)
    report = measure(found(set(range(2, 40))), few)
    assert report["groups"]["foreign"]["cases"] == 2
    assert report["groups"]["foreign"]["gap"] == 1
    assert not report["groups"]["foreign"]["counted"]
    assert report["gap"] is None
    assert any("gap" in one for one in report["fails"])  # what could not be measured is not met


def test_a_true_person_whom_the_city_holds_twice_is_found_by_either():
    twice = Truth(TRUTH.debtors, TRUTH.hard, GROUPS, TRUTH.people | {1000: frozenset({"P0"})})
    assert measure(found({1000}, people=[*range(400), 1000]), twice)["recall"] == Share(1, 40).value


@pytest.mark.parametrize(
    ("report", "missed"),
    [
        ({"recall": 0.90, "precision": 0.60, "gap": 0.10, "base_rate": 0.1}, 0),
        ({"recall": 0.89, "precision": 0.60, "gap": 0.10, "base_rate": 0.1}, 1),
        ({"recall": 0.90, "precision": 0.59, "gap": 0.10, "base_rate": 0.1}, 1),
        ({"recall": 0.90, "precision": 0.60, "gap": 0.11, "base_rate": 0.1}, 1),
        ({"recall": 0.95, "precision": 0.62, "gap": 0.0, "base_rate": 0.4}, 1),
    ],
)
def test_each_goal_is_kept_to_its_edge(report, missed):
    assert len(failures(report)) == missed


def test_the_interval_of_a_share_holds_the_share_and_narrows_with_cases():
    few, many = Share(9, 10), Share(900, 1000)
    assert few.interval[0] < 0.9 < few.interval[1]
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None
    assert Share(8, 10).interval == (0.4902, 0.9433)  # Wilson, as published tables give it


def test_figures_of_a_quarter_come_from_what_people_decided():
    decided = [
        Decided(1, True, "", ("stopped", "exempted")),
        Decided(2, False, "forgot", ("stopped",)),
        Decided(3, True, "", ("stopped",)),
    ]
    known = [Known(1, True), Known(9, False)]
    whole = figures(decided, known)
    assert (whole.precision, whole.recall) == (Share(2, 3), Share(1, 2))
    assert by_rule(decided) == {"stopped": Share(2, 3), "exempted": Share(1, 1)}
    group = by_group(decided, known, {"elderly": {1}})["elderly"]
    assert (group.own.precision, group.rest.precision) == (Share(1, 1), Share(1, 2))
    assert group.precision_gap is None  # too few to say


def test_a_gap_is_told_where_both_sides_have_enough_cases():
    decided = [Decided(one, one % 2 == 0, "", ()) for one in range(40)] + [
        Decided(one, True, "", ()) for one in range(40, 60)
    ]
    group = by_group(decided, [], {"elderly": set(range(40, 60))})["elderly"]
    assert group.precision_gap == 0.5
