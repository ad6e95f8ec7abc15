"""Counting the answers to a comparison of texts: by 組, to the day, and no more said than holds. All data is synthetic."""

from datetime import date, timedelta
from typing import Any

import pytest

from claims.models import Claim, Plan, Receipt
from debtors.models import Contact
from notices import experiment_page
from notices.models import Experiment, Letter, PrintRun
from notices.services import responses
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import identity, user
from tests.factories.experiments import alone
from tests.factories.plans import signed, terms
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find, posted
from tests.integration.notices.mailing import receive as come_back
from tests.integration.notices.test_experiments import made
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Ground

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts_fit")]
ARRIVED = DAY + timedelta(days=2)
PRIMARY_END = ARRIVED + timedelta(days=21)
SECONDARY_END = ARRIVED + timedelta(days=42)
AFTER = SECONDARY_END + timedelta(days=1)


@pytest.fixture
def posted_one(kept, drawn_run, quick, operator) -> tuple[PrintRun, Claim]:
    """A comparison of which one letter was posted, about 30,000 yen."""

    def make() -> tuple[PrintRun, Claim]:
        owed = claim(alone(1), principal_yen=30_000)
        run = made(drawn_run())
        posted(run, operator)
        return run, owed

    return kept(make)


def results(run: PrintRun, *, today: date = AFTER) -> list[experiment_page.Horizon]:
    return list(experiment_page.horizons(Experiment.objects.get(run=run), today=today))


def answered(run: PrintRun, *, today: date = AFTER) -> dict[str, tuple[int | None, dict[int, int]]]:
    """By 組, the day of the first answer and the yen received."""
    experiment = Experiment.objects.get(run=run)
    return {one.unit: (one.day, dict(one.yen)) for one in responses.answers(experiment, today=today)}


def talk(someone: Any, on: date, **facts: Any) -> None:
    given = {"channel": "phone", "outcome": "talked", "text": "相談", "by": user("collector")}
    Contact.objects.create(person=someone, on=on, **(given | facts))


def test_answers_are_counted_to_the_day_and_what_was_taken_back_is_not(drawn_run, quick, operator):
    owed = {n: claim(alone(n), principal_yen=10_000) for n in range(12) if n != 5}
    run = made(drawn_run())
    posted(run, operator)
    who = {n: one.identity.person for n, one in owed.items()}
    pay(owed[0], 4_000, on=ARRIVED)
    pay(owed[1], 10_000, on=PRIMARY_END)
    pay(owed[2], 3_000, on=PRIMARY_END + timedelta(days=1))
    pay(owed[3], 2_000, on=SECONDARY_END + timedelta(days=1))
    book(owed[4], "receipt", "principal", -5_000, on=ARRIVED)
    entry = owed[4].entries.get(kind="receipt")
    book(owed[4], "reversal", "principal", 5_000, on=SECONDARY_END + timedelta(days=40), reverses=entry)
    talk(who[6], ARRIVED + timedelta(days=5))
    talk(who[7], ARRIVED + timedelta(days=5), channel="visit")
    talk(who[8], ARRIVED + timedelta(days=5), outcome="absent")
    talk(who[9], DAY)
    pay(owed[10], 1_000, on=DAY + timedelta(days=1))
    pay(owed[0], 1_000, on=PRIMARY_END + timedelta(days=3))
    found = answered(run)
    none = {21: 0, 42: 0}
    assert {n: found[who[n].number] for n in who} == {
        0: (0, {21: 4_000, 42: 5_000}),
        1: (21, {21: 10_000, 42: 10_000}),
        2: (22, {21: 0, 42: 3_000}),
        3: (None, none),
        4: (None, none),
        6: (5, none),
        7: (None, none),
        8: (None, none),
        9: (None, none),
        10: (-1, {21: 1_000, 42: 1_000}),
        11: (None, none),
    }
    assert responses.standing(Experiment.objects.get())["arms"][0]["sent"] == 6  # of eleven


@pytest.mark.parametrize("channel", ["seizure", "lawyers"])
def test_money_that_was_taken_is_no_answer(channel, posted_one):
    run, owed = posted_one
    receipt = Receipt.objects.create(
        source=owed.source, receipt_number="S1", paid_on=ARRIVED, amount_yen=9_000, left_yen=9_000, ground=owed.ground,
        channel=channel,
    )  # fmt: skip
    book(owed, "receipt", "principal", -9_000, on=ARRIVED, receipt=receipt)
    assert list(answered(run).values()) == [(None, {21: 0, 42: 0})]


@pytest.mark.parametrize(
    ("closed_as", "closed_on", "day"),
    [("", None, 4), ("replaced", ARRIVED + timedelta(days=6), 4), ("cancelled", ARRIVED + timedelta(days=30), None),
     ("cancelled", SECONDARY_END + timedelta(days=1), 4), ("discarded", ARRIVED + timedelta(days=6), None)],
)  # fmt: skip
def test_a_plan_is_an_answer_unless_it_was_undone_within_the_time(closed_as, closed_on, day, posted_one):
    run, owed = posted_one
    on = ARRIVED + timedelta(days=4)
    plan = signed(owed, by=user("collector"), signed_on=on, on=on, terms=terms(starts_on=on))
    if closed_as:
        Plan.objects.filter(pk=plan.pk).update(
            closed_as=closed_as, closed_on=closed_on, close_reason="試験", closed_by=user("supervisor")
        )
    assert list(answered(run).values()) == [(day, {21: 0, 42: 0})]


def test_pulled_letters_are_not_counted_and_returned_ones_are(drawn_run, quick, operator):
    owed = [claim(alone(n), principal_yen=10_000 + n) for n in range(4)]
    run = made(drawn_run())
    pay(owed[0], 1_000, on=DAY)
    posted(run, operator)
    come_back(Letter.objects.get(person=owed[1].identity.person), operator)
    (primary, _) = results(run)
    assert sum(row.found.people for row in primary.rows) == 3
    assert sum(row.found.returned for row in primary.rows) == 1
    arms = responses.standing(Experiment.objects.get())["arms"]
    assert sum(counts["pulled"] for counts in arms.values()) == 1


def test_a_household_is_one_answer(drawn_run, quick, operator):
    one, other = alone(1), alone(2)
    first, second = claim(one), claim(other)
    for someone in (one, other):
        identity(someone, "juki", ground=Ground.REGISTER, household_number="H1")
    run = made(drawn_run(percent=99))
    posted(run, operator)
    pay(first, 1_000, on=ARRIVED)
    pay(second, 2_000, on=ARRIVED)
    (primary, _) = results(run)
    row = primary.rows[1]
    assert (row.found.people, row.found.units, row.found.responded, row.found.yen) == (2, 1, 1, 3_000)


def test_before_the_day_nothing_is_said_and_after_it_no_more_than_the_interval_holds(drawn_run, quick, operator):
    owed = [claim(alone(n), principal_yen=10_000 + n) for n in range(6)]
    run = made(drawn_run())
    posted(run, operator)
    pay(owed[0], 1_000, on=ARRIVED)
    primary, secondary = results(run, today=PRIMARY_END)
    assert (primary.ends_on, primary.over, primary.said, secondary.over) == (PRIMARY_END, False, [], False)
    assert "まだ途中です" in experiment_page.csv_text(Experiment.objects.get(), today=PRIMARY_END)
    primary, secondary = results(run, today=PRIMARY_END + timedelta(days=1))
    assert (primary.over, secondary.over) == (True, False)
    assert "差があるとは言えません" in primary.said[0]
    assert primary.small
    assert len(results(run)[1].said) == 1


def test_counting_twice_says_the_same_and_writes_nothing(posted_one):
    _, owed = posted_one
    pay(owed, 1_000, on=ARRIVED)
    events = AuditEvent.objects.count()
    experiment = Experiment.objects.get()
    assert experiment_page.csv_text(experiment, today=AFTER) == experiment_page.csv_text(experiment, today=AFTER)
    assert AuditEvent.objects.count() == events


def test_nothing_is_counted_before_the_post(drawn_run, quick, operator):
    claim(alone(1))
    run = made(drawn_run())
    find(run, operator)
    assert results(run) == []
