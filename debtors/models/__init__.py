from debtors.models.contact import Contact, WorkItem
from debtors.models.person import FormerFact, IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem

__all__ = [
    "Contact",
    "FormerFact",
    "IdentityLink",
    "Person",
    "ProtectionFlag",
    "SourceIdentity",
    "SourceSystem",
    "WorkItem",
]
