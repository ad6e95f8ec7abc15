"""What becomes of one payment: booked by itself where everything agrees, otherwise a case with its explanation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from claims.models import Claim, Payment, PaymentCase, PaymentTarget, Receipt, Slip
from claims.services import receipts
from claims.services.allocation import Share, has_lapsed
from claims.services.charges import amounts_due
from claims.services.posting import BookingRefused, post_receipt
from claims.services.recognition import recognise, state_of
from claims.services.settling import own_kinds
from toyota_collect.money import comma
from toyota_collect.permissions import Ground

State = Payment.State
Kind = PaymentCase.Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind`` "": everything agrees and ``shares`` may be booked. Otherwise why two people have to look."""

    kind: str
    explanation: str
    shares: tuple[Share, ...] = ()


@transaction.atomic
def settle(payment: Payment, *, by: Any, today: date) -> None:
    """Bring a payment to where its lines say it is. Safe to call again after each new line, in any order."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.slip_id is None:
        recognise(payment)
    statuses = set(payment.lines.values_list("status", flat=True))
    _take_final_facts(payment)
    payment.state = state_of(statuses)
    payment.save()
    if {State.FINAL, State.CANCELLED} <= statuses:
        examine(payment)  # what of it the section books is no receipt of ours
        _receive(payment, by=by)
        if not PaymentCase.objects.filter(payment=payment, kind=Kind.CONTRADICTS).exists():
            open_case(
                payment,
                kind=Kind.CONTRADICTS,
                explanation="同じ納付に、確報と取消の両方が届きました。収納代行会社に、入金があるか照会してください。",
                today=today,
            )
    elif payment.state == State.FINAL:
        _settle_final(payment, by=by, today=today)
    elif payment.state in (State.CANCELLED, State.FAILED):
        _end(payment, "入金はありません。")


def open_case(payment: Payment, *, kind: str, explanation: str, today: date) -> PaymentCase:
    """Put the payment in the queue; a payment has one case, which takes the latest reason while it is open."""
    case, _ = PaymentCase.objects.update_or_create(
        payment=payment,
        defaults={"kind": kind, "explanation": explanation[:500], "closed_at": None},
        create_defaults={"kind": kind, "explanation": explanation[:500], "opened_on": today},
    )
    Payment.objects.filter(pk=payment.pk).update(settled_at=None)
    return case


def _take_final_facts(payment: Payment) -> None:
    """確報 is what counts: its amount and days replace those of the 速報."""
    final = payment.lines.filter(status=State.FINAL).first()
    if final:
        payment.amount_yen, payment.paid_on, payment.value_on = final.amount_yen, final.paid_on, final.value_on


def _settle_final(payment: Payment, *, by: Any, today: date) -> None:
    if payment.settled_at:
        return
    finding = examine(payment)
    receipt = _receive(payment, by=by)
    if finding.kind:
        open_case(payment, kind=finding.kind, explanation=finding.explanation, today=today)
        return
    if receipt is None:  # the section books all of it
        return
    try:
        with transaction.atomic():
            receipts.book_receipt(
                receipt_id=receipt.pk,
                answer=[share.as_json() for share in finding.shares],
                by=by,
                today=today,
                note=finding.explanation[:200],
            )
    except BookingRefused as refused:
        open_case(payment, kind=Kind.DIFFERS, explanation=str(refused), today=today)
        return
    _end(payment, finding.explanation)


def examine(payment: Payment) -> Finding:
    """What stands in the way of booking the payment as its slip says, or nothing."""
    claims = list(
        Claim.objects.filter(payment_targets__payment=payment)
        .select_related("kind", "identity")
        .order_by("due_on", "pk")
    )
    if not claims:
        return Finding(
            Kind.UNKNOWN, "納付書の番号から、相手の債権が見つかりません。番号・カナ・金額からさがしてください。"
        )
    own = own_kinds(on=payment.paid_on)
    asked = _asked(payment, claims)
    section_yen = sum(sum(asked[claim.pk]) for claim in claims if claim.kind_id not in own)
    ours = [claim for claim in claims if claim.kind_id in own]
    slip = payment.slip
    want_yen = sum(map(sum, asked.values()))
    if not ours:
        _note_section_part(payment, payment.amount_yen)
        return Finding("", "所管課が記帳する債権です。所管課の収納データを待っています。")
    _note_section_part(payment, min(section_yen, payment.amount_yen - 1))
    if payment.amount_yen != want_yen:
        return Finding(
            Kind.DIFFERS,
            f"納付書の額は{comma(want_yen)}円ですが、{comma(payment.amount_yen)}円の納付がありました。"
            "どの債権に充てるかを決めてください。",
        )
    dues = amounts_due(ours, as_of=payment.paid_on)
    shares = tuple(Share(claim, dues[claim.pk], *asked[claim.pk]) for claim in ours)
    if lapsed := [share.claim for share in shares if has_lapsed(share, payment.paid_on)]:
        return Finding(
            Kind.LAPSED,
            f"{lapsed[0].kind.short_name} {lapsed[0].notice_number} は、納付の日には時効が完成していました。"
            "公債権は受け取れません（地方税法18条2項の例）。過誤納金として返す案を作ってください。",
        )
    if all(share.fits() for share in shares):
        note = _old_slip_note(slip) if slip and slip.voided_on else ""
        return Finding("", note, shares)
    return _too_much(slip, shares)


def _asked(payment: Payment, claims: Sequence[Claim]) -> dict[int, tuple[int, int, int, int]]:
    """Yen per component (principal, fee, late, cost) that the payment was asked for, by claim id."""
    if payment.slip:
        lines = payment.slip.lines.all()
        return {line.claim_id: (line.principal_yen, line.fee_yen, line.late_yen, line.cost_yen) for line in lines}
    (claim,) = claims
    due = amounts_due([claim], as_of=payment.paid_on)[claim.pk]
    if payment.amount_yen == due.principal_yen:
        return {claim.pk: (due.principal_yen, 0, 0, 0)}
    return {claim.pk: (due.principal_yen, due.fee_yen, due.late_yen, due.cost_yen)}


def _too_much(slip: Slip | None, shares: Sequence[Share]) -> Finding:
    over = sum(max(0, share.yen - share.due.total_yen) for share in shares)
    paid = [share.claim for share in shares if not share.due.total_yen]
    if slip and slip.voided_on:
        return Finding(Kind.OLD_SLIP, f"{_old_slip_note(slip)} 今の未納額に合わないため、充当先を決めてください。")
    if paid:
        named = "、".join(f"{c.kind.short_name} {c.notice_number} {c.instalment_label}" for c in paid[:3])
        return Finding(
            Kind.DOUBLE, f"{named} はすでに納付済みです。二重の納付かもしれません（{comma(over)}円が余ります）。"
        )
    return Finding(Kind.EXCESS, f"今の未納額より{comma(over)}円多い納付です。残りを過誤納金とする案を作ってください。")


def _old_slip_note(slip: Slip) -> str:
    newer = f"（新しい納付書 {slip.replaced_by.reference}）" if slip.replaced_by else ""
    return (
        f"{slip.voided_on:%Y-%m-%d}に無効になった古い納付書 {slip.reference} での納付です{newer}。{slip.void_reason}。"
    )


def _note_section_part(payment: Payment, yen: int) -> None:
    if payment.section_yen != yen:
        payment.section_yen = yen
        payment.save(update_fields=["section_yen"])


def _receive(payment: Payment, *, by: Any) -> Receipt | None:
    """The receipt of our own part of a final payment, made once; ``None`` where the section books all of it."""
    if payment.receipt_id:
        return payment.receipt
    own_yen = payment.amount_yen - payment.section_yen
    if not own_yen:
        return None
    grounds = set(PaymentTarget.objects.filter(payment=payment).values_list("claim__ground", flat=True))
    payment.receipt = post_receipt(
        [],
        number=f"P{payment.pk:09d}",
        paid_on=payment.paid_on,
        booked_on=payment.value_on or payment.paid_on,
        channel=_channel(payment),
        yen=own_yen,
        ground=grounds.pop() if len(grounds) == 1 else Ground.TAX,  # the strictest where it is mixed or not known
        by=by,
        detail={"payment": payment.pk, "yen": own_yen},
    )
    payment.save(update_fields=["receipt"])
    return payment.receipt


def _channel(payment: Payment) -> str:
    return Receipt.Channel.EL_QR if payment.feed == "el_tax" else payment.feed


def _end(payment: Payment, note: str) -> None:
    """Nothing is in doubt any more: a case that was open is over, and what was proposed for it can no longer be done."""
    PaymentCase.objects.filter(payment=payment, closed_at=None).update(closed_at=timezone.now())
    payment.settled_at = timezone.now()
    if note:
        payment.note = note[:300]
    payment.save(update_fields=["settled_at", "note"])
