"""収納の要確認: what a clerk proposes for a payment in doubt, and what happens when a second person agrees."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, Overpayment, Payment, PaymentCase
from claims.services import cancellations, receipts
from claims.services.allocation import Plan, plan_allocation, plan_of
from claims.services.posting import BookingRefused
from claims.services.settling import own_kinds
from debtors.joined import current_person
from debtors.models import Person
from debtors.rules.normalise import kana_key
from toyota_collect import approvals, audit
from toyota_collect.models import Approval

SUBJECT = "claims.payment_case"
Kind = PaymentCase.Kind
CAUSES = {Kind.DOUBLE: Overpayment.Cause.DOUBLE, Kind.LAPSED: Overpayment.Cause.EXCESS}
ACTIONS = {
    "allocate": "債権に充てる（残りは過誤納金）",
    "return": "全額を過誤納金とする",
    "unknown": "納付者不明として預かる",
    "no_money": "入金がないものとして終わらせる",
    "keep": "記帳のままとする",
}


class CaseRefused(Exception):
    """The proposal cannot be asked for or carried out; the message says why and what to do, in Japanese."""


@dataclass(frozen=True)
class Proposal:
    """What would be done. ``people``: whom the payment may come from, the likeliest first (for an unknown payer)."""

    action: str
    plan: Plan | None = None
    people: Sequence[Person] = field(default_factory=list)


def propose(case: PaymentCase, *, person: Person | None = None) -> Proposal:
    """The answer that fits the reason; ``person`` is whom the clerk found for an unknown payer."""
    payment = case.payment
    if case.kind == Kind.NO_FINAL:
        return Proposal("no_money")
    if case.kind == Kind.CONTRADICTS:
        return Proposal("no_money" if payment.receipt else "keep")
    if case.kind in (Kind.DOUBLE, Kind.LAPSED):
        return Proposal("return", _plan(payment, [], person))
    who = person or payment.person
    if who is None:
        return Proposal("unknown", people=likely_payers(payment))
    return Proposal("allocate", _plan(payment, _targets(payment) or _open_claims(who, payment), person))


def likely_payers(payment: Payment, *, limit: int = 8) -> list[Person]:
    """People whose kana is the payer's, or who owe exactly this amount, the nearer matches first."""
    key = kana_key(payment.payer_kana) if payment.payer_kana else ""
    by_kana = Q(kana_key=key) if key else Q(pk__in=[])
    owing = Claim.objects.outstanding().filter(
        principal_yen=payment.amount_yen, kind_id__in=own_kinds(on=payment.paid_on)
    )
    by_amount = set(owing.values_list("identity__person_id", flat=True)[:200]) - {None}
    named = list(Person.objects.filter(by_kana)[:50])
    others = Person.objects.filter(pk__in=by_amount - {one.pk for one in named})[:limit]
    ranked = sorted(named, key=lambda one: (one.pk not in by_amount, one.pk))
    return [*ranked, *others][:limit]


@transaction.atomic
def ask(
    *,
    case_id: int,
    action: str,
    by: Any,
    lines: Sequence[dict[str, int]] = (),
    person_id: int | None = None,
    reason: str = "",
) -> Approval:
    """Ask a second person to agree to the answer.

    Raises:
        CaseRefused: the case is closed or waits already, the answer does not fit the payment, or no person is named
            whom the money would be owed to.
    """
    case = _open(case_id)
    payment = case.payment
    person = Person.objects.filter(pk=person_id).first() or payment.person
    answer = {"action": action, "lines": list(lines), "person": person.pk if person else None, "kind": case.kind}
    evidence = _evidence(case, answer, person)
    case.answer = answer
    try:
        case.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(case.pk),
            subject_url=reverse("claims:payment-case", args=[case.pk]),
            title=f"収納の要確認：{case.get_kind_display()}（{payment.amount_yen:,}円）",
            amount_yen=payment.amount_yen,
            reason=reason,
            evidence=evidence,
            by=by,
        )
    except approvals.ApprovalRefused as error:
        raise CaseRefused(str(error)) from error
    case.save(update_fields=["answer", "approval"])
    return case.approval


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """Book the approved answer and close the case.

    Raises:
        CaseRefused: the ledger has moved on since; the decision does not stand.
    """
    case = _open(int(approval.subject_key))
    payment, answer = case.payment, case.answer | {"person": current_person(case.answer["person"])}
    if answer["kind"] != case.kind:
        raise CaseRefused(
            "案を作ったあとで、この納付について新しい知らせが届きました。差し戻して、案を作り直してください。"
        )
    note = f"{case.get_kind_display()}：{ACTIONS[answer['action']]}"
    try:
        if answer["action"] == "no_money":
            if payment.receipt:
                cancellations.cancel_receipt(
                    receipt_id=payment.receipt.pk, on=today, reason=case.get_kind_display(), by=by, today=today
                )
        elif answer["action"] != "keep":
            _book(payment, answer, cause=_cause(case, answer), note=note, by=by, today=today)
    except BookingRefused as refused:
        raise CaseRefused(str(refused)) from refused
    case.closed_at = payment.settled_at = timezone.now()
    case.save(update_fields=["closed_at"])
    payment.person_id, payment.note = answer["person"], note
    payment.save(update_fields=["settled_at", "person", "note"])
    audit.record(event="payment_case.closed", by=by, target=case, detail={"action": answer["action"]})


def _book(payment: Payment, answer: dict[str, Any], *, cause: str, note: str, by: Any, today: date) -> None:
    if payment.receipt is None:
        raise CaseRefused("この納付には、まだ入金がありません。確報を待ってください。")
    receipts.book_receipt(
        receipt_id=payment.receipt.pk,
        answer=answer["lines"],
        by=by,
        today=today,
        rest_as=cause,
        person_id=answer["person"],
        note=note,
    )


def _cause(case: PaymentCase, answer: dict[str, Any]) -> str:
    if answer["person"] is None:
        return Overpayment.Cause.UNKNOWN
    return CAUSES.get(Kind(case.kind), Overpayment.Cause.EXCESS)


def _open(case_id: int) -> PaymentCase:
    """The case with its payment, both locked: the payment first, as where a new line of a file settles it."""
    Payment.objects.select_for_update().get(case=case_id)
    case = (
        PaymentCase.objects.select_for_update(of=("self",))
        .select_related("payment__receipt", "payment__person")
        .get(pk=case_id)
    )
    if case.closed_at:
        raise CaseRefused("この件は、すでに終わっています。")
    return case


def _targets(payment: Payment) -> list[Claim]:
    own = own_kinds(on=payment.paid_on)
    claims = Claim.objects.filter(payment_targets__payment=payment, kind_id__in=own).outstanding()
    return list(claims.select_related("kind"))


def _open_claims(person: Person, payment: Payment) -> list[Claim]:
    """What the person owes of kinds we book and that a payment may still go to."""
    claims = Claim.objects.outstanding().alive(on=payment.paid_on)
    mine = claims.filter(identity__person=person, kind_id__in=own_kinds(on=payment.paid_on))
    return list(mine.select_related("kind"))


def _plan(payment: Payment, claims: Sequence[Claim], person: Person | None) -> Plan:
    yen = payment.receipt.left_yen if payment.receipt else payment.amount_yen
    if claims or person is None:
        return plan_allocation(claims, yen=yen, on=payment.paid_on)
    return Plan(payment.paid_on, yen)


def _evidence(case: PaymentCase, answer: dict[str, Any], person: Person | None) -> dict[str, Any]:
    payment, action = case.payment, answer["action"]
    if action not in ACTIONS:
        raise CaseRefused("処理のしかたを選んでください。")
    if action in ("no_money", "keep") and case.kind not in (Kind.NO_FINAL, Kind.CONTRADICTS):
        raise CaseRefused("入金の有無を問うのは、確報が届かないときか、取消と確報の両方が届いたときだけです。")
    if action == "keep" and payment.receipt and payment.receipt.left_yen:
        raise CaseRefused("まだ充当していない額があります。債権に充てるか、過誤納金としてください。")
    if action in ("allocate", "return") and person is None:
        raise CaseRefused("納付した人を選んでください。分からないときは、納付者不明として預かってください。")
    if action in ("return", "unknown") and answer["lines"]:
        raise CaseRefused("充当先を選んだときは「債権に充てる」を選んでください。")
    if action == "unknown" and person is not None:
        raise CaseRefused("納付者が分かっています。債権に充てるか、過誤納金としてください。")
    shown: dict[str, Any] = {
        "納付日": payment.paid_on.isoformat(),
        "納付額（円）": payment.amount_yen,
        "納付方法": payment.get_feed_display(),
        "番号": payment.slip_code or payment.reference or "なし",
        "納付者（カナ）": payment.payer_kana or "なし",
        "理由": case.explanation,
        "処理": ACTIONS[action],
    }
    if person:
        shown["人"] = f"{person.name}（{person.number}）"
    if action in ("allocate", "return", "unknown"):
        if payment.receipt is None:
            raise CaseRefused("この納付には、まだ入金がありません。確報を待ってください。")
        plan = plan_of(answer["lines"], yen=payment.receipt.left_yen, on=payment.paid_on)
        shown["充当（円）"] = {
            f"{share.claim.kind.short_name} {share.claim.notice_number} {share.claim.instalment_label}": share.yen
            for share in plan.shares
        }
        shown["過誤納金・預り（円）"] = plan.rest_yen
    return shown
