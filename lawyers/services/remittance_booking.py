"""What a firm's receipts pay, before and when they are booked: the claims of their own case and nothing else."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from claims.models import Claim, Overpayment, Receipt
from claims.services.allocation import Plan, plan_allocation
from claims.services.posting import BookingRefused, post_receipt
from claims.services.receipts import book_receipt, lock_claims
from lawyers.models import LegalClaim, Remittance, TrustReceipt
from lawyers.services.money import MoneyRefused, shares_of
from toyota_collect.permissions import Ground


def number_of(taken: TrustReceipt) -> str:
    """The number of our receipt: one of the firm's is booked under it once."""
    return f"L{taken.pk:09d}"


def plan_for(taken: TrustReceipt) -> Plan:
    """What it would pay as the ledger stands: of its case the claims that we book and that may still be paid."""
    return plan_allocation(_claims(taken), yen=taken.yen, on=taken.received_on)


def book_receipts(remittance: Remittance, taken: Sequence[TrustReceipt], *, by: Any, on: date) -> list[str]:
    """One receipt for each, paid on the day the firm took it, in that order; give their numbers. Call it in a transaction."""
    cases = {one.case_id for one in taken}
    lock_claims(LegalClaim.objects.filter(case__in=cases).values_list("claim", flat=True))
    try:
        for one in taken:
            one.receipt = _book(remittance, one, by=by, on=on)
            one.save(update_fields=["receipt"])
    except BookingRefused as refused:
        raise MoneyRefused(f"記帳できません。{refused}") from refused
    return [number_of(one) for one in taken]


def _book(remittance: Remittance, taken: TrustReceipt, *, by: Any, on: date) -> Receipt:
    claims = _claims(taken)
    grounds = {claim.ground for claim in claims}
    receipt = post_receipt(
        [],
        number=number_of(taken),
        paid_on=taken.received_on,
        booked_on=remittance.arrived_on,
        channel=Receipt.Channel.LAWYERS,
        yen=taken.yen,
        ground=grounds.pop() if len(grounds) == 1 else Ground.CONTRACT,
        by=by,
        detail={"yen": taken.yen, "case": taken.case.number, "remittance": remittance.pk},
    )
    plan = plan_allocation(claims, yen=taken.yen, on=taken.received_on)
    book_receipt(
        receipt_id=receipt.pk,
        answer=[share.as_json() for share in plan.shares if share.yen],
        by=by,
        today=on,
        rest_as=Overpayment.Cause.EXCESS,
        person_id=taken.case.person_id,
        note=f"弁護士の預り金（{taken.case.number}）",
    )
    receipt.refresh_from_db()
    return receipt


def _claims(taken: TrustReceipt) -> list[Claim]:
    return [share.claim for share in shares_of([taken.case], on=taken.received_on)[taken.case_id]]
