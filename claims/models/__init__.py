from claims.models.claim import Claim, ClaimEvent, ClaimParty
from claims.models.hold import Hold
from claims.models.intake import ControlTotal, ImportBatch, ImportFile, RejectedRow
from claims.models.kind import ClaimGroup, ClaimKind, ClaimKindTerms, LateChargeRate
from claims.models.ledger import Entry, FrozenYear, Receipt, ReceiptCancellation, SealBlock
from claims.models.overpayment import Overpayment, Refund, RefundAccount, TransferFile
from claims.models.payment import (
    BookingSource,
    DayClose,
    Feed,
    Payment,
    PaymentCase,
    PaymentLine,
    PaymentTarget,
    ReceiptFile,
)
from claims.models.plan import Plan, PlanBreach, PlanClaim, PlanInstalment, PlanLine
from claims.models.slip import Slip, SlipLine

__all__ = [
    "BookingSource",
    "Claim",
    "ClaimEvent",
    "ClaimGroup",
    "ClaimKind",
    "ClaimKindTerms",
    "ClaimParty",
    "ControlTotal",
    "DayClose",
    "Entry",
    "Feed",
    "FrozenYear",
    "Hold",
    "ImportBatch",
    "ImportFile",
    "LateChargeRate",
    "Overpayment",
    "Payment",
    "PaymentCase",
    "PaymentLine",
    "PaymentTarget",
    "Plan",
    "PlanBreach",
    "PlanClaim",
    "PlanInstalment",
    "PlanLine",
    "Receipt",
    "ReceiptCancellation",
    "ReceiptFile",
    "Refund",
    "RefundAccount",
    "RejectedRow",
    "SealBlock",
    "Slip",
    "SlipLine",
    "TransferFile",
]
