"""Whose letter bears a number (文書番号): what a visitor holds in the hand finds the person."""

import re
from collections.abc import Iterable
from typing import Any

from claims.models import Acknowledgement, Plan
from debtors.models import Person
from notices.models import Dunning, Letter, Notice
from toyota_collect.models import Document
from toyota_collect.permissions import Permission, allows

OF_PERSON, OF_PLAN = "debtors.person", "claims.plan"
_YEAR = re.compile(r"^(令和(?:\d+|元)年度)(?=\S)")  # the search leaves out blanks, the register of documents has one


def people_by_document(number: str, user: Any) -> Iterable[int]:
    """People to whom a letter, a notice or a deed with this number was made out, for those who may see letters."""
    if not allows(user, Permission.LETTER_VIEW):
        return set()
    found: set[int] = set()
    written = {number, _YEAR.sub(r"\1 ", number)}
    for model in (Letter, Dunning, Notice):
        found |= set(model.objects.filter(number__in=written).exclude(number="").values_list("person", flat=True))
    found |= set(Acknowledgement.objects.filter(document__number__in=written).values_list("person", flat=True))
    for kind, key in Document.objects.filter(number__in=written).values_list("subject_type", "subject_key"):
        if kind == OF_PERSON:
            found |= set(Person.objects.filter(number=key).values_list("pk", flat=True))
        elif kind == OF_PLAN and key.isdecimal():
            found |= set(Plan.objects.filter(pk=int(key)).values_list("person", flat=True))
    return found
