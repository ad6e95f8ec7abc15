"""Files of records of fixed length: header, data, trailer, end; half-width characters of JIS X 0201 only."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from claims.moneyfiles.contents import Contents, Record, Section, place, undecodable
from claims.moneyfiles.layout import SECTIONS, Layout
from claims.moneyfiles.model import FileDamaged

PLAIN = bytes((*range(0x20, 0x7F), *range(0xA1, 0xE0)))  # one byte a character, in CP932 as in JIS
END_OF_FILE = b"\x1a"  # Ctrl-Z, which some mainframes write last
NAMES = {"header": "ヘッダー", "data": "データ", "trailer": "トレーラー", "end": "エンド"}


def opens(content: bytes, layout: Layout) -> bool:
    """Whether the file begins with this layout's header, as far as its constants tell."""
    return all(
        content[one.start : one.start + one.width] == one.value.encode("cp932")
        for one in layout.sections["header"]
        if one.value is not None
    )


def parse(content: bytes, layout: Layout, as_of: date) -> Contents:
    """Read a whole file; damage of a payment's record shows when the rows are taken.

    Raises:
        FileDamaged: anything that keeps the file from being read to its last byte.
    """
    content = content.rstrip(END_OF_FILE)
    text, step = _text(content, layout)
    size, lines = layout.record_bytes, len(content) // step + (len(content) % step > 0)
    _check_order(text[::step], layout)
    ends = 1 if layout.sections["end"] else 0

    def read(name: str, numbers: Iterable[int]) -> Iterator[Record]:
        section, pattern = Section(layout, name, as_of), layout.patterns[name]
        for number in numbers:
            start = number * step
            found = pattern.fullmatch(text, start, start + size)
            if found is None:
                raise _misfit(layout, name, number + 1, text[start : start + size])
            yield Record(number + 1, section.values(number + 1, found.groups("")), content[start : start + size])

    trailer_at = lines - 1 - ends
    header, trailer = next(read("header", [0])), next(read("trailer", [trailer_at]))
    if ends:
        next(read("end", [lines - 1]))
    return Contents(header.values, read("data", range(1, trailer_at)), trailer.values, trailer.line)


def _text(content: bytes, layout: Layout) -> tuple[str, int]:
    """The file as text, one character a byte, and the distance from record to record."""
    size = layout.record_bytes
    line_end = b"\r\n" if b"\r\n" in content else b"\n" if b"\n" in content else b""
    step = size + len(line_end)
    if not content:
        raise layout.damaged(0, "ファイルが空です")
    whole = len(content) % step == 0
    short_of_line_end = bool(line_end) and (len(content) + len(line_end)) % step == 0
    count = (len(content) + len(line_end)) // step if short_of_line_end else len(content) // step
    ends_at_their_places = all(
        content[size + at :: step] == line_end[at : at + 1] * (count - short_of_line_end) for at in range(len(line_end))
    )
    if not (whole or short_of_line_end) or not ends_at_their_places:
        raise _uneven(content, layout, line_end)
    if short_of_line_end and layout.last_line_end == "required":
        raise layout.damaged(count, "最後の改行がありません。途中で切れたおそれがあります")
    if content.translate(None, PLAIN) != line_end * (count - short_of_line_end):
        raise _undecodable(content, layout, step)
    return content.decode("cp932"), step


def _uneven(content: bytes, layout: Layout, line_end: bytes) -> FileDamaged:
    """Find the record whose length is wrong."""
    size = layout.record_bytes
    if not line_end:
        return layout.damaged(len(content) // size + 1, f"{size}バイトに足りません（{len(content) % size}バイト）")
    for number, record in enumerate(content.split(line_end), 1):
        if len(record) != size:
            return layout.damaged(number, f"長さが{len(record)}バイトで、{size}バイトではありません")
    return layout.damaged(0, "改行の位置がそろいません")


def _undecodable(content: bytes, layout: Layout, step: int) -> FileDamaged:
    size = layout.record_bytes
    for number, start in enumerate(range(0, len(content), step), 1):
        if strange := content[start : start + size].translate(None, PLAIN):
            return undecodable(layout, number, content.index(strange[:1], start) - start, strange[:1])
    return layout.damaged(0, "改行のほかの制御文字があります")


def _check_order(marks: str, layout: Layout) -> None:
    """The first bytes of all records: header, data, trailer, end."""
    header, data, trailer, end = (layout.mark(name) for name in SECTIONS)
    if re.fullmatch(f"{re.escape(header)}{re.escape(data)}*{re.escape(trailer)}{re.escape(end)}", marks):
        return
    known = {layout.mark(name): NAMES[name] for name in SECTIONS if layout.mark(name)}
    allowed, before = header, ""
    follows = {header: data + trailer, data: data + trailer, trailer: end, end: ""}
    for number, mark in enumerate(marks, 1):
        if mark not in known:
            raise layout.damaged(number, f"レコード区分「{mark}」（1バイト目）は知らない種類です")
        if mark not in allowed:
            after = f"{known[before]}・レコードの後に" if before else "初めに"
            raise layout.damaged(number, f"{after}{known[mark]}・レコードがあります")
        allowed, before = follows[mark], mark
    missing = "エンド" if before == trailer else "トレーラー"
    raise layout.damaged(len(marks), f"この後に{missing}・レコードがありません。途中で切れています")


def _misfit(layout: Layout, name: str, line: int, record: str) -> FileDamaged:
    """Find the field that does not fit."""
    for one in layout.sections[name]:
        text = record[one.start : one.start + one.width]
        if not re.fullmatch(one.pattern, text):
            known = "、".join([one.value] if one.value is not None else one.codes)
            wanted = f"「{known}」ではありません" if known else "数字ではありません"
            return layout.damaged(line, f"{place(one)}「{text}」が{wanted}")
    return layout.damaged(line, "項目の並びがレイアウトと合いません")
