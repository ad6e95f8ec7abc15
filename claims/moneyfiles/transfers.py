"""総合振込: the file with which the city pays to accounts (還付), and its reading back."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from claims.moneyfiles.contents import check_totals
from claims.moneyfiles.kana import transfer_kana
from claims.moneyfiles.layout import layout_of
from claims.moneyfiles.model import NotWritable, Transfer, TransferFile
from claims.moneyfiles.reading import parse
from claims.moneyfiles.writing import fixed_file

LAYOUT = "transfers"
LARGEST_YEN = 9_999_999_999
MOST = 999_999
ACCOUNT_KINDS = {"1": "普通", "2": "当座", "4": "貯蓄", "9": "その他"}


def write_transfers(
    *,
    requester_code: str,
    requester_kana: str,
    on: date,
    bank: str,
    branch: str,
    account: str,
    transfers: Iterable[Transfer],
    account_kind: str = "1",
    bank_kana: str = "",
    branch_kana: str = "",
) -> bytes:
    """Write the bank's file: 120 bytes a record with CRLF, trailer and end. Names are put into the form banks take.

    Args:
        requester_code: the number the bank gave the city, up to 10 digits.
        on: the day of transfer, a banking day; only month and day are written.
        bank, branch, account_kind, account: the city's account.

    Raises:
        NotWritable: nothing to pay, or a name, number or amount that the bank would refuse.
    """
    paid = list(transfers)
    if not 0 < len(paid) <= MOST:
        raise NotWritable(f"振込が{len(paid)}件です。1件から{MOST:,}件までにしてください。")
    header = _account("振込依頼人", bank, branch, account_kind, account, bank_kana, branch_kana) | {
        "requester_code": _digits(requester_code, 10, "振込依頼人コード", exact=False),
        "requester_kana": transfer_kana(requester_kana, label="振込依頼人名", width=40),
        "on": on,
    }
    rows = [_row(f"{number}件目", one) for number, one in enumerate(paid, 1)]
    total = {"count": len(rows), "total_yen": sum(row["amount_yen"] for row in rows)}
    return fixed_file(layout_of(LAYOUT), header, rows, total)


def read_transfers(content: bytes, *, as_of: date) -> TransferFile:
    """Read such a file back; names stay half-width. ``as_of`` gives the day its year.

    Raises:
        FileDamaged: any damage, or totals that differ.
    """
    layout = layout_of(LAYOUT)
    contents = parse(content, layout, as_of)
    rows = [record.values | {"account_kind": record.values["account_kind"].meaning} for record in contents.rows]
    transfers = tuple(Transfer(**row) for row in rows)
    total_yen = sum(one.amount_yen for one in transfers)
    check_totals(layout, contents, {"count": len(transfers), "total_yen": total_yen})
    facts = {name: value for name, value in contents.header.items() if name not in ("bank_kana", "branch_kana")}
    return TransferFile(**facts, transfers=transfers, total_yen=total_yen)


def _row(which: str, one: Transfer) -> dict[str, Any]:
    if not 0 < one.amount_yen <= LARGEST_YEN:
        raise NotWritable(f"{which}: 振込金額が{one.amount_yen:,}円です。1円から{LARGEST_YEN:,}円までにしてください。")
    return asdict(one) | _account(
        which, one.bank, one.branch, one.account_kind, one.account, one.bank_kana, one.branch_kana
    ) | {
        "payee_kana": _named(transfer_kana(one.payee_kana, label=f"{which}: 受取人名", width=30), f"{which}: 受取人名"),
        "reference": transfer_kana(one.reference, label=f"{which}: 顧客コード", width=20),
    }  # fmt: skip


def _account(which: str, bank: str, branch: str, kind: str, account: str, *names: str) -> dict[str, str]:
    if kind not in ACCOUNT_KINDS:
        kinds = "、".join(f"{code} {words}" for code, words in ACCOUNT_KINDS.items())
        raise NotWritable(f"{which}: 預金種目「{kind}」はありません。{kinds} のどれかにしてください。")
    bank_kana, branch_kana = (transfer_kana(name, label=f"{which}: 銀行名・支店名", width=15) for name in names)
    return {
        "bank": _digits(bank, 4, f"{which}: 銀行番号"),
        "branch": _digits(branch, 3, f"{which}: 支店番号"),
        "account_kind": kind,
        "account": _digits(account, 7, f"{which}: 口座番号"),
        "bank_kana": bank_kana,
        "branch_kana": branch_kana,
    }


def _digits(text: str, width: int, label: str, *, exact: bool = True) -> str:
    if not re.fullmatch(f"[0-9]{{{width if exact else 1},{width}}}", text):
        raise NotWritable(f"{label}「{text}」は{width}桁{'' if exact else 'まで'}の数字で書いてください。")
    return text.zfill(width)


def _named(name: str, label: str) -> str:
    if not name:
        raise NotWritable(f"{label}が空です。通帳のとおりのカナを書いてください。")
    return name
