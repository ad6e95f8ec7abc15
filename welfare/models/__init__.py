"""Models of the welfare app, one matter per file."""

from welfare.models.answers import ResultSuggestion, SupportResult
from welfare.models.case import CaseNote, CaseResult, ContactAttempt, SupportCase
from welfare.models.consent import ConferenceDecision, Consent
from welfare.models.question import LawyerQuestion
from welfare.models.referral import Meeting, Referral
from welfare.models.respite import Benefit, BenefitCheck, ReliefOffer, Respite, RespiteReview
from welfare.models.signals import FlagAssessment, HardshipFlag, SignalRule

__all__ = [
    "Benefit",
    "BenefitCheck",
    "CaseNote",
    "CaseResult",
    "ConferenceDecision",
    "Consent",
    "ContactAttempt",
    "FlagAssessment",
    "HardshipFlag",
    "LawyerQuestion",
    "Meeting",
    "Referral",
    "ReliefOffer",
    "Respite",
    "RespiteReview",
    "ResultSuggestion",
    "SignalRule",
    "SupportCase",
    "SupportResult",
]
