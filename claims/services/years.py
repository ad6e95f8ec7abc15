"""会計年度の締め: a frozen year takes no more entries; opening it again needs a decision."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from claims.models import FrozenYear
from claims.models.ledger import SEAL_LOCK
from toyota_collect import audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.models import Approval, AuditEvent

SUBJECT = "claims.frozen_year"


class YearRefused(Exception):
    """The year cannot be frozen or opened; the message says why, in Japanese."""


@transaction.atomic
def freeze_year(*, year: int, on: date, by: Any) -> FrozenYear:
    """Freeze the fiscal year (4/1 to 3/31 of the next year) for entries. Raises ``YearRefused`` before it is over."""
    if fiscal_year(on) <= year:
        raise YearRefused("まだ終わっていない年度は締められません。")
    with connection.cursor() as cursor:  # who is writing ends first; who comes later sees the year frozen
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    frozen, made = FrozenYear.objects.get_or_create(year=year, defaults={"frozen_on": on, "by": by})
    if made:
        audit.record(event="year.frozen", by=by, target=frozen, detail={"year": year})
    return frozen


@transaction.atomic
def reopen_year(*, year: int, decision: Approval, by: Any) -> None:
    """Open a frozen year again.

    Raises:
        YearRefused: it is not frozen, or the decision is not approved, is about something else, or has opened the
            year before.
    """
    about = (decision.subject_type, decision.subject_key) == (SUBJECT, str(year))
    if decision.decision != Approval.Decision.APPROVED or not about:
        raise YearRefused("締めた年度を開くには、その年度について承認された決裁が要ります。")
    if AuditEvent.objects.filter(event="year.reopened", detail__decision=decision.pk).exists():
        raise YearRefused("この決裁では、すでに一度年度を開きました。もう一度開くには、新しい決裁が要ります。")
    frozen = FrozenYear.objects.select_for_update().filter(year=year).first()
    if frozen is None:
        raise YearRefused("この年度は締めてありません。")
    audit.record(event="year.reopened", by=by, target=frozen, detail={"year": year, "decision": decision.pk})
    frozen.delete()
