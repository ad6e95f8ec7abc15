"""What the ledger says of promises: which were kept. A constant number of queries, however many people are asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Sum

from claims.models import Claim, Entry
from debtors.day_facts import latest_promises
from debtors.rules.promises import is_kept
from toyota_collect.registry import Fact


def kept_facts(claims: Any, people: Sequence[int], on: date) -> Iterator[tuple[int, Fact]]:
    """``kept`` for each person who did what they promised last."""
    promises = {person: given for person, *given in latest_promises(people, on)}
    if not promises:
        return
    paid = _paid(
        claims.filter(identity__person__any_of=list(promises)), since=min(day for day, *_ in promises.values())
    )
    for person, (day, promised_on, promised_yen) in promises.items():
        if is_kept(paid[person], given_on=day, promised_on=promised_on, promised_yen=promised_yen):
            yield person, Fact("kept", promised_on)


def was_kept(people: Sequence[int], *, given_on: date, promised_on: date, promised_yen: int | None) -> bool:
    """Whether money on the claims of these people, who are one human, kept a promise."""
    paid = _paid(Claim.objects.filter(identity__person__in=people), since=given_on)
    payments = [payment for of in paid.values() for payment in of]
    return is_kept(payments, given_on=given_on, promised_on=promised_on, promised_yen=promised_yen)


def _paid(claims: Any, *, since: date) -> dict[int, list[tuple[date, int]]]:
    """By person: the days on which money was paid and how much of it was booked on the claims; what was taken back is none."""
    receipts = Entry.objects.filter(
        claim__in=claims, kind=Entry.Kind.RECEIPT, receipt__paid_on__gt=since, reversed_by=None
    )
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    days = receipts.order_by().values_list("claim__identity__person", "receipt__paid_on")
    for person, day, yen in days.annotate(yen=-Sum("amount_yen")):
        found[person].append((day, yen))
    return found
