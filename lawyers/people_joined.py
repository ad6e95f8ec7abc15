"""A case with lawyers goes where the person goes; when people are parted, whose it was is told by the claims it names."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse

from claims.people_joined import through
from lawyers.models import LegalCase
from toyota_collect.registry import Dependent, PersonTable, Registry


def register(registry: Registry) -> None:
    registry.person_table(
        PersonTable(
            "lawyers.legalcase.person",
            "弁護士の件",
            moves=Q(),
            fit=_once_a_mandate,
            concerns=through(LegalCase, "lines__claim__identity"),
            matters=Q(state__in=["picked", "handed", "accepted"]),
            decide="2人分の期別を含む件です。事務所に知らせ、人ごとに委任し直す",
            name=lambda case: f"{case.number}（{case.get_state_display()}）",
            url=lambda case: reverse("lawyers:case", args=[case.pk]),
        )
    )
    registry.dependent(
        Dependent("lawyers.legalclaim.claim", "弁護士への委任", since="case__mandate__drafted_on"),
        Dependent("lawyers.trustreceipt.receipt"),  # a receipt of our own: no import brings it
    )
    registry.rare |= {"lawyers.legalcase.person", "lawyers.legalclaim.claim"}


def _once_a_mandate(case: LegalCase, person_id: int) -> Mapping[str, Any] | None:
    """Two cases of one mandate cannot stand under one person: the second stays, and is shown through."""
    other = LegalCase.objects.filter(mandate=case.mandate_id, person=person_id).exclude(state=LegalCase.State.DROPPED)
    return None if other.exists() else {}
