"""会計年度の締め: a frozen year takes no more entries; opening it again needs a decision."""

from datetime import date
from typing import Any

from django.db import transaction

from claims.models import FrozenYear
from toyota_collect import audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.models import Approval


class YearRefused(Exception):
    """The year cannot be frozen or opened; the message says why, in Japanese."""


@transaction.atomic
def freeze_year(*, year: int, on: date, by: Any) -> FrozenYear:
    """Freeze the fiscal year (4/1 to 3/31 of the next year) for entries. Raises ``YearRefused`` before it is over."""
    if fiscal_year(on) <= year:
        raise YearRefused("まだ終わっていない年度は締められません。")
    frozen, made = FrozenYear.objects.get_or_create(year=year, defaults={"frozen_on": on, "by": by})
    if made:
        audit.record(event="year.frozen", by=by, target=frozen, detail={"year": year})
    return frozen


@transaction.atomic
def reopen_year(*, year: int, decision: Approval, by: Any) -> None:
    """Open a frozen year again. Raises ``YearRefused`` without an approved decision or where it is not frozen."""
    if decision.decision != Approval.Decision.APPROVED:
        raise YearRefused("締めた年度を開くには、承認された決裁が要ります。")
    frozen = FrozenYear.objects.filter(year=year).first()
    if frozen is None:
        raise YearRefused("この年度は締めてありません。")
    audit.record(event="year.reopened", by=by, target=frozen, detail={"year": year, "decision": decision.pk})
    frozen.delete()
