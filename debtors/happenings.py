"""The debtors' own part of a person's course."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, time
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from debtors.joined import together
from debtors.models import Contact, Person, ProtectionFlag
from debtors.presence import nothing_of
from toyota_collect.calendar import ONE_DAY
from toyota_collect.money import yen_text
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import TOPIC_OF_TONE, TOPICS, Happening, registry
from toyota_collect.wareki import short_text

TONES: dict[str, str] = {Contact.Outcome.REFUSED: "care", Contact.Outcome.RETURNED: "care"}


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """Contacts and protection measures. The measure says nothing about places."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    found = Contact.objects.filter(person__in=together(person.pk)).select_related("by", "corrects", "corrected_by")
    may_correct = allows(user, Permission.CONTACT_WRITE)
    for contact in found:
        yield _contact(contact, may_correct=may_correct)
    if nothing_of(ProtectionFlag, [person.pk]):
        return
    for flag in person.protections.all():
        if flag.starts_on <= on:
            until = f"{short_text(flag.ends_on - ONE_DAY)}まで。" if flag.ends_on else ""
            yield Happening(flag.starts_on, "支援", f"支援措置が始まった。{until}", flag.origin, "hold")


def _contact(contact: Contact, *, may_correct: bool) -> Happening:
    """A line of the log; one that was corrected says so, and the newer one names the day of the line it corrects."""
    newer = getattr(contact, "corrected_by", None)
    words = [f"{contact.get_outcome_display()}。"]
    if contact.with_whom and contact.with_whom != Contact.Whom.SELF:
        words.append(f"相手：{contact.get_with_whom_display()}。")
    if contact.promised_on:
        yen = f"に{yen_text(contact.promised_yen)}" if contact.promised_yen else ""
        words.append(f"約束 {short_text(contact.promised_on)}{yen}。")
    words.append(contact.text)
    if contact.checked:
        words.append(f"（本人確認：{'・'.join(Contact.Checked(code).label for code in contact.checked)}）")
    if contact.corrects:
        words.append(f"【{short_text(contact.corrects.on)}の行を訂正。理由：{contact.why}】")
    if newer:
        words.append(f"【{short_text(localdate(newer.written_at))}に訂正】")
    return Happening(
        contact.on,
        contact.get_channel_display(),
        "".join(words),
        str(contact.by),
        TONES.get(contact.outcome, ""),
        topic="letter" if contact.is_letter else "contact",
        at=contact.at,
        url=reverse("debtors:correct-contact", args=[contact.pk])
        if may_correct and not newer and not contact.is_letter
        else "",
        action="訂正する",
        struck=newer is not None,
    )


def course_of(person: Person, user: Any, *, on: date) -> list[Happening]:
    """Everything that happened to the person's case that the user may know, latest first."""
    found = [one for source in registry.happenings for one in source(person, user, on)]
    return sorted(found, key=lambda one: (one.on, one.at or time.min), reverse=True)


def topic_of(one: Happening) -> str:
    return one.topic or TOPIC_OF_TONE.get(one.tone, "event")


def of_topic(course: list[Happening], topic: str) -> list[Happening]:
    """The lines of one topic; all of them for one that is not known."""
    return [one for one in course if topic_of(one) == topic] if topic in TOPICS else course


def topics_of(course: list[Happening], current: str) -> list[dict[str, Any]]:
    """Filters of the topics that have lines, with their counts."""
    counts = Counter(map(topic_of, course))
    rows = [{"code": "", "label": "すべて", "count": len(course), "current": current not in TOPICS}]
    return rows + [
        {"code": code, "label": label, "count": counts[code], "current": code == current}
        for code, label in TOPICS.items()
        if counts[code]
    ]
