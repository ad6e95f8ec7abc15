"""Checks of staged rows among themselves and against the ledger; each refuses rows with a reason that says what to do."""

from dataclasses import dataclass
from typing import Any

from claims.intake.job import KEY_COLUMNS, Job
from claims.intake.stage import refuse
from debtors.services.life_events import SUPPORT_KINDS


@dataclass(frozen=True, slots=True)
class Check:
    """``query`` selects (line, detail) of the rows to refuse; named parameters as in ``Job.params``."""

    code: str
    field: str
    reason: str
    query: str


def twice(table: str, columns: tuple[str, ...]) -> str:
    """SQL: rows whose columns all equal those of an earlier line, with that line."""
    same = " AND ".join(f"s.{name} = t.{name}" for name in columns)
    listed = ", ".join(columns)
    return (
        f"SELECT s.line, t.first AS detail FROM {table} s JOIN (SELECT {listed}, min(line) AS first FROM {table}"
        f" GROUP BY {listed} HAVING count(*) > 1) t ON {same} WHERE s.line <> t.first"
    )


DUPLICATE = "{detail}行目と同じ{what}です。1行だけ受け付けました。所管課に二重の理由を確かめてください。"
CLAIM_CHECKS = (
    Check("duplicate", "notice_number", DUPLICATE.replace("{what}", "債権（期別）"), twice("stage", KEY_COLUMNS)),
    Check(
        "amount",
        "exempted_yen",
        "減免額が更正後の調定額より{detail}円多くなっています。元のシステムで直し、次の抽出に含めてください。",
        """SELECT line, exempted_yen - coalesce(corrected_yen, levied_yen) AS detail FROM stage
           WHERE exempted_yen > coalesce(corrected_yen, levied_yen)""",
    ),
    Check(
        "overpaid",
        "levied_yen",
        "調定額が収納済みの額より{detail}円少なくなります。所管課で還付か充当を先に決めてから、送り直してください。",
        """SELECT s.line, k.received_yen - k.target_yen AS detail FROM stage s JOIN known k ON k.line = s.line
           WHERE k.target_yen < k.received_yen AND NOT k.is_ours""",
    ),
    Check(
        "overpaid",
        "fee_yen",
        "督促手数料が収納済みの額より{detail}円少なくなります。還付か充当を先に決めてから、送り直してください。",
        """SELECT s.line, k.fee_received_yen - k.fee_target_yen AS detail FROM stage s JOIN known k ON k.line = s.line
           WHERE k.fee_target_yen < k.fee_received_yen""",
    ),
)
REGISTER_CHECKS = (
    Check("duplicate", "atena_number", DUPLICATE.replace("{what}", "宛名番号"), twice("stage", ("atena_number",))),
    Check(
        "date",
        "protected_until",
        "支援措置の終了日が開始日より前です。元のシステムで直し、次の抽出に含めてください。",
        "SELECT line, 0 AS detail FROM stage WHERE protected_until < protected_from",
    ),
)
WELFARE_CHECKS = (
    Check(
        "duplicate",
        "atena_number",
        DUPLICATE.replace("{what}", "宛名番号と開始日"),
        twice("stage", ("atena_number", "started_on")),
    ),
    Check(
        "date",
        "stopped_on",
        "廃止日が開始日より前です。元のシステムで直し、次の抽出に含めてください。",
        "SELECT line, 0 AS detail FROM stage WHERE stopped_on < started_on",
    ),
    Check(
        "kind",
        "support",
        "知らない制度です。レイアウトの support を確かめてください。",
        f"SELECT line, 0 AS detail FROM stage WHERE support <> ALL ('{{{','.join(SUPPORT_KINDS)}}}')",
    ),
    Check(
        "no_person",
        "atena_number",
        "この宛名番号の人が、住民記録にも滞納明細にもありません。番号を確かめるか、住民記録を先に取り込んでください。",
        "SELECT w.line, 0 AS detail FROM welfare w JOIN stage s ON s.line = w.line WHERE w.identity_id IS NULL",
    ),
)
PROTECTION_CHECKS = (
    *REGISTER_CHECKS,
    Check(
        "no_person",
        "atena_number",
        "この宛名番号は、この業務システムの宛名にありません。宛名のファイルを先に取り込んでください。",
        """SELECT line, 0 AS detail FROM stage s WHERE NOT EXISTS (SELECT FROM debtors_sourceidentity i
           WHERE i.source_id = %(source)s AND i.person_number = s.atena_number AND i.withdrawn_at IS NULL)""",
    ),
)
RECEIPT_CHECKS = (
    Check("duplicate", "receipt_number", DUPLICATE.replace("{what}", "領収番号"), twice("paid", ("receipt_number",))),
    Check(
        "no_claim",
        "notice_number",
        "この収納の債権（期別）が台帳にありません。滞納明細の受け付けなかった行を先に直し、両方を送り直してください。",
        "SELECT line, 0 AS detail FROM paid WHERE claim_id IS NULL",
    ),
    Check(
        "kind",
        "kind",
        "この債権種目の収納は本課が記帳します。所管課の収納は台帳に入れません。",
        "SELECT line, 0 AS detail FROM paid WHERE books_money = 'own'",
    ),
    Check(
        "amount",
        "principal_yen",
        "収納額が0円です。元のシステムで直し、次の抽出に含めてください。",
        "SELECT line, 0 AS detail FROM paid WHERE cancels = '' AND amount_yen = 0",
    ),
    Check(
        "duplicate",
        "receipt_number",
        "同じ領収番号が、違う内容で台帳にあります。誤りのときは、取消の行と新しい領収番号の行を送ってください。",
        """SELECT p.line, 0 AS detail FROM paid p JOIN booked b ON b.receipt_number = p.receipt_number
           WHERE (p.claim_id, p.paid_on, p.principal_yen, p.fee_yen, p.late_yen)
              IS DISTINCT FROM (b.claim_id, b.paid_on, b.principal_yen, b.fee_yen, b.late_yen)""",
    ),
    Check(
        "duplicate",
        "cancels",
        "{detail}行目が同じ領収を取り消しています。1行だけ受け付けました。",
        """SELECT p.line, t.first AS detail FROM paid p JOIN (SELECT cancels, min(line) AS first FROM paid
           WHERE cancels <> '' GROUP BY cancels HAVING count(*) > 1) t USING (cancels) WHERE p.line <> t.first""",
    ),
)
# Repeated until nothing more falls: a refused receipt may leave a cancellation without its receipt, and the other way.
ORPHAN = Check(
    "key",
    "cancels",
    "取り消す領収がこの債権にないか、金額が違います。取り消す領収番号と金額を確かめてください。",
    """SELECT p.line, 0 AS detail FROM paid p LEFT JOIN originals o ON o.line = p.line
       LEFT JOIN paid f ON f.receipt_id = o.receipt_id
       WHERE p.cancels <> '' AND (o.line IS NULL OR (o.in_file AND f.line IS NULL)
          OR (p.claim_id, p.principal_yen, p.fee_yen, p.late_yen)
             IS DISTINCT FROM (o.claim_id, o.principal_yen, o.fee_yen, o.late_yen))""",
)
OVERPAID = Check(
    "overpaid",
    "principal_yen",
    "収納が未納額より{detail}円多くなります。過誤納として所管課に確かめてください。",
    """SELECT DISTINCT ON (claim_id) line, greatest(-left_yen, 0) + greatest(-left_fee_yen, 0) AS detail FROM (
         SELECT p.claim_id, p.line,
           p.owed_yen + coalesce(b.principal, 0) - sum(p.principal_yen) OVER run AS left_yen,
           p.owed_fee_yen + coalesce(b.fee, 0) - sum(p.fee_yen) OVER run AS left_fee_yen
         FROM paid p LEFT JOIN (
           SELECT c.claim_id, sum(o.principal_yen) AS principal, sum(o.fee_yen) AS fee
           FROM paid c JOIN originals o ON o.line = c.line WHERE c.is_new GROUP BY c.claim_id
         ) b ON b.claim_id = p.claim_id
         WHERE p.is_new AND p.cancels = ''
         WINDOW run AS (PARTITION BY p.claim_id ORDER BY p.line)
       ) running WHERE left_yen < 0 OR left_fee_yen < 0 ORDER BY claim_id, line""",
)


def check(cursor: Any, job: Job, table: str, checks: tuple[Check, ...]) -> int:
    """Run the checks in order; return how many rows were refused."""
    return sum(
        refuse(cursor, job, table, one.query, code=one.code, field=one.field, reason=one.reason) for one in checks
    )


def check_until_stable(cursor: Any, job: Job, table: str, checks: tuple[Check, ...]) -> int:
    """Run the checks again and again until none refuses any more; return how many rows were refused."""
    total = 0
    while refused := check(cursor, job, table, checks):
        total += refused
    return total
