"""Source layouts: one TOML file says how a section writes one of its files, so a new section needs no code."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from claims.intake.fields import CONTENT, Canonical
from toyota_collect.permissions import Ground

LAYOUTS = Path(__file__).resolve().parent.parent / "layouts"
ENCODINGS = ("cp932", "utf-8-sig", "utf-8")
FORMATS = ("csv", "tsv", "fixed")
DATE_FORMS = ("era7", "ymd", "slash", "iso", "wareki", "era_ymd")
YEAR_FORMS = ("int", "era_year")
FORMS = {"date": DATE_FORMS, "year": YEAR_FORMS, "yen": ("yen",), "int": ("int",)}  # others are text
KEYS = {"code", "source", "name", "section", "content", "files", "encoding", "format", "header", "record_bytes"}
KEYS |= {"ground", "control", "last_line_end", "guarded", "fields"}
ANY_SOURCE = "*"  # of a layout that serves every source: which one, the file's name says where ``files`` has its star
NEEDED = {"code", "source", "name", "content", "files", "encoding", "format", "ground", "fields"}


def codec_of(encoding: str) -> str:
    """Python's name of an encoding of layouts; a BOM is taken off before."""
    return "utf-8" if encoding == "utf-8-sig" else encoding


class LayoutError(Exception):
    """A layout file that cannot be used; the message names the file and the key and says what to write, in Japanese."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """Where a canonical field stands in a row, and how it is written.

    One of ``column`` (title), ``index`` (0-based), ``start`` (byte) with ``width`` (bytes), or the constant ``value``.
    """

    canonical: Canonical
    column: str = ""
    index: int = -1
    start: int = -1
    width: int = 0
    value: str | None = None
    form: str = "text"
    sign: str = ""
    map: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """How one kind of extract is written, and what its facts are."""

    code: str
    source: str
    name: str
    section: str
    content: str
    files: str
    encoding: str
    format: str
    header: bool
    record_bytes: int
    ground: str
    control: str
    last_line_end: str  # required | optional: whether the last line, too, ends with a line end
    fields: tuple[FieldSpec, ...]
    guarded: bool = False  # texts that begin like a formula are led by an apostrophe, which is no part of them

    @property
    def codec(self) -> str:
        """Python's name of the encoding; a BOM is taken off before."""
        return codec_of(self.encoding)

    @property
    def pages_stand_alone(self) -> bool:
        """Whether any part can be read without the others; else the first rows say how many columns a row has."""
        return self.header or self.format == "fixed"

    @property
    def placed(self) -> list[FieldSpec]:
        """The fields that stand in the row; the others are the same for every row."""
        return [spec for spec in self.fields if spec.value is None]

    def place(self, spec: FieldSpec, titles: Sequence[str]) -> int:
        """In which column of a delimited file (from 0) a field stands."""
        return titles.index(spec.column) if self.header else spec.index

    def owns(self, file_name: str) -> bool:
        """Whether a file of this name is written in this layout."""
        return fnmatchcase(file_name, self.files)

    def source_in(self, file_name: str) -> str:
        """The code of the source that sent a file of this name."""
        if self.source != ANY_SOURCE:
            return self.source
        before, _, after = self.files.partition("*")
        return file_name[len(before) : len(file_name) - len(after)]


def read_layouts(folder: Path = LAYOUTS) -> list[Layout]:
    """Return all layouts of a folder, by code.

    Raises:
        LayoutError: a file is no valid layout, or two bear the same code.
    """
    layouts = [read_layout(path) for path in sorted(folder.glob("*.toml"))]
    if not layouts:
        raise LayoutError(f"{folder} にレイアウト（*.toml）がありません。")
    codes = [layout.code for layout in layouts]
    for code in codes:
        if codes.count(code) > 1:
            raise LayoutError(f"レイアウトの code「{code}」が2つあります。ファイルごとに別の名前にしてください。")
    return layouts


def read_layout(path: Path) -> Layout:
    """Read and check one layout file.

    Raises:
        LayoutError: not TOML, an unknown or missing key, or a field that cannot be read as said.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LayoutError(f"{path.name}: TOML として読めません（{error}）。書き方を直してください。") from error
    return layout_of(path.name, table)


def layout_of(name: str, table: dict[str, Any]) -> Layout:
    """Check a layout that is given as a table; ``name`` stands before every complaint.

    Raises:
        LayoutError: an unknown or missing key, or a field that cannot be read as said.
    """
    return _Checker(name).layout(table)


class _Checker:
    """Checks a layout table key by key; every complaint names the file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, complaint: str) -> LayoutError:
        return LayoutError(f"{self.name}: {complaint}")

    def layout(self, table: dict[str, Any]) -> Layout:
        if unknown := sorted(table.keys() - KEYS):
            raise self.fail(f"知らない項目 {'、'.join(unknown)} があります。綴りを確かめてください。")
        if missing := sorted(NEEDED - table.keys()):
            raise self.fail(f"項目 {'、'.join(missing)} がありません。書き足してください。")
        self.one_of("content", table["content"], tuple(CONTENT))
        self.one_of("encoding", table["encoding"], ENCODINGS)
        self.one_of("format", table["format"], FORMATS)
        self.one_of("ground", table["ground"], tuple(Ground.values))
        self.one_of("control", table.get("control", "none"), ("required", "none"))
        self.one_of("last_line_end", table.get("last_line_end", "required"), ("required", "optional"))
        fixed = table["format"] == "fixed"
        header = bool(table.get("header", not fixed))
        record_bytes = int(table.get("record_bytes", 0))
        if fixed != (record_bytes > 0) or (fixed and header):
            raise self.fail(
                "固定長（fixed）は record_bytes を1以上に、header を false にしてください。ほかの形式に record_bytes は不要です。"
            )
        if table["source"] == ANY_SOURCE and table["files"].count("*") != 1:
            raise self.fail("source が * のときは、files の業務システムのところに * を1つだけ書いてください。")
        fields = self.fields(table["content"], table["fields"])
        self.places(fields, table["format"], header, record_bytes)
        return Layout(
            code=table["code"],
            source=table["source"],
            name=table["name"],
            section=table.get("section", ""),
            content=table["content"],
            files=table["files"],
            encoding=table["encoding"],
            format=table["format"],
            header=header,
            record_bytes=record_bytes,
            ground=table["ground"],
            control=table.get("control", "none"),
            last_line_end=table.get("last_line_end", "optional" if fixed else "required"),
            fields=fields,
            guarded=bool(table.get("guarded", False)),
        )

    def one_of(self, key: str, value: Any, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            raise self.fail(f"{key} = {value!r} は使えません。{'、'.join(allowed)} のどれかにしてください。")

    def fields(self, content: str, table: dict[str, Any]) -> tuple[FieldSpec, ...]:
        known = {canonical.name: canonical for canonical in CONTENT[content]}
        if unknown := sorted(table.keys() - known.keys()):
            raise self.fail(f"[fields] の {'、'.join(unknown)} は {content} の項目ではありません。")
        if missing := [
            f"{one.label}（{one.name}）" for one in known.values() if one.required and one.name not in table
        ]:
            raise self.fail(f"[fields] に {'、'.join(missing)} がありません。書き足してください。")
        return tuple(self.field(known[name], table[name]) for name in known if name in table)

    def field(self, canonical: Canonical, spec: dict[str, Any]) -> FieldSpec:
        if unknown := sorted(spec.keys() - {"column", "index", "start", "width", "value", "as", "sign", "map"}):
            raise self.fail(f"{canonical.name} の {'、'.join(unknown)} は使えません。")
        forms = FORMS.get(canonical.type, ("text",))
        form = spec.get("as", forms[0] if canonical.type != "date" else "")
        if form not in forms:
            raise self.fail(f"{canonical.name} の as は {'、'.join(forms)} のどれかを書いてください。")
        self.one_of(f"{canonical.name} の sign", spec.get("sign", ""), ("", "trailing"))
        mapping = {str(key): str(value) for key, value in spec.get("map", {}).items()}
        value = None if "value" not in spec else str(spec["value"])
        return FieldSpec(
            canonical,
            spec.get("column", ""),
            spec.get("index", -1),
            spec.get("start", -1),
            spec.get("width", 0),
            value,
            form,
            spec.get("sign", ""),
            mapping,
        )

    def places(self, fields: tuple[FieldSpec, ...], form: str, header: bool, record_bytes: int) -> None:
        for spec in fields:
            name = spec.canonical.name
            if spec.value is not None:
                continue
            if form == "fixed":
                if spec.start < 0 or spec.width < 1 or spec.start + spec.width > record_bytes:
                    raise self.fail(f"{name} の start と width が record_bytes（{record_bytes}）に収まりません。")
            elif header and not spec.column:
                raise self.fail(f"{name} に column（見出し）を書いてください。")
            elif not header and spec.index < 0:
                raise self.fail(f"{name} に index（0から数えた列）を書いてください。")
