"""日締め: bank = receipts = entries, for one day of the city's account; and the day's journal for the finance system."""

import csv
import io
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from claims.models import DayClose, Payment, Receipt
from claims.moneyfiles import FileDamaged, read_bank_statement
from claims.services.posting import OWN_SOURCE
from toyota_collect import audit
from toyota_collect.csv_out import as_text

# Money of receipts of the day by what it was booked on; what stands on no claim is an overpayment.
JOURNAL_SQL = """
SELECT coalesce(e.accounting_year, extract(year FROM e."on" - interval '3 months'))::int AS year,
    coalesce(k.code, '') AS kind, coalesce(k.name, '過誤納金・預り') AS kind_name,
    CASE WHEN c.id IS NULL THEN '' WHEN c.levy_year >= coalesce(e.accounting_year,
        extract(year FROM e."on" - interval '3 months')) THEN '現年' ELSE '滞納繰越' END AS age,
    e.component, CASE WHEN e.kind = 'reversal' THEN '取消' ELSE '収納' END AS act,
    count(*) AS entries, -sum(e.amount_yen)::bigint AS yen
FROM claims_entry e
JOIN claims_receipt r ON r.id = e.receipt_id
JOIN debtors_sourcesystem s ON s.id = r.source_id AND s.code = %s
LEFT JOIN claims_claim c ON c.id = e.claim_id
LEFT JOIN claims_claimkind k ON k.id = c.kind_id
WHERE r.booked_on = %s AND (e.kind = 'receipt' OR (e.kind = 'reversal' AND e.amount_yen > 0))
GROUP BY 1, 2, 3, 4, 5, 6, k.position ORDER BY 1, k.position NULLS LAST, 4, 5, 6
"""
# Money moved by decision on the day: set-offs and what is paid out, reversals taken off.
MOVED_SQL = """
SELECT coalesce(e.accounting_year, extract(year FROM e."on" - interval '3 months'))::int AS year,
    coalesce(k.code, '') AS kind, coalesce(k.name, '過誤納金・預り') AS kind_name, '' AS age, e.component,
    CASE coalesce(o.kind, e.kind) WHEN 'set_off' THEN '充当' WHEN 'refund' THEN '還付' ELSE '還付加算金' END
        || CASE WHEN o.id IS NULL THEN '' ELSE 'の取消' END AS act,
    count(*) AS entries, (CASE WHEN coalesce(o.kind, e.kind) = 'refund' THEN 1 ELSE -1 END * sum(e.amount_yen))::bigint
FROM claims_entry e
LEFT JOIN claims_entry o ON o.id = e.reverses_id
LEFT JOIN claims_claim c ON c.id = e.claim_id
LEFT JOIN claims_claimkind k ON k.id = c.kind_id
WHERE e."on" = %s AND coalesce(o.kind, e.kind) IN ('set_off', 'refund', 'refund_interest')
    AND e.overpayment_id IS NOT NULL AND (coalesce(o.kind, e.kind) <> 'refund' OR e.claim_id IS NULL)
GROUP BY 1, 2, 3, 5, 6, coalesce(o.kind, e.kind), k.position ORDER BY 6, 1, k.position NULLS LAST
"""
# What the bank is told to pay on the day, and the entries of just these refunds.
PAID_OUT_SQL = """
SELECT coalesce(sum(r.amount_yen + r.interest_yen), 0)::bigint,
    coalesce(sum((SELECT sum(e.amount_yen) FROM claims_entry e WHERE e.overpayment_id = r.overpayment_id
        AND e.kind = 'refund' AND e.claim_id IS NULL AND e."on" = r.decided_on)), 0)::bigint
FROM claims_refund r JOIN claims_transferfile f ON f.id = r.transfer_file_id WHERE f.transfer_on = %s
"""
JOURNAL_COLUMNS = ["日付", "会計年度", "種目コード", "種目", "現年・滞繰", "区分", "収納・取消", "件数", "金額"]
COMPONENTS = {
    "principal": "本税・元金",
    "fee": "督促手数料",
    "late": "延滞金・損害金",
    "cost": "費用",
    "overpaid": "過誤納金",
}


class CloseRefused(Exception):
    """The day stays open; the message says what differs and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The sums of one day in yen. ``bank_yen`` ``None``: nobody has entered it yet."""

    day: date
    bank_yen: int | None
    receipts: int
    receipts_yen: int  # money of our own receipts, cancelled ones taken off
    section_yen: int  # money at the bank that the sections book themselves
    entries_yen: int  # of the receipts: what entries stand for, on claims or as overpayments
    left_yen: int  # of the receipts: what nobody has booked yet
    open_cases: int
    late_cancelled_yen: int  # cancelled on a later day: it was at the bank on this one
    transfers_yen: int  # refunds the bank is told to pay on the day
    refund_entries_yen: int  # the entries of just these refunds

    @property
    def money_yen(self) -> int:
        """All money of the day that we know of."""
        return self.receipts_yen + self.section_yen

    @property
    def bank_difference_yen(self) -> int | None:
        return None if self.bank_yen is None else self.bank_yen - self.money_yen

    @property
    def booking_difference_yen(self) -> int:
        return self.receipts_yen - self.entries_yen

    @property
    def refund_difference_yen(self) -> int:
        return self.transfers_yen - self.refund_entries_yen

    @property
    def ties(self) -> bool:
        return self.bank_difference_yen == self.booking_difference_yen == self.refund_difference_yen == 0


def figures(day: date) -> DayFigures:
    """The day as the ledger has it now; five queries."""
    own = Receipt.objects.filter(source__code=OWN_SOURCE, booked_on=day)
    standing = own.filter(cancellation=None).aggregate(count=Count("pk"), yen=Sum("amount_yen"), left=Sum("left_yen"))
    payments = Payment.objects.filter(state=Payment.State.FINAL).filter(Q(value_on=day) | Q(value_on=None, paid_on=day))
    sections = payments.aggregate(yen=Sum("section_yen"))["yen"] or 0
    with connection.cursor() as cursor:
        cursor.execute(JOURNAL_SQL, [OWN_SOURCE, day])
        entries = sum(int(row[-1]) for row in cursor.fetchall())
        cursor.execute(PAID_OUT_SQL, [day])
        transfers_yen, refund_entries_yen = cursor.fetchone()
    row = DayClose.objects.filter(day=day).first()
    return DayFigures(
        day=day,
        bank_yen=row.bank_yen if row else None,
        receipts=standing["count"],
        receipts_yen=standing["yen"] or 0,
        section_yen=sections,
        entries_yen=entries,
        left_yen=standing["left"] or 0,
        open_cases=own.filter(payment__case__closed_at=None, payment__case__isnull=False).count(),
        late_cancelled_yen=own.exclude(cancellation=None).aggregate(yen=Sum("amount_yen"))["yen"] or 0,
        transfers_yen=transfers_yen,
        refund_entries_yen=refund_entries_yen,
    )


@transaction.atomic
def enter_bank_total(*, day: date, yen: int, source: str, by: Any) -> DayClose:
    """Write down what the bank says came in on the day. Raises ``CloseRefused`` where the day is closed."""
    row = _locked(day)
    if row.closed_at:
        raise CloseRefused("この日は締めてあります。入金合計は変えられません。")
    if yen < 0 or not source.strip():
        raise CloseRefused("入金合計（0円以上）と、その出どころ（通帳、入出金明細など）を入れてください。")
    row.bank_yen, row.bank_source = yen, source.strip()[:200]
    row.save()
    audit.record(event="day.bank_total", by=by, target=row, detail={"day": day.isoformat(), "yen": yen})
    return row


def take_bank_statement(*, day: date, content: bytes, name: str, by: Any, as_of: date) -> DayClose:
    """Write down the day's received of the bank's own file (入出金明細).

    Raises:
        CloseRefused: the file is damaged, holds nothing of that day, or the day is closed.
    """
    try:
        statement = read_bank_statement(content, as_of=as_of)
    except FileDamaged as damaged:
        raise CloseRefused(str(damaged)) from damaged
    received = [line.amount_yen for line in statement.lines if line.on == day]
    if not received:
        raise CloseRefused(f"「{name}」に、{day:%Y-%m-%d}の入金はありません。日付の合うファイルを選んでください。")
    source = f"入出金明細 {name}（口座 {statement.account}、{len(received):,}件）"
    return enter_bank_total(day=day, yen=sum(received), source=source, by=by)


@transaction.atomic
def close_day(*, day: date, by: Any) -> DayClose:
    """Close the day. Raises ``CloseRefused`` while anything differs, or where it is closed already."""
    row = _locked(day)
    if row.closed_at:
        raise CloseRefused("この日はすでに締めてあります。")
    found = figures(day)
    if found.bank_difference_yen is None:
        raise CloseRefused("銀行の入金合計が入っていません。通帳か入出金明細の額を入れてください。")
    if found.bank_difference_yen:
        raise CloseRefused(
            f"銀行の入金合計と収納データが{found.bank_difference_yen:,}円違います。"
            "届いていないファイルや、日付の違う入金がないか確かめてください。"
        )
    if found.booking_difference_yen:
        raise CloseRefused(
            f"まだ充当していない収納が{found.booking_difference_yen:,}円あります。要確認を処理してください。"
        )
    if found.refund_difference_yen:
        raise CloseRefused(
            f"総合振込の額と還付の記帳が{found.refund_difference_yen:,}円違います。過誤納の画面で確かめてください。"
        )
    row.totals = asdict(found) | {"day": day.isoformat()}
    row.closed_by, row.closed_at = by, timezone.now()
    row.save()
    audit.record(event="day.closed", by=by, target=row, detail={"day": day.isoformat(), "yen": found.bank_yen})
    return row


def moved_since(close: DayClose | None, found: DayFigures) -> bool:
    """Whether money came to or left a closed day after it was closed: somebody has to look at it again."""
    if close is None or close.closed_at is None:
        return False
    names = ("receipts_yen", "section_yen", "entries_yen", "transfers_yen")
    return any(close.totals.get(name) != getattr(found, name) for name in names)


def journal(day: date) -> list[dict[str, Any]]:
    """Rows of the money that came in, in the order of years and kinds; their yen sum to the receipts' booked money."""
    return _rows(JOURNAL_SQL, [OWN_SOURCE, day])


def moved(day: date) -> list[dict[str, Any]]:
    """Rows of what decisions of the day set off or paid out; no money of the day's receipts."""
    return _rows(MOVED_SQL, [day])


def journal_csv(day: date) -> str:
    """The journal for the finance system: money that came in, set-offs and refunds, each part with its total."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(JOURNAL_COLUMNS)
    for title, rows in (("収納の合計", journal(day)), ("充当・還付の合計", moved(day))):
        for row in rows:
            writer.writerow(
                [
                    day.isoformat(),
                    row["year"],
                    row["kind"],
                    as_text(row["kind_name"]),
                    row["age"],
                    COMPONENTS[row["component"]],
                    row["act"],
                    row["entries"],
                    row["yen"],
                ]
            )
        count, yen = sum(row["entries"] for row in rows), sum(row["yen"] for row in rows)
        writer.writerow([day.isoformat(), "", "", title, "", "", "", count, yen])
    return buffer.getvalue()


def _rows(query: str, params: list[Any]) -> list[dict[str, Any]]:
    names = ["year", "kind", "kind_name", "age", "component", "act", "entries", "yen"]
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _locked(day: date) -> DayClose:
    DayClose.objects.get_or_create(day=day)
    return DayClose.objects.select_for_update().get(day=day)
