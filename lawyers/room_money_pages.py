"""What a firm sees of its money: its own cases, receipts and remittances; of others nothing, not even a count.

Of a case that is no longer with the firm only the number stands beside its money, not the name.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.urls import reverse

from lawyers.models import CaseCost, Firm, Invoice, LegalCase, MoneyDifference, Remittance, TrustReceipt
from lawyers.services import differences
from lawyers.services.costs import yen_of
from lawyers.services.money import HELD, cases_once_of, designation_on, held_by_case, own_firms, shares_of

PAGE = 30
SHOWN = 50


def firm_of(user: Any, chosen: str) -> Firm | None:
    """The firm the pages are about: the chosen of the own ones, or the first."""
    own = list(own_firms(user).order_by("name", "pk"))
    named = [firm for firm in own if str(firm.pk) == chosen]
    return (named or own or [None])[0]


def tabs(firm: Firm, current: str) -> list[dict[str, Any]]:
    names = {"money": "預り金と送金", "costs": "実費", "invoice": "報酬の請求"}
    return [
        {
            "label": label,
            "url": f"{reverse(f'lawyers:room-{name}')}?firm={firm.pk}",
            "count": None,
            "current": name == current,
        }
        for name, label in names.items()
    ]


def cases_of(user: Any, firm: Firm) -> Any:
    return LegalCase.objects.of_member(user).filter(mandate__firm=firm).select_related("person", "mandate__firm")


def case_page(user: Any, firm: Firm, *, q: str, page: str | None, on: date) -> dict[str, Any]:
    """Cases with what the firm may still take of each today."""
    found = cases_of(user, firm).order_by("number")
    if q:
        found = found.filter(Q(number__contains=q) | Q(person__name__contains=q) | Q(person__kana__contains=q))
    shown = Paginator(found, PAGE).get_page(page)
    cases = list(shown)
    shares, held = shares_of(cases, on=on), held_by_case(cases)
    rows = []
    for case in cases:
        owed = sum(share.due.total_yen for share in shares[case.pk])
        rows.append({"case": case, "owed": owed, "held": held[case.pk], "may": max(0, owed - held[case.pk])})
    return {"page": shown, "rows": rows, "q": q, "designation": designation_on(firm, on)}


def ended_of(user: Any, firm: Firm, *, q: str) -> list[dict[str, Any]]:
    """Cases that left the firm, the last first: what it took or laid out before may still be noted. Number and day, no more."""
    found = cases_once_of(user).filter(mandate__firm=firm, ended_on__isnull=False, number__contains=q)
    return list(found.order_by("-ended_on", "-pk").values("pk", "number", "ended_on")[:SHOWN])


def held_of(user: Any, firm: Firm, ticked: Sequence[str]) -> dict[str, Any]:
    """Money in the firm's hands, and the sum of what is chosen of it."""
    found = TrustReceipt.objects.filter(HELD, case__mandate__firm=firm).select_related("case__person", "by")
    seen = set(cases_of(user, firm).values_list("pk", flat=True))
    rows: list[dict[str, Any]] = [
        {"taken": one, "name": one.case.person.name if one.case_id in seen else "", "ticked": str(one.pk) in ticked}
        for one in found.order_by("received_on", "pk")
    ]
    chosen = [row["taken"] for row in rows if row["ticked"]]
    return {
        "held": rows,
        "held_yen": sum(row["taken"].yen for row in rows),
        "chosen": chosen,
        "chosen_yen": sum(one.yen for one in chosen),
    }


def remittances_of(firm: Firm) -> list[dict[str, Any]]:
    found = Remittance.objects.filter(firm=firm).prefetch_related("trust_receipts")[:SHOWN]
    return [remittance_row(told) for told in found]


def remittance_row(told: Remittance) -> dict[str, Any]:
    tones = {"told": "act", "arrived": "care", "booked": "good", "cancelled": "hold"}
    kinds = (MoneyDifference.Kind.TRUST, MoneyDifference.Kind.BANK)
    texts = [row.text for row in differences.open_of(told, *kinds)]
    receipts = list(told.trust_receipts.all())
    arrived = told.state == Remittance.State.ARRIVED
    return {
        "told": told,
        "tone": tones[told.state],
        "count": len(receipts),
        "receipts_yen": sum(one.yen for one in receipts),
        "texts": texts,
        "may_correct": told.state == Remittance.State.TOLD or (arrived and bool(texts)),
        "may_withdraw": told.state == Remittance.State.TOLD,
    }


def correct_page(user: Any, told: Remittance, ticked: Sequence[str] | None) -> dict[str, Any]:
    """The receipts of a remittance and those that may join it."""
    mine = Q(remittance=told) | HELD
    found = TrustReceipt.objects.filter(mine, case__mandate__firm=told.firm, cancelled_at=None)
    rows: list[dict[str, Any]] = [
        {"taken": one, "ticked": one.remittance_id == told.pk if ticked is None else str(one.pk) in ticked}
        for one in found.select_related("case").order_by("received_on", "pk")
    ]
    chosen = [row["taken"] for row in rows if row["ticked"]]
    return remittance_row(told) | {"rows": rows, "chosen": chosen, "chosen_yen": sum(one.yen for one in chosen)}


def costs_of(firm: Firm) -> dict[str, Any]:
    found = CaseCost.objects.filter(case__mandate__firm=firm).select_related("case", "by").order_by("-on", "-pk")
    return {"costs": found[:200], "costs_yen": yen_of(found.filter(withdrawn_at=None))}


def invoices_of(firm: Firm) -> list[dict[str, Any]]:
    tones = {"sent": "act", "differs": "care", "agreed": "good", "approved": "good", "returned": "hold"}
    return [{"invoice": one, "tone": tones[one.state]} for one in Invoice.objects.filter(firm=firm)[:SHOWN]]


def late_of(firm: Firm) -> list[str]:
    """What the firm has kept too long."""
    rows = MoneyDifference.objects.filter(firm=firm, kind=MoneyDifference.Kind.LATE, closed_on=None)
    return list(rows.values_list("text", flat=True))
