from debtors.models.contact import Contact, WorkItem
from debtors.models.desk import Absence, Assignment, AssignmentRule, NextActionRule
from debtors.models.life_event import LifeEvent
from debtors.models.mailing_address import MailingAddress, OutsideEntry
from debtors.models.matching import Joining, MatchQuestion, NeverLink
from debtors.models.person import FormerFact, IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem
from debtors.models.relations import PersonRelation

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentRule",
    "Contact",
    "FormerFact",
    "IdentityLink",
    "Joining",
    "LifeEvent",
    "MailingAddress",
    "MatchQuestion",
    "NeverLink",
    "NextActionRule",
    "OutsideEntry",
    "Person",
    "PersonRelation",
    "ProtectionFlag",
    "SourceIdentity",
    "SourceSystem",
    "WorkItem",
]
