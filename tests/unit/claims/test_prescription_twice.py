"""The clock and an independently written count of days agree on any chain; the order of entry never matters."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from claims.rules.prescription import Event, EventKind, PrescriptionTerms, Status, prescription
from tests.unit.claims.prescription_checker import chain, last_day

AS_OF = date(2026, 11, 20)
FEW, MANY = 3_000, 100_000


def clock(first, years, events, terms, as_of=AS_OF):
    return prescription(start_on=first, terms=PrescriptionTerms(years, **terms), events=events, as_of=as_of)


def differences(number, seed):
    """Chains on which the two disagree, and how often each kind of ending came up."""
    random, wrong, endings = Random(seed), [], Counter()
    for _ in range(number):
        first, years, events, terms = chain(random)
        late = max([first, *(event.on for event in events)]) + timedelta(days=1)
        result = clock(first, years, events, terms, late)
        mine = (result.last_day, result.status is Status.INVOKED)
        if mine != (theirs := last_day(first, years, events, **terms)):
            wrong.append((first, years, terms, sorted(events, key=lambda event: event.on), mine, theirs))
        endings["open" if mine[0] is None else "invoked" if mine[1] else "dated"] += 1
    return wrong, endings


def test_agree_on_random_chains():
    wrong, endings = differences(FEW, seed=4)
    assert wrong == []
    assert min(endings[name] for name in ("open", "invoked", "dated")) > FEW // 100


@pytest.mark.long
def test_agree_on_a_hundred_thousand_random_chains():
    wrong, _ = differences(MANY, seed=1896)
    assert wrong == []


def test_the_chains_hold_what_makes_clocks_difficult():
    """A generator that never makes the hard cases would prove nothing."""
    random, seen = Random(4), Counter()
    for _ in range(FEW):
        first, years, events, terms = chain(random)
        kinds = Counter(event.kind for event in events)
        reliefs = sorted((one.from_on, one.to_on) for one in events if one.kind is EventKind.DEFERRAL)
        steps = clock(first, years, events, terms).steps
        seen["leap"] += any((event.on.month, event.on.day) == (2, 29) for event in events)
        seen["overlap"] += any(a[1] >= b[0] for a, b in pairwise(reliefs))
        seen["double demand"] += kinds[EventKind.DEMAND] > 1
        seen["demand in grace"] += any("猶予の間の催告" in step.text for step in steps)
        seen["former law"] += any(event.on < date(2020, 4, 1) for event in events)
        seen["void"] += any("中断の効力が" in step.text for step in steps)
        seen["judgment"] += kinds[EventKind.JUDGMENT] > 0
        seen["seizure and 交付要求"] += bool(kinds[EventKind.SEIZURE] and kinds[EventKind.PARTICIPATION])
        seen["stop"] += kinds[EventKind.STOP] > 0
    assert len(seen) == 9
    assert min(seen.values()) > FEW // 100, seen


def test_the_order_of_entry_never_matters():
    random = Random(150)
    for _ in range(FEW):
        first, years, events, terms = chain(random)
        shuffled = random.sample(events, len(events))
        assert clock(first, years, events, terms) == clock(first, years, shuffled, terms), events


def test_an_acknowledgement_never_shortens():
    random = Random(152)
    for _ in range(FEW):
        first, years, events, terms = chain(random)
        more = [*events, Event(EventKind.ACKNOWLEDGEMENT, first + timedelta(days=random.randrange(2500)))]
        plain, longer = clock(first, years, events, terms).last_day, clock(first, years, more, terms).last_day
        assert longer is None or (plain is not None and plain <= longer), more
