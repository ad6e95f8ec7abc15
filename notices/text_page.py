"""What the pages of 帳票の文言 show: the kinds, a version beside the one before it, and how words differ."""

from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from notices.rules.kinds import ABOUT, KINDS, Kind, Medium
from notices.services.texts import before, text_problems
from toyota_collect.models import NoticeText

MEDIA = {
    Medium.DEMAND: "表紙・内訳・納付書",
    Medium.SHEET: "1枚の手紙",
    Medium.PAPER: "その手続の画面で作る文書",
}


class Piece(NamedTuple):
    """Words that stayed (""), came (``new``) or went (``old``)."""

    words: str
    mark: str


def kinds_page(*, today: date) -> list[dict[str, Any]]:
    """Each kind with its version in force, the next one to come, and the one in the making; two queries."""
    texts = list(NoticeText.objects.filter(discarded_at=None).select_related("approval").defer("parts"))
    rows = []
    for kind in KINDS.values():
        own = [text for text in texts if text.kind == kind.code]
        begun = [text for text in own if text.approved_at and text.starts_on <= today and not text.trial_only]
        coming = [text for text in own if text.approved_at and text.starts_on > today and not text.trial_only]
        rows.append(
            {
                "kind": kind,
                "medium": MEDIA[kind.medium],
                "current": max(begun, key=lambda text: (text.starts_on, text.version), default=None),
                "coming": min(coming, key=lambda text: (text.starts_on, -text.version), default=None),
                "making": next((text for text in own if not text.approved_at), None),
            }
        )
    return rows


def text_page(text: NoticeText) -> dict[str, Any]:
    """A version with its history and its difference from the one before."""
    kind, former = KINDS[text.kind], before(text)
    return {
        "text": text,
        "kind": kind,
        "medium": MEDIA[kind.medium],
        "rows": list(_rows(kind, text, former)),
        "former": former,
        "problems": [] if text.approved_at else _named(kind, text_problems(text)),
        "versions": NoticeText.objects.filter(kind=text.kind).select_related("approval__decided_by", "made_by"),
        "places": [(f"{{{name}}}", ABOUT[name]) for name in places_of(kind)],
    }


def places_of(kind: Kind) -> list[str]:
    """The places that the kind's parts offer, each once."""
    return list(dict.fromkeys(name for part in kind.parts for name in part.places))


def difference(old: str, new: str) -> list[Piece]:
    """The words of both, in reading order, marked by which of them has them."""
    pieces = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(old[a:b], ""))
        else:
            pieces += [Piece(words, mark) for words, mark in ((old[a:b], "old"), (new[c:d], "new")) if words]
    return pieces


def _named(kind: Kind, found: Any) -> list[tuple[str, str]]:
    labels = {part.code: part.label for part in kind.parts}
    return [(labels.get(one.part, ""), one.text) for one in found]


def _rows(kind: Kind, text: NoticeText, former: NoticeText | None) -> Iterator[dict[str, Any]]:
    for part in kind.parts:
        words = text.parts.get(part.code, "")
        old = former.parts.get(part.code, "") if former else words
        yield {"part": part, "words": words, "changed": words != old, "pieces": difference(old, words)}
