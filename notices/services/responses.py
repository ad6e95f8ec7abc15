"""文面への反応: what came of the letters of a comparison, counted from the ledger, the plans and the log of contacts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from claims.models import Entry, Plan, PlanClaim, Receipt
from debtors.joined import current_people
from debtors.models import Contact
from notices.models import Assignment, Experiment, Letter, PrintRun, ReturnedLetter, Seal
from notices.rules.experiments import Answer
from notices.services.mailings import ARRIVAL
from toyota_collect.dated import value_on

SENT = (Letter.State.POSTED, Letter.State.RETURNED)
NOT_THEIRS = (Receipt.Channel.SEIZURE, Receipt.Channel.LAWYERS)  # money that nobody brought because of a letter
TALKED = (Contact.Outcome.TALKED, Contact.Outcome.PROMISED)
UNDONE = (Plan.Closed.DISCARDED, Plan.Closed.CANCELLED)


@dataclass(frozen=True)
class Posted:
    """A letter of the comparison that was sent; the days are of its own envelope."""

    letter: int
    person: int
    unit: str
    arm: int
    posted_on: date
    arrived_on: date  # presumed


def arrivals(experiments: Iterable[Experiment]) -> dict[int, date]:
    """By run, the day on which its letters are presumed to have arrived; runs not posted are left out."""
    posted_on = _posted_on([one.run_id for one in experiments if one.run.state == PrintRun.State.POSTED])
    arrived_on = {on: _arrival(on) for on in set(posted_on.values())}
    return {run: arrived_on[on] for run, on in posted_on.items()}


def answers(experiment: Experiment, *, today: date) -> list[Answer]:
    """What came of every letter that was sent and drawn, up to today. The number of queries does not depend on the letters.

    What was taken back does not count: a payment reversed whenever, a plan discarded or cancelled within the time.
    """
    letters = {one.letter: one for one in _posted(experiment)}
    horizons = (experiment.primary_days, experiment.secondary_days)
    if not letters:
        return []
    first = min(one.posted_on for one in letters.values())
    last = min(max(one.arrived_on for one in letters.values()) + timedelta(days=max(horizons)), today)
    yen: dict[int, Counter[int]] = defaultdict(Counter)
    days: dict[int, list[int]] = defaultdict(list)
    for letter, on, amount in _payments(experiment, first, last):
        one = letters.get(letter)
        if one is None or on <= one.posted_on:
            continue
        after = (on - one.arrived_on).days
        days[letter].append(after)
        for horizon in horizons:
            if after <= horizon:
                yen[letter][horizon] -= amount
    for letter, on in [*_plans(experiment, first, last), *_contacts(list(letters.values()), first, last)]:
        if letter in letters and on > letters[letter].posted_on:
            days[letter].append((on - letters[letter].arrived_on).days)
    returned = set(ReturnedLetter.objects.filter(letter__in=letters).values_list("letter_id", flat=True))
    return [
        Answer(
            unit=one.unit,
            arm=one.arm,
            day=min(days[pk], default=None),
            yen={horizon: yen[pk][horizon] for horizon in horizons},
            returned=pk in returned,
        )
        for pk, one in letters.items()
    ]


def standing(experiment: Experiment) -> dict[str, Any]:
    """How many letters were drawn for each text, how many of them were sent, and who is outside for which reason."""
    rows = Assignment.objects.filter(letter__run=experiment.run_id)
    drawn = rows.filter(arm__isnull=False).order_by().values_list("arm__place")
    counted = drawn.annotate(
        all=Count("pk"),
        sent=Count("pk", filter=Q(letter__state__in=SENT)),
        pulled=Count("pk", filter=Q(letter__state=Letter.State.PULLED)),
        failed=Count("pk", filter=Q(letter__state=Letter.State.FAILED)),
    )
    outside = dict(rows.exclude(outside="").order_by().values_list("outside").annotate(Count("pk")))
    names = ("drawn", "sent", "pulled", "failed")
    return {
        "arms": {place: dict(zip(names, figures, strict=True)) for place, *figures in counted},
        "outside": [
            (str(Assignment.Outside(code).label), outside[code])
            for code in Assignment.Outside.values
            if code in outside
        ],
        "outside_total": sum(outside.values()),
    }


def _posted(experiment: Experiment) -> Iterator[Posted]:
    rows = Assignment.objects.filter(arm__experiment=experiment, letter__state__in=SENT).order_by("letter__serial")
    columns = ("letter", "letter__person", "unit", "arm__place", "letter__travels_with__run")
    found = list(rows.values_list(*columns))
    posted_on = _posted_on({experiment.run_id, *(in_run for *_, in_run in found if in_run)})
    arrived_on = {on: _arrival(on) for on in set(posted_on.values())}
    for letter, person, unit, arm, in_run in found:
        on = posted_on[in_run or experiment.run_id]
        yield Posted(letter, person, unit, arm, on, arrived_on[on])


def _arrival(posted_on: date) -> date:
    return posted_on + timedelta(days=value_on(ARRIVAL, posted_on))


def _posted_on(runs: Any) -> dict[int, date]:
    seals = Seal.objects.filter(run__in=runs, broken_at=None, posted_on__isnull=False)
    return dict(seals.values_list("run_id", "posted_on"))


def _payments(experiment: Experiment, first: date, last: date) -> Any:
    entries = Entry.objects.filter(
        claim__in_letters__letter__assignment__arm__experiment=experiment,
        kind=Entry.Kind.RECEIPT,
        on__gt=first,
        on__lte=last,
        reversed_by=None,
    ).exclude(receipt__channel__in=NOT_THEIRS)
    return entries.order_by().values_list("claim__in_letters__letter", "on", "amount_yen")


def _plans(experiment: Experiment, first: date, last: date) -> Any:
    made = PlanClaim.objects.filter(
        claim__in_letters__letter__assignment__arm__experiment=experiment,
        plan__signed_on__gt=first,
        plan__signed_on__lte=last,
    ).exclude(plan__closed_as__in=UNDONE, plan__closed_on__lte=last)
    return made.order_by().values_list("claim__in_letters__letter", "plan__signed_on").distinct()


def _contacts(letters: list[Posted], first: date, last: date) -> Iterator[tuple[int, date]]:
    """Talks by telephone, at the counter or in writing; a visit is the city's own act."""
    now = current_people({one.person for one in letters})
    of_person: dict[int, list[int]] = defaultdict(list)
    for one in letters:
        of_person[now[one.person]].append(one.letter)
    talks = (
        Contact.objects.in_force()
        .filter(person__in={*now, *now.values()}, outcome__in=TALKED, on__gt=first, on__lte=last)
        .exclude(channel=Contact.Channel.VISIT)
    )
    for person, on in talks.order_by().values_list("person", "on").distinct():
        for letter in of_person[now.get(person, person)]:
            yield letter, on
