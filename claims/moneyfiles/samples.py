"""Synthetic money files (架空) for the demo city and for tests: small calls, whole and valid files."""

from collections.abc import Container, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from claims.moneyfiles.layout import layout_of
from claims.moneyfiles.model import Feed, Status
from claims.moneyfiles.writing import csv_file, fixed_file

REQUESTER, REQUESTER_KANA = "1234567890", "ﾄﾖﾀｼ ｼｾﾞｲ"
COMPANY, AGENT_KANA = "912345", "ｶｸｳ ｼﾕｳﾉｳ"
KIND = {Status.PROVISIONAL: "01", Status.FINAL: "02", Status.CANCELLED: "03"}


class Debit(NamedTuple):
    """A payment asked of an account; ``result``: the bank's code, 0 paid."""

    reference: str
    amount_yen: int
    payer_kana: str = "ｶｸｳ ﾀﾛｳ"
    result: str = "0"
    bank: str = "0005"
    branch: str = "001"
    account_kind: str = "1"
    account: str = "1111111"


class StorePayment(NamedTuple):
    """A payment in a store; the amount is the slip's, unless given."""

    slip_code: str
    paid_on: date
    time: str = "12:05"
    chain: str = "0001"
    store: str = "0000123"
    value_on: date | None = None
    booked_on: date | None = None
    amount_yen: int | None = None


class CounterPayment(NamedTuple):
    reference: str
    amount_yen: int
    paid_on: date
    number: str = ""
    payer_kana: str = ""
    value_on: date | None = None
    office: str = "本庁"


class ElTaxPayment(NamedTuple):
    reference: str
    amount_yen: int
    paid_on: date
    number: str = ""
    value_on: date | None = None
    payer_kana: str = ""
    agency: str = "23211"
    division: str = "001"
    method: str = "eL-QR"
    bank: str = "0005"


class SeizureMoney(NamedTuple):
    reference: str
    amount_yen: int
    paid_on: date
    number: str = ""
    value_on: date | None = None
    payer_kana: str = ""
    seizure: str = "R8-0001"
    third_debtor: str = "架空銀行 本店"
    property: str = "預金払戻請求権"


class LawyerMoney(NamedTuple):
    reference: str
    amount_yen: int
    paid_on: date
    number: str = ""
    value_on: date | None = None
    payer_kana: str = ""
    office: str = "L01"
    remittance: str = "R8-001"


class Credit(NamedTuple):
    """A payment into the city's account; a negative amount is one out of it."""

    on: date
    amount_yen: int
    summary: str = "ﾌﾘｺﾐ"
    payer_kana: str = "ｶｸｳ ﾀﾛｳ"


def direct_debit(
    debits: Iterable[Sequence[Any]], *, on: date, ok: Container[str] | None = None, line_end: str = "\r\n"
) -> bytes:
    """The bank's results of one day. ``ok``: customer numbers that were paid (others: 資金不足); else as each says."""
    asked = [Debit(*one) for one in debits]
    if ok is not None:
        asked = [one._replace(result="0" if one.reference in ok else "1") for one in asked]
    paid = [one.amount_yen for one in asked if one.result == "0"]
    failed = [one.amount_yen for one in asked if one.result != "0"]
    rows = [one._asdict() | {"status": one.result} for one in asked]
    totals = _totals(rows) | {
        "final_count": len(paid), "final_yen": sum(paid), "failed_count": len(failed), "failed_yen": sum(failed)
    }  # fmt: skip
    header = {"requester": REQUESTER, "requester_kana": REQUESTER_KANA, "paid_on": on}
    return fixed_file(layout_of(Feed.DIRECT_DEBIT), header, rows, totals, line_end=line_end)


def convenience(
    kind: Status, payments: Iterable[Sequence[Any]], *, made_on: date | None = None, line_end: str = "\r\n"
) -> bytes:
    """Payments in stores, all of one kind; made, if not said, on the day of the last of them."""
    paid = [StorePayment(*one) for one in payments]
    rows = [
        one._asdict()
        | {"status": KIND[kind], "amount_yen": int(one.slip_code[37:43]) if one.amount_yen is None else one.amount_yen}
        for one in paid
    ]
    header = {"made_on": made_on or max(one.paid_on for one in paid), "company": COMPANY, "agent_kana": AGENT_KANA}
    return fixed_file(layout_of("convenience_standard"), header, rows, _totals(rows), line_end=line_end)


def counter(payments: Iterable[Sequence[Any]], *, encoding: str = "cp932") -> bytes:
    """Receipts of the counter; receipt numbers, where not given, count from 1."""
    return _csv(Feed.COUNTER, [CounterPayment(*one)._asdict() for one in payments], encoding)


def el_tax(payments: Iterable[Sequence[Any]], *, encoding: str = "cp932") -> bytes:
    """共通納税; settlement numbers, where not given, count from 1."""
    return _csv(Feed.EL_TAX, [ElTaxPayment(*one)._asdict() for one in payments], encoding)


def seizure(payments: Iterable[Sequence[Any]], *, encoding: str = "cp932") -> bytes:
    """Money taken from third debtors; receipt numbers, where not given, count from 1."""
    return _csv(Feed.SEIZURE, [SeizureMoney(*one)._asdict() for one in payments], encoding)


def lawyers(payments: Iterable[Sequence[Any]], *, encoding: str = "cp932") -> bytes:
    """Money the lawyers sent on; numbers, where not given, count from 1."""
    return _csv(Feed.LAWYERS, [LawyerMoney(*one)._asdict() for one in payments], encoding)


def bank_statement(entries: Iterable[Sequence[Any]], *, account: str = "1234567", line_end: str = "\r\n") -> bytes:
    """The movements of the city's account."""
    moved = [Credit(*one) for one in entries]
    rows = [
        one._asdict()
        | {
            "number": f"{number:08d}",
            "direction": "1" if one.amount_yen > 0 else "2",
            "amount_yen": abs(one.amount_yen),
        }
        for number, one in enumerate(moved, 1)
    ]
    days = [one.on for one in moved]
    header: dict[str, Any] = {"made_on": max(days), "first_on": min(days), "last_on": max(days)}
    header |= {"bank": "0152", "branch": "100", "account_kind": "1", "account": account}
    totals: dict[str, int] = {"count": len(rows)}
    for way, code in (("in", "1"), ("out", "2")):
        yen = [row["amount_yen"] for row in rows if row["direction"] == code]
        totals |= {f"{way}_count": len(yen), f"{way}_yen": sum(yen)}
    return fixed_file(layout_of("bank_statement"), header, rows, totals, line_end=line_end)


def _csv(code: str, rows: list[dict[str, Any]], encoding: str) -> bytes:
    rows = [row | {"number": row["number"] or f"{number:06d}"} for number, row in enumerate(rows, 1)]
    return csv_file(layout_of(code), rows, _totals(rows), encoding=encoding)


def _totals(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {"count": len(rows), "total_yen": sum(row["amount_yen"] for row in rows)}
