"""What debtors decides and writes: identities as the sections send them, and the persons they are linked to."""

from debtors.services.linking import link_new_identities
from debtors.services.people import refresh_people
from debtors.services.question_finding import find_open_questions

__all__ = ["find_open_questions", "link_new_identities", "refresh_people"]
