"""実費: what a firm laid out for a case."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from lawyers.models import CaseCost, CaseFile, Invoice, InvoiceLine, LegalCase
from lawyers.services import room
from lawyers.services.money import MoneyRefused, locked_case, own_firm, own_firms, sent_before
from lawyers.services.recoveries import month_end
from toyota_collect import audit
from toyota_collect.wareki import long_text


@transaction.atomic
def note_cost(
    *,
    case_id: int,
    day: date,
    kind: str,
    yen: int,
    note: str,
    token: UUID,
    by: Any,
    on: date,
    paper: tuple[str, bytes] | None = None,
) -> CaseCost:
    """Note what was laid out. Sent twice with one token, it is noted once. ``paper``: the receipt (name, bytes), kept in the case.

    Raises:
        LegalCase.DoesNotExist: no case that is or was with the own firm.
        MoneyRefused: no money, an unknown kind, or a day to come, before the hand-over or after the end, or a paper that
            is not taken in.
    """
    case = locked_case(case_id, by)
    facts = {"case_id": case.pk, "on": day, "kind": kind, "yen": yen}
    if known := sent_before(CaseCost, token=token, by=by, facts=facts):
        return known
    if yen <= 0 or kind not in CaseCost.Kind.values:
        raise MoneyRefused("種類を選び、金額は1円以上にしてください。")
    if case.handed_on is None or not case.handed_on <= day <= on:
        raise MoneyRefused("実費の日は、件の引渡しの日から今日までにしてください。")
    if case.ended_on and day > case.ended_on:
        raise MoneyRefused(
            f"この件は{long_text(case.ended_on)}に事務所の手を離れました。その日までの実費だけを記録できます。"
        )
    file = _keep(case, *paper, title=f"領収書　{CaseCost.Kind(kind).label}", by=by, on=on) if paper else None
    noted = CaseCost.objects.create(file=file, note=note.strip()[:200], token=token, by=by, **facts)
    audit.record(event="cost.noted", by=by, target=noted, detail={"case": case.number, "yen": yen})
    return noted


def _keep(case: LegalCase, name: str, content: bytes, *, title: str, by: Any, on: date) -> CaseFile:
    try:
        return room.add_file(case=case, title=title, name=name, content=content, by=by, on=on)
    except room.RoomRefused as refused:
        raise MoneyRefused(str(refused)) from refused


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


def told_in(invoice: Invoice) -> list[CaseCost]:
    """The costs behind the invoice, as the firm told them: up to its month, those that no earlier invoice asked for.

    Each invoice takes what was told first; of one that does not agree yet, all that it may ask for is given.
    """
    standing = InvoiceLine.objects.filter(invoice__firm=invoice.firm_id, cost_yen__gt=0)
    lines = list(
        standing.exclude(invoice__state=Invoice.State.RETURNED)
        .filter(invoice__month__lt=invoice.month)
        .select_related("invoice")
    )
    own = list(invoice.lines.filter(cost_yen__gt=0).select_related("invoice"))
    numbers = {line.case_number for line in own}
    rows = CaseCost.objects.filter(case__number__in=numbers, case__mandate__firm=invoice.firm_id, withdrawn_at=None)
    left = list(rows.select_related("case", "file").order_by("told_at", "pk"))
    asked = _by_month([line for line in lines if line.case_number in numbers])
    for month, by_case in sorted(asked.items()):
        taken = {one.pk for one in _up_to(left, month_end(month), by_case)}
        left = [one for one in left if one.pk not in taken]
    agreed = invoice.state in (Invoice.State.AGREED, Invoice.State.APPROVED)
    mine = [one for one in left if one.on <= month_end(invoice.month)]
    if agreed:
        mine = _up_to(mine, month_end(invoice.month), _by_month(own).get(invoice.month, {}))
    return sorted(mine, key=lambda one: (one.case.number, one.on, one.pk))


def _by_month(lines: Iterable[InvoiceLine]) -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        found[line.invoice.month][line.case_number] += line.cost_yen
    return found


def _up_to(rows: Iterable[CaseCost], last: date, yen: Mapping[str, int]) -> list[CaseCost]:
    """Of each case the rows up to the day, in their order, as far as the sum holds them."""
    left, found = dict(yen), []
    for one in rows:
        if one.on <= last and one.yen <= left.get(one.case.number, 0):
            left[one.case.number] -= one.yen
            found.append(one)
    return found
