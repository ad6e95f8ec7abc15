"""Support goes where the person goes; when people are parted, whose it was is asked."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from toyota_collect.registry import PersonTable, Registry
from welfare.models import HardshipFlag


def register(registry: Registry) -> None:
    registry.person_table(
        PersonTable(
            "welfare.referral.person",
            "つなぎ",
            moves=Q(),
            decide="どちらの人をつないだかを、相談支援員に確かめる",
            name=lambda referral: referral.get_state_display(),
        ),
        PersonTable(
            "welfare.hardshipflag.person",
            "困窮のサイン",
            moves=Q(),
            fit=_one_waiting,
            matters=Q(state__in=["open", "later", "confirmed"]),
            decide="サインは翌朝に調べ直されます。見立て済みのものは、どちらの人のことかを確かめる",
            name=lambda flag: flag.get_state_display(),
        ),
    )


def _one_waiting(flag: HardshipFlag, person_id: int) -> Mapping[str, Any] | None:
    """One flag waits for a person: the second stays where it was found, and the next run ends it."""
    if flag.state in flag.WAITING and HardshipFlag.objects.waiting().filter(person=person_id).exists():
        return None
    return {}
