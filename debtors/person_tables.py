"""What becomes of the debtors' own rows when two people are found to be one (名寄せ), or are parted."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from debtors.models import CounterVisit, WorkItem
from toyota_collect.registry import PersonTable, Registry


def register(registry: Registry) -> None:
    registry.person_table(
        # The link itself: joining and parting write these three with their own words.
        PersonTable("debtors.sourceidentity.person", "登録"),
        PersonTable("debtors.identitylink.person"),
        PersonTable("debtors.protectionflag.person"),
        PersonTable("debtors.joining.kept"),
        PersonTable("debtors.joining.emptied"),
        PersonTable("debtors.callturn.person"),  # of a day that is over tomorrow
        PersonTable("debtors.postponement.person"),  # of a few days; what the other's facts add ends it anyway
        PersonTable(
            "debtors.countervisit.person",
            "来庁の受付",
            moves=Q(closed_at=None),
            fit=_unless_the_other_is_here,
            matters=Q(closed_at=None),
            decide="どちらの人が来庁しているかを確かめ、受付を終えるか、受け付け直す",
            as_one=True,
        ),
        PersonTable("debtors.assignment.person"),  # each person has an officer; who is emptied owes nothing
        PersonTable("debtors.contact.person", "経過", decide="書いた職員に、どちらの人との話かを確かめる", as_one=True),
        PersonTable(
            "debtors.workitem.person",
            "次の一手",
            moves=Q(closed_at=None),
            fit=_beside_the_others,
            matters=Q(closed_at=None),
            decide="どちらの人の件かを確かめ、済みにするか、もう一方の人に作り直す",
            as_one=True,
        ),
    )


def _beside_the_others(item: WorkItem, person_id: int) -> Mapping[str, Any]:
    """One step is open for each subject: the second keeps its own name behind it, until somebody closes it."""
    same = WorkItem.objects.filter(person=person_id, subject_key=item.subject_key, closed_at=None)
    return {"subject_key": f"{item.subject_key}@{item.person_id}"[:80]} if same.exists() else {}


def _unless_the_other_is_here(visit: CounterVisit, person_id: int) -> Mapping[str, Any] | None:
    """One visit is open for a person: the second stays where it was written, and is ended there."""
    return None if CounterVisit.objects.filter(person=person_id, closed_at=None).exists() else {}
