"""後回し: a person is left out of my day for a named reason until a named day, and taken up again before it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from debtors.day_page import facts_of, rules_on
from debtors.models import Person, Postponement
from debtors.rules.next_action import Advice, advise
from debtors.rules.postponing import Limit, digests, has_news, limit_of
from toyota_collect import audit
from toyota_collect.calendar import is_business_day
from toyota_collect.dated import value_on
from toyota_collect.models import Holiday
from toyota_collect.registry import Fact
from toyota_collect.wareki import long_text

WORKING_DAYS = "day.postpone_working_days"


class PostponingRefused(Exception):
    """The row cannot wait, or not as long; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Row:
    """A person as the day knows them, how long they may wait, and what they waited for before without anything new."""

    advice: Advice
    facts: Sequence[Fact]
    limit: Limit
    before: Postponement | None
    holidays: Collection[date]


def row_of(person: Person, user: Any, *, on: date) -> Row:
    """What is to be known before the person is put off."""
    facts = facts_of([person.pk], user, on=on)[person.pk]
    advice = advise(rules_on(on), facts, on=on)
    latest = Postponement.objects.filter(person=person).order_by("-pk").first()
    before = latest if latest and not has_news(latest.known, facts, advice) else None
    days = int(value_on(WORKING_DAYS, on))
    counted_from = before.counted_from if before else on
    holidays = _holidays(counted_from, days)
    limit = limit_of(facts, on=on, counted_from=counted_from, working_days=days, holidays=holidays)
    return Row(advice, facts, limit, before, holidays)


@transaction.atomic
def postpone(
    *, person_id: int, until: date, reason: str, on: date, by: Any, text: str = "", token: UUID | None = None
) -> Postponement:
    """Leave the person out of my day until ``until``, when they are back. One that runs is ended by it.

    ``token``: of the form; what was written with it already is returned, and nothing is written again.

    Raises:
        Person.DoesNotExist: no such person.
        PostponingRefused: nothing is to be done today, a deadline has come, or the day is none on which
            somebody works, or too late.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if token and (written := Postponement.objects.filter(token=token, person=person).first()):
        return written
    row = row_of(person, by, on=on)
    if not row.advice.in_day:
        raise PostponingRefused("本日の業務に出ていない人です。すでに済んだか、ほかの職員が経過を記録しています。")
    if row.limit.day is None:
        raise PostponingRefused(row.limit.why)
    if not on < until <= row.limit.day:
        raise PostponingRefused(f"戻る日は、明日から{long_text(row.limit.day)}までの日にしてください。{row.limit.why}")
    if not is_business_day(until, row.holidays):
        raise PostponingRefused(f"{long_text(until)}は閉庁日です。戻る日は、開庁日にしてください。")
    for running in person.postponements.filter(ended_at=None):
        take_up(postponement_id=running.pk, by=by)
    made = Postponement.objects.create(
        person=person,
        on=on,
        until=until,
        reason=reason,
        text=text.strip(),
        counted_from=row.before.counted_from if row.before else on,
        times=row.before.times + 1 if row.before else 1,
        known=sorted(digests(row.facts, row.advice)),
        token=token,
        by=by,
    )
    detail = {"person": person.number, "until": until.isoformat(), "reason": reason, "times": made.times}
    audit.record(event="day.postponed", by=by, target=made, detail=detail)
    return made


@transaction.atomic
def take_up(*, postponement_id: int, by: Any) -> Postponement:
    """Bring the person back before the day; twice does no more than once.

    Raises:
        Postponement.DoesNotExist: no such postponement.
    """
    one = Postponement.objects.select_for_update(of=("self",)).select_related("person").get(pk=postponement_id)
    if one.ended_at is None:
        one.ended_at, one.ended_by = timezone.now(), by
        one.save()
        audit.record(event="day.taken_up", by=by, target=one, detail={"person": one.person.number})
    return one


def _holidays(first: date, working_days: int) -> frozenset[date]:
    """Those that can lie among so many working days, and some more."""
    last = first + timedelta(days=working_days * 3 + 30)
    return frozenset(Holiday.objects.filter(on__range=(first, last)).values_list("on", flat=True))
