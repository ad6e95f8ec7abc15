"""実費: what a firm laid out for a case."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from lawyers.models import CaseCost, Invoice, InvoiceLine, LegalCase
from lawyers.services.money import MoneyRefused, own_firm, own_firms
from toyota_collect import audit


@transaction.atomic
def note_cost(*, case_id: int, day: date, kind: str, yen: int, note: str, token: UUID, by: Any, on: date) -> CaseCost:
    """Note what was laid out. Sent twice with one token, it is noted once.

    Raises:
        LegalCase.DoesNotExist: no open case of the own firm.
        MoneyRefused: no money, an unknown kind, or a day to come or before the hand-over.
    """
    case = LegalCase.objects.of_member(by).select_related("mandate").get(pk=case_id)
    own_firm(case.mandate.firm_id, by)
    facts = {"case_id": case.pk, "on": day, "kind": kind, "yen": yen}
    if known := CaseCost.objects.filter(token=token).first():
        if known.by_id == by.pk and all(getattr(known, name) == value for name, value in facts.items()):
            return known
        raise MoneyRefused("同じ画面から別の内容が送られました。画面を開き直して、もう一度記録してください。")
    if yen <= 0 or kind not in CaseCost.Kind.values:
        raise MoneyRefused("種類を選び、金額は1円以上にしてください。")
    if case.handed_on is None or not case.handed_on <= day <= on:
        raise MoneyRefused("実費の日は、件の引渡しの日から今日までにしてください。")
    noted = CaseCost.objects.create(note=note.strip()[:200], token=token, by=by, **facts)
    audit.record(event="cost.noted", by=by, target=noted, detail={"case": case.number, "yen": yen})
    return noted


@transaction.atomic
def withdraw_cost(*, cost_id: int, by: Any) -> CaseCost:
    """Take back what was noted wrongly, while no invoice asks for it. A second time changes nothing.

    Raises:
        CaseCost.DoesNotExist: none of the own firm.
        MoneyRefused: an invoice asks for it.
    """
    own = CaseCost.objects.filter(case__mandate__firm__in=own_firms(by))
    own_firm(own.select_related("case__mandate").get(pk=cost_id).case.mandate.firm_id, by)
    noted = own.select_related("case").get(pk=cost_id)
    if noted.withdrawn_at:
        return noted
    others = CaseCost.objects.filter(case=noted.case, withdrawn_at=None).exclude(pk=noted.pk)
    if yen_of(others) < invoiced_yen(noted.case):
        raise MoneyRefused("この実費は請求書に入っています。請求書の返却を受けてから取り消してください。")
    noted.withdrawn_at = timezone.now()
    noted.save(update_fields=["withdrawn_at"])
    audit.record(event="cost.withdrawn", by=by, target=noted, detail={"case": noted.case.number, "yen": noted.yen})
    return noted


def invoiced_yen(case: LegalCase) -> int:
    """Costs of the case that standing invoices of its firm ask for."""
    lines = InvoiceLine.objects.filter(invoice__firm=case.mandate.firm_id, case_number=case.number)
    return lines.exclude(invoice__state=Invoice.State.RETURNED).aggregate(yen=Sum("cost_yen"))["yen"] or 0


def yen_of(rows: Any) -> int:
    return rows.aggregate(yen=Sum("yen"))["yen"] or 0
