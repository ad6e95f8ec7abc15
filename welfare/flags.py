"""The flag 生活 on a person's page: support that is under way. It only ever softens."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from debtors.joined import together
from debtors.models import Person
from debtors.presence import nothing_of, rows_of
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Finding, Flag, Happening
from toyota_collect.wareki import long_text
from welfare import signal_facts
from welfare.loop import newest_respite
from welfare.models import Referral
from welfare.services.cases import result_labels

UNSEEN = Flag("", "この役割では見られません。")


def living(person: Person, user: Any, on: date) -> Flag | None:
    """What those who work on the case may know: that support is under way, not why."""
    if not allows(user, Permission.CONTACT_VIEW):
        return UNSEEN
    referral = rows_of(Referral.objects.handed_over().filter(person=person), [person.pk]).first()
    support = ""
    if referral:
        basis = f"同意 {long_text(referral.consented_on)}" if referral.consented_on else "支援会議の決定"
        support = f"{referral.get_state_display()}（{basis}）。"
    respite = newest_respite(person)
    if respite and (last_on := respite.rests_until(on)):
        stopped = f"{long_text(last_on)}まで、催告・電話・差押などを止めています。"
        return Flag("生活再建猶予の間は連絡しない", stopped + (f"自立相談支援：{support}" if support else ""))
    return Flag("自立相談支援につないだ", support) if support else signal_facts.living_flag(person, on)


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
    labels = result_labels()
    for one in Referral.objects.filter(person__in=people).select_related("offered_by", "handed_by"):
        text = f"自立相談支援：{one.get_state_display()}"
        if one.result:
            text += f"（{labels.get(one.result, one.result)}）"
        day = one.answered_on or one.handed_on or one.consented_on or one.offered_on or localdate(one.offered_at)
        yield Happening(day, "福祉", text, str(one.handed_by or one.offered_by), "life")


def findings(person: Person, user: Any, on: date) -> Iterator[Finding]:
    """The answer of welfare as evidence for a decision: its code in words, and nothing that was said."""
    if not allows(user, Permission.SUPPORT_REFER):
        return
    answered = Referral.objects.handed_over().filter(person__in=together(person.pk), state="answered")
    last = answered.exclude(answered_on=None).order_by("-answered_on", "-pk").first()
    if last:
        label = result_labels().get(last.result, last.result)
        yield Finding("living", last.answered_on, f"自立相談支援の回答（{last.case_number}）：{label}")
