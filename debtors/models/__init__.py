from debtors.models.calls import CallTurn
from debtors.models.contact import Contact, WorkItem
from debtors.models.desk import Absence, Assignment, AssignmentRule, NextActionRule
from debtors.models.extraction import Extraction, ExtractionExport, ExtractionVersion
from debtors.models.life_event import LifeEvent
from debtors.models.mailing_address import MailingAddress, OutsideEntry
from debtors.models.matching import Joining, MatchQuestion, NeverLink
from debtors.models.person import FormerFact, IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem
from debtors.models.postponement import Postponement
from debtors.models.relations import PersonRelation
from debtors.models.reveal import AddressReveal
from debtors.models.safe_route import SafeRoute
from debtors.models.visit import CounterVisit
from debtors.models.wording import CallScript, OutcomeRule, Snippet

__all__ = [
    "Absence",
    "AddressReveal",
    "Assignment",
    "AssignmentRule",
    "CallScript",
    "CallTurn",
    "Contact",
    "CounterVisit",
    "Extraction",
    "ExtractionExport",
    "ExtractionVersion",
    "FormerFact",
    "IdentityLink",
    "Joining",
    "LifeEvent",
    "MailingAddress",
    "MatchQuestion",
    "NeverLink",
    "NextActionRule",
    "OutcomeRule",
    "OutsideEntry",
    "Person",
    "PersonRelation",
    "Postponement",
    "ProtectionFlag",
    "SafeRoute",
    "Snippet",
    "SourceIdentity",
    "SourceSystem",
    "WorkItem",
]
