"""Writing entries: one database call for all services (``claims_post_entries``), with its audit row.

The database decides what is lawful; its refusals come back as sentences for staff.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from claims.models import FrozenYear, Receipt
from debtors.models import SourceSystem
from toyota_collect.calendar import fiscal_year
from toyota_collect.held import once

OWN_SOURCE = "saiken"  # the system under which our own receipts are numbered
REFUSALS = {
    "claim_balances_never_negative": "未納額を超えています。最新の残額を確かめて、やり直してください。",
    "receipt_is_used_at_most_once": "この領収の残りを超えています。ほかの人が先に充当していないか確かめてください。",
    "overpayment_is_paid_back_at_most_once": "過誤納金の残りを超えています。最新の残額を確かめてください。",
    "receipt_once_per_source": "同じ領収番号がすでに記帳されています。二度は記帳できません。",
    "entry_in_an_open_year": "締めた会計年度には記帳できません。今年度の会計として記帳してください。",
    "entry_reversal_restores_exactly": "取消は、元の記帳をそのままの額で1回だけ打ち消すものに限ります。",
    "claims_entry_reverses_id_key": "この記帳はすでに取り消されています。",
}


class BookingRefused(Exception):
    """Nothing was booked; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry to be written; ``yen`` is signed as in the ledger (see :class:`claims.models.Entry`)."""

    kind: str
    component: str
    yen: int
    on: date
    claim_id: int | None = None
    receipt_id: int | None = None
    overpayment_id: int | None = None
    reverses_id: int | None = None
    accounting_year: int | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "component": self.component,
            "yen": self.yen,
            "on": self.on.isoformat(),
            "claim": self.claim_id,
            "receipt": self.receipt_id,
            "overpayment": self.overpayment_id,
            "reverses": self.reverses_id,
            "accounting_year": self.accounting_year,
            "note": self.note[:200],
        }


@once
def accounting_year(on: date, *, today: date) -> int | None:
    """``None`` while the fiscal year of ``on`` is open; otherwise the year of ``today``, which takes what comes late."""
    closed = FrozenYear.objects.filter(year=fiscal_year(on)).exists()
    return fiscal_year(today) if closed else None


def post(
    lines: Sequence[Line], *, by: Any, event: str, subject_type: str, subject_key: str, detail: dict[str, Any]
) -> int:
    """Write the lines in one statement with their audit row; return how many. Call it inside a transaction.

    Raises:
        BookingRefused: the database found something unlawful; nothing was written.
    """
    if not lines:
        return 0
    texts = json.dumps([line.as_json() for line in lines], ensure_ascii=False)
    return int(
        _call(
            "SELECT claims_post_entries(%s, %s, %s, %s, %s, %s)",
            [texts, by.pk, event, subject_type, subject_key, json.dumps(detail, ensure_ascii=False)],
        )
    )


def post_receipt(
    lines: Sequence[Line],
    *,
    number: str,
    paid_on: date,
    booked_on: date,
    channel: str,
    yen: int,
    ground: str,
    by: Any,
    detail: dict[str, Any],
) -> Receipt:
    """Write a receipt of our own with what it pays, in one call. What the lines leave of it waits as ``left_yen``.

    Raises:
        BookingRefused: the number is known, or the lines are unlawful; nothing was written.
    """
    receipt = {
        "source": SourceSystem.objects.get(code=OWN_SOURCE).pk,
        "number": number,
        "paid_on": paid_on.isoformat(),
        "booked_on": booked_on.isoformat(),
        "channel": channel,
        "yen": yen,
        "ground": ground,
    }
    texts = json.dumps([line.as_json() for line in lines], ensure_ascii=False)
    pk = _call(
        "SELECT claims_post_receipt(%s, %s, %s, %s)",
        [json.dumps(receipt, ensure_ascii=False), texts, by.pk, json.dumps(detail, ensure_ascii=False)],
    )
    return Receipt.objects.get(pk=pk)


def _call(query: str, params: list[Any]) -> Any:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query, params)
            return cursor.fetchone()[0]
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        raise BookingRefused(REFUSALS.get(name, f"台帳の決まりに合わないため記帳できません（{name}）。")) from error
