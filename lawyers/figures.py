"""成績: what the lawyers' cases brought, cost and took, by firm and by group; every yen from the ledger and the agreed invoices."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db.models import F, Sum

from claims.models import ClaimGroup
from lawyers.models import Invoice, InvoiceLine, LegalCase, LegalClaim, Proposal
from lawyers.services.money import handed_by_case
from lawyers.services.recoveries import with_money


@dataclass
class Figures:
    """Of some cases that were handed over; yen. ``days``: from the hand-over to the end, of those that ended."""

    label: str
    cases: int = 0
    open: int = 0
    handed_yen: int = 0
    recovered_yen: int = 0
    cost_yen: int = 0
    to_welfare: int = 0
    recalled: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def net_yen(self) -> int:
        return self.recovered_yen - self.cost_yen

    @property
    def median_days(self) -> int | None:
        return int(median(self.days)) if self.days else None

    def add(self, row: dict[str, Any]) -> None:
        self.cases += 1
        self.open += row["open"]
        self.handed_yen += row["handed_yen"]
        self.recovered_yen += row["recovered_yen"]
        self.cost_yen += row["cost_yen"]
        self.to_welfare += row["to_welfare"]
        self.recalled += row["recalled"]
        if row["days"] is not None:
            self.days.append(row["days"])


def all_figures() -> dict[str, Any]:
    """In all, by firm and by group, each in order; a constant number of queries."""
    rows = list(_rows())
    return {
        "whole": _sum("計", rows),
        "firms": [_sum(label, some) for label, some in _by(rows, "firm")],
        "groups": [_sum(ClaimGroup(code).label, some) for code, some in _by(rows, "group")],
    }


def _rows() -> Iterable[dict[str, Any]]:
    lines = LegalClaim.objects.exclude(case__handed_on=None)
    handed = handed_by_case(lines)
    recovered = {row["case"]: -row["yen"] for row in with_money(lines)}
    costs = _costs()
    accepted = Proposal.objects.filter(kind=Proposal.Kind.WELFARE, state=Proposal.State.ACCEPTED)
    to_welfare = set(accepted.values_list("case_id", flat=True))
    cases = LegalCase.objects.exclude(handed_on=None).select_related("mandate__firm").order_by("pk")
    for case in cases:
        yield {
            "firm": str(case.firm),
            "group": case.mandate.group,
            "open": case.is_open,
            "handed_yen": handed.get(case.pk, 0),
            "recovered_yen": recovered.get(case.pk, 0),
            "cost_yen": costs.get((case.mandate.firm_id, case.number), 0),
            "to_welfare": case.pk in to_welfare,
            "recalled": case.state == LegalCase.State.RECALLED,
            "days": (case.ended_on - case.handed_on).days if case.ended_on and case.handed_on else None,
        }


def _costs() -> dict[tuple[int, str], int]:
    """Fee, tax and costs of agreed invoices by firm and case number; tax that an invoice counts in one sum is left on it."""
    agreed = [Invoice.State.AGREED, Invoice.State.APPROVED]
    lines = InvoiceLine.objects.filter(invoice__state__in=agreed).order_by()
    rows = lines.values("invoice__firm_id", "case_number").annotate(
        yen=Sum(F("fee_yen") + F("tax_yen") + F("cost_yen"))
    )
    return {(row["invoice__firm_id"], row["case_number"]): row["yen"] for row in rows}


def _by(rows: list[dict[str, Any]], key: str) -> list[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    order = list(ClaimGroup.values) if key == "group" else sorted(found)
    return [(one, found[one]) for one in order if one in found]


def _sum(label: str, rows: Iterable[dict[str, Any]]) -> Figures:
    made = Figures(label)
    for row in rows:
        made.add(row)
    return made
