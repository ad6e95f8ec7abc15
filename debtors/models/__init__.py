from debtors.models.contact import Contact, WorkItem
from debtors.models.matching import Joining, MatchQuestion, NeverLink
from debtors.models.person import FormerFact, IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem

__all__ = [
    "Contact",
    "FormerFact",
    "IdentityLink",
    "Joining",
    "MatchQuestion",
    "NeverLink",
    "Person",
    "ProtectionFlag",
    "SourceIdentity",
    "SourceSystem",
    "WorkItem",
]
