from lawyers.models.case import LegalCase, LegalClaim, Mandate
from lawyers.models.court import Proceeding, ProceedingStep, Settlement
from lawyers.models.firm import Designation, Firm
from lawyers.models.money import (
    CaseCost,
    Invoice,
    InvoiceLine,
    MoneyDifference,
    Remittance,
    TrustReceipt,
)
from lawyers.models.packet import Packet
from lawyers.models.room import CaseEntry, CaseFile, CaseQuestion, MonthlyReport, Proposal

__all__ = [
    "CaseCost",
    "CaseEntry",
    "CaseFile",
    "CaseQuestion",
    "Designation",
    "Firm",
    "Invoice",
    "InvoiceLine",
    "LegalCase",
    "LegalClaim",
    "Mandate",
    "MoneyDifference",
    "MonthlyReport",
    "Packet",
    "Proceeding",
    "ProceedingStep",
    "Proposal",
    "Remittance",
    "Settlement",
    "TrustReceipt",
]
