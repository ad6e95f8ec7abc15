"""What stands on imported claims, receipts and overpayments, so that their import cannot be taken back."""

from django.db.models import Q

from toyota_collect.registry import Dependent, Registry


def register(registry: Registry) -> None:
    registry.dependent(
        Dependent("claims.hold.claim", "猶予・保留", since="placed_at"),
        Dependent("claims.measureclaim.claim", "猶予・停止の案", since="measure__made_at"),
        Dependent("claims.planclaim.claim", "分納", since="plan__made_at"),
        Dependent("claims.planline.claim"),  # of a plan, which counts already
        Dependent("claims.acknowledgementline.claim", "債務承認書", since="acknowledgement__made_at"),
        Dependent("claims.slipline.claim", "納付書", since="slip__made_at"),
        Dependent("claims.paymenttarget.claim", "納付の知らせ", since="payment__first_seen_on"),
        Dependent("claims.claimendline.claim", "不納欠損", since="end__made_at"),
        Dependent("claims.latereduction.claim", "延滞金等の減免", since="made_at"),
        Dependent("claims.handoverline.claim", "移管", since="handover__drafted_on"),
        Dependent("claims.claimevidence.claim", "証拠書類", since="at"),
        Dependent("claims.claimparty.claim", "関係者"),  # stands by the claim, whatever its figures
        Dependent("claims.claimevent.claim", "時効に関わるできごと", Q(withdrawn_at=None), since="written_at"),
        Dependent("claims.payment.receipt", "納付の知らせ"),
        Dependent("claims.refund.overpayment", "還付"),
        # The service looks at these itself: which of them are the file's own it alone knows.
        Dependent("claims.entry.claim"),
        Dependent("claims.entry.receipt"),
        Dependent("claims.entry.overpayment"),
        Dependent("claims.receiptcancellation.receipt"),
        Dependent("claims.claim.identity"),
    )
