"""What a letter says besides its figures: the words of its run, its headline, and lines of running text."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from toyota_collect import wareki

from .fonts import PT_MM, faces
from .kind_words import worded
from .model import CityProfile, DeskSlips, KindText, LetterData
from .wording import Wording, wording_on

WEEKDAYS = "月火水木金土日"
_NOT_FIRST = "、。，．）」』％年月日円・ー々ァィゥェォッャュョぁぃぅぇぉっゃゅょ"
_NOT_LAST = "（「『"
_FIGURES = "0123456789.,"


@dataclass(frozen=True, eq=False)
class RunWords:
    """What every letter of a run says alike. Compared by identity: ``run_words`` makes one object for equal words."""

    w: Wording
    city: CityProfile
    issued: str
    deadline: str
    deadline_iso: str
    day: str
    weekday: str
    crossed: str


@lru_cache(maxsize=64)
def run_words(
    city: CityProfile,
    issued_on: date,
    confirmed_on: date,
    deadline_on: date,
    text: KindText | None = None,
    as_of: date | None = None,
) -> RunWords:
    """The words of a run; ``text`` and ``as_of`` where its kind has words of its own."""
    wording = wording_on(issued_on)
    if text:
        days = {"発付日": issued_on, "期限": deadline_on, "基準日": as_of or issued_on}
        wording = worded(wording, text, city, {name: wareki.long_text(day) for name, day in days.items()})
    return RunWords(
        w=wording,
        city=city,
        issued=wareki.long_text(issued_on),
        deadline=wareki.long_text(deadline_on),
        deadline_iso=f"{deadline_on:%Y-%m-%d}",
        day=f"{deadline_on.month}月{deadline_on.day}日",
        weekday=f"（{WEEKDAYS[deadline_on.weekday()]}）",
        crossed=wording.crossed.format(confirmed_on=wareki.long_text(confirmed_on)),
    )


def subject(data: LetterData | DeskSlips) -> str:
    """What the letter asks for, in at most seven characters: never more than the claims really are."""
    kinds = {line.kind for line in data.lines}
    short = data.lines[0].kind_short
    if len(kinds) == 1 and len(short) <= 7:
        return short
    taxes = [line.group == "tax" or line.kind_name.endswith("税") for line in data.lines]
    if all(line.group == "tax" for line in data.lines):
        return "市税"
    if all(taxes):
        return "市税など"
    return "市税・料金など" if any(taxes) else "料金など"


@lru_cache(maxsize=1024)
def broken(text: str, mm: float, pt: float) -> tuple[str, ...]:
    """``text`` in lines of at most ``mm``, with the Japanese rules on what may begin or end a line (禁則)."""
    face, lines = faces()["ud"], []
    while text:
        # A hanging indent of one character on all but the first line.
        room = mm - pt * PT_MM if lines else mm
        end = len(text)
        while face.width_mm(text[:end], pt) > room:
            end -= 1
        while 1 < end < len(text) and not _may_break(text[end - 1], text[end]):
            end -= 1
        lines.append(text[:end])
        text = text[end:]
    return tuple(lines)


def _may_break(before: str, after: str) -> bool:
    return after not in _NOT_FIRST and before not in _NOT_LAST and not (before in _FIGURES and after in _FIGURES)
