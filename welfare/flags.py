"""The flag 生活 on a person's page: support that is under way. It only ever softens."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from debtors.joined import together
from debtors.models import Person
from debtors.presence import nothing_of
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Flag, Happening
from toyota_collect.wareki import long_text
from welfare.models import Referral

UNSEEN = Flag("", "この役割では見られません。")
UNKNOWN = Flag("", "つなぎの記録はありません。困窮のサインはまだ調べていません。")


def living(person: Person, user: Any, on: date) -> Flag | None:
    """What those who work on the case may know: that support is under way, not why."""
    if not allows(user, Permission.CONTACT_VIEW):
        return UNSEEN
    referral = None
    if not nothing_of(Referral, [person.pk]):
        referral = Referral.objects.handed_over().filter(person=person).first()
    if referral is None:
        return UNKNOWN
    return Flag(
        "自立相談支援につないだ", f"{referral.get_state_display()}（同意 {long_text(referral.consented_on)}）。"
    )


def cared_for(people: Collection[int], on: date) -> set[int]:
    """Of the people, those whose hardship is looked into or eased."""
    return set(Referral.objects.open_to_help().filter(person__in=people).values_list("person_id", flat=True))


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """Offers and handings-over in the person's course: their state, not what was said."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    people = together(person.pk)
    if nothing_of(Referral, people):
        return
    for one in Referral.objects.filter(person__in=people).select_related("offered_by"):
        text = f"自立相談支援：{one.get_state_display()}"
        yield Happening(one.consented_on or localdate(one.offered_at), "福祉", text, str(one.offered_by), "life")
