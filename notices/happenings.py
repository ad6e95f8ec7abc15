"""Letters in a person's course."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from notices.models import Letter
from toyota_collect.money import yen_text
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Happening


def happenings(person: Any, user: Any, on: date) -> Iterator[Happening]:
    """The person's letters up to ``on``, for those who may see letters: their totals tell of tax."""
    if not allows(user, Permission.LETTER_VIEW):
        return
    found = Letter.objects.filter(
        person=person, run__is_sample=False, run__issued_on__lte=on, state=Letter.State.VERIFIED
    )
    for letter in found.select_related("run").defer("snapshot"):
        text = f"{letter.run.title} {yen_text(letter.total_yen)}（{letter.number}）"
        yield Happening(letter.run.issued_on, "催告書", text, who="帳票", tone="letter")
