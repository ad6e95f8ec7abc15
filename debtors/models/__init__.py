from debtors.models.contact import Contact, WorkItem
from debtors.models.person import IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem

__all__ = ["Contact", "IdentityLink", "Person", "ProtectionFlag", "SourceIdentity", "SourceSystem", "WorkItem"]
