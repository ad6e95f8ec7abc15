"""Returned mail in the list of the day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from debtors.presence import nothing_of
from notices.models import Dunning, Letter, ReturnedLetter
from toyota_collect.lookups import Keys
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import DaySource, Fact, Span
from toyota_collect.wareki import long_text


def _with_returned(people: Keys, user: Any, span: Span) -> Iterable[int]:
    back = ReturnedLetter.objects.filter(done_as="", returned_on__range=span).order_by()
    letters = back.filter(letter__person__any_of=people).values_list("letter__person", flat=True)
    return {*letters, *back.filter(dunning__person__any_of=people).values_list("dunning__person", flat=True)}


def day_facts(people: Sequence[int], user: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """Letters that came back and about which nothing has been done yet, for those who may see letters."""
    if not allows(user, Permission.MAIL_RETURN) or (nothing_of(Letter, people) and nothing_of(Dunning, people)):
        return
    back = ReturnedLetter.objects.filter(
        Q(letter__person__any_of=people) | Q(dunning__person__any_of=people), done_as="", returned_on__lte=on
    )
    for one in back.select_related("letter", "dunning", "work_item").defer("letter__snapshot"):
        person_id = one.letter.person_id if one.letter else one.dunning.person_id  # type: ignore[union-attr]
        text = f"{one.paper}が{long_text(one.returned_on)}に戻りました（{one.reason_text}）"
        url = reverse("notices:returned", args=[one.pk])
        yield person_id, Fact("returned", one.returned_on, text=text, url=url, about=one.work_item.subject_key)


SOURCE = DaySource(day_facts, frozenset({"returned"}), {"returned": _with_returned})
