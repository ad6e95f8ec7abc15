"""A file's shape: its columns, and how a row of cells becomes bytes."""

from collections.abc import Callable
from dataclasses import dataclass

from claims.demo import formats
from claims.demo.payments import CHANNELS
from toyota_collect import cp932

Form = Callable[[object], str]


def text(value: object) -> str:
    return str(value)


FORMS: dict[str, Form] = {"text": text} | {
    name: getattr(formats, name)
    for name in (
        *("plain", "commas", "yen_mark", "era_year", "era_year3"),
        *("era7", "era_letter", "wareki", "ymd", "slash", "iso"),
    )
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, the field it shows, how that is written, and its width in bytes if fixed."""

    title: str
    field: str
    form: Form = text
    width: int = 0


@dataclass(frozen=True)
class Table:
    """A file layout. ``format`` is csv, tsv or fixed; ``person`` columns are the same for all rows of an identity."""

    stem: str
    suffix: str
    format: str
    columns: tuple[Column, ...]
    encoding: str = "cp932"
    header: bool = True
    quote_all: bool = False
    truncated: bool = False  # the transfer of this file breaks off in its last line

    def find(self, field: str) -> int:
        """Return the place of a field's column, or -1."""
        return next((place for place, column in enumerate(self.columns) if column.field == field), -1)

    def line(self, cells: list[str]) -> bytes:
        """Return a row's bytes without line end. Delimited rows may be short; fixed records are always whole."""
        if self.format == "fixed":
            return formats.fixed(cells, [column.width for column in self.columns])
        joined = formats.delimited(cells, "\t" if self.format == "tsv" else ",", quote_all=self.quote_all)
        return cp932.encode(joined) if self.encoding == "cp932" else joined.encode()

    def opening(self) -> bytes:
        """Return what stands before the first row: byte order mark and header."""
        mark = b"\xef\xbb\xbf" if self.encoding == "utf-8-sig" else b""
        if not self.header:
            return mark
        return mark + self.line([column.title for column in self.columns]) + b"\r\n"


@dataclass(frozen=True)
class System:
    """A source: its code, its claims file and its receipts file."""

    code: str
    claims: Table
    receipts: Table


def coded(codes: dict[str, str]) -> Form:
    return lambda value: codes[value] if value else ""


def digits(width: int) -> Form:
    """Whole numbers filled with zeros; nothing stays blank."""
    return lambda value: "" if value is None else f"{value:0{width}d}"


def columns(specs: str, **forms: Form) -> tuple[Column, ...]:
    """Read columns written as ``title field [form [width]]``, set apart by commas.

    ``form`` names one of ``FORMS`` or one given here; ``9N`` is a whole number of N digits filled with zeros.
    """
    known = FORMS | forms
    made = []

    for spec in specs.split(","):
        title, field, form, width = (*spec.split(), "", "")[:4]
        kind = digits(int(form[1:])) if form[:1] == "9" else known[form or "text"]
        made.append(Column(title, field, kind, int(width or 0)))
    return tuple(made)


NUMBERED_CHANNELS = coded({channel: f"{place}" for place, channel in enumerate(CHANNELS, 1)})
CHANNEL_WORDS = ("窓口", "コンビニ", "口座振替", "eL-QR", "ペイジー", "クレジット", "差押取立")
WORDED_CHANNELS = coded(dict(zip(CHANNELS, CHANNEL_WORDS, strict=True)))
MAN_WOMAN = coded({"1": "男", "2": "女"})
