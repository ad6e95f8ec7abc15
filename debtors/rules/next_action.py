"""次の一手のすすめ: which rules fire for a person on a day, and which of them is the one to follow.

A pure function of the rules (dated data), the facts and the day. Every reason that fired is returned. Rules that soften
(支援措置, 猶予・保留, 生活のサイン …) set a ceiling: a reason above it stays visible, but its step gives way to its softened
step, or to none. They take the lead only where nothing else is left for the day, so they never raise a rank. An adverse act is never
more than asking for a decision.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from operator import itemgetter

from toyota_collect.money import yen_text
from toyota_collect.registry import Fact, Span
from toyota_collect.wareki import long_text

STEP = "step"  # the fact of an open next step
PLACEHOLDERS = ("text", "day", "left", "yen")
FAR = date.max


class When(StrEnum):
    """How the fact's day must lie to the day of the list; ``days`` limits the last two (0: no limit)."""

    ANY = "any"
    PAST = "past"  # before the day
    DUE = "due"  # the day itself, or before
    TODAY = "today"
    COMING = "coming"  # the day itself, or up to so many days later
    RECENT = "recent"  # the day itself, or up to so many days before


class Severity(IntEnum):
    """How far a step goes: to look and to offer help, to press the person, to ask for a decision on an adverse act."""

    LOOK = 1
    CONTACT = 2
    DECISION = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table. ``ceiling``: the severity it allows others (None: it does not soften).

    ``unless``: facts that silence it; ``unless_since``: facts that do if they came after what it tells of.
    ``link``: URL name with the person's number; "": where the fact is dealt with.
    """

    code: str
    position: int
    label: str
    tone: str
    fact: str
    when: When
    days: int
    least_yen: int
    unless: tuple[str, ...]
    unless_since: tuple[str, ...]
    severity: Severity
    ceiling: int | None
    in_day: bool
    reason: str
    step: str
    link: str
    softened_step: str
    softened_link: str
    source: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired for a fact; ``step`` is "" where the ceiling leaves none."""

    rule: Rule
    fact: Fact
    step: str
    link: str
    softened: bool
    on: date

    @property
    def text(self) -> str:
        """The reason in words: put together only for who is shown."""
        return in_words(self.rule.reason, self.fact, self.on)

    @property
    def severity(self) -> int:
        """Of the step that is left; 0: none."""
        if not self.step:
            return 0
        return Severity.LOOK if self.softened else self.rule.severity


@dataclass(frozen=True, slots=True)
class Advice:
    """All reasons in the order of the table, and the one whose step is recommended (None: nothing to do)."""

    reasons: tuple[Reason, ...]
    recommended: Reason | None
    ceiling: int | None

    @property
    def in_day(self) -> bool:
        """Whether it is one of today's tasks."""
        return self.recommended is not None and self.recommended.rule.in_day

    @property
    def others(self) -> tuple[Reason, ...]:
        return tuple(one for one in self.reasons if one is not self.recommended)

    @property
    def rank(self) -> tuple[bool, int, date, int]:
        """Smaller comes first: the table's order, then the earlier day, then more yen. What only softens comes last."""
        if self.recommended is None:
            return (True, 0, FAR, 0)
        rule, fact = self.recommended.rule, self.recommended.fact
        return (rule.ceiling is not None, rule.position, fact.on or FAR, -fact.yen)


def advise(rules: Iterable[Rule], facts: Iterable[Fact], *, on: date) -> Advice:
    """Return what to do next for a person with these facts on ``on``; the order of rules and facts says nothing."""
    return _advise(_Table(rules, on), facts)


def advise_each(
    rules: Iterable[Rule], facts: Mapping[int, Iterable[Fact]], *, on: date
) -> Iterator[tuple[int, Advice]]:
    """Yield what ``advise`` says of each person, by the facts of each, in the order given."""
    table = _Table(rules, on)
    for person, known in facts.items():
        yield person, _advise(table, known)


class _Table:
    """The rules of a day in their order, found by the fact they look at, each with the days of a fact it fires for."""

    def __init__(self, rules: Iterable[Rule], on: date) -> None:
        self.on = on
        self.about: dict[str, list[tuple[int, Rule, Span]]] = defaultdict(list)
        for place, rule in enumerate(sorted(rules, key=lambda rule: (rule.position, rule.code))):
            self.about[rule.fact].append((place, rule, span_of(rule, on)))


def _advise(table: _Table, facts: Iterable[Fact]) -> Advice:
    known = _once_a_matter(facts)
    codes = {fact.code for fact in known}
    fired = [
        (place, nth, rule, fact)
        for nth, fact in enumerate(known)
        for place, rule, span in table.about.get(fact.code, ())
        if _fires(rule, span, fact, known, codes)
    ]
    fired.sort(key=itemgetter(0, 1))
    ceiling = min((rule.ceiling for _, _, rule, _ in fired if rule.ceiling is not None), default=None)
    reasons = tuple(_reason(rule, fact, ceiling, table.on) for _, _, rule, fact in fired)
    open_ = [reason for reason in reasons if reason.step]
    # What is to be done today comes before what is only good to know; in both, what softens comes last.
    hard = [one for one in open_ if one.rule.ceiling is None]
    for lead in (
        [one for one in hard if one.rule.in_day],
        [one for one in open_ if one.rule.in_day],
        hard,
        open_,
    ):
        if lead:
            return Advice(reasons, lead[0], ceiling)
    return Advice(reasons, None, ceiling)


def time_left(day: date, on: date) -> str:
    """``あと6日``, ``本日まで``, ``3日超過``."""
    days = (day - on).days
    if days == 0:
        return "本日まで"
    return f"あと{days}日" if days > 0 else f"{-days}日超過"


def _once_a_matter(facts: Iterable[Fact]) -> Sequence[Fact]:
    """Facts in one order, the nearest day first, without steps on a matter of which another fact tells."""
    given = sorted(set(facts), key=lambda one: (one.code, one.on or FAR, -one.yen, one.text, one.url, one.about))
    told = {one.about for one in given if one.about and one.code != STEP}
    return [one for one in given if one.code != STEP or one.about not in told]


def _fires(rule: Rule, span: Span, fact: Fact, facts: Sequence[Fact], codes: set[str]) -> bool:
    if fact.yen < rule.least_yen or not codes.isdisjoint(rule.unless):
        return False
    since = fact.since or fact.on
    if rule.unless_since and any(
        one.code in rule.unless_since and (since is None or (one.on or FAR) >= since) for one in facts
    ):
        return False
    return rule.when is When.ANY or (fact.on is not None and span[0] <= fact.on <= span[1])


def span_of(rule: Rule, on: date) -> Span:
    """The first and the last day about which the rule's fact can be for it to fire on ``on``."""
    days = timedelta(days=rule.days)
    return {
        When.ANY: (date.min, date.max),
        When.PAST: (date.min, on - timedelta(days=1)),
        When.DUE: (date.min, on),
        When.TODAY: (on, on),
        When.COMING: (on, on + days if rule.days else date.max),
        When.RECENT: (on - days if rule.days else date.min, on),
    }[rule.when]


def _reason(rule: Rule, fact: Fact, ceiling: int | None, on: date) -> Reason:
    held_back = ceiling is not None and rule.severity > ceiling
    return Reason(
        rule,
        fact,
        rule.softened_step if held_back else rule.step,
        rule.softened_link if held_back else rule.link,
        held_back,
        on,
    )


def in_words(pattern: str, fact: Fact, on: date) -> str:
    """The reason with what is known in its places: {text}, {day}, {left}, {yen}."""
    places = {
        "text": fact.text,
        "day": long_text(fact.on) if fact.on else "",
        "left": time_left(fact.on, on) if fact.on else "",
        "yen": yen_text(fact.yen),
    }
    for name in PLACEHOLDERS:
        pattern = pattern.replace("{" + name + "}", places[name])
    return pattern


def day_after(day: date) -> date:
    """From when on something counts as an answer to what was said on ``day``."""
    return day + timedelta(days=1)
