"""Text as the sections' systems write it: dates, amounts, CP932 bytes, delimited and fixed-width lines."""

from collections.abc import Sequence
from datetime import date

from toyota_collect import cp932

ERAS = (
    ("5", "R", "令和", date(2019, 5, 1)),
    ("4", "H", "平成", date(1989, 1, 8)),
    ("3", "S", "昭和", date(1926, 12, 25)),
)


def era_of(day: date) -> tuple[tuple[str, str, str, date], int]:
    """Return the era and the year in it; fit for days since 1926-12-25."""
    era = next(era for era in ERAS if day >= era[3])
    return era, day.year - era[3].year + 1


def era7(day: date | None) -> str:
    """5080731 for 2026-07-31."""
    if day is None:
        return ""
    era, year = era_of(day)
    return f"{era[0]}{year:02d}{day:%m%d}"


def era_letter(day: date | None) -> str:
    """R080731 for 2026-07-31."""
    if day is None:
        return ""
    era, year = era_of(day)
    return f"{era[1]}{year:02d}{day:%m%d}"


def wareki(day: date | None) -> str:
    """令和8年7月31日, and 元年 for a first year."""
    if day is None:
        return ""
    era, year = era_of(day)
    return f"{era[2]}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def ymd(day: date | None) -> str:
    return "" if day is None else f"{day:%Y%m%d}"


def slash(day: date | None) -> str:
    return "" if day is None else f"{day.year}/{day.month}/{day.day}"


def iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def plain(yen: int | None) -> str:
    return "" if yen is None else str(yen)


def commas(yen: int | None) -> str:
    """12,345, with the sign behind: 12,345-."""
    return "" if yen is None else f"{abs(yen):,}{'-' if yen < 0 else ''}"


def yen_mark(yen: int | None) -> str:
    return "" if yen is None else f"￥{yen:,}"


def era_year(year: int) -> str:
    """R08 for the fiscal year 2026."""
    return f"R{year - 2018:02d}"


def era_year3(year: int) -> str:
    """508 for the fiscal year 2026."""
    return f"5{year - 2018:02d}"


def delimited(cells: Sequence[str], delimiter: str, *, quote_all: bool = False) -> str:
    """Join one line; cells that hold the delimiter or a quote are quoted."""
    return delimiter.join(
        '"' + cell.replace('"', '""') + '"' if quote_all or delimiter in cell or '"' in cell else cell for cell in cells
    )


def fixed(cells: Sequence[str], widths: Sequence[int]) -> bytes:
    """Pack one CP932 record: cells to the left, filled with blanks, what is too long cut at a character."""
    record = bytearray()
    for cell, width in zip(cells, widths, strict=True):
        packed = cp932.encode(cell)
        while len(packed) > width:
            cell = cell[:-1]
            packed = cp932.encode(cell)
        record += packed.ljust(width)
    return bytes(record)
