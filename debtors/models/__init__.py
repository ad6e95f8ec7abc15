from debtors.models.contact import Contact, WorkItem
from debtors.models.life_event import LifeEvent
from debtors.models.mailing_address import MailingAddress, OutsideEntry
from debtors.models.matching import Joining, MatchQuestion, NeverLink
from debtors.models.person import FormerFact, IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem
from debtors.models.relations import PersonRelation
from debtors.models.safe_route import SafeRoute

__all__ = [
    "Contact",
    "FormerFact",
    "IdentityLink",
    "Joining",
    "LifeEvent",
    "MailingAddress",
    "MatchQuestion",
    "NeverLink",
    "OutsideEntry",
    "Person",
    "PersonRelation",
    "ProtectionFlag",
    "SafeRoute",
    "SourceIdentity",
    "SourceSystem",
    "WorkItem",
]
