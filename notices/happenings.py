"""Letters and slips in a person's course."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from claims.models import Slip
from debtors.joined import together
from debtors.presence import nothing_of
from notices.models import Letter, Notice
from toyota_collect.money import yen_text
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Happening


def happenings(person: Any, user: Any, on: date) -> Iterator[Happening]:
    """The person's letters and slips of the counter up to ``on``, for those who may see them: their sums tell of tax."""
    people = together(person.pk)
    if allows(user, Permission.LETTER_VIEW):
        if not nothing_of(Letter, people):
            yield from _letters(people, on)
        if not nothing_of(Notice, people):
            yield from _notices(people, on)
    if allows(user, Permission.SLIP_MAKE) and not nothing_of(Slip, [person.pk]):
        yield from _slips(person, on)


def _letters(people: list[int], on: date) -> Iterator[Happening]:
    """Letters on their way. One that was posted, or came back, stands in the log itself."""
    found = Letter.objects.filter(
        person__in=people, run__is_sample=False, run__issued_on__lte=on, state=Letter.State.VERIFIED
    )
    for letter in found.select_related("run").defer("snapshot"):
        text = f"{letter.run.title} {yen_text(letter.total_yen)}（{letter.number}）。まだ発送していない。"
        yield Happening(letter.run.issued_on, "催告書", text, who="帳票", tone="letter")


def _notices(people: list[int], on: date) -> Iterator[Happening]:
    """Letters of their own on their way, likewise."""
    found = Notice.objects.filter(person__in=people, issued_on__lte=on, state=Notice.State.MADE)
    for one in found.select_related("made_by"):
        text = f"{one.title}。まだ発送していない。"
        yield Happening(one.issued_on, "通知", text, who=str(one.made_by), tone="letter")


def _slips(person: Any, on: date) -> Iterator[Happening]:
    for slip in Slip.objects.filter(person=person, origin=Slip.Origin.DESK, issued_on__lte=on).select_related("by"):
        text = f"{slip.title} {yen_text(slip.amount_yen)}（{slip.reference}）"
        yield Happening(slip.issued_on, "納付書", text, who=str(slip.by), tone="letter")
