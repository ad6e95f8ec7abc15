from debtors.models.contact import Contact, WorkItem
from debtors.models.life_event import LifeEvent
from debtors.models.person import IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem
from debtors.models.relations import PersonRelation

__all__ = [
    "Contact",
    "IdentityLink",
    "LifeEvent",
    "Person",
    "PersonRelation",
    "ProtectionFlag",
    "SourceIdentity",
    "SourceSystem",
    "WorkItem",
]
