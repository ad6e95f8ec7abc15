"""Writing files by their layouts: what ``fixed`` and ``delimited`` read."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any

from claims.moneyfiles.fixed import PLAIN
from claims.moneyfiles.kana import half_width
from claims.moneyfiles.layout import Field, Layout
from claims.moneyfiles.model import NotWritable
from claims.moneyfiles.values import DIGIT_FORMS
from toyota_collect import cp932
from toyota_collect.wareki import era_of

Facts = Mapping[str, Any]


def fixed_file(
    layout: Layout, header: Facts, rows: Sequence[Facts], trailer: Facts, *, line_end: str = "\r\n"
) -> bytes:
    """Write header, rows, trailer and end.

    Raises:
        NotWritable: a value is too long for its place, or holds a character that is not half-width.
    """
    records = [_packed(layout, "header", header, "ヘッダー")]
    records += [_packed(layout, "data", row, f"{number}件目") for number, row in enumerate(rows, 1)]
    records.append(_packed(layout, "trailer", trailer, "合計"))
    if layout.sections["end"]:
        records.append(_packed(layout, "end", {}, "エンド"))
    return "".join(record + line_end for record in records).encode("cp932")


def csv_file(layout: Layout, rows: Sequence[Facts], trailer: Facts, *, encoding: str = "cp932") -> bytes:
    """Write titles, rows and the line of the sum; ``encoding``: cp932 or utf-8-sig."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([one.label for one in layout.sections["data"]])
    writer.writerows([_text(one, row) for one in layout.sections["data"]] for row in rows)
    writer.writerow([_text(one, trailer) for one in layout.sections["trailer"]])
    if encoding == "cp932":
        return cp932.encode(out.getvalue(), layout.kanji)
    return out.getvalue().encode(encoding)


def _packed(layout: Layout, section: str, facts: Facts, which: str) -> str:
    record = ""
    for one in layout.sections[section]:
        text = half_width(_text(one, facts))
        number = one.form in DIGIT_FORMS and (bool(text) or one.optional)
        text = text.rjust(one.width, "0") if number else text.ljust(one.width)
        if len(text) > one.width:
            raise NotWritable(f"{which}: {one.label}「{text}」が{one.width}桁に入りません。短くしてください。")
        if strange := _STRANGE.sub("", text):
            raise NotWritable(
                f"{which}: {one.label}「{text}」の「{strange}」は半角の文字ではありません。半角で書いてください。"
            )
        record += text
    return record


_STRANGE = re.compile("[" + re.escape(PLAIN.decode("cp932")) + "]")


def _text(one: Field, facts: Facts) -> str:
    if one.value is not None:
        return one.value
    value = facts.get(one.name)
    if value is None:
        return ""
    if isinstance(value, date):
        return _day(value, one.form)
    return str(value).replace(":", "") if one.form == "time" else str(value)


def _day(day: date, form: str) -> str:
    era = era_of(day)
    year = day.year - era.starts_on.year + 1
    return {
        "ymd": f"{day:%Y%m%d}",
        "slash": f"{day:%Y/%m/%d}",
        "iso": day.isoformat(),
        "mmdd": f"{day:%m%d}",
        "era6": f"{year:02d}{day:%m%d}",
        "era7": f"{era.code}{year:02d}{day:%m%d}",
    }[form]
