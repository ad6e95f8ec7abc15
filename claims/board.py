"""Figures of the supervisor's board: one aggregate each, counted by the database, never by the page."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Case, CharField, Count, Q, Sum, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from claims.models import Claim, ClaimGroup, Entry, ImportFile
from debtors.models import SourceIdentity, WorkItem
from toyota_collect.calendar import first_of_month, last_day_after, years_before
from toyota_collect.models import Approval
from toyota_collect.wareki import short_text

AGES = [
    ("0", "1年未満", 0),
    ("1", "1〜2年", 1),
    ("2", "2〜3年", 2),
    ("3", "3〜4年", 3),
    ("4", "4〜5年", 4),
    ("5", "5年以上", 5),
]
CLOCK_MONTHS = (1, 3, 6, 12)
MONTHS = 13
KEEP_SECONDS = 600  # twice as long as it is until the job counts anew


def counted(*, on: date, anew: bool = False) -> dict[str, Any]:
    """The heavy figures with the moment they were counted (``counted_at``), which the page says; kept for everybody.

    A job counts ``anew`` before they are forgotten, so that nobody waits for it.
    """
    key = f"claims.board.{on.isoformat()}"
    if anew or (found := cache.get(key)) is None:
        rows = owed(on=on)
        found = {
            "counted_at": timezone.now(),
            "kinds": by_kind(rows),
            "groups": by_group(rows),
            "ages": by_age(rows),
            "months": collected_by_month(on=on),
            "clocks": clocks(on=on),
            "people": people_owing(on=on),
            "instalments": sum(row["instalments"] for row in rows),
            "yen": sum(row["yen"] for row in rows),
        }
        cache.set(key, found, KEEP_SECONDS)
    return found


def owed(*, on: date) -> list[dict[str, Any]]:
    """Overdue, living claims by kind and by whole years since they fell due (``age``: a code of ``AGES``).

    One pass over the ledger: ``instalments``, ``yen``, and ``fresh_yen``, the part of this fiscal year's levy.
    """
    year = on.year if on.month >= 4 else on.year - 1
    edges = [When(due_on__gt=years_before(on, years + 1), then=Value(code)) for code, _, years in AGES[:-1]]
    claims = Claim.objects.overdue(on=on).alive(on=on).with_total()
    rows = (
        claims.order_by()
        .values(
            "kind__group",
            "kind__short_name",
            "kind__position",
            age=Case(*edges, default=Value(AGES[-1][0]), output_field=CharField()),
        )
        .annotate(
            instalments=Count("pk"),
            yen=Sum("booked_yen"),
            fresh_yen=Sum("booked_yen", filter=Q(levy_year__gte=year), default=0),
        )
    )
    return sorted(rows, key=lambda row: row["kind__position"])


def by_kind(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of :func:`owed` by kind, in the kinds' own order."""
    return [{"name": name} | sums for name, sums in _sums(rows, "kind__short_name").items()]


def by_group(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of :func:`owed` by group, in the order of letters and screens; groups that owe nothing are left out."""
    sums = _sums(rows, "kind__group")
    return [
        {"name": label, "old_millions": millions(one["yen"] - one["fresh_yen"])}
        | one
        | {"fresh_millions": millions(one["fresh_yen"])}
        for label, one in ((label, sums.get(code)) for code, label in ClaimGroup.choices)
        if one
    ]


def by_age(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of :func:`owed` by age, the youngest first; an age nobody is of is 0."""
    sums = _sums(rows, "age")
    none = {"instalments": 0, "yen": 0, "fresh_yen": 0}
    found = [{"name": name} | sums.get(code, none) for code, name, _ in AGES]
    return [row | {"millions": millions(row["yen"])} for row in found]


def _sums(rows: Iterable[dict[str, Any]], by: str) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for row in rows:
        one = sums.setdefault(row[by], {"instalments": 0, "yen": 0, "fresh_yen": 0})
        for name in one:
            one[name] += row[name]
    return sums


def collected_by_month(*, on: date) -> list[dict[str, Any]]:
    """Money of the last 13 months by the day it was paid (領収日), bounced money taken off; in yen."""
    months = [first_of_month(on, -back) for back in range(MONTHS - 1, -1, -1)]
    found = {month: {"yen": 0, "principal_yen": 0} for month in months}
    principal = Q(component=Entry.Component.PRINCIPAL)
    span = Entry.objects.filter(on__gte=months[0], on__lte=on).order_by()
    # Two questions, each answered from an index of its own.
    money = span.filter(kind=Entry.Kind.RECEIPT)
    bounced = span.filter(reverses__isnull=False, kind=Entry.Kind.REVERSAL, reverses__kind=Entry.Kind.RECEIPT)
    for rows in (money, bounced):
        sums = rows.values(month=TruncMonth("on")).annotate(
            yen=-Sum("amount_yen"), principal_yen=-Sum("amount_yen", filter=principal, default=0)
        )
        for row in sums:
            month = found[row.pop("month")]
            for name, yen in row.items():
                month[name] += yen
    return [{"name": _month_text(m), "millions": millions(sums["yen"])} | sums for m, sums in found.items()]


def clocks(*, on: date) -> list[dict[str, Any]]:
    """Claims whose last day lies within 1, 3, 6 and 12 months: instalments and yen."""
    limits = {months: last_day_after(on, months=months) for months in CLOCK_MONTHS}
    sums: dict[str, Any] = {}
    for months, limit in limits.items():
        sums[f"count_{months}"] = Count("pk", filter=Q(prescribes_on__lte=limit))
        sums[f"yen_{months}"] = Sum("principal_yen", filter=Q(prescribes_on__lte=limit), default=0)
    living = Claim.objects.filter(
        principal_yen__gt=0, prescribes_on__gte=on, prescribes_on__lte=limits[12], due_on__lt=on
    )
    found = living.aggregate(**sums)
    return [{"months": m, "instalments": found[f"count_{m}"], "yen": found[f"yen_{m}"]} for m in CLOCK_MONTHS]


def people_owing(*, on: date) -> int:
    """People with something overdue and living."""
    owing = Claim.objects.overdue(on=on).alive(on=on).order_by().values("identity")
    return SourceIdentity.objects.filter(pk__in=owing).aggregate(people=Count("person", distinct=True))["people"]


def work_overdue(*, on: date) -> int:
    return WorkItem.objects.filter(closed_at=None, due_on__lt=on).count()


def approvals_waiting() -> int:
    return Approval.objects.filter(decision="").count()


def latest_files() -> list[dict[str, Any]]:
    """Each source system with its latest files: the state that most needs a look, rows read and refused."""
    files = ImportFile.objects.order_by("layout", "-pk").distinct("layout").select_related("source")
    sources: dict[str, dict[str, Any]] = {}
    for file in sorted(files, key=lambda file: (file.source.rank if file.source else 0, file.layout)):
        name = file.source.name if file.source else file.name
        empty = {"name": name, "rows": 0, "rejected": 0, "files": 0, "stuck": None, "at": file.at}
        row = sources.setdefault(name, empty)
        row["rows"] += file.rows
        row["rejected"] += file.rejected
        row["files"] += 1
        row["at"] = max(row["at"], file.at)
        if file.status in ImportFile.TROUBLED:
            row["stuck"] = file
    return list(sources.values())


def millions(yen: int) -> str:
    """Millions of yen with one decimal, cut: 12_345_678 → ``12.3``; for charts only."""
    tenths = abs(yen) // 100_000
    return f"{'−' if yen < 0 and tenths else ''}{tenths // 10:,}.{tenths % 10}"


def _month_text(first: date) -> str:
    return short_text(first).rpartition(".")[0]
