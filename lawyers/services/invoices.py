"""報酬の請求: submitted by the firm, compared to the yen with what we compute, and paid by a decision.

Months follow each other: a later one is taken only when the earlier ones agree, so that each yen is asked for once.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse

from lawyers.models import Firm, Invoice, InvoiceLine, MoneyDifference
from lawyers.rules import fees
from lawyers.services import costs, differences
from lawyers.services.money import MoneyRefused, locked_firm, own_firm
from lawyers.services.recoveries import Proposal, proposal
from toyota_collect import approvals, audit
from toyota_collect.dated import SettingMissing
from toyota_collect.models import Approval
from toyota_collect.wareki import long_text

SUBJECT = "lawyers.invoice"
State = Invoice.State
AGREED = (State.AGREED, State.APPROVED)
MOST_LINES = 1_000
MOST_SHOWN = 100  # costs in the evidence of a decision
REASON = "報酬と消費税は、約定と台帳から計算した額と1円まで一致しました。"
COSTS_ARE_TOLD = "実費は事務所の申告です。市の台帳にはないため、申告の一覧と合うことだけを確かめました。"
ROUTES = {route.value for route in fees.Route}


def computed(firm: Firm, month: date) -> Proposal:
    """What the terms and the ledger give for the month. Raises ``MoneyRefused`` without a table of fees that can be read."""
    try:
        return proposal(firm, month)
    except (SettingMissing, ValueError) as error:
        raise MoneyRefused(str(error)) from error


def computed_lines(*, firm_id: int, month: date) -> tuple[fees.InvoiceLine, ...]:
    return computed(Firm.objects.get(pk=firm_id), month).lines


@transaction.atomic
def submit(*, firm_id: int, month: date, number: str, lines: Sequence[fees.InvoiceLine], by: Any, on: date) -> Invoice:
    """The firm asks for its fee of a month. The same invoice sent twice is one.

    Raises:
        Firm.DoesNotExist: not the own firm.
        MoneyRefused: no number or lines, a month to come, a number or month that stands already, or out of turn.
    """
    firm, month, number = own_firm(firm_id, by), month.replace(day=1), number.strip()
    kept = [line for line in lines if any(line[2:]) or line.case_number]
    if known := Invoice.objects.filter(firm=firm, number=number).first():
        if known.month == month and known.state != State.RETURNED and sorted(lines_of(known)) == sorted(kept):
            return known
        raise MoneyRefused(f"請求書番号「{number}」は使われています。別の番号にしてください。")
    _check_lines(number, kept)
    if month > on.replace(day=1):
        raise MoneyRefused("先の月の請求はできません。")
    standing = Invoice.objects.filter(firm=firm).exclude(state=State.RETURNED)
    if standing.filter(month=month).exists():
        raise MoneyRefused("この月の請求書は提出済です。直すときは、市から返却を受けてから出し直してください。")
    if standing.filter(month__gt=month).exists():
        raise MoneyRefused("あとの月の請求書が出ています。古い月は、次の請求書の計算に入ります。")
    if waiting := standing.filter(month__lt=month).exclude(state__in=AGREED).order_by("month").first():
        raise MoneyRefused(f"{month_text(waiting.month)}分の照合がまだ済んでいません。済んでから出してください。")
    sums = {name: sum(getattr(line, name) for line in kept) for name in ("fee_yen", "tax_yen", "cost_yen")}
    sent = Invoice.objects.create(firm=firm, month=month, number=number[:40], sent_on=on, sent_by=by, **sums)
    InvoiceLine.objects.bulk_create([InvoiceLine(invoice=sent, **line._asdict()) for line in kept])
    detail = {"number": number, "month": month.isoformat(), "yen": sent.total_yen}
    audit.record(event="invoice.submitted", by=by, target=sent, detail=detail)
    return sent


@transaction.atomic
def check(*, invoice_id: int, by: Any, on: date) -> Invoice:
    """Compare an invoice with what we compute, line by line; every difference is named. What agreed stays so.

    Raises:
        Invoice.DoesNotExist: no such invoice.
        MoneyRefused: it was given back, or fees cannot be computed.
    """
    found = _locked(invoice_id)
    if found.state in AGREED:
        return found
    if found.state == State.RETURNED:
        raise MoneyRefused("返却した請求書は照合できません。")
    ours = computed(found.firm, found.month)
    differing = fees.reconcile(lines_of(found), ours.lines)
    found.differences = [one._asdict() for one in differing]
    found.state = State.DIFFERS if differing else State.AGREED
    found.checked_on, found.checked_by = on, by
    found.save(update_fields=["differences", "state", "checked_on", "checked_by"])
    detail = {"state": found.state, "claimed_yen": found.total_yen, "computed_yen": ours.total_yen}
    audit.record(event="invoice.checked", by=by, target=found, detail=detail)
    text = f"請求書{found.number}（{month_text(found.month)}分）：" + "".join(one.text for one in differing)
    row = differences.compare(
        kind=MoneyDifference.Kind.INVOICE,
        subject=found,
        firm=found.firm,
        told_yen=found.total_yen,
        found_yen=ours.total_yen,
        text=text if differing else f"{text}一致しました。",
        on=on,
        by=by,
        differs=bool(differing),
    )
    if row and not differing:
        differences.close(row, how="照合し直し、1円まで一致", by=by, on=on)
    return found


@transaction.atomic
def give_back(*, invoice_id: int, note: str, by: Any, on: date) -> Invoice:
    """Give an invoice back to the firm, which submits another. A second time changes nothing.

    Raises:
        Invoice.DoesNotExist: no such invoice.
        MoneyRefused: no reason, a decision is asked for or made, or a later month builds on it.
    """
    found = _locked(invoice_id)
    if found.state == State.RETURNED:
        return found
    if found.state == State.APPROVED or (found.approval and found.approval.is_open):
        raise MoneyRefused("支払の決裁に出した請求書は返せません。決裁待ちなら、先に取り下げてください。")
    if not note.strip():
        raise MoneyRefused("返す理由（どこが違うか）を書いてください。")
    if Invoice.objects.filter(firm=found.firm, month__gt=found.month).exclude(state=State.RETURNED).exists():
        raise MoneyRefused("あとの月の請求書が出ています。先にそちらを返してください。")
    found.state, found.note = State.RETURNED, note.strip()[:500]
    found.save(update_fields=["state", "note"])
    audit.record(event="invoice.returned", by=by, target=found, detail={"note": found.note})
    for row in differences.open_of(found):
        differences.close(row, how=f"請求書を返した：{found.note}", by=by, on=on)
    return found


@transaction.atomic
def ask_payment(*, invoice_id: int, by: Any, on: date) -> Approval:
    """Ask for the decision to pay an invoice that agrees; asked already, that one is given.

    Raises:
        Invoice.DoesNotExist: no such invoice.
        MoneyRefused: it does not agree, or is decided already.
    """
    found = _locked(invoice_id)
    if found.approval and found.approval.is_open:
        return found.approval
    if found.state != State.AGREED:
        raise MoneyRefused("計算と一致した請求書だけ、支払の決裁に出せます。先に照合してください。")
    try:
        asked = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(found.pk),
            subject_url=reverse("lawyers:invoice", args=[found.pk]),
            title=f"弁護士報酬の支払（{found.firm} {month_text(found.month)}分）",
            amount_yen=found.total_yen,
            reason=REASON + (COSTS_ARE_TOLD if found.cost_yen else ""),
            evidence={
                "請求書番号": found.number,
                "報酬（円）": found.fee_yen,
                "消費税（円）": found.tax_yen,
                "実費（円・事務所の申告）": found.cost_yen,
                "照合": f"{long_text(found.checked_on or on)} {found.checked_by}",
                **_told_costs(found),
            },
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise MoneyRefused(str(refused)) from refused
    found.approval = asked
    found.save(update_fields=["approval"])
    return asked


def _told_costs(found: Invoice) -> dict[str, str]:
    """Each cost as the firm told it: day, kind, yen and note."""
    told = costs.told_in(found)
    shown = {
        f"事務所の申告 {place}": f"{one.case.number}　{long_text(one.on)}　{one.get_kind_display()}　{one.yen:,}円　{'領収書あり' if one.file_id else '領収書なし'}　{one.note}".strip()
        for place, one in enumerate(told[:MOST_SHOWN], start=1)
    }
    if rest := told[MOST_SHOWN:]:
        shown["事務所の申告 ほか"] = (
            f"{len(rest):,}件　{sum(one.yen for one in rest):,}円（請求書の画面にすべてあります）"
        )
    if missing := found.cost_yen - sum(one.yen for one in told):
        shown["事務所の申告にない実費"] = f"{missing:,}円"
    return shown


def carry_out(approval: Approval, *, by: Any) -> None:
    """The decision to pay is made. Raises ``MoneyRefused`` where the invoice does not stand as it was asked."""
    found = _locked(int(approval.subject_key))
    if found.state != State.AGREED or found.approval_id != approval.pk:
        raise MoneyRefused("請求書が、決裁に出したときの状態ではありません。照合からやり直してください。")
    found.state = State.APPROVED
    found.save(update_fields=["state"])
    audit.record(event="invoice.approved", by=by, target=found, detail={"yen": found.total_yen})


def lines_of(invoice: Invoice) -> list[fees.InvoiceLine]:
    return [fees.InvoiceLine(*row) for row in invoice.lines.order_by("pk").values_list(*fees.InvoiceLine._fields)]


def _locked(invoice_id: int) -> Invoice:
    locked_firm(Invoice.objects.get(pk=invoice_id).firm_id)
    found: Invoice = Invoice.objects.select_related("firm", "approval", "checked_by").get(pk=invoice_id)
    return found


def _check_lines(number: str, lines: Sequence[fees.InvoiceLine]) -> None:
    if not number:
        raise MoneyRefused("請求書番号を入れてください。")
    if not lines:
        raise MoneyRefused("請求する明細がありません。1件以上入れてください。")
    if len(lines) > MOST_LINES:
        raise MoneyRefused(f"明細は{MOST_LINES:,}件までにしてください。")
    for line in lines:
        if bool(line.case_number) != bool(line.route) or (line.route and line.route not in ROUTES):
            raise MoneyRefused(
                "明細には、件の番号と手段を両方入れてください（請求書全体の消費税だけの行は、両方を空けます）。"
            )
        if len(line.case_number) > 30 or min(line[2:]) < 0:
            raise MoneyRefused("件の番号は30文字まで、金額は0円以上にしてください。")
        if not line.route and (line.recovered_yen or line.fee_yen or line.cost_yen):
            raise MoneyRefused("件の番号のない行に書けるのは、請求書全体の消費税だけです。")


def month_text(month: date) -> str:
    return long_text(month).split("月")[0] + "月"
