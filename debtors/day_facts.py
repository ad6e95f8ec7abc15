"""What the debtors' own tables tell the list of the day; each source a constant number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from debtors.addresses import PersonAddress
from debtors.models import Contact, LifeEvent, Person, WorkItem
from debtors.presence import nothing_of
from debtors.protection import hidden_people, left_alone
from debtors.rules.next_action import STEP, day_after
from debtors.services_work import CASE, HELD_BACK
from toyota_collect.held import once
from toyota_collect.lookups import Keys
from toyota_collect.money import yen_text
from toyota_collect.registry import DaySource, Fact, Span
from toyota_collect.wareki import long_text

LETTERS = (Contact.Outcome.SENT, Contact.Outcome.RETURNED)  # of the post: no contact yet
REMEMBERED = timedelta(days=400)  # an older promise is no promise any more


def day_facts(people: Sequence[int], user: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """Open steps, the latest contact and promise, protection, death, and the start of public assistance."""
    yield from _steps(people, on)
    yield from _contacts(people, on)
    for person in hidden_people(people, on=on):
        yield person, Fact("protected")
    yield from _lives(people)


def _with_step(people: Keys, user: Any, span: Span) -> Iterable[int]:
    due = WorkItem.objects.filter(person__any_of=people, closed_at=None, due_on__range=span)
    return due.order_by().values_list("person", flat=True)


def _with_promise(people: Keys, user: Any, span: Span) -> Iterable[int]:
    promised = Contact.objects.in_force().filter(
        person__any_of=people, promised_on__isnull=False, promised_on__range=span
    )
    return promised.order_by().values_list("person", flat=True)


def _with_welfare(people: Keys, user: Any, span: Span) -> Iterable[int]:
    began = LifeEvent.objects.filter(identity__person__any_of=people, kind=LifeEvent.Kind.WELFARE_START, on__range=span)
    return began.order_by().values_list("identity__person", flat=True)


SOURCE = DaySource(
    day_facts,
    frozenset({STEP, "contact", "promise", "protected", "died", "hardship"}),
    {STEP: _with_step, "promise": _with_promise, "hardship": _with_welfare},
)


def _steps(people: Sequence[int], on: date) -> Iterator[tuple[int, Fact]]:
    """Open steps. The case's own step is held back while its person is left alone, whatever was planned."""
    if nothing_of(WorkItem, people):
        return
    items = WorkItem.objects.filter(person__any_of=people, closed_at=None).order_by()
    log = PersonAddress("debtors:new-contact")
    quiet = left_alone(people, on=on)
    for person, number, key, step, due_on, url in items.values_list(
        "person", "person__number", "subject_key", "next_step", "due_on", "subject_url"
    ):
        if person in quiet and key == CASE and not step.startswith(HELD_BACK):
            step = f"{HELD_BACK}（「{step}」の予定）"
        yield person, Fact(STEP, due_on, text=step, url=url or log.of(number), about=key)


def _contacts(people: Sequence[int], on: date) -> Iterator[tuple[int, Fact]]:
    """A promise counts until it is kept (the claims' facts say so) or somebody spoke with the person after its day."""
    contacts = Contact.objects.in_force().filter(person__any_of=people, on__lte=on).exclude(outcome__in=LETTERS)
    latest = contacts.order_by("person_id", "-on", "-pk").distinct("person_id")
    spoken = dict(latest.values_list("person", "on"))
    for person, day in spoken.items():
        yield person, Fact("contact", day)
    for person, day, promised_on, promised_yen in latest_promises(people, on):
        if spoken[person] <= max(day, promised_on):
            text = f"{long_text(day)}に{f'{yen_text(promised_yen)}の' if promised_yen else ''}約束"
            yield person, Fact("promise", promised_on, text=text, since=day_after(day))


def latest_promises(people: Sequence[int], on: date) -> list[tuple[int, date, date, int | None]]:
    """(person, day on which it was given, day promised, sum or None) of the promise each made last."""
    return _latest_promises(tuple(people), on)


@once
def _latest_promises(people: tuple[int, ...], on: date) -> list[tuple[int, date, date, int | None]]:
    promised = Contact.objects.in_force().filter(
        person__any_of=people, on__lte=on, on__gte=on - REMEMBERED, promised_on__isnull=False
    )
    latest = promised.exclude(outcome__in=LETTERS).order_by("person_id", "-on", "-pk").distinct("person_id")
    return list(latest.values_list("person", "on", "promised_on", "promised_yen"))


def _lives(people: Sequence[int]) -> Iterator[tuple[int, Fact]]:
    dead = Person.objects.filter(pk__any_of=people, died_on__isnull=False)
    for person, died_on in dead.values_list("pk", "died_on"):
        yield person, Fact("died", died_on)
    if nothing_of(LifeEvent, people, by="identity"):
        return
    kinds = (LifeEvent.Kind.WELFARE_START, LifeEvent.Kind.WELFARE_STOP)
    events = LifeEvent.objects.filter(identity__person__any_of=people, kind__in=kinds)
    latest = events.order_by("identity__person_id", "-on", "-pk").distinct("identity__person_id")
    for person, kind, day in latest.values_list("identity__person", "kind", "on"):
        if kind == LifeEvent.Kind.WELFARE_START:
            yield person, Fact("hardship", day, text=f"{long_text(day)}に生活保護が始まりました")
