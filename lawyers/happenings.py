"""What happened to a person's claims with lawyers, in the person's course."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse

from debtors.joined import together
from debtors.models import Person
from debtors.presence import nothing_of
from lawyers.models import LegalCase
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Happening


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """Handed over, taken on and ended: for those who may know of the case."""
    people = together(person.pk)
    if not allows(user, Permission.LAWYER_OFFICE) or nothing_of(LegalCase, people):
        return
    for case in LegalCase.objects.filter(person__in=people, handed_on__isnull=False).select_related("mandate__firm"):
        url, firm = reverse("lawyers:case", args=[case.pk]), case.firm
        steps = [
            (case.handed_on, f"弁護士へ委任した（{firm}・{case.number}）"),
            (case.accepted_on, f"事務所が受任した（{case.number}）"),
            (case.ended_on, f"弁護士の件が終わった（{case.get_state_display()}）"),
        ]
        for day, text in steps:
            if day:
                yield Happening(day, "弁護士", text, tone="hold", topic="decision", url=url, action="件を開く")
