"""One person's claims as the screens sum them up: by group, by clock, by year and instalment.

Totals count what a letter would ask for: overdue claims whose prescription has not run out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from claims.models import Claim, ClaimEvent, ClaimGroup, Hold
from claims.services.charges import AmountDue, amounts_due
from debtors.models import Person
from debtors.presence import nothing_of
from debtors.querysets import in_force
from toyota_collect.calendar import last_day_after
from toyota_collect.held import once
from toyota_collect.money import comma
from toyota_collect.templatetags.tc import fiscal_year_short
from toyota_collect.wareki import short_text

SOON_MONTHS = 6


@dataclass
class Line:
    """A claim, what it costs on the day, and its state (a cell of the matrix)."""

    claim: Claim
    due: AmountDue
    state: str

    @property
    def name(self) -> str:
        claim = self.claim
        return f"{claim.kind.short_name} {fiscal_year_short(claim.levy_year)} {claim.instalment_label}"


@dataclass
class GroupSum:
    """Overdue claims of one group, in yen; ``prescribes_on`` is the nearest last day."""

    code: str
    name: str
    count: int = 0
    principal_yen: int = 0
    late_yen: int = 0  # late charge, dunning fee and costs: all that is not principal
    prescribes_on: date | None = None
    estimated: bool = False

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.late_yen

    def add(self, line: Line) -> None:
        due, last_day = line.due, line.claim.prescribes_on
        self.count += 1
        self.principal_yen += due.principal_yen
        self.late_yen += due.late_yen + due.fee_yen + due.cost_yen
        self.estimated |= due.charge.estimated
        if last_day and (self.prescribes_on is None or last_day < self.prescribes_on):
            self.prescribes_on = last_day


@dataclass
class Statement:
    on: date
    lines: list[Line]
    groups: list[GroupSum] = field(default_factory=list)
    total: GroupSum = field(default_factory=lambda: GroupSum("", "合計"))
    future: GroupSum = field(default_factory=lambda: GroupSum("", "納期前"))
    prescribed: GroupSum = field(default_factory=lambda: GroupSum("", "時効の期間を過ぎたもの"))

    @property
    def soon(self) -> list[Line]:
        """Claims that lapse within six months, the nearest first."""
        limit = last_day_after(self.on, months=SOON_MONTHS)
        running = [line for line in self.lines if line.state in ("clock", "grace") and _last_day(line) >= self.on]
        return sorted((line for line in running if _last_day(line) <= limit), key=_last_day)

    @property
    def nearest(self) -> Line | None:
        """The owed claim that lapses first, whenever that is."""
        dated = [line for line in self.lines if line.claim.outstanding_yen and _last_day(line) >= self.on]
        return min((line for line in dated if line.claim.prescribes_on), key=_last_day, default=None)


def _last_day(line: Line) -> date:
    return line.claim.prescribes_on or date.max


@once
def statement_of(person: Person, user: Any, *, on: date, only_open: bool = False) -> Statement:
    """The person's claims that the user may know of; the number of queries does not depend on them."""
    claims = Claim.objects.visible_to(user).filter(identity__person=person).select_related("kind", "section", "source")
    if only_open:
        claims = claims.outstanding()
    found = list(claims.order_by("kind__position", "levy_year", "instalment", "pk"))
    dues = amounts_due(found, as_of=on)
    marks = {"planned": _planned(person, found, on), "demanded": _demanded(found, on)}
    limit = last_day_after(on, months=SOON_MONTHS)
    lines = [Line(one, dues[one.pk], state_of(one, on=on, limit=limit, **marks)) for one in found]
    statement = Statement(on, lines)
    groups = {code: GroupSum(code, name) for code, name in ClaimGroup.choices}
    for line in lines:
        if not line.claim.outstanding_yen:
            continue
        if line.claim.due_on >= on:
            statement.future.add(line)
        elif line.claim.prescribes_on and line.claim.prescribes_on < on:
            statement.prescribed.add(line)
        else:
            groups[line.claim.kind.group].add(line)
            statement.total.add(line)
    statement.groups = [group for group in groups.values() if group.count]
    return statement


def state_of(claim: Claim, *, on: date, limit: date, planned: Set[int], demanded: Set[int]) -> str:
    """A claim's cell in the matrix, the most urgent state first; ``limit`` is the last day that counts as near."""
    if not claim.outstanding_yen:
        return "paid"
    if claim.due_on >= on:
        return "future"
    if claim.prescribes_on and claim.prescribes_on <= limit:
        return "grace" if claim.pk in demanded else "clock"
    if claim.pk in planned:
        return "plan"
    return "part" if claim.principal_yen < claim.levied_yen else "open"


def _planned(person: Person, claims: Iterable[Claim], on: date) -> set[int]:
    """Claims in a payment plan that is in force."""
    if nothing_of(Hold, [person.pk]):
        return set()
    plans = list(person.holds.filter(in_force(on), reason=Hold.Reason.PLAN))
    return {
        claim.pk
        for claim in claims
        for plan in plans
        if plan.claim_id in (None, claim.pk) and plan.kind_id in (None, claim.kind_id)
    }


def _demanded(claims: Iterable[Claim], on: date) -> set[int]:
    """Claims that only the six months after a demand (催告) still keep: another demand would not help."""
    days = {claim.pk: claim.prescribes_on for claim in claims if claim.outstanding_yen and claim.prescribes_on}
    demands = ClaimEvent.objects.filter(claim__in=days, kind=ClaimEvent.Kind.DEMAND, withdrawn_at=None)
    since = demands.filter(on__gt=on - timedelta(days=366)).values_list("claim", "on", "detail")
    arrived = (
        (pk, date.fromisoformat(detail.get("arrived_on") or sent_on.isoformat())) for pk, sent_on, detail in since
    )
    return {pk for pk, day in arrived if last_day_after(day, months=SOON_MONTHS) == days[pk]}


def amounts_of(statement: Statement, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The lines that make up a sum: all that count, or those of a group, or of a kind and year; with their own sum."""
    lines = [line for line in statement.lines if _counts(line, statement.on)]
    title = "滞納合計"
    if group := chosen.get("group"):
        lines = [line for line in lines if line.claim.kind.group == group]
        title = dict(ClaimGroup.choices).get(group, title)
    if kind := chosen.get("kind"):
        lines = [line for line in lines if str(line.claim.kind_id) == kind]
        title = lines[0].claim.kind.short_name if lines else title
    if year := chosen.get("year"):
        lines = [line for line in lines if str(line.claim.levy_year) == year]
        title = f"{title} {fiscal_year_short(int(year))}" if lines else title
    total = GroupSum("", title)
    for line in lines:
        total.add(line)
    return {"lines": lines, "total": total, "on": statement.on}


def _counts(line: Line, on: date) -> bool:
    """Whether a claim is in the sums: unpaid, overdue, and its period has not run out."""
    claim = line.claim
    lapsed = claim.prescribes_on is not None and claim.prescribes_on < on
    return claim.outstanding_yen > 0 and claim.due_on < on and not lapsed


# --- the matrix --------------------------------------------------------------------------------------


def matrix_of(statement: Statement) -> dict[str, Any]:
    """Context of components/matrix.html: a row a kind and year (more where one instalment stands twice)."""
    kinds: dict[int, list[Line]] = defaultdict(list)
    for line in statement.lines:
        kinds[line.claim.kind_id].append(line)
    groups: dict[str, dict[str, Any]] = {}
    width = 1
    for lines in kinds.values():
        kind, years = lines[0].claim.kind, _years(lines, statement.on)
        width = max([width, *(len(row["cells"]) for row in years)])
        group = groups.setdefault(kind.group, {"name": kind.get_group_display(), "rows": 0, "kinds": []})
        group["rows"] += len(years)
        group["kinds"].append(
            {"name": kind.short_name, "pk": kind.pk, "claim_class": lines[-1].due.terms.legal_class, "years": years}
        )
    for group in groups.values():
        for row in (row for kind in group["kinds"] for row in kind["years"]):
            row["cells"] += [None] * (width - len(row["cells"]))
    total = statement.total
    return {
        "groups": [groups[code] for code in ClaimGroup.values if code in groups],
        "columns": range(1, width + 1),
        "total_yen": total.principal_yen,
        "late_total_yen": total.late_yen,
        "count": total.count,
        "estimated": total.estimated,
    }


def _years(lines: list[Line], on: date) -> list[dict[str, Any]]:
    """Rows of one kind; claims of one notice or child keep to one row."""
    rows: list[dict[str, Any]] = []
    for line in sorted(
        lines, key=lambda line: (line.claim.levy_year, line.claim.child_number, line.claim.notice_number)
    ):
        place, series = _column(line.claim), (line.claim.notice_number, line.claim.child_number)
        row = _row_for(rows, line.claim.levy_year, place, series)
        row["cells"] += [None] * (place + 1 - len(row["cells"]))
        row["cells"][place] = _cell(line, on)
        if line.claim.due_on < on and line.claim.outstanding_yen:
            row["balance_yen"] += line.due.principal_yen
            row["late_yen"] += line.due.late_yen + line.due.fee_yen + line.due.cost_yen
    return rows


def _row_for(rows: list[dict[str, Any]], year: int, place: int, series: tuple[str, str]) -> dict[str, Any]:
    free = [row for row in rows if row["year"] == year and (len(row["cells"]) <= place or row["cells"][place] is None)]
    for row in free:
        if row["series"] == series:
            return row
    if free:
        return free[0]
    rows.append({"year": year, "series": series, "cells": [], "balance_yen": 0, "late_yen": 0})
    return rows[-1]


def _column(claim: Claim) -> int:
    """The place of an instalment, from 0: months begin with April."""
    if "月" in claim.kind.instalment_label and 1 <= claim.instalment <= 12:
        return (claim.instalment - 4) % 12
    return max(0, claim.instalment - 1)


def _cell(line: Line, on: date) -> dict[str, str]:
    claim = line.claim
    words = [line.name]
    if claim.outstanding_yen:
        words.append(f"{comma(claim.outstanding_yen)}円")
    if claim.outstanding_yen and claim.prescribes_on:
        past = "（期間を過ぎています）" if claim.prescribes_on < on else ""
        words.append(f"時効 {short_text(claim.prescribes_on)}{past}")
    return {"state": line.state, "url": reverse("claims:claim", args=[claim.pk]), "label": " ".join(words)}
