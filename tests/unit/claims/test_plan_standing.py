"""Where a plan stands: sums against sums, the first day after grace, nothing beyond what is owed. All synthetic."""

from datetime import date

import pytest

from claims.rules.plan_standing import Due, Mark, State, standing

DUES = [Due(date(2026, 11, 25), 10_000), Due(date(2026, 12, 25), 10_000), Due(date(2027, 1, 25), 5_000)]


def stands(paid, on, *, owed=25_000, grace=10, announced=0):
    day = date.fromisoformat(on)
    return standing(DUES, paid_yen=paid, owed_yen=owed - paid, on=day, grace_days=grace, announced_yen=announced)


@pytest.mark.parametrize(
    ("paid", "on", "state", "short", "missed"),
    [
        pytest.param(0, "2026-11-25", State.KEPT, 0, 0, id="on the day itself"),
        pytest.param(0, "2026-11-26", State.LATE, 0, 0, id="the day after"),
        pytest.param(0, "2026-12-05", State.LATE, 0, 0, id="the last day of grace"),
        pytest.param(0, "2026-12-06", State.BROKEN, 10_000, 1, id="the first day after grace"),
        pytest.param(9_999, "2026-12-06", State.BROKEN, 1, 1, id="one yen short"),
        pytest.param(10_000, "2026-12-06", State.KEPT, 0, 0, id="just paid"),
        pytest.param(20_000, "2027-01-25", State.KEPT, 0, 0, id="two at once"),
        pytest.param(0, "2027-01-05", State.BROKEN, 20_000, 2, id="two missed"),
        pytest.param(15_000, "2027-02-05", State.BROKEN, 10_000, 2, id="part of the second, the third missed"),
        pytest.param(25_000, "2026-11-20", State.DONE, 0, 0, id="all paid before its time"),
        pytest.param(-500, "2026-12-06", State.BROKEN, 10_000, 1, id="more taken back than came"),
    ],
)
def test_state(paid, on, state, short, missed):
    found = stands(paid, on)
    assert (found.state, found.short_yen, found.missed) == (state, short, missed)


def test_without_grace_it_is_broken_the_next_morning():
    assert stands(0, "2026-11-25", grace=0).state is State.KEPT
    assert stands(0, "2026-11-26", grace=0).state is State.BROKEN


def test_marks_say_what_each_instalment_received():
    found = stands(12_000, "2027-01-05")
    assert found.marks == ((Mark.PAID, 10_000), (Mark.BROKEN, 2_000), (Mark.TODO, 0))
    assert (found.first_missed, found.next_on, found.due_yen) == (1, date(2027, 1, 25), 20_000)
    assert stands(22_000, "2027-01-05").marks[2] == (Mark.PART, 2_000)


def test_what_is_not_yet_due_is_asked_for_though_its_late_charge_has_not_run_yet():
    assert stands(0, "2026-11-20", owed=20_000).marks[2] == (Mark.TODO, 0)


def test_no_more_is_missing_than_is_owed():
    found = standing(DUES, paid_yen=0, owed_yen=12_000, on=date(2027, 2, 10), grace_days=10)
    assert (found.short_yen, found.missed) == (12_000, 2)
    assert standing(DUES, paid_yen=0, owed_yen=0, on=date(2027, 2, 10), grace_days=10).state is State.DONE


def test_money_that_is_announced_counts_and_does_not_finish_a_plan():
    assert stands(0, "2026-12-06", announced=10_000).state is State.KEPT
    assert stands(0, "2026-12-06", announced=9_999).short_yen == 1
    assert stands(0, "2027-03-01", announced=25_000).state is State.KEPT


def test_what_is_announced_lowers_what_can_be_missing():
    found = standing(DUES, paid_yen=0, owed_yen=12_000, on=date(2027, 2, 10), grace_days=10, announced_yen=5_000)
    assert (found.short_yen, found.paid_yen, found.announced_yen) == (7_000, 0, 5_000)


def test_one_yen_owed_is_not_done():
    assert stands(24_999, "2027-02-10").state is State.BROKEN
    assert stands(-500, "2026-11-20").paid_yen == 0
    assert stands(700, "2026-11-20").paid_yen == 700


def test_a_plan_that_is_done_lacks_nothing_and_has_no_next_day():
    found = standing(DUES, paid_yen=0, owed_yen=0, on=date(2026, 11, 20), grace_days=10)
    assert found.marks == ((Mark.PAID, 0),) * 3
    assert found.next_on is None
    assert stands(0, "2027-02-10").next_on is None


def test_on_its_day_an_instalment_is_due():
    assert [stands(0, day).due_yen for day in ("2026-11-24", "2026-11-25", "2026-12-25")] == [0, 10_000, 20_000]


def test_what_is_late_in_one_instalment_is_not_missing_again_in_the_next():
    found = standing(DUES, paid_yen=0, owed_yen=10_000, on=date(2027, 1, 5), grace_days=60)
    assert [mark for mark, _ in found.marks] == [Mark.LATE, Mark.PAID, Mark.TODO]
