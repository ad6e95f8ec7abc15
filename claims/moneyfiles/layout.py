"""Layouts of money files: a TOML file says what stands where, so that another bank or agent needs no code."""

import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

from claims.moneyfiles.model import Feed, FileDamaged, Status
from claims.moneyfiles.values import DATE_FORMS, DIGIT_FORMS, FORMS, Code
from toyota_collect import cp932
from toyota_collect.cp932 import Form

LAYOUTS = Path(__file__).resolve().parent / "layouts"
SECTIONS = ("header", "data", "trailer", "end")
KEYS = {"code", "feed", "name", "sender", "files", "format", "record_bytes", "last_line_end", "status", "key", "twice"}
KEYS |= {"kanji"}
NEEDED = ("code", "name", "sender", "format", "data", "trailer")
FIELD_KEYS = {"name", "label", "width", "as", "value", "codes", "optional", "detail"}


class LayoutInvalid(FileDamaged):
    """A layout file that cannot be used, so no money file can be read before it is mended.

    The message names the layout and the key and says what to write, in Japanese.
    """


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a record. ``start`` and ``width``: bytes (0 in CSV); ``label``: its Japanese name, in CSV the title.

    ``value``: constant; ``codes``: what the sender's codes mean; ``detail``: shown to staff; no ``name``: not used.
    """

    name: str
    label: str
    start: int
    width: int
    form: str
    value: str | None
    codes: dict[str, Code]
    optional: bool
    detail: bool

    @property
    def pattern(self) -> str:
        """A regular expression that the field's bytes match; a group where the field has a name."""
        if self.value is not None:
            body = re.escape(self.value)
        elif self.codes:
            body = "|".join(re.escape(code) for code in self.codes)
        elif self.form in DIGIT_FORMS:
            body = f"[0-9]{{{self.width}}}"
        else:
            body = f".{{{self.width}}}"
        if self.optional:
            body += f"| {{{self.width}}}"
        return f"({body})" if self.name else f"(?:{body})"


@dataclass(frozen=True)
class Layout:
    """How one kind of file is written. ``key``: the fields that name a payment, whatever file it stands in."""

    code: str
    feed: Feed | None
    name: str
    sender: str
    files: str
    format: str  # fixed | csv
    record_bytes: int
    last_line_end: str  # required | optional
    status: Status | None  # of every line, where no field says it
    key: tuple[str, ...]
    twice: str  # refused | one: what the same payment twice in a file is
    kanji: Form  # in which form characters are written that CP932 has twice
    sections: dict[str, tuple[Field, ...]] = field(hash=False)

    def owns(self, file_name: str) -> bool:
        return bool(self.files) and fnmatchcase(file_name, self.files)

    def mark(self, section: str) -> str:
        """The first byte of a section's records, "" where the layout has no such record."""
        return self.sections[section][0].value or "" if self.sections[section] else ""

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        return {name: re.compile("".join(one.pattern for one in fields)) for name, fields in self.sections.items()}

    def place(self, line: int) -> str:
        return f"{line}{'レコード目' if self.format == 'fixed' else '行目'}"

    def damaged(self, line: int, why: str) -> FileDamaged:
        """Return the error: file, record (0: the file as a whole), reason, and what to do."""
        where = f"{self.name}の{self.place(line)}: " if line else f"{self.name}: "
        mend = f"このファイルは1件も使いません。{self.sender}に確かめ、正しいファイルを受け取り直してください。"
        return FileDamaged(f"{where}{why}。{mend}")


@cache
def read_layouts(folder: Path = LAYOUTS) -> tuple[Layout, ...]:
    """Return all layouts of a folder.

    Raises:
        LayoutInvalid: a file is no valid layout, or two bear the same code.
    """
    layouts = tuple(read_layout(path) for path in sorted(folder.glob("*.toml")))
    codes = [layout.code for layout in layouts]
    for code in codes:
        if codes.count(code) > 1:
            raise LayoutInvalid(f"レイアウトの code「{code}」が2つあります。ファイルごとに別の名前にしてください。")
    return layouts


def layout_of(code: str) -> Layout:
    """The product's own layout of that code."""
    return next(layout for layout in read_layouts() if layout.code == code)


def read_layout(path: Path) -> Layout:
    """Read and check one layout file.

    Raises:
        LayoutInvalid: not TOML, an unknown or missing key, places that do not fill the record, or a payment's fact that
            no field gives.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LayoutInvalid(f"{path.name}: TOML として読めません（{error}）。書き方を直してください。") from error
    try:
        return _Checker(table).layout()
    except _Complaint as complaint:
        raise LayoutInvalid(f"{path.name}: {complaint}") from complaint
    except (TypeError, ValueError, AttributeError) as error:
        raise LayoutInvalid(
            f"{path.name}: 値の型が違います（{error}）。ほかのレイアウトにならって直してください。"
        ) from error


class _Complaint(Exception):
    pass


class _Checker:
    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table

    def layout(self) -> Layout:
        table = self.table
        if unknown := sorted(table.keys() - KEYS - set(SECTIONS)):
            raise _Complaint(f"知らない項目 {'、'.join(unknown)} があります。綴りを確かめてください。")
        if missing := [key for key in NEEDED if key not in table]:
            raise _Complaint(f"項目 {'、'.join(missing)} がありません。書き足してください。")
        feed = self.one_of("feed", table.get("feed", ""), ("", *Feed))
        status = self.one_of("status", table.get("status", ""), ("", *Status))
        layout = Layout(
            code=table["code"],
            feed=Feed(feed) if feed else None,
            name=table["name"],
            sender=table["sender"],
            files=table.get("files", ""),
            format=self.one_of("format", table["format"], ("fixed", "csv")),
            record_bytes=int(table.get("record_bytes", 0)),
            last_line_end=self.one_of(
                "last_line_end", table.get("last_line_end", "required"), ("required", "optional")
            ),
            status=Status(status) if status else None,
            key=tuple(table.get("key", ())),
            twice=self.one_of("twice", table.get("twice", "refused"), ("refused", "one")),
            kanji=cast("Form", self.one_of("kanji", table.get("kanji", "ibm"), cp932.FORMS)),
            sections={name: self.fields(name, table.get(name, [])) for name in SECTIONS},
        )
        self.places(layout)
        if layout.feed:
            self.facts(layout)
        return layout

    def one_of(self, key: str, value: Any, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            raise _Complaint(
                f"{key} = {value!r} は使えません。{'、'.join(filter(None, allowed))} のどれかにしてください。"
            )
        return str(value)

    def fields(self, section: str, specs: list[dict[str, Any]]) -> tuple[Field, ...]:
        made: list[Field] = []
        for number, spec in enumerate(specs, 1):
            where = f"{section} の{number}番目"
            if unknown := sorted(spec.keys() - FIELD_KEYS):
                raise _Complaint(f"{where} の {'、'.join(unknown)} は使えません。")
            if "name" in spec and not spec.get("label"):
                raise _Complaint(f"{where} に label（日本語の項目名）を書いてください。")
            codes = {code: Code(*map(str, meaning)) for code, meaning in spec.get("codes", {}).items()}
            if spec.get("name") == "status" and any(code.meaning not in set(Status) for code in codes.values()):
                raise _Complaint(f"{where} の codes の意味は {'、'.join(Status)} のどれかにしてください。")
            made.append(
                Field(
                    name=spec.get("name", ""),
                    label=spec.get("label", ""),
                    start=made[-1].start + made[-1].width if made else 0,
                    width=int(spec.get("width", 0)),
                    form=self.one_of(f"{where} の as", spec.get("as", "text"), FORMS),
                    value=spec.get("value"),
                    codes=codes,
                    optional=bool(spec.get("optional", False)),
                    detail=bool(spec.get("detail", False)),
                )
            )
        return tuple(made)

    def places(self, layout: Layout) -> None:
        if layout.format == "csv":
            labels = [one.label for one in layout.sections["data"]]
            if layout.sections["header"] or layout.sections["end"] or not all(labels) or len({*labels}) < len(labels):
                raise _Complaint("csv は header と end を書かず、data の label に見出しを1つずつ書いてください。")
            if not layout.sections["trailer"] or not layout.sections["trailer"][0].value:
                raise _Complaint("csv の trailer の1番目は value（合計行の見出し）にしてください。")
            return
        marks = [layout.mark(name) for name in SECTIONS if layout.sections[name]]
        if not layout.sections["header"] or len({*marks}) < len(marks) or any(len(mark) != 1 for mark in marks):
            raise _Complaint(
                "どのレコードも、1バイト目を互いに違う value（レコード区分）で始めてください。header は必要です。"
            )
        for name, fields in layout.sections.items():
            if fields and (total := sum(one.width for one in fields)) != layout.record_bytes:
                raise _Complaint(
                    f"{name} の width の合計が{total}で、record_bytes（{layout.record_bytes}）ではありません。"
                )
            for one in fields:
                if any(len(text) != one.width for text in (*one.codes, one.value) if text is not None):
                    raise _Complaint(f"{name} の「{one.label}」の value と codes は width と同じ長さにしてください。")

    def facts(self, layout: Layout) -> None:
        said = {one.name: one for name in ("header", "data") for one in layout.sections[name] if one.name}
        if (amount := said.get("amount_yen")) is None or amount.form != "yen":
            raise _Complaint("data に amount_yen（as は yen）を書いてください。")
        if (paid := said.get("paid_on")) is None or paid.form not in DATE_FORMS or paid.optional:
            raise _Complaint("data か header に paid_on（日付）を書いてください。")
        if (layout.status is None) == ("status" not in said or not said["status"].codes):
            raise _Complaint("status は、全体の status か、codes のある項目 status の、どちらか1つで書いてください。")
        if not layout.key or (unknown := [name for name in layout.key if name not in said]):
            raise _Complaint(
                f"key に、支払を特定する項目名を書いてください（{'、'.join(said)} の中から）。{unknown or ''}"
            )
        totals = {one.name for one in layout.sections["trailer"]}
        if not {"count", "total_yen"} <= totals:
            raise _Complaint("trailer に count（件数）と total_yen（合計）を書いてください。")
