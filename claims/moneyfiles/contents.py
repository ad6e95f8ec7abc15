"""What fixed and delimited files have in common: records as values, each complaint with its place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from claims.moneyfiles.layout import Field, Layout
from claims.moneyfiles.model import FileDamaged
from claims.moneyfiles.values import FAR, Unreadable, code_reader, reader
from toyota_collect.money import comma

Values = dict[str, Any]


class Record(NamedTuple):
    """``line``: 1-based in the file; ``values`` by field name; ``raw``: bytes without line end."""

    line: int
    values: Values
    raw: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole file; ``rows`` are read as they are taken, once; ``trailer_line``: where the trailer stands."""

    header: Values
    rows: Iterator[Record]
    trailer: Values
    trailer_line: int


class Section:
    """Turns the texts of one kind of record into values."""

    def __init__(self, layout: Layout, name: str, as_of: date) -> None:
        self._layout = layout
        self._fields = [one for one in layout.sections[name] if one.name]
        self._readers = [(one.name, _reader(one, as_of), one.optional) for one in self._fields]

    def values(self, line: int, texts: Sequence[str]) -> Values:
        """Read one record's texts, one for each named field.

        Raises:
            FileDamaged: a text is no value of its field.
        """
        values: Values = {}
        try:
            for (name, convert, optional), text in zip(self._readers, texts, strict=True):
                values[name] = None if optional and not text.strip(" 0") else convert(text)
        except Unreadable as error:
            raise self._layout.damaged(line, f"{place(self._fields[len(values)])}{error}") from error
        return values


def _reader(one: Field, as_of: date) -> Callable[[str], Any]:
    if one.codes:
        return code_reader(one.codes)
    # Money is not paid after the business date; only the day of credit may still come.
    return reader(one.form, as_of=as_of, latest=as_of if one.name == "paid_on" else as_of + FAR)


def place(one: Field) -> str:
    """Name a field and, in a record of fixed length, its bytes (1-based, both ends included)."""
    return f"{one.label}（{one.start + 1}〜{one.start + one.width}バイト目）の" if one.width else f"{one.label}の"


def check_totals(layout: Layout, contents: Contents, found: Mapping[str, int]) -> None:
    """Compare every figure of the trailer with what was read.

    Raises:
        FileDamaged: a figure differs.
    """
    for one in layout.sections["trailer"]:
        if one.name in found and contents.trailer[one.name] != found[one.name]:
            said, ours = comma(contents.trailer[one.name]), comma(found[one.name])
            raise layout.damaged(contents.trailer_line, f"{one.label}が {said} ですが、記録を数えると {ours} です")


def undecodable(layout: Layout, line: int, at: int, bad: bytes) -> FileDamaged:
    return layout.damaged(line, f"{at + 1}バイト目（{bad.hex(' ').upper()}）が文字として読めません")
