"""What the city's pages of the lawyers' money show."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from claims.services.allocation import plan_allocation
from lawyers.models import Firm, Invoice, MoneyDifference, Remittance, TrustReceipt
from lawyers.room_money_pages import correct_page
from lawyers.rules import fees
from lawyers.services import costs, differences, invoices
from lawyers.services.late_money import WITHIN
from lawyers.services.money import HELD, SENT, MoneyRefused, shares_of
from lawyers.services.remittances import told_by
from toyota_collect.dated import value_or

AMOUNTS = (("recovered_yen", "回収額"), ("fee_yen", "報酬"), ("tax_yen", "消費税"), ("cost_yen", "実費"))
SHOWN = 100


def board(*, on: date) -> dict[str, Any]:
    told = Remittance.objects.select_related("firm", "confirmed_by").annotate(count=Count("trust_receipts"))
    open_ones = MoneyDifference.objects.filter(closed_on=None).select_related("firm")
    waiting = (Invoice.State.SENT, Invoice.State.DIFFERS, Invoice.State.AGREED)
    firms = firm_sums()
    return {
        "arriving": told.filter(state=Remittance.State.TOLD).order_by("sent_on", "pk")[:SHOWN],
        "to_book": told.filter(state=Remittance.State.ARRIVED).order_by("arrived_on", "pk")[:SHOWN],
        "invoices": Invoice.objects.filter(state__in=waiting)
        .select_related("firm", "approval")
        .order_by("sent_on", "pk"),
        "rows": [difference_row(one) for one in open_ones[:SHOWN]],
        "firms": firms,
        "total_yen": sum(firm["yen"] for firm in firms),
        "late_days": value_or(WITHIN, on, None),
        "booked": told.filter(state=Remittance.State.BOOKED).order_by("-booked_on", "-pk")[:10],
        "counts": {
            "arriving": Remittance.objects.filter(state=Remittance.State.TOLD).count(),
            "to_book": Remittance.objects.filter(state=Remittance.State.ARRIVED).count(),
            "differences": open_ones.count(),
        },
    }


def firm_sums() -> list[dict[str, Any]]:
    """Of each firm that has any: money in its hands, on its way, and arrived but not booked."""
    arrived = Q(remittance__state=Remittance.State.ARRIVED)
    rows = (
        TrustReceipt.objects.filter(HELD | SENT)
        .order_by()
        .values("case__mandate__firm")
        .annotate(
            held=Sum("yen", filter=HELD, default=0),
            sent=Sum("yen", filter=SENT & ~arrived, default=0),
            arrived=Sum("yen", filter=SENT & arrived, default=0),
            yen=Sum("yen"),
        )
    )
    names = Firm.objects.in_bulk([row["case__mandate__firm"] for row in rows])
    found = [row | {"firm": names[row["case__mandate__firm"]]} for row in rows]
    return sorted(found, key=lambda row: (-row["yen"], row["firm"].name))


def left_firms() -> list[dict[str, Any]]:
    """Firms whose contract ended with money that they hold: they see nothing any more, so the city tells what they send."""
    held = TrustReceipt.objects.filter(HELD, case__mandate__firm__is_active=False).select_related("case__mandate__firm")
    found: dict[Firm, list[TrustReceipt]] = defaultdict(list)
    for one in held.order_by("case__mandate__firm__name", "received_on", "pk"):
        found[one.case.firm].append(one)
    return [{"firm": firm, "held": taken, "yen": sum(one.yen for one in taken)} for firm, taken in found.items()]


def difference_row(row: MoneyDifference) -> dict[str, Any]:
    """A difference with what it is about, and whether its figures agree by now."""
    return {"row": row, "subject": differences.subject_of(row), "ready": not differences.still_open(row)}


def remittance_page(told: Remittance, *, user: Any, ticked: Sequence[str] | None = None) -> dict[str, Any]:
    taken = list(
        told.trust_receipts.select_related("case__person", "receipt__cancellation").order_by("received_on", "pk")
    )
    rows = differences.open_of(told, MoneyDifference.Kind.TRUST, MoneyDifference.Kind.BANK)
    is_open = told.state in (Remittance.State.TOLD, Remittance.State.ARRIVED)
    receipts = sum(one.yen for one in taken)
    arrived = told.state == Remittance.State.ARRIVED
    agrees = told.yen == told.bank_yen == receipts and not rows.exists()
    own = told.confirmed_by_id == user.pk or told_by(told, user)
    return {
        "remittance": told,
        "taken": taken,
        "receipts_yen": receipts,
        "plans": _plans(taken) if is_open else [],
        "differences": [difference_row(row) for row in rows],
        "past": MoneyDifference.objects.filter(subject_key=differences.key_of(told)).exclude(closed_on=None),
        "may_confirm": told.state == Remittance.State.TOLD or (arrived and rows.exists()),
        "may_book": arrived and agrees and not own,
        "own_work": arrived and agrees and own,
        "fix": None if told.firm.is_active else correct_page(user, told, ticked),
    }


def _plans(taken: Iterable[TrustReceipt]) -> list[dict[str, Any]]:
    """By case what its receipts would pay together, counted up to the last of them."""
    by_case: dict[Any, list[TrustReceipt]] = defaultdict(list)
    for one in taken:
        by_case[one.case].append(one)
    found = []
    for case, ones in by_case.items():
        on, yen = max(one.received_on for one in ones), sum(one.yen for one in ones)
        claims = [share.claim for share in shares_of([case], on=on)[case.pk]]
        found.append({"case": case, "plan": plan_allocation(claims, yen=yen, on=on)})
    return found


def invoice_page(invoice: Invoice) -> dict[str, Any]:
    claimed, ours, problem = invoices.lines_of(invoice), None, ""
    if invoice.state in (Invoice.State.SENT, Invoice.State.DIFFERS):
        try:
            ours = invoices.computed(invoice.firm, invoice.month)
        except MoneyRefused as refused:
            problem = str(refused)
    asked = invoice.approval if invoice.approval and invoice.approval.is_open else None
    returned = invoice.state == Invoice.State.RETURNED
    told = costs.told_in(invoice)
    told_yen = sum(one.yen for one in told)
    return {
        "invoice": invoice,
        "rows": compared(claimed, ours.lines) if ours else [side_by_side(line, line) for line in claimed],
        "compares": ours is not None,
        "labels": [label for _, label in AMOUNTS],
        "ours": ours,
        "difference_yen": invoice.total_yen - ours.total_yen if ours else 0,
        "texts": [one["text"] for one in invoice.differences],
        "problem": problem,
        "costs": told,
        "costs_yen": told_yen,
        "untold_yen": invoice.cost_yen - told_yen,
        "asked": asked,
        "may_check": invoice.state in (Invoice.State.SENT, Invoice.State.DIFFERS),
        "may_ask": invoice.state == Invoice.State.AGREED and not asked,
        "may_give_back": not asked and not returned and invoice.state != Invoice.State.APPROVED,
    }


def compared(claimed: Iterable[fees.InvoiceLine], ours: Iterable[fees.InvoiceLine]) -> list[dict[str, Any]]:
    """Both sides, case by case and route by route, the tax of the whole at the end."""
    sides: dict[tuple[str, str], list[list[fees.InvoiceLine]]] = defaultdict(lambda: [[], []])
    for place, lines in enumerate((claimed, ours)):
        for line in lines:
            sides[line.case_number, line.route][place].append(line)
    keys = sorted(sides, key=lambda key: (not key[0], key))
    return [side_by_side(*(_sum(lines) for lines in sides[key])) for key in keys]


def side_by_side(claimed: fees.InvoiceLine | None, ours: fees.InvoiceLine | None) -> dict[str, Any]:
    one = claimed or ours
    assert one is not None
    pairs = [
        {"label": label, "claimed": getattr(claimed, name, None), "ours": getattr(ours, name, None)}
        for name, label in AMOUNTS
    ]
    for pair in pairs:
        pair["differs"] = pair["claimed"] != pair["ours"]
    return {
        "case_number": one.case_number,
        "route": fees.Route(one.route).label if one.route else "",
        "pairs": pairs,
        "differs": any(pair["differs"] for pair in pairs),
        "missing": "請求書にない" if claimed is None else "計算にない" if ours is None else "",
    }


def _sum(lines: list[fees.InvoiceLine]) -> fees.InvoiceLine | None:
    if not lines:
        return None
    sums = (sum(getattr(line, name) for line in lines) for name, _ in AMOUNTS)
    return fees.InvoiceLine(lines[0].case_number, lines[0].route, *sums)
