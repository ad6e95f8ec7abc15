"""What the pages of the call queue show: the list in its order, and one call with what is said in it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count

from claims.models import Plan
from claims.promises import was_kept
from claims.services import call_queue
from claims.services.plan_standing import states_of
from claims.statement import statement_of
from debtors.joined import together
from debtors.models import Assignment, CallScript, CallTurn, Contact, OutcomeRule, Person
from debtors.rules.calling import CallFacts, situations
from debtors.services.assigning import officers_covered
from toyota_collect.dated import SettingMissing
from toyota_collect.money import yen_text
from toyota_collect.wareki import long_text

SHOWN = 15
# Who waits is not counted further: it is more than the house calls in weeks, and counting would grow with the city.
COUNTED = 5_000
State = CallTurn.State


def list_of(user: Any, *, on: date, now: datetime, own_first: bool) -> dict[str, Any]:
    """Context of the list: a constant number of queries, however long it is."""
    own_of = user if own_first else None
    held = call_queue.in_hand(on=on, now=now, by=user)
    turns = CallTurn.objects.filter(on=on)
    waiting = turns.filter(state=State.WAITING).order_by()[:COUNTED].count()
    begun = turns.exclude(state=State.WAITING).values_list("state", "skip_reason").annotate(Count("pk")).order_by()
    counts, skipped = Counter({State.WAITING.value: waiting}), Counter[str]()
    for state, reason, people in begun:
        counts[state] += people
        if state == State.SKIPPED:
            skipped[reason] += people
    try:
        closed = call_queue.why_closed(on=on, now=now)
        coming = call_queue.coming(on=on, now=now, limit=SHOWN, own_of=own_of)
    except SettingMissing as missing:
        closed, coming = str(missing), []
    later = turns.filter(state=State.AGAIN, not_before__gt=now).select_related("person")
    own = Assignment.objects.filter(
        person__in=[turn.person_id for turn in coming], officer__in=officers_covered(user, on=on)
    )
    owned = set(own.values_list("person", flat=True))
    return {
        "held": held,
        "own_first": own_first,
        "closed": closed,
        "coming": [{"turn": turn, "why": _why(turn, now=now), "own": turn.person_id in owned} for turn in coming],
        "later": later.order_by("not_before")[:SHOWN],
        "counts": {state.value: counts[state.value] for state in State},
        "waiting_unit": "人以上" if waiting == COUNTED else "人",
        "made": counts.total(),
        "skipped": sorted(skipped.items()),
        "on": on,
    }


def call_of(turn: CallTurn, user: Any, *, on: date) -> dict[str, Any]:
    """Context of one call. What is owed is worked out only once it is known who speaks."""
    facts, since = facts_of(turn.person, on=on)
    found = situations(facts)
    script = CallScript.objects.filter(situation=found[0].value).first()
    statement = statement_of(turn.person, user, on=on, only_open=True) if turn.checked_at else None
    amounts = {"{金額}": yen_text(statement.total.total_yen)} if statement else {}
    words = amounts | {
        "{市}": settings.CITY_NAME,
        "{職員}": str(user),
        "{氏名}": turn.person.name,
        "{約束の日}": long_text(facts.promised_on) if facts.promised_on else "",
        "{回数}": str(facts.plan_missed),
        "{文書の日}": long_text(facts.letter_on) if facts.letter_on else "",
        "{前回}": long_text(facts.spoken_on) if facts.spoken_on else "",
    }
    return {
        "turn": turn,
        "person": turn.person,
        "situation": found[0],
        "others": found[1:],
        "opening": _filled(script.opening, words) if script else "",
        "body": _filled(script.body, words) if script and statement else "",
        "statement": statement,
        "last": since[:3],
        "facts": [
            (code.value, code.label, _answer(turn.person, code))
            for code in Contact.Checked
            if code in call_queue.BY_PHONE
        ],
    }


def facts_of(person: Person, *, on: date) -> tuple[CallFacts, list[Contact]]:
    """What is known before the call, and the lines of the log that tell of it, the latest first."""
    people = together(person.pk)
    reached = set(OutcomeRule.objects.filter(reached=True).values_list("outcome", flat=True))
    lines = list(Contact.objects.in_force().filter(person__in=people, on__lte=on).select_related("by"))
    calls = [line for line in lines if line.channel == Contact.Channel.PHONE]
    spoken = _last(line.on for line in lines if line.outcome in reached)
    promise = next((line for line in lines if line.promised_on), None)
    if promise and any(line.on > promise.promised_on for line in lines if line.outcome in reached):
        promise = None  # it was spoken of since
    kept = promise is not None and was_kept(
        people, given_on=promise.on, promised_on=promise.promised_on, promised_yen=promise.promised_yen
    )
    plans = Plan.objects.filter(person__in=people, signed_on__isnull=False, closed_on=None)
    missed = sum(state.standing.missed for state in states_of(plans, on=on).values() if state.standing)
    facts = CallFacts(
        today=on,
        spoken_on=spoken,
        unanswered_on=_last(line.on for line in calls if line.outcome not in reached),
        promised_on=promise.promised_on if promise else None,
        promise_kept=kept,
        plan_missed=missed,
        letter_on=_last(line.on for line in lines if line.outcome == Contact.Outcome.SENT),
    )
    return facts, lines


def _last(days: Iterable[date]) -> date | None:
    return max(days, default=None)


def _why(turn: CallTurn, *, now: datetime) -> list[tuple[str, str]]:
    """Reasons of the place in the list, with their tones; sums are not among them before somebody is identified."""
    found = []
    if turn.clock_is_near:
        found.append(("時効が近い", "urgent"))
    if turn.best_hour is not None:
        found.append((f"{turn.best_hour}時台につながりやすい", ""))
    if turn.tries:
        found.append((f"かけ直し{turn.tries + 1}回目", "care"))
    return found or [("残額の順", "")]


def _answer(person: Person, code: Contact.Checked) -> str:
    """What the debtor should say, where this page knows it; the others are compared on the person's page."""
    if code == Contact.Checked.BIRTH:
        return long_text(person.birth_on) if person.birth_on else ""
    if code == Contact.Checked.ADDRESS:
        return person.address
    return {Contact.Checked.NUMBER: person.number}.get(code, "")


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text
