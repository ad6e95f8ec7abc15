from claims.models.acknowledgement import Acknowledgement, AcknowledgementLine
from claims.models.claim import Claim, ClaimEvent, ClaimParty
from claims.models.claim_end import ClaimEnd, ClaimEndLine, EndGround
from claims.models.evidence import ClaimEvidence, EvidenceKind, EvidenceNeed
from claims.models.gaiji import Gaiji
from claims.models.handover import Handover, HandoverLine
from claims.models.hold import Hold
from claims.models.hold_terms import HoldTerms
from claims.models.intake import ControlTotal, ImportBatch, ImportFile, KnownLines, RejectedRow
from claims.models.kind import ClaimGroup, ClaimKind, ClaimKindTerms, LateChargeRate
from claims.models.layouts import SourceLayout
from claims.models.ledger import Entry, FrozenYear, Receipt, ReceiptCancellation, SealBlock
from claims.models.measure import Measure, MeasureCheck, MeasureClaim
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
from claims.models.preview import ImportPreview, PreviewFile
from claims.models.reduction import LateReduction
from claims.models.slip import Slip, SlipLine
from claims.models.standard import StandardExport
from claims.models.taking_back import TakingBack
from claims.models.untouched import BoardDay, UntouchedPerson

__all__ = [
    "Acknowledgement",
    "AcknowledgementLine",
    "BoardDay",
    "BookingSource",
    "Claim",
    "ClaimEnd",
    "ClaimEndLine",
    "ClaimEvent",
    "ClaimEvidence",
    "ClaimGroup",
    "ClaimKind",
    "ClaimKindTerms",
    "ClaimParty",
    "ControlTotal",
    "DayClose",
    "EndGround",
    "Entry",
    "EvidenceKind",
    "EvidenceNeed",
    "Feed",
    "FrozenYear",
    "Gaiji",
    "Handover",
    "HandoverLine",
    "Hold",
    "HoldTerms",
    "ImportBatch",
    "ImportFile",
    "ImportPreview",
    "KnownLines",
    "LateChargeRate",
    "LateReduction",
    "Measure",
    "MeasureCheck",
    "MeasureClaim",
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
    "PreviewFile",
    "Receipt",
    "ReceiptCancellation",
    "ReceiptFile",
    "Refund",
    "RefundAccount",
    "RejectedRow",
    "SealBlock",
    "Slip",
    "SlipLine",
    "SourceLayout",
    "StandardExport",
    "TakingBack",
    "TransferFile",
    "UntouchedPerson",
]
