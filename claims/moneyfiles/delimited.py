"""Comma-separated files: a line of titles, payments, and a last line with their number and sum. CP932 or UTF-8 with BOM."""

import csv
import re
from collections.abc import Iterator
from datetime import date

from claims.moneyfiles.contents import Contents, Record, Section, undecodable
from claims.moneyfiles.fixed import END_OF_FILE
from claims.moneyfiles.layout import Layout

BOM = b"\xef\xbb\xbf"
# Python's cp932 takes 80, A0 and FD–FF without complaint; no text holds control characters.
DAMAGE = re.compile("[\x00-\x1f\x7f-\x9f\uf8f0-\uf8f3�]")


def opens(content: bytes, layout: Layout) -> bool:
    """Whether the first line holds this layout's titles."""
    codec = _codec(content)
    try:
        titles = _cells(content.removeprefix(BOM).split(b"\n", 1)[0].rstrip(b"\r").decode(codec))
    except UnicodeDecodeError:
        return False
    return titles == [one.label for one in layout.sections["data"]]


def parse(content: bytes, layout: Layout, as_of: date) -> Contents:
    """Read a whole file; damage of a payment's line shows when the rows are taken.

    Raises:
        FileDamaged: anything that keeps the file from being read to its last byte.
    """
    (_, titles), *lines = _lines(content, layout)
    _check_titles(titles, layout)
    wanted = layout.sections["trailer"][0].value
    for line, (_, cells) in enumerate(lines, 2):
        if cells[:1] == [wanted] and line <= len(lines):
            raise layout.damaged(line + 1, f"「{wanted}」の行の後に行があります")
    if not lines or lines[-1][1][:1] != [wanted]:
        raise layout.damaged(len(lines) + 1, f"この後に「{wanted}」の行がありません。途中で切れています")
    trailer = _trailer(layout, len(lines) + 1, lines[-1][1], as_of)
    return Contents({}, _rows(layout, lines[:-1], as_of), trailer, len(lines) + 1)


def _rows(layout: Layout, lines: list[tuple[bytes, list[str]]], as_of: date) -> Iterator[Record]:
    fields, section = layout.sections["data"], Section(layout, "data", as_of)
    used = [place for place, one in enumerate(fields) if one.name]
    needed = [place for place in used if not fields[place].optional]
    for line, (raw, cells) in enumerate(lines, 2):
        if len(cells) != len(fields):
            raise layout.damaged(line, f"列の数が{len(cells) or '読めず'}で、{len(fields)}ではありません")
        for place in needed:
            if not cells[place].strip():
                raise layout.damaged(line, f"{fields[place].label}が空です")
        yield Record(line, section.values(line, [cells[place] for place in used]), raw)


def _codec(content: bytes) -> str:
    return "utf-8" if content.startswith(BOM) else "cp932"


def _cells(text: str) -> list[str]:
    """The cells of a line; none if it cannot be split."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []


def _lines(content: bytes, layout: Layout) -> list[tuple[bytes, list[str]]]:
    codec = _codec(content)
    content = content.removeprefix(BOM).rstrip(END_OF_FILE)
    if not content:
        raise layout.damaged(0, "ファイルが空です")
    *whole, rest = content.split(b"\n")
    if rest:
        if layout.last_line_end == "required":
            raise layout.damaged(len(whole) + 1, "最後の改行がありません。途中で切れたおそれがあります")
        whole.append(rest)
    lines = []
    for line, raw in enumerate(whole, 1):
        raw = raw.removesuffix(b"\r")
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError as error:
            raise undecodable(layout, line, error.start, raw[error.start : error.start + 1]) from error
        if damage := DAMAGE.search(text):
            at = len(text[: damage.start()].encode(codec, "replace"))
            raise undecodable(layout, line, at, raw[at : at + 1])
        lines.append((raw, _cells(text)))
    return lines


def _check_titles(titles: list[str], layout: Layout) -> None:
    for place, one in enumerate(layout.sections["data"]):
        if titles[place : place + 1] != [one.label]:
            found = titles[place] if place < len(titles) else "（なし）"
            raise layout.damaged(1, f"見出しの{place + 1}列目が「{found}」で、「{one.label}」ではありません")
    if len(titles) > len(layout.sections["data"]):
        raise layout.damaged(1, f"見出しに知らない列「{titles[len(layout.sections['data'])]}」があります")


def _trailer(layout: Layout, line: int, cells: list[str], as_of: date) -> dict[str, int]:
    fields = layout.sections["trailer"]
    while len(cells) > len(fields) and not cells[-1]:  # spreadsheets fill rows up with empty cells
        cells = cells[:-1]
    if len(cells) != len(fields):
        raise layout.damaged(line, f"「{cells[0]}」の行の列が{len(cells)}で、{len(fields)}ではありません")
    texts = [cell for cell, one in zip(cells, fields, strict=True) if one.name]
    return Section(layout, "trailer", as_of).values(line, texts)
