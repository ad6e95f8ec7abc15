"""What a firm brought in and laid out until the end of a month and has not asked for yet, by case and route, as the ledger has it.

Counted are receipts on the claims of a case, of money paid to the firm or straight to the city, whose entry came after
the hand-over and not after the end, and stands on a day up to the end of the month; receipts of the firm's own money for
the case always. What earlier invoices asked for is taken off, so that what is booked late comes into the next invoice and
nothing comes twice. A receipt taken back lowers it; below zero it waits for the next recovery.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from claims.models import Entry
from lawyers.models import CaseCost, Firm, Invoice, InvoiceLine, LegalCase, LegalClaim, ProceedingStep
from lawyers.rules import fees
from lawyers.rules.fee_route import Course, route_on
from lawyers.services.money import WITH_A_FIRM
from toyota_collect.calendar import last_day_of_period
from toyota_collect.dated import value_on

FEES = "lawyers.fees"
MONEY = (Entry.Kind.RECEIPT, Entry.Kind.SET_OFF)  # what brings the city money; a fee is asked for receipts alone
Key = tuple[str, fees.Route]  # case number, route


@dataclass(frozen=True, slots=True)
class Proposal:
    """The invoice as we compute it; ``owed_back``: recoveries taken back of which an earlier invoice had its fee."""

    month: date
    lines: tuple[fees.InvoiceLine, ...]
    owed_back: tuple[tuple[str, fees.Route, int], ...]
    terms: fees.FeeTerms

    @property
    def fee_yen(self) -> int:
        return sum(line.fee_yen for line in self.lines)

    @property
    def tax_yen(self) -> int:
        return sum(line.tax_yen for line in self.lines)

    @property
    def cost_yen(self) -> int:
        return sum(line.cost_yen for line in self.lines)

    @property
    def total_yen(self) -> int:
        return self.fee_yen + self.tax_yen + self.cost_yen


def with_money(lines: QuerySet[LegalClaim]) -> Any:
    """By case the ``yen`` that came in on its lines, below zero as entries have it; reversals take it back.

    What the firm itself took for a case is that case's alone, whenever it was booked. Other money counts where its entry came
    after the hand-over and not after the end; a reversal with what it reverses. The invoice counts by the same rule (``_is_of``).
    """
    entry = "claim__entries__"
    rows = lines.annotate(
        first=Coalesce(f"{entry}reverses_id", f"{entry}id"),
        trust=Coalesce(f"{entry}reverses__receipt__trust_receipt__case", f"{entry}receipt__trust_receipt__case"),
    )
    until = Q(case__end_entry=None) | Q(first__lte=F("case__end_entry"))
    own = Q(trust=F("case")) | Q(trust=None, first__gt=F("case__last_entry")) & until
    money = Q(**{f"{entry}kind__in": MONEY}) | Q(**{f"{entry}reverses__kind__in": MONEY})
    return rows.order_by().values("case").annotate(yen=Sum(f"{entry}amount_yen", filter=own & money, default=0))


def month_end(month: date) -> date:
    return last_day_of_period(month.replace(day=1), months=1)


def proposal(firm: Firm, month: date) -> Proposal:
    """Raises ``SettingMissing`` without a table of fees for that month, ``ValueError`` (Japanese) for one we cannot read."""
    last = month_end(month)
    terms = fees.FeeTerms.from_setting(value_on(FEES, last))
    cases = list(LegalCase.objects.filter(mandate__firm=firm, state__in=WITH_A_FIRM).order_by("number"))
    courses = _courses(cases)
    due = _recovered(cases, courses, until=last)
    costs = _costs(cases, until=last)
    for line in _asked_for(firm, before=month):
        if line.route:
            due[line.case_number, fees.Route(line.route)] -= line.recovered_yen
        costs[line.case_number] -= line.cost_yen
    found = []
    for case in cases:
        routes = [route for route in fees.Route if due[case.number, route] > 0]
        if not routes and costs[case.number] > 0:
            routes = [route_on(last, courses[case.pk])]
        for place, route in enumerate(routes):
            cost_yen = max(0, costs[case.number]) if place == 0 else 0
            found.append(fees.Recovery(case.number, route, max(0, due[case.number, route]), cost_yen))
    back = tuple((number, route, -yen) for (number, route), yen in sorted(due.items()) if yen < 0)
    return Proposal(month, fees.invoice(found, terms), back, terms)


def _recovered(cases: Sequence[LegalCase], courses: dict[int, list[Course]], *, until: date) -> Counter[Key]:
    by_claim: dict[int, list[LegalCase]] = defaultdict(list)
    by_pk = {case.pk: case for case in cases}
    for pk, claim in LegalClaim.objects.filter(case__in=by_pk).values_list("case", "claim"):
        by_claim[claim].append(by_pk[pk])
    money = Q(kind=Entry.Kind.RECEIPT) | Q(kind=Entry.Kind.REVERSAL, reverses__kind=Entry.Kind.RECEIPT)
    entries = Entry.objects.filter(money, claim__in=by_claim, on__lte=until, receipt__isnull=False)
    found: Counter[Key] = Counter()
    for pk, first, claim, yen, paid_on, trust in entries.values_list(
        "pk", "reverses", "claim", "amount_yen", "receipt__paid_on", "receipt__trust_receipt__case"
    ):
        for case in by_claim[claim]:
            if _is_of(case, trust=trust, entry=first or pk):
                found[case.number, route_on(paid_on, courses[case.pk])] -= yen
    return found


def _is_of(case: LegalCase, *, trust: int | None, entry: int) -> bool:
    """As ``with_money`` has it; ``trust``: the case whose firm took the money, ``entry``: what a reversal reverses."""
    if trust is not None:
        return trust == case.pk
    return (
        case.last_entry is not None and entry > case.last_entry and (case.end_entry is None or entry <= case.end_entry)
    )


def _courses(cases: Iterable[LegalCase]) -> dict[int, list[Course]]:
    found: dict[int, dict[int, Course]] = {case.pk: {} for case in cases}
    steps = ProceedingStep.objects.filter(proceeding__case__in=found, withdrawn_at=None)
    for case, pk, forum, kind, on in steps.order_by("proceeding", "on").values_list(
        "proceeding__case", "proceeding", "proceeding__route", "kind", "on"
    ):
        days = found[case].setdefault(pk, Course(forum, {})).days
        days.setdefault(kind, on)  # type: ignore[attr-defined]  # ours until it is given away
    return {case: list(courses.values()) for case, courses in found.items()}


def _costs(cases: Iterable[LegalCase], *, until: date) -> Counter[str]:
    found: Counter[str] = Counter()
    rows = CaseCost.objects.filter(case__in=[case.pk for case in cases], on__lte=until, withdrawn_at=None)
    for number, yen in rows.values_list("case__number", "yen"):
        found[number] += yen
    return found


def _asked_for(firm: Firm, *, before: date) -> Iterable[InvoiceLine]:
    lines = InvoiceLine.objects.filter(invoice__firm=firm, invoice__month__lt=before.replace(day=1))
    return lines.exclude(invoice__state=Invoice.State.RETURNED)
