"""Reading a money file of any kind: find its layout, read it whole, compare it with its own totals, name each payment."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from claims.moneyfiles import delimited, fixed
from claims.moneyfiles.contents import Contents, Record, check_totals
from claims.moneyfiles.layout import Field, Layout, read_layouts
from claims.moneyfiles.model import Feed, FileDamaged, MoneyFile, MoneyLine, Status
from claims.moneyfiles.values import Code
from toyota_collect.documents.barcodes import read_slip
from toyota_collect.money import yen_text
from toyota_collect.wareki import long_text

JAPAN_POST_BANK = "9900"
LONGEST_KEY, LONGEST_REFERENCE, LONGEST_KANA = 120, 40, 60
REPEATED = "レコード目にも同じ記録があり、1件として扱います"


def parse(content: bytes, layout: Layout, as_of: date) -> Contents:
    """Read a file written in a known layout; totals are not compared yet.

    Raises:
        FileDamaged: see :class:`FileDamaged`.
    """
    return fixed.parse(content, layout, as_of) if layout.format == "fixed" else delimited.parse(content, layout, as_of)


def read(content: bytes, *, feed: Feed | None = None, name: str = "", as_of: date) -> MoneyFile:
    """Read a file with payments; all of it, or nothing.

    Args:
        feed: which kind it must be; found by its content, and in doubt by its name, if not given.
        name: the file's name.
        as_of: the business date. It gives dates their missing year, and no payment may lie after it.

    The same payment twice in one file: a store's record (twice = "one" in the layout) is sent again by some agents, so
    one line is kept and says so. Everywhere else it is damage. In a direct debit the same customer number, account and
    amount on one day cannot be told apart by any later file, so one of two real payments would be lost without a word;
    the bank must say which it is. Two different amounts of one customer are two payments.

    Raises:
        FileDamaged: of unknown kind, or damaged in any place.
    """
    layout = _find(content, feed, name)
    assert layout.feed
    contents = parse(content, layout, as_of)
    lines: dict[tuple[str, Status | None], MoneyLine] = {}
    yen: dict[Status, list[int]] = {status: [] for status in Status}
    for line in _lines(layout, contents):
        yen[line.status].append(line.amount_yen)
        same = (line.key, line.status if layout.twice == "one" else None)
        first = lines.setdefault(same, line)
        if first is not line:
            _mind_the_second(layout, first, line)
    totals = {f"{status}_count": len(amounts) for status, amounts in yen.items()}
    totals |= {f"{status}_yen": sum(amounts) for status, amounts in yen.items()}
    totals |= {"count": sum(map(len, yen.values())), "total_yen": sum(map(sum, yen.values()))}
    check_totals(layout, contents, totals)
    kept = tuple(lines.values())
    return MoneyFile(
        feed=layout.feed,
        lines=kept,
        count=totals["count"],
        total_yen=sum(line.amount_yen for line in kept if line.status is Status.FINAL),
        made_on=contents.header.get("made_on"),
        title=" ".join([layout.name, *_words(layout.sections["header"], contents.header).values()]),
    )


def _find(content: bytes, feed: Feed | None, name: str) -> Layout:
    known = [layout for layout in read_layouts() if layout.feed]
    wanted = [layout for layout in known if feed in (None, layout.feed)]
    fitting = [layout for layout in known if _opens(content, layout)]
    matching = [layout for layout in wanted if layout in fitting]
    named = [layout for layout in matching or wanted if layout.owns(name)]
    if len(matching) == 1:
        return matching[0]
    if len(named) == 1 and (matching or not fitting):
        return named[0]  # its header is damaged: reading it says where
    if not fitting and len(wanted) == 1:
        return wanted[0]
    kinds = "、".join(sorted({layout.name for layout in wanted}))
    if matching:
        why = (
            f"{'、'.join(layout.name for layout in matching)} のどれか決まりません。ファイル名か経路を指定してください"
        )
    elif fitting:
        why = f"中身は {fitting[0].name} で、指定された種類（{kinds}）ではありません。経路を選び直してください"
    else:
        why = f"知らない種類のファイルです。読めるのは {kinds} です。ファイルかレイアウトを確かめてください"
    raise FileDamaged(f"{name or 'ファイル'}: {why}。このファイルは1件も使いません。")


def _opens(content: bytes, layout: Layout) -> bool:
    return fixed.opens(content, layout) if layout.format == "fixed" else delimited.opens(content, layout)


def _lines(layout: Layout, contents: Contents) -> Iterator[MoneyLine]:
    shown = [one for one in layout.sections["data"] if one.detail]
    for record in contents.rows:
        values = contents.header | record.values
        status, detail = layout.status, _words(shown, values)
        if status is None:
            status, detail["result"] = Status(values["status"].meaning), values["status"].words
        slip_code, amount_yen = values.get("slip_code") or "", values["amount_yen"]
        paid_on, value_on = values["paid_on"], values.get("value_on")
        if slip_code:
            _check_slip(layout, record, slip_code, amount_yen, detail)
        if value_on and value_on < paid_on:
            raise layout.damaged(record.line, f"入金日 {value_on} が支払日 {paid_on} より前です")
        line = MoneyLine(
            line=record.line,
            key="/".join(_plain(values[name]) for name in layout.key),
            status=status,
            paid_on=paid_on,
            value_on=value_on,
            amount_yen=amount_yen,
            slip_code=slip_code,
            reference=values.get("reference") or "",
            payer_kana=values.get("payer_kana") or "",
            detail=detail,
            raw=record.raw,
        )
        if (
            len(line.key) > LONGEST_KEY
            or len(line.reference) > LONGEST_REFERENCE
            or len(line.payer_kana) > LONGEST_KANA
        ):
            raise layout.damaged(
                record.line, f"番号かカナが長すぎます（「{line.reference[:20]}」「{line.payer_kana[:20]}」）"
            )
        yield line


def _plain(value: Any) -> str:
    """A value as part of a key; escaped, so that two payments never share one."""
    text = value.meaning if isinstance(value, Code) else "" if value is None else str(value)
    return text.replace("\\", "\\\\").replace("/", "\\/") if "/" in text or "\\" in text else text


def _words(fields: Iterable[Field], values: dict[str, Any]) -> dict[str, str]:
    """The facts shown to staff; an account number keeps its last figures only."""
    words = {}
    for one in fields:
        if one.detail and (value := values[one.name]):
            if one.form == "account":
                words[one.name] = _masked(value, values.get("bank", ""))
            elif isinstance(value, date):
                words[one.name] = long_text(value)
            else:
                words[one.name] = value.words if isinstance(value, Code) else value
    return words


def _masked(account: str, bank: str) -> str:
    """****567. ゆうちょ: the seven digits are the 番号 of the passbook without its last figure, which is always 1."""
    if bank == JAPAN_POST_BANK:
        return f"ゆうちょ 番号 ****{account[-3:]}1"
    return f"****{account[-3:]}"


def _check_slip(layout: Layout, record: Record, slip_code: str, amount_yen: int, detail: dict[str, str]) -> None:
    try:
        slip = read_slip(slip_code)
    except ValueError as error:
        raise layout.damaged(
            record.line, f"バーコード情報「{slip_code}」が正しくありません。{str(error).rstrip('。')}"
        ) from error
    if slip.amount != amount_yen:
        detail["mismatch"] = f"収納 {yen_text(amount_yen)}、バーコード {yen_text(slip.amount)}"


def _mind_the_second(layout: Layout, first: MoneyLine, second: MoneyLine) -> None:
    """Note a repeated record on the first.

    Raises:
        FileDamaged: the layout knows no repetition, or the two differ.
    """
    if layout.twice != "one":
        raise layout.damaged(
            second.line,
            f"{layout.place(first.line)}と同じ支払（{second.reference}、{yen_text(second.amount_yen)}）が2回あります",
        )
    if first.raw != second.raw:
        raise layout.damaged(second.line, f"{layout.place(first.line)}と同じ収納が、違う内容で2回あります")
    before = f"{first.detail['duplicate'].removesuffix(REPEATED)}、" if "duplicate" in first.detail else ""
    first.detail["duplicate"] = f"{before}{second.line}{REPEATED}"
