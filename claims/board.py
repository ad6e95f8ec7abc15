"""Figures of the supervisor's board: one aggregate each, counted by the database, never by the page."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Sum, Value, When
from django.db.models.functions import TruncMonth

from claims import countdown, standing
from claims.models import BoardDay, Claim, ClaimGroup, Entry, ImportFile, Plan
from claims.services.plan_standing import states_of
from debtors.models import Assignment, WorkItem
from toyota_collect import summaries
from toyota_collect.calendar import first_of_month, years_before
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
MONTHS = 13
PLANS_AT_ONCE = 1_000
WEEK = timedelta(days=7)
LATE_AFTER = timedelta(minutes=20)  # the job counts every five


def counted(*, on: date, anew: bool = False) -> summaries.Counted:
    """The heavy figures (``value``: by name), kept for everybody; a job counts ``anew``, so that nobody waits for it."""
    return summaries.counted("claims.board", lambda: _count(on), on=on, late_after=LATE_AFTER, anew=anew)


def _count(on: date) -> dict[str, Any]:
    rows = owed(on=on)
    found = {
        "rows": rows,
        "kinds": by_kind(rows),
        "groups": by_group(rows),
        "ages": by_age(rows),
        "months": collected_by_month(on=on),
        "clocks": clocks(on=on),
        "standing": standing.count(on=on),
        "plans": plans(on=on),
        "instalments": sum(row["instalments"] for row in rows),
        "yen": sum(row["yen"] for row in rows),
    }
    remember(found, on=on)
    return found


def remember(found: dict[str, Any], *, on: date) -> None:
    """Keep what a later day is compared with; of a day the last count stays."""
    figures = {
        "untouched": found["standing"].people[standing.UNTOUCHED],
        "work_overdue": work_overdue(on=on),
        "plans": found["plans"]["running"],
        "plans_broken": found["plans"]["broken"],
        "clocks_1": found["clocks"][0]["instalments"],
        "people": found["standing"].all_people,
        "yen": found["yen"],
    }
    BoardDay.objects.update_or_create(on=on, defaults={"figures": figures})


def a_week_before(on: date) -> dict[str, int]:
    """The figures of the last day that was counted at least a week and at most two weeks ago; none: empty."""
    days = BoardDay.objects.filter(on__lte=on - WEEK, on__gte=on - 2 * WEEK)
    return dict(days.values_list("figures", flat=True).first() or {})


def plans(*, on: date) -> dict[str, Any]:
    """Signed plans that nobody closed and that are not paid up: ``running``, of them ``broken``; by officer as pairs."""
    signed = Plan.objects.filter(closed_on=None, signed_on__isnull=False).order_by("pk")
    officer_of = dict(Assignment.objects.filter(person__plans__in=signed).values_list("person", "officer"))
    officers: dict[int | None, list[int]] = {}
    keys = list(signed.values_list("pk", flat=True))
    for start in range(0, len(keys), PLANS_AT_ONCE):
        some = signed.filter(pk__in=keys[start : start + PLANS_AT_ONCE])
        for state in states_of(some, on=on).values():
            if state.code != "done":
                sums = officers.setdefault(officer_of.get(state.plan.person_id), [0, 0])
                sums[0] += 1
                sums[1] += state.code == "broken"
    running, broken = (sum(sums[place] for sums in officers.values()) for place in (0, 1))
    return {"running": running, "broken": broken, "officers": {one: tuple(sums) for one, sums in officers.items()}}


def owed(*, on: date) -> list[dict[str, Any]]:
    """Overdue, living claims by kind and by whole years since they fell due (``age``: a code of ``AGES``).

    One pass over the ledger: ``instalments``, ``yen``, and ``fresh_yen``, the part of this fiscal year's levy.
    """
    year = on.year if on.month >= 4 else on.year - 1
    edges = [When(of_age(code, on=on), then=Value(code)) for code, *_ in AGES[:-1]]
    claims = Claim.objects.overdue(on=on).alive(on=on).with_total()
    rows = (
        claims.order_by()
        .values(
            "kind__group",
            "kind__code",
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


def of_age(age: str, *, on: date) -> Q:
    """Claims of one age (a code of ``AGES``), by the day they fell due."""
    years = int(age)
    oldest = Q() if age == AGES[-1][0] else Q(due_on__gt=years_before(on, years + 1))
    return oldest & Q(due_on__lte=years_before(on, years))


def by_kind(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of :func:`owed` by kind, in the kinds' own order."""
    rows = list(rows)
    names = {row["kind__code"]: row["kind__short_name"] for row in rows}
    return [{"code": code, "name": names[code]} | sums for code, sums in _sums(rows, "kind__code").items()]


def by_group(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of :func:`owed` by group, in the order of letters and screens; groups that owe nothing are left out."""
    sums = _sums(rows, "kind__group")
    return [
        {"code": code, "name": label, "old_millions": millions(one["yen"] - one["fresh_yen"])}
        | one
        | {"fresh_millions": millions(one["fresh_yen"])}
        for code, label, one in ((code, label, sums.get(code)) for code, label in ClaimGroup.choices)
        if one
    ]


def by_age(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of :func:`owed` by age, the youngest first; an age nobody is of is 0."""
    sums = _sums(rows, "age")
    none = {"instalments": 0, "yen": 0, "fresh_yen": 0}
    found = [{"code": code, "name": name} | sums.get(code, none) for code, name, _ in AGES]
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
    """Claims that lapse within twelve months by the bands of the countdown: instalments and yen; of ``idle`` ones nobody
    has a next step."""
    steps = WorkItem.objects.filter(person=OuterRef("identity__person"), closed_at=None)
    sums: dict[str, Any] = {}
    for months in countdown.MONTHS:
        band = countdown.in_band(months, on=on)
        sums[f"instalments_{months}"] = Count("pk", filter=band)
        sums[f"yen_{months}"] = Sum("booked_yen", filter=band, default=0)
        sums[f"idle_{months}"] = Count("pk", filter=band & Q(has_step=False))
    found = countdown.within_a_year(Claim.objects.all(), on=on).annotate(has_step=Exists(steps)).aggregate(**sums)
    return [
        {"months": months, "label": countdown.BAND_LABELS[months]}
        | {name: found[f"{name}_{months}"] for name in ("instalments", "yen", "idle")}
        for months in countdown.MONTHS
    ]


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
