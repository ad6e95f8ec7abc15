"""滞納者の状態: everybody who owes stands in one place, counted a second time by reading person after person."""

import random
from datetime import date, timedelta

import pytest
from django.utils import timezone

from claims import standing
from claims.models import Claim, Entry, Hold, UntouchedPerson
from claims.standing import HELD, NEW, OVERDUE, STEP, TOUCHED, UNTOUCHED
from debtors.models import Assignment, Contact, Joining, WorkItem
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, user
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
SINCE = DAY - timedelta(days=90)
LONG_AGO = date(2024, 6, 30)


@pytest.fixture
def clerk():
    return user(Role.COLLECTOR)


def owing(**facts):
    someone = person()
    claim(someone, **({"due_on": LONG_AGO, "principal_yen": 10_000} | facts))
    return someone


def speak(someone, on, by, *, channel="phone", outcome="absent", **facts):
    return Contact.objects.create(person=someone, on=on, channel=channel, outcome=outcome, text="記録", by=by, **facts)


def step(someone, due_on, by):
    return WorkItem.objects.create(
        person=someone, reason="例", next_step="電話", due_on=due_on, owner=by, subject_key="case", opened_by=by
    )


def place_of(someone):
    found = standing.count(on=DAY)
    assert found.all_people == 1
    (place,) = [code for code, number in found.people.items() if number]
    assert UntouchedPerson.objects.filter(person=someone).exists() == (place == UNTOUCHED)
    return place


def test_who_owes_and_is_left_alone_is_untouched():
    someone = owing()
    assert place_of(someone) == UNTOUCHED
    row = UntouchedPerson.objects.get()
    assert (row.yen, row.instalments, row.oldest_due_on, row.last_contact_on) == (10_000, 1, LONG_AGO, None)


@pytest.mark.parametrize(("days", "place"), [(89, TOUCHED), (90, UNTOUCHED), (91, UNTOUCHED)])
def test_a_contact_counts_for_less_than_ninety_days(clerk, days, place):
    someone = owing()
    speak(someone, DAY - timedelta(days=days), clerk)
    assert place_of(someone) == place


@pytest.mark.parametrize(
    ("channel", "outcome", "place"),
    [
        ("phone", "absent", TOUCHED),
        ("visit", "talked", TOUCHED),
        ("letter", "sent", UNTOUCHED),
        ("letter", "returned", UNTOUCHED),
        ("other", "note", UNTOUCHED),
    ],
)
def test_letters_and_notes_are_no_work_on_a_person(clerk, channel, outcome, place):
    someone = owing()
    speak(someone, DAY, clerk, channel=channel, outcome=outcome)
    assert place_of(someone) == place


def test_a_contact_that_was_corrected_counts_by_what_corrects_it(clerk):
    someone = owing()
    wrong = speak(someone, DAY, clerk)
    speak(someone, DAY - timedelta(days=400), clerk, corrects=wrong, why="日付の誤り")
    assert place_of(someone) == UNTOUCHED


def test_what_was_said_to_somebody_who_was_found_to_be_this_person_counts(clerk):
    first, second = person(), owing()
    speak(first, DAY, clerk)
    between = person()
    for emptied, kept in ((first, between), (between, second)):
        Joining.objects.create(emptied=emptied, kept=kept, identities=[], joined_on=DAY, by=clerk)
    assert place_of(second) == TOUCHED


@pytest.mark.parametrize(("days", "place"), [(89, TOUCHED), (90, UNTOUCHED)])
def test_a_payment_counts_as_long(days, place):
    someone = owing(principal_yen=10_000)
    pay(Claim.objects.get(identity__person=someone), 100, on=DAY - timedelta(days=days))
    assert place_of(someone) == place


def test_a_payment_that_bounced_is_none():
    someone = owing()
    owed = Claim.objects.get(identity__person=someone)
    pay(owed, 100, on=DAY)
    book(owed, "reversal", "principal", 100, on=DAY, reverses=owed.entries.get(kind="receipt"))
    assert place_of(someone) == UNTOUCHED


@pytest.mark.parametrize(("days", "place"), [(-1, OVERDUE), (0, STEP), (1, STEP)])
def test_a_step_is_late_from_the_day_after_its_last(clerk, days, place):
    someone = owing()
    step(someone, DAY + timedelta(days=days), clerk)
    assert place_of(someone) == place


def test_a_closed_step_is_none(clerk):
    someone = owing()
    done = step(someone, DAY, clerk)
    WorkItem.objects.filter(pk=done.pk).update(closed_at=timezone.now(), closed_by=clerk, outcome="済み")
    assert place_of(someone) == UNTOUCHED


@pytest.mark.parametrize(("days", "place"), [(89, NEW), (90, UNTOUCHED)])
def test_who_owes_for_less_than_ninety_days_is_new(days, place):
    assert place_of(owing(due_on=DAY - timedelta(days=days))) == place


def test_who_may_not_be_called_is_held_and_only_when_nothing_may_be_asked(clerk):
    someone = owing()
    first = Claim.objects.get(identity__person=someone)
    Hold.objects.create(
        person=someone, claim=first, reason="dispute", channels=["call"], starts_on=DAY, review_on=DAY, placed_by=clerk
    )
    assert place_of(someone) == HELD
    claim(someone, due_on=LONG_AGO, principal_yen=500, instalment=2)
    assert place_of(someone) == UNTOUCHED


def test_who_owes_nothing_any_more_is_forgotten():
    someone = owing(principal_yen=1_000)
    assert place_of(someone) == UNTOUCHED
    pay(Claim.objects.get(identity__person=someone), 1_000, on=DAY)
    assert standing.count(on=DAY).all_people == 0
    assert not UntouchedPerson.objects.exists()


@pytest.mark.parametrize("seed", range(4))
def test_everybody_stands_where_reading_their_records_says(clerk, seed):
    """A second way of counting, without SQL: random people, read one by one. Counted twice it is the same."""
    dice = random.Random(seed)
    officers = [clerk, user(Role.COLLECTOR), None]
    for _ in range(25):
        _random_person(dice, clerk, dice.choice(officers))
    expected = {}
    for owed in Claim.objects.select_related("identity__person"):
        if owed.due_on < DAY and owed.outstanding_yen and (owed.prescribes_on is None or owed.prescribes_on >= DAY):
            expected.setdefault(owed.identity.person, []).append(owed)
    places = {someone: _read(someone, claims) for someone, claims in expected.items()}
    first, again = standing.count(on=DAY), standing.count(on=DAY)
    assert first == again
    assert first.people == {code: sum(one == code for one in places.values()) for code in standing.PLACES}
    assert first.yen == {
        code: sum(sum(c.outstanding_yen for c in expected[p]) for p, one in places.items() if one == code)
        for code in standing.PLACES
    }
    assert set(UntouchedPerson.objects.values_list("person", flat=True)) == {
        someone.pk for someone, place in places.items() if place == UNTOUCHED
    }
    for officer, numbers in first.officers.items():
        theirs = [p for p in places if (a := Assignment.objects.filter(person=p).first()) and a.officer_id == officer]
        if officer is None:
            theirs = [p for p in places if not Assignment.objects.filter(person=p).exists()]
        assert sum(numbers.values()) == len(theirs)


def _random_person(dice, clerk, officer):
    someone = person()
    for number in range(dice.randint(0, 3)):
        due = DAY - timedelta(days=dice.choice([-5, 0, 1, 30, 89, 90, 91, 800]))
        last = dice.choice([None, DAY, DAY - timedelta(days=1), DAY + timedelta(days=40)])
        owed = claim(
            someone, due_on=due, principal_yen=dice.randint(1, 9) * 100, instalment=number + 1, prescribes_on=last
        )
        if dice.random() < 0.3:
            pay(owed, dice.choice([50, owed.principal_yen]), on=DAY - timedelta(days=dice.choice([0, 89, 90, 200])))
            if dice.random() < 0.3:
                money = owed.entries.get(kind="receipt")
                book(owed, "reversal", "principal", -money.amount_yen, on=DAY, reverses=money)
        if dice.random() < 0.2:
            Hold.objects.create(
                person=someone,
                claim=owed,
                reason="dispute",
                channels=["call"],
                starts_on=DAY,
                review_on=DAY,
                placed_by=clerk,
            )
    for _ in range(dice.randint(0, 2)):
        on = DAY - timedelta(days=dice.choice([0, 89, 90, 300]))
        speak(someone, on, clerk, outcome=dice.choice(["talked", "note", "sent"]))
    if dice.random() < 0.3:
        step(someone, DAY + timedelta(days=dice.choice([-3, 0, 5])), clerk)
    if officer:
        Assignment.objects.create(person=someone, officer=officer, by_hand=True, reason="例", since=DAY, by=clerk)


def _read(someone, claims):
    """The place of one person, from their records alone."""
    if all(owed.holds.exists() for owed in claims):
        return HELD
    steps = list(someone.work_items.filter(closed_at=None))
    if steps:
        return OVERDUE if any(item.due_on < DAY for item in steps) else STEP
    worked = [c.on for c in someone.contacts.all() if c.outcome not in ("note", "sent", "returned")]
    money = Entry.objects.filter(claim__identity__person=someone, kind="receipt")
    paid = [entry.on for entry in money if not Entry.objects.filter(reverses=entry).exists()]
    if any(day > SINCE for day in [*worked, *paid]):
        return TOUCHED
    return NEW if min(owed.due_on for owed in claims) > SINCE else UNTOUCHED
