"""Streaming writers: rows go straight to the files, beside them the control totals and what must be rejected."""

import csv
import random
from collections.abc import Callable
from io import BufferedWriter
from pathlib import Path

from claims.demo.bills import Claim, Receipt
from claims.demo.dirt import Plan
from claims.demo.life import TODAY
from claims.demo.records import Record
from claims.demo.systems import System
from claims.demo.tables import Table

Cell = tuple[str, int, int]  # kind, levy year, instalment: one line of the control totals
Reject = Callable[[str, int, str], None]  # file, line, reason
CLAIM_KEY = (
    "kind", "levy_year", "taxation_year", "notice_number", "detail_code", "collector_number", "instalment",
    "declaration_number", "business_year_number", "child_number",
)  # fmt: skip


class Extract:
    """One file being written, with its control totals (``<file>.control.csv``), made before any damage."""

    def __init__(self, folder: Path, table: Table, plan: Plan, reject: Reject, *, controlled: bool = True) -> None:
        self.table, self._plan, self._reject, self._controlled = table, plan, reject, controlled
        self.path = folder / f"{table.stem}_{TODAY:%Y%m%d}.{table.suffix}"
        self._file: BufferedWriter = self.path.open("wb", buffering=1 << 20)
        self._file.write(table.opening())
        self.rows, self._line = 0, 1 if table.header else 0
        self._totals: dict[Cell, list[int]] = {}
        self._last: bytes | None = None  # the row whose transfer breaks off, kept for the end of the file

    def write(self, cells: list[str], cell: Cell | None = None, yen: int = 0, *, may_break: bool = False) -> str:
        """Write one row and return why it will be rejected, or ''. Rows without a control cell are only counted."""
        self._count(cell, yen)
        if may_break and self.table.truncated and self._last is None:
            self._last = self.table.line(cells)
            return "truncated"
        reason = self._plan.reason(self.table) if may_break else ""
        if reason == "duplicate":
            self._put(self.table.line(cells))
            self._count(cell, yen)
            self._put(self.table.line(cells))
            self._reject(self.path.name, self._line, reason)
            return ""
        self._put(self._plan.damage(self.table, cells, reason) if reason else self.table.line(cells))
        if reason:
            self._reject(self.path.name, self._line, reason)
        return reason

    def reject_last(self, reason: str) -> None:
        """Note that the row just written, sound in itself, must be rejected."""
        self._reject(self.path.name, self._line, reason)

    def _count(self, cell: Cell | None, yen: int) -> None:
        self.rows += 1
        if cell:
            total = self._totals.setdefault(cell, [0, 0])
            total[0] += 1
            total[1] += yen

    def _put(self, line: bytes) -> None:
        self._file.write(line + b"\r\n")
        self._line += 1

    def close(self) -> None:
        if self._last is not None:
            self._file.write(self._last[: len(self._last) * 3 // 5])
            self._line += 1
            self._reject(self.path.name, self._line, "truncated")
        self._file.close()
        if self._controlled:
            with self.path.with_name(self.path.name + ".control.csv").open("w", encoding="utf-8", newline="") as out:
                control = csv.writer(out, lineterminator="\r\n")
                control.writerow(("kind", "levy_year", "instalment", "rows", "yen"))
                control.writerows((*cell, *total) for cell, total in sorted(self._totals.items()))


class Section:
    """The two files of one source."""

    def __init__(self, folder: Path, system: System, claims_plan: Plan, receipts_plan: Plan, reject: Reject) -> None:
        self.claims = Extract(folder, system.claims, claims_plan, reject)
        self.receipts = Extract(folder, system.receipts, receipts_plan, reject)
        self._person_cells = [column.field in Record.__slots__ for column in system.claims.columns]

    def write(self, rng: random.Random, record: Record, claims: list[Claim]) -> list[tuple[Claim, str, list[Receipt]]]:
        """Write an identity's rows; return per claim the reject reason or '' and its booked receipts."""
        shared = [
            column.form(getattr(record, column.field)) if mine else ""
            for column, mine in zip(self.claims.table.columns, self._person_cells, strict=True)
        ]
        booked = []
        open_yen = sum(claim.principal_balance for claim in claims if claim.due_on < TODAY)
        for claim in claims:
            # A damaged row must not take the person or the arrears out of the city.
            balance = claim.principal_balance if claim.due_on < TODAY else 0
            cancelled = any(one.cancels for one in claim.receipts)
            spare = len(claims) >= 6 and not cancelled and (open_yen == 0 or open_yen > balance)
            reason = self.claims.write(
                self._claim_cells(shared, claim), cell_of(claim), claim.levied_yen, may_break=spare
            )
            if reason:
                open_yen -= balance
            booked.append((claim, reason, self._receive(claim, reason, cancelled)))
        return booked

    def _claim_cells(self, shared: list[str], claim: Claim) -> list[str]:
        return [
            cell if mine else column.form(self._amount(claim, column.field))
            for column, mine, cell in zip(self.claims.table.columns, self._person_cells, shared, strict=True)
        ]

    @staticmethod
    def _amount(claim: Claim, field: str) -> object:
        if field == "paid_total_yen":
            return sum(claim.received(part) for part in ("principal_yen", "fee_yen", "late_yen"))
        return getattr(claim, field)

    def _receive(self, claim: Claim, reason: str, cancelled: bool) -> list[Receipt]:
        """Write the receipts; money for a rejected claim has nowhere to go and will be rejected too."""
        accepted = []
        for receipt in claim.receipts:
            cells = [
                column.form(getattr(receipt if column.field in Receipt.__slots__ else claim, column.field))
                for column in self.receipts.table.columns
            ]
            spare = not reason and not cancelled
            if self.receipts.write(cells, cell_of(claim), receipt.total_yen, may_break=spare):
                continue
            if reason:
                self.receipts.reject_last("no_claim")
            else:
                accepted.append(receipt)
        return accepted

    def close(self) -> None:
        self.claims.close()
        self.receipts.close()


def cell_of(claim: Claim) -> Cell:
    return claim.kind, claim.levy_year, claim.instalment


def key_of(claim: Claim) -> tuple[object, ...]:
    return tuple(getattr(claim, part) for part in CLAIM_KEY)
