"""Which slip or instalment a payment is meant for, and the state that its lines give it."""

from collections.abc import Iterable

from claims.models import Claim, Payment, PaymentTarget, Slip

State = Payment.State


def state_of(statuses: Iterable[str]) -> str:
    """The state that a set of lines gives: 確報 settles it, a 取消 without 確報 ends it. The order does not matter.

    Raises:
        ValueError: no line at all.
    """
    seen = set(statuses)
    for state in (State.FINAL, State.CANCELLED, State.FAILED, State.PROVISIONAL):
        if state in seen:
            return state
    raise ValueError("no line tells of the payment")


def recognise(payment: Payment) -> None:
    """Set slip, person and targets: by the slip, or by the one instalment that the reference names. Saves nothing else."""
    slip = _slip_of(payment)
    if slip:
        payment.slip, payment.person_id = slip, slip.person_id
        remember_targets(payment, slip.lines.values_list("claim_id", flat=True))
    elif claim := claim_named(payment.reference):
        payment.person_id = claim.identity.person_id
        remember_targets(payment, [claim.pk])


def remember_targets(payment: Payment, claim_ids: Iterable[int]) -> None:
    """The claims a payment is meant for; while it is unsettled nobody presses for them."""
    PaymentTarget.objects.bulk_create(
        [PaymentTarget(payment=payment, claim_id=pk) for pk in claim_ids], ignore_conflicts=True
    )


def claim_named(reference: str) -> Claim | None:
    """The instalment of a reference 通知書番号-期別; ``None`` unless exactly one bears it."""
    notice, dash, instalment = reference.rpartition("-")
    if not (dash and notice and instalment.isdecimal()):
        return None
    found = Claim.objects.filter(notice_number=notice, instalment=int(instalment)).select_related("identity")[:2]
    return found[0] if len(found) == 1 else None


def _slip_of(payment: Payment) -> Slip | None:
    """By the 44 digits, or by the number printed for people."""
    if payment.slip_code:
        return Slip.objects.filter(barcode=payment.slip_code).order_by("-pk").first()
    if payment.reference:
        return Slip.objects.filter(reference=payment.reference).order_by("-pk").first()
    return None
