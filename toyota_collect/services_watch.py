"""What the auditor does with looks that somebody has to be asked about, and what a citizen is told of looks (開示請求)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from toyota_collect import audit
from toyota_collect.models import AccessLog, LookAlert
from toyota_collect.permissions import Purpose, Role
from toyota_collect.words_of_looks import words_of

# Looks of a job or of the one who audits are no use of the person's facts.
NOT_TOLD = {Role.AUDITOR, Role.SYSTEM}


class AlertRefused(Exception):
    """The alert cannot be closed so; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class ToldLook:
    """One line of the answer to a citizen: a day, an office, a purpose, what was seen, how often. No name of staff."""

    day: date
    office: str
    purpose: str
    what: str
    times: int


@transaction.atomic
def close(*, alert_id: int, answer: str, by: Any) -> LookAlert:
    """Write down what the person asked about it has said and what followed.

    Raises:
        LookAlert.DoesNotExist: no such alert.
        AlertRefused: closed already, about the one who closes it, or no answer.
    """
    alert = LookAlert.objects.select_for_update().get(pk=alert_id)
    if alert.closed_at:
        raise AlertRefused("この件は、すでに確かめられています。")
    if alert.user_id == by.pk:
        raise AlertRefused("自分の閲覧は、自分では確かめられません。")
    if not answer.strip():
        raise AlertRefused("本人に確かめた結果を書いてください。")
    alert.answer, alert.closed_by, alert.closed_at = answer.strip(), by, timezone.now()
    alert.save()
    audit.record(event="look_alert.closed", by=by, target=alert, detail={"kind": alert.kind})
    return alert


def told_looks(*, person_key: str, since: date, until: date) -> list[ToldLook]:
    """Every look at the person from ``since`` to ``until`` (both included), by day, office, purpose and kind of page."""
    rows = AccessLog.objects.filter(person_key=person_key, at__date__gte=since, at__date__lte=until)
    rows = rows.exclude(by__role__in=NOT_TOLD).select_related("by", "by__section").order_by("pk")
    counted = Counter[tuple[date, str, str, str]]()
    for row in rows.iterator():
        by: Any = row.by
        office = str(by.section or by.organisation or by.get_role_display())
        key = (timezone.localtime(row.at).date(), office, str(Purpose(row.purpose).label), words_of(row.action))
        counted[key] += 1
    return [ToldLook(*key, times) for key, times in counted.items()]
