"""Support goes where the person goes; when people are parted, whose it was is asked."""

from django.db.models import Q

from toyota_collect.registry import PersonTable, Registry


def register(registry: Registry) -> None:
    registry.person_table(
        PersonTable(
            "welfare.referral.person",
            "つなぎ",
            moves=Q(),
            decide="どちらの人をつないだかを、相談支援員に確かめる",
            name=lambda referral: referral.get_state_display(),
        )
    )
