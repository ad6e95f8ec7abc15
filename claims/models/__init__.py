from claims.models.claim import Claim, ClaimEvent, ClaimParty
from claims.models.hold import Hold
from claims.models.intake import ControlTotal, ImportBatch, ImportFile, RejectedRow
from claims.models.kind import ClaimGroup, ClaimKind, ClaimKindTerms, LateChargeRate
from claims.models.ledger import Entry, Receipt, SealBlock

__all__ = [
    "Claim",
    "ClaimEvent",
    "ClaimGroup",
    "ClaimKind",
    "ClaimKindTerms",
    "ClaimParty",
    "ControlTotal",
    "Entry",
    "Hold",
    "ImportBatch",
    "ImportFile",
    "LateChargeRate",
    "Receipt",
    "RejectedRow",
    "SealBlock",
]
