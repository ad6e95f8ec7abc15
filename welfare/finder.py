"""The finder: who of those who owe may be in hardship. It reads, weighs and keeps flags; people decide."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from toyota_collect import audit
from toyota_collect.dated import rows_on, value_on
from welfare.facts import facts_of
from welfare.models import HardshipFlag, SignalRule
from welfare.rules.signals import Facts, Finding, Near, Rule, find, why_not

FINDER = "hardship.finder"
PAGE = 2_000
FLAG_LOCK = "SELECT pg_advisory_xact_lock(4710061)"  # one run at a time
Findings = dict[int, Finding]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a run did with the flags."""

    opened: int
    kept: int
    gone: int


def rules_on(on: date) -> list[Rule]:
    """The table in force."""
    return [row.as_rule() for row in rows_on(SignalRule, on)]


def findings(
    people: Collection[int] | None = None, *, on: date, rules: list[Rule] | None = None, threshold: int | None = None
) -> Findings:
    """Weigh the people, or everybody who owes something overdue; ``rules`` and ``threshold``: others than those in force."""
    rules = rules_on(on) if rules is None else rules
    threshold = int(value_on(FINDER, on)["threshold"]) if threshold is None else threshold
    return {person: find(rules, facts, on=on, threshold=threshold) for person, facts in facts_of(people, on=on).items()}


def explain(person_id: int, *, on: date) -> tuple[Finding, tuple[Near, ...]] | None:
    """What speaks for and against one person, and what was missing for the rules that did not fire; None: owes nothing."""
    known: Mapping[int, Facts] = facts_of([person_id], on=on)
    if person_id not in known:
        return None
    rules, threshold = rules_on(on), int(value_on(FINDER, on)["threshold"])
    return find(rules, known[person_id], on=on, threshold=threshold), why_not(rules, known[person_id], on=on)


@transaction.atomic
def refresh_flags(*, on: date, by: Any) -> Refreshed:
    """Flag whom the rules find today, renew what speaks for open flags, and end open ones that no longer hold.

    What somebody decided stays: whoever was confirmed or rejected is flagged anew only from the day set then. Safe to
    run again: the same day gives the same flags.
    """
    with connection.cursor() as cursor:
        cursor.execute(FLAG_LOCK)
    found = {person: one for person, one in findings(on=on).items() if one.flagged}
    waiting = {flag.person_id: flag for flag in HardshipFlag.objects.waiting().select_for_update()}
    rests = Q(state__in=["confirmed", "rejected"], come_back_on__gt=on)
    settled = set(HardshipFlag.objects.filter(rests).values_list("person_id", flat=True))
    new = [_flag(person, one, on) for person, one in found.items() if person not in waiting and person not in settled]
    kept = [_renewed(flag, found[person], on) for person, flag in waiting.items() if person in found]
    gone = [flag for person, flag in waiting.items() if person not in found]
    for flag in gone:
        flag.state, flag.ended_on, flag.come_back_on = HardshipFlag.State.GONE, on, None
    HardshipFlag.objects.bulk_create(new, batch_size=PAGE)
    renewed = ["seen_on", "score", "threshold", "silent", "signs", "counters"]
    HardshipFlag.objects.bulk_update(kept, renewed, batch_size=PAGE)
    HardshipFlag.objects.bulk_update(gone, ["state", "ended_on", "come_back_on"], batch_size=PAGE)
    done = Refreshed(len(new), len(kept), len(gone))
    audit.record(event="signals.refreshed", by=by, key=on.isoformat(), detail=asdict(done))
    return done


def _flag(person: int, found: Finding, on: date) -> HardshipFlag:
    return _renewed(HardshipFlag(person_id=person, found_on=on), found, on)


def _renewed(flag: HardshipFlag, found: Finding, on: date) -> HardshipFlag:
    flag.seen_on, flag.score, flag.threshold, flag.silent = on, found.score, found.threshold, found.silent
    flag.signs = [asdict(sign) for sign in found.signs]
    flag.counters = [asdict(sign) for sign in found.counters]
    return flag


def flagged(found: Findings) -> Iterator[int]:
    """Who of them is to be looked at."""
    return (person for person, one in found.items() if one.flagged)
