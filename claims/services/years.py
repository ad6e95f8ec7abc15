"""会計年度の締め: a frozen year takes no more entries and carries over what is unpaid; opening it again needs a decision."""

from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.urls import reverse

from claims.models import Entry, FrozenYear
from claims.models.ledger import SEAL_LOCK
from toyota_collect import approvals, audit
from toyota_collect.dated import value_or
from toyota_collect.models import Approval, AuditEvent
from toyota_collect.wareki import fiscal_year_text, long_text

SUBJECT = "claims.frozen_year"
CLOSES_ON = "year.closes_on"


class YearRefused(Exception):
    """The year cannot be frozen or opened; the message says why, in Japanese."""


@transaction.atomic
def freeze_year(*, year: int, on: date, by: Any) -> FrozenYear:
    """Freeze the fiscal year (4/1 to 3/31 of the next year) for entries, and write down what it carries over.

    Raises:
        YearRefused: its 出納閉鎖 (地方自治法235条の5) is not over.
    """
    if on <= closes_on(year):
        raise YearRefused(f"{fiscal_year_text(year)}は、出納閉鎖（{long_text(closes_on(year))}）のあとに締めます。")
    with connection.cursor() as cursor:  # who is writing ends first; who comes later sees the year frozen
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    known = FrozenYear.objects.filter(year=year).first()
    if known:
        return known
    carried = carried_over(year)
    frozen = FrozenYear.objects.create(
        year=year, frozen_on=on, by=by, carried_count=carried.claims, carried_yen=carried.yen
    )
    audit.record(event="year.frozen", by=by, target=frozen, detail={"year": year} | carried._asdict())
    return frozen


class Carried(NamedTuple):
    """What a fiscal year hands on to the next: claims with something unpaid, and their booked yen."""

    claims: int
    yen: int


def closes_on(year: int) -> date:
    """The last day on which money is booked to the fiscal year (出納閉鎖), by the setting in force at its end."""
    day = value_or(CLOSES_ON, date(year + 1, 3, 31), {"month": 5, "day": 31})
    return date(year + 1, day["month"], day["day"])


def carried_over(year: int) -> Carried:
    """Unpaid balances of the entries of the year and all before it (翌年度への繰越)."""
    of_year = Q(accounting_year__lte=year) | Q(accounting_year=None, on__lt=date(year + 1, 4, 1))
    owed = Entry.objects.filter(of_year, claim__isnull=False).order_by().values("claim").annotate(yen=Sum("amount_yen"))
    found = owed.filter(yen__gt=0).aggregate(claims=Count("claim"), total=Sum("yen", default=0))
    return Carried(found["claims"], found["total"])


@transaction.atomic
def ask_to_reopen(*, year: int, reason: str, by: Any) -> Approval:
    """Ask for the decision to open a frozen year again.

    Raises:
        YearRefused: it is not frozen, no reason is given, or this is being decided already.
    """
    frozen = FrozenYear.objects.filter(year=year).first()
    if frozen is None:
        raise YearRefused("この年度は締めてありません。")
    if not reason.strip():
        raise YearRefused("開く理由を書いてください。")
    try:
        return approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(year),
            subject_url=reverse("claims:years"),
            title=f"締めた会計年度を開く（{fiscal_year_text(year)}）",
            amount_yen=frozen.carried_yen,
            reason=reason.strip(),
            evidence={
                "会計年度": fiscal_year_text(year),
                "締めた日": frozen.frozen_on.isoformat(),
                "繰り越した期別": frozen.carried_count or 0,
                "繰り越した額（円）": frozen.carried_yen or 0,
                "開いたあと": "この年度に記帳できるようになります。直したら、もう一度締めてください",
            },
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise YearRefused(str(refused)) from refused


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
