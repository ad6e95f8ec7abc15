"""What the welfare and school sections know of a household: 生活保護, 就学援助, 児童扶養手当.

Drawn from the hidden lives, with noise both ways: not all who could receive a support ask for it, it starts late, and
many receive one who are in no hardship at all. The signals' rules are nowhere looked at.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from claims.demo.life import TODAY, Debtor
from claims.demo.people import Person
from claims.demo.systems_services import CHILD_SUPPORT, PROTECTION, SCHOOL_AID
from claims.demo.tables import Table

# Chances that a household receives the support: after a hardship began; else, for a lone parent; else.
SCHOOL_AID_SHARES = (0.55, 0.40, 0.07)
CHILD_SUPPORT_SHARES = (0.75, 0.55)  # lone parents only: after a hardship began; else
FORMER_PROTECTION_SHARE = 0.004  # years ago, of those in no hardship now
LATE_PROTECTION_SHARE = 0.06  # of other hardships, some end in 生活保護
TOLD_SHARE = 0.92  # of all rows: a few never reach the collectors


@dataclass(frozen=True, slots=True)
class Support:
    """A support from its first day to the day it ended (None: it goes on)."""

    table: Table
    person: Person
    started_on: date
    stopped_on: date | None = None


def supports_of(rng: random.Random, debtor: Debtor) -> Iterator[Support]:
    """The supports of a debtor's household that its sections send, by the day's end."""
    if not debtor.person.in_register or debtor.person.born is None:
        return
    for one in _all(rng, debtor):
        if rng.random() < TOLD_SHARE and one.started_on <= TODAY:
            yield one


def _all(rng: random.Random, debtor: Debtor) -> Iterator[Support]:
    yield from _protection(rng, debtor)
    alone = debtor.household.shape == "single_parent"
    since = debtor.hardship.since if debtor.hardship else None
    if any(6 <= child.age(TODAY) <= 15 for child in debtor.children):
        hard, lone, others = SCHOOL_AID_SHARES
        if rng.random() < (hard if since else lone if alone else others):
            yield Support(SCHOOL_AID, debtor.person, _some_time(rng, since))
    if alone and debtor.children:
        hard, others = CHILD_SUPPORT_SHARES
        if rng.random() < (hard if since else others):
            yield Support(CHILD_SUPPORT, debtor.person, _some_time(rng, since))


def _protection(rng: random.Random, debtor: Debtor) -> Iterator[Support]:
    hard = debtor.hardship
    if hard is None:
        if rng.random() < FORMER_PROTECTION_SHARE:
            start = date(2019, 4, 1) + timedelta(days=rng.randrange(900))
            yield Support(PROTECTION, debtor.person, start, start + timedelta(days=rng.randint(200, 900)))
    elif hard.event == "welfare_stop":
        yield Support(PROTECTION, debtor.person, hard.since - timedelta(days=rng.randint(300, 1400)), hard.since)
    elif hard.event == "welfare_start":
        yield Support(PROTECTION, debtor.person, hard.since + timedelta(days=rng.randint(0, 60)))
    elif rng.random() < LATE_PROTECTION_SHARE:
        yield Support(PROTECTION, debtor.person, hard.since + timedelta(days=rng.randint(120, 500)))


def _some_time(rng: random.Random, since: date | None) -> date:
    """Weeks to a year after the hardship began; else the first of some April."""
    if since is None:
        return date(rng.randint(2021, 2026), 4, 1)
    return since + timedelta(days=rng.randint(20, 365))
