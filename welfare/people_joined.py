"""Support goes where the person goes; when people are parted, whose it was is asked."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from toyota_collect.registry import PersonTable, Registry
from welfare.models import HardshipFlag, LawyerQuestion, Referral
from welfare.services.referrals import UNDER_WAY

ALL = Q()


def register(registry: Registry) -> None:
    registry.person_table(
        PersonTable(
            "welfare.referral.person",
            "つなぎ",
            moves=ALL,
            fit=_one_under_way,
            decide="どちらの人をつないだかを、相談支援員に確かめる",
            name=lambda referral: referral.get_state_display(),
        ),
        PersonTable(
            "welfare.consent.person",
            "同意",
            moves=ALL,
            decide="どちらの人の同意かを確かめ、違う人の同意は撤回として登録する",
            name=lambda consent: f"同意（{consent.state[0]}）",
        ),
        PersonTable(
            "welfare.conferencedecision.person",
            "支援会議の決定",
            moves=ALL,
            decide="どちらの人についての決定かを、支援会議の記録で確かめる",
            name=lambda decision: f"支援会議 {decision.held_on:%Y-%m-%d}",
        ),
        PersonTable(
            "welfare.lawyerquestion.person",
            "弁護士へ委任する前の照会",
            moves=ALL,
            fit=_one_open_question,
            decide="どちらの人についての照会かを確かめ、要る人について照会し直す",
            name=lambda question: f"照会 {question.asked_on:%Y-%m-%d}",
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


def _one_under_way(referral: Referral, person_id: int) -> Mapping[str, Any] | None:
    """Two under way cannot stand under one person: the second stays, and is shown through."""
    under_way = Referral.objects.filter(person=person_id, state__in=UNDER_WAY)
    return None if referral.state in UNDER_WAY and under_way.exists() else {}


def _one_open_question(question: LawyerQuestion, person_id: int) -> Mapping[str, Any] | None:
    open_one = LawyerQuestion.objects.filter(person=person_id, answer="")
    return None if not question.answer and open_one.exists() else {}


def _one_waiting(flag: HardshipFlag, person_id: int) -> Mapping[str, Any] | None:
    """One flag waits for a person: the second stays where it was found, and the next run ends it."""
    if flag.state in flag.WAITING and HardshipFlag.objects.waiting().filter(person=person_id).exists():
        return None
    return {}
