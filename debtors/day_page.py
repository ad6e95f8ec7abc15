"""What my day (本日の業務) shows: the people of an officer for whom a rule fires, ranked, each with all its reasons.

First it is asked who has anything that begins a day's work, by questions an index answers; only the facts of these
people are read, each kind with one query. How many people there are changes no number of queries.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from debtors.addresses import PersonAddress
from debtors.models import Absence, Assignment, Contact, NextActionRule, Person, Postponement, WorkItem
from debtors.rules.next_action import Advice, Reason, Rule, advise, advise_each, span_of
from debtors.rules.postponing import has_news
from toyota_collect.dated import rows_on
from toyota_collect.held import once
from toyota_collect.lookups import Keys
from toyota_collect.models import User
from toyota_collect.registry import Fact, Span, registry

PILLS = (
    ("protected", "保護", "protect"),
    ("hardship", "生活", "living"),
    ("sign", "生活", "living"),
    ("sign_confirmed", "生活", "living"),
    ("support", "生活", "living"),
    ("held", "猶予", "hold"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the day. ``stands_for``: the absent officer, where it is another's."""

    person_id: int
    advice: Advice
    codes: frozenset[str]
    stands_for: User | None


@dataclass(frozen=True, slots=True)
class Day:
    """The ranked list, how many people the officer has, for whom the officer stands in, and who is put off (後回し)."""

    entries: tuple[Entry, ...]
    people: int
    covers: tuple[Absence, ...]
    away: Absence | None
    postponed: tuple[Postponement, ...]

    def counts(self) -> list[tuple[str, int]]:
        """Labels of today's reasons with the people they are said of, in the order of the table."""
        found: Counter[str] = Counter()
        places: dict[str, int] = {}
        for entry in self.entries:
            labels = {one.rule.label: one.rule.position for one in _todays(entry.advice)}
            found.update(labels.keys())
            for label, position in labels.items():
                places[label] = min(position, places.get(label, position))
        return [(label, found[label]) for label in sorted(places, key=lambda label: places[label])]

    def with_reason(self, label: str) -> list[Entry]:
        """The entries of which one of today's reasons has the label, or all."""
        if not label:
            return list(self.entries)
        return [entry for entry in self.entries if any(one.rule.label == label for one in _todays(entry.advice))]


def day_of(officer: Any, *, on: date) -> Day:
    """The day of an officer, with the people of those whom the officer stands in for."""
    covers = tuple(Absence.objects.on_day(on).filter(stand_in=officer).select_related("officer"))
    away = Absence.objects.on_day(on).filter(officer=officer).select_related("stand_in").first()
    absent = {cover.officer_id: cover.officer for cover in covers}
    rows = Assignment.objects.filter(officer__in=[officer.pk, *absent], person__withdrawn_at=None)
    owners = dict(rows.values_list("person", "officer"))
    assigned = Keys(owners)
    own_steps = WorkItem.objects.filter(owner__in=[officer.pk, *absent], closed_at=None, due_on__lte=on)
    own = set()
    for person, owner in own_steps.values_list("person", "owner"):
        owners.setdefault(person, owner)  # a step of one's own on somebody else's person
        own.add(person)
    rules = rules_on(on)
    found = _with_a_lead(assigned, rules, officer, on=on)
    people = sorted(owners if found is None else (found | own) & owners.keys())
    facts = facts_of(people, officer, on=on)
    entries = []
    for person, advice in advise_each(rules, facts, on=on):
        if advice.in_day:
            codes = frozenset(fact.code for fact in facts[person])
            entries.append(Entry(person, advice, codes, absent.get(owners[person])))
    entries.sort(key=lambda entry: (entry.advice.rank, entry.person_id))
    postponed = _postponed(entries, facts, on=on)
    left = tuple(entry for entry in entries if entry.person_id not in postponed)
    return Day(left, len(owners), covers, away, tuple(postponed.values()))


def advice_for(person: Person, user: Any, *, on: date) -> Advice:
    """What the rules say of one person."""
    return advise(rules_on(on), facts_of([person.pk], user, on=on)[person.pk], on=on)


def facts_of(people: Sequence[int], user: Any, *, on: date) -> dict[int, list[Fact]]:
    """What all apps know of the people, as far as the user may know it."""
    found: dict[int, list[Fact]] = defaultdict(list)
    if people:
        for source in registry.day_sources:
            for person, fact in source.read(people, user, on):
                found[person].append(fact)
    return found


def _postponed(entries: Sequence[Entry], facts: dict[int, list[Fact]], *, on: date) -> dict[int, Postponement]:
    """Who of them waits, those who come back first before the others. Anything new ends the waiting."""
    of = {entry.person_id: entry.advice for entry in entries}
    waiting = Postponement.objects.waiting(on=on).filter(person__in=list(of)).select_related("person", "by")
    return {one.person_id: one for one in waiting if not has_news(one.known, facts[one.person_id], of[one.person_id])}


def _with_a_lead(people: Keys, rules: Iterable[Rule], user: Any, *, on: date) -> set[int] | None:
    """Who of the people may be in the day at all, the only ones whose facts are read; None: that cannot be told.

    A day's work begins with a fact of a rule of the day. Most people have none on most days.
    """
    told = {code for source in registry.day_sources for code in source.codes}
    leads = {code: lead for source in registry.day_sources for code, lead in source.leads.items()}
    spans: dict[str, Span] = {}
    for rule in rules:
        if rule.in_day and rule.fact in told:
            first, last = span_of(rule, on)
            known = spans.get(rule.fact, (first, last))
            spans[rule.fact] = min(first, known[0]), max(last, known[1])
    if not spans.keys() <= leads.keys():
        return None
    return {person for code, span in spans.items() for person in leads[code](people, user, span)}


def rules_on(on: date) -> list[Rule]:
    """The table in force."""
    return [row.as_rule() for row in rows_on(NextActionRule, on)]


def rows_of(entries: Iterable[Entry], user: Any, *, first: int, on: date) -> list[dict[str, Any]]:
    """Lines of the list: names, sums and the address of the one next step."""
    shown = list(entries)
    ids = [entry.person_id for entry in shown]
    people = Person.objects.in_bulk(ids)
    sums: dict[int, dict[str, Any]] = defaultdict(dict)
    for source in registry.list_facts:
        for person, facts in source(ids, user, on).items():
            sums[person] |= facts
    return [
        {
            "place": place,
            "person": people[entry.person_id],
            "pills": _pills(entry.codes),
            "stands_for": entry.stands_for,
            "yen": sums[entry.person_id].get("outstanding_yen", 0),
            "prescribes_on": sums[entry.person_id].get("prescribes_on"),
            "todays": [one for one in entry.advice.others if one.rule.in_day],
            "known": [one for one in entry.advice.others if not one.rule.in_day],
            **advice_context(entry.advice, people[entry.person_id]),
        }
        for place, entry in enumerate(shown, first)
    ]


def advice_context(advice: Advice, person: Person) -> dict[str, Any]:
    """The recommended step with its address, the other reasons, and the day it is for."""
    lead = advice.recommended
    return {
        "lead": lead,
        "url": url_of(lead, person) if lead else "",
        "others": advice.others,
        "due_on": lead.fact.on if lead and lead.rule.fact in ("step", "review", "clock", "promise") else None,
    }


def url_of(reason: Reason, person: Person) -> str:
    """Where the step is done: the rule's own page of the person, or where the fact is dealt with."""
    if reason.fact.url and not reason.link:
        return reason.fact.url
    return _address(reason.link or "debtors:person").of(person.number)


@once
def _address(url_name: str) -> PersonAddress:
    return PersonAddress(url_name)


def done_today(officer: Any, *, on: date) -> dict[str, int]:
    """People whom the officer has written about today, and steps set done today."""
    contacts = Contact.objects.in_force().filter(by=officer, on=on).exclude(outcome=Contact.Outcome.SENT)
    closed = WorkItem.objects.filter(closed_by=officer, closed_at__date=on)
    written = list(contacts.order_by().values_list("person", flat=True))
    done = list(closed.order_by().values_list("person", flat=True))
    return {"people": len({*written, *done}), "contacts": len(written), "steps": len(done)}


def team() -> Any:
    """Officers who have people or a step: whose day a supervisor may look at."""
    holders = Assignment.objects.order_by().values("officer").distinct()
    return User.objects.filter(Q(pk__in=holders), is_active=True).order_by("username")


def _todays(advice: Advice) -> list[Reason]:
    return [one for one in advice.reasons if one.rule.in_day and one.step]


def _pills(codes: frozenset[str]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((label, kind) for code, label, kind in PILLS if code in codes))
