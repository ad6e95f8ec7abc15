"""What one file has changed, told from inside its transaction: yen, fields before → after, claims that are gone.

Read from the ledger and its history, not from what the intake meant to write. Addresses and phones are never told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from claims.intake.fields import NAMES, SECRET_IN_RAW
from claims.intake.job import same_key
from claims.intake.remembered import read_known
from claims.intake.shown import HIDDEN, reads_like_a_place
from claims.models import ClaimKind, Entry, ImportFile
from toyota_collect.money import comma
from toyota_collect.temporary import fresh_table
from toyota_collect.wareki import fiscal_year_text

SAMPLE = 50  # rows told in full
Change = tuple[str, str, str, str]  # row, field, before, after
NONE = "（なし）"
BALANCE = "(c.principal_yen + c.fee_yen + c.late_yen + c.cost_yen)"
PERSON = ("atena_number", "corporate_number", "name", "kana", "birth_on", "sex", "postal_code", "address", "phone")
PERSON += ("household_number", "moved_on", "died_on")
OF_CLAIM = {
    "identity_id": "宛名（だれの債権か）",
    "nominal_due_on": "納期限",
    "contract_on": "契約日",
    "el_qr": "eL-QR",
    "section_id": "所管課",
    "ground": "知った根拠",
    "section_paid_yen": "収納済額（所管課）",
}
CLAIM_LABEL = "c.levy_year, c.instalment, c.notice_number, k.short_name, k.instalment_label"
MARKS = """
SELECT (SELECT coalesce(max(id), 0) FROM claims_claim), (SELECT coalesce(max(id), 0) FROM claims_entry),
    (SELECT coalesce(max(id), 0) FROM claims_claimevent), (SELECT coalesce(max(pgh_id), 0) FROM claims_claimhistory),
    (SELECT coalesce(max(pgh_id), 0) FROM claims_claimeventhistory),
    (SELECT coalesce(max(pgh_id), 0) FROM debtors_sourceidentityhistory)
"""
BALANCES = f"""
SELECT c.kind_id, c.levy_year, count(*) FILTER (WHERE {BALANCE} > 0), coalesce(sum({BALANCE}), 0)::bigint
FROM claims_claim c WHERE c.source_id = %(source)s GROUP BY 1, 2
"""
BOOKED = """
SELECT CASE WHEN e.claim_id > %(claims)s THEN 'new' ELSE e.kind END, sum(e.amount_yen)::bigint FROM claims_entry e
WHERE e.id > %(entries)s AND e.in_file_id = %(file)s AND e.claim_id IS NOT NULL GROUP BY 1
"""
MONEY = """
FROM (
    SELECT claim_id, sum(amount_yen) FILTER (WHERE kind IN ('levy', 'correction') AND component = 'principal') AS levied,
        coalesce(-sum(amount_yen) FILTER (WHERE kind = 'exemption'), 0) AS exempted,
        coalesce(sum(amount_yen) FILTER (WHERE kind IN ('levy', 'correction') AND component = 'fee'), 0) AS fee,
        coalesce(sum(amount_yen) FILTER (WHERE kind IN ('levy', 'correction') AND component = 'principal'
            AND in_file_id = %(file)s), 0) AS more_levied,
        coalesce(-sum(amount_yen) FILTER (WHERE kind = 'exemption' AND in_file_id = %(file)s), 0) AS more_exempted,
        coalesce(sum(amount_yen) FILTER (WHERE kind IN ('levy', 'correction') AND component = 'fee'
            AND in_file_id = %(file)s), 0) AS more_fee
    FROM (
        SELECT e.claim_id, coalesce(o.kind, e.kind) AS kind, e.component, e.amount_yen, e.in_file_id
        FROM claims_entry e LEFT JOIN claims_entry o ON o.id = e.reverses_id
    ) e WHERE claim_id IN (SELECT claim_id FROM claims_entry WHERE id > %(entries)s
        AND in_file_id = %(file)s AND claim_id <= %(claims)s AND kind IN ('levy', 'correction', 'exemption'))
    GROUP BY claim_id
) m JOIN claims_claim c ON c.id = m.claim_id JOIN claims_claimkind k ON k.id = c.kind_id
"""
AMOUNTS = {"levied": "調定額（更正後）", "exempted": "減免額", "fee": "督促手数料"}
DUNNED = """
FROM (
    SELECT claim_id, max(before) AS before, max(after) AS after FROM (
        SELECT h.claim_id, h.on AS before, NULL::date AS after FROM claims_claimeventhistory h
        WHERE h.pgh_id > %(event_history)s AND h.kind = 'dunning' AND h.withdrawn_at IS NULL
        UNION ALL SELECT e.claim_id, NULL, e.on FROM claims_claimevent e
        WHERE e.kind = 'dunning' AND e.withdrawn_at IS NULL AND e.claim_id <= %(claims)s AND (e.id > %(events)s
            OR e.id IN (SELECT pgh_obj_id FROM claims_claimeventhistory WHERE pgh_id > %(event_history)s))
    ) both_sides GROUP BY claim_id
) m JOIN claims_claim c ON c.id = m.claim_id AND c.source_id = %(source)s
JOIN claims_claimkind k ON k.id = c.kind_id WHERE m.before IS DISTINCT FROM m.after
"""
OLD_CLAIMS = """
FROM claims_claimhistory h JOIN claims_claim c ON c.id = h.pgh_obj_id AND c.seen_in_file_id = %(file)s
JOIN claims_claimkind k ON k.id = c.kind_id WHERE h.pgh_id > %(claim_history)s
"""
OLD_PEOPLE = """
FROM debtors_sourceidentityhistory h JOIN debtors_sourceidentity c ON c.id = h.pgh_obj_id AND c.seen_in_file = %(file)s
WHERE h.pgh_id > %(person_history)s
"""
# An unchanged claim is not touched by an import, so what is gone is told from the rows of the file itself.
GONE = f"""
FROM claims_claim c JOIN claims_claimkind k ON k.id = c.kind_id
WHERE c.source_id = %(source)s AND c.id <= %(claims)s AND {BALANCE} > 0
    AND (c.kind_id = ANY (%(kinds)s) OR c.kind_id IN (SELECT kind FROM stage))
    AND NOT EXISTS (SELECT FROM stage s WHERE {same_key("s", "c")}) AND NOT EXISTS (SELECT FROM brought b WHERE b.claim_id = c.id)
"""


@dataclass(frozen=True)
class Before:
    """The ledger before a file: the last numbers in use, and the source's balances by (kind id, levy year)."""

    marks: dict[str, int]
    balances: dict[tuple[int, int], tuple[int, int]]


def before(source_id: int | None) -> Before:
    names = ("claims", "entries", "events", "claim_history", "event_history", "person_history")
    with connection.cursor() as cursor:
        cursor.execute(MARKS)
        marks = dict(zip(names, cursor.fetchone(), strict=True))
    return Before(marks, _balances(source_id))


def figures(file: ImportFile, start: Before) -> dict[str, Any]:
    """What the file has changed since ``start``, ready for JSON; it must just have been imported in this transaction."""
    if file.status != ImportFile.Status.COMMITTED:
        return {}
    params = start.marks | {"file": file.pk, "source": file.source_id}
    fields: list[dict[str, Any]] = []
    sample: list[Change] = []
    for told in (_of_people, _of_claims, _of_money, _of_dunning) if file.content != "receipts" else ():
        told(params, fields, sample)
    with connection.cursor() as cursor:
        cursor.execute(BOOKED, params)
        booked = dict(cursor.fetchall())
    return {
        "kinds": _kinds(start.balances, _balances(file.source_id)),
        "booked": [
            {"label": _booked_label(kind), "value": yen} for kind, yen in sorted(booked.items(), key=_booked_place)
        ],
        "fields": fields,
        "sample": _by_row(sample),
        "gone": _gone(file, params) if file.content == "claims" else {"count": 0, "yen": 0, "rows": []},
    }


def _balances(source_id: int | None) -> dict[tuple[int, int], tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"source": source_id})
        return {(kind, year): (count, yen) for kind, year, count, yen in cursor.fetchall()}


def _kinds(old: dict[Any, tuple[int, int]], new: dict[Any, tuple[int, int]]) -> list[dict[str, Any]]:
    names = dict(ClaimKind.objects.values_list("pk", "short_name"))
    rows = []
    for kind, year in sorted(old.keys() | new.keys()):
        (count, yen), (new_count, new_yen) = old.get((kind, year), (0, 0)), new.get((kind, year), (0, 0))
        if (count, yen) != (new_count, new_yen):
            rows.append({
                "kind": names[kind], "year": fiscal_year_text(year), "claims_before": count, "claims_after": new_count,
                "yen_before": yen, "yen_after": new_yen,
            })  # fmt: skip
    return rows


def _booked_label(kind: str) -> str:
    return "新しい期別" if kind == "new" else Entry.Kind(kind).label


def _booked_place(one: tuple[str, int]) -> int:
    return -1 if one[0] == "new" else list(Entry.Kind.values).index(one[0])


Tell = Callable[[dict[str, Any], list[dict[str, Any]], list[Change]], None]


def _of_people(params: dict[str, Any], fields: list[dict[str, Any]], sample: list[Change]) -> None:
    columns = {name: NAMES[name] for name in PERSON}
    _compare(OLD_PEOPLE, columns, params, fields, sample, label="c.person_number", name=_person_label)


def _of_claims(params: dict[str, Any], fields: list[dict[str, Any]], sample: list[Change]) -> None:
    _compare(OLD_CLAIMS, OF_CLAIM, params, fields, sample, label=CLAIM_LABEL, name=claim_label)


def _of_money(params: dict[str, Any], fields: list[dict[str, Any]], sample: list[Change]) -> None:
    pairs = {name: (f"m.{name} - m.more_{name}", f"m.{name}") for name in AMOUNTS}
    _tell(MONEY, AMOUNTS, pairs, params, fields, sample, label=CLAIM_LABEL, order="m.claim_id", name=claim_label)


def _of_dunning(params: dict[str, Any], fields: list[dict[str, Any]], sample: list[Change]) -> None:
    columns, pairs = {"dunned_on": "督促状発付日"}, {"dunned_on": ("m.before", "m.after")}
    _tell(DUNNED, columns, pairs, params, fields, sample, label=CLAIM_LABEL, order="m.claim_id", name=claim_label)


def _compare(rows: str, columns: dict[str, str], *args: Any, **options: Any) -> None:
    """Old rows of the history (h) beside those of now (c). The order in which the server wrote them says nothing."""
    pairs = {name: (f"h.{name}", f"c.{name}") for name in columns}
    _tell(rows, columns, pairs, *args, order="h.pgh_obj_id, h.pgh_id", **options)


def _tell(
    rows: str,
    columns: dict[str, str],
    pairs: dict[str, tuple[str, str]],
    params: dict[str, Any],
    fields: list[dict[str, Any]],
    sample: list[Change],
    *,
    label: str,
    order: str,
    name: Callable[..., str],
) -> None:
    counts = [f"count(*) FILTER (WHERE {old} IS DISTINCT FROM {new})" for old, new in pairs.values()]
    values = [f"({side})::text" for pair in pairs.values() for side in pair]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)} {rows}", params)
        counted = [(field, columns[field], count) for field, count in zip(columns, cursor.fetchone(), strict=True)]
        fields += [{"label": title, "rows": count} for _, title, count in counted if count]
        cursor.execute(f"SELECT {', '.join(values)}, {label} {rows} ORDER BY {order} LIMIT {SAMPLE}", params)
        for row in cursor.fetchall():
            what = name(*row[len(values) :])
            for place, (field, title) in enumerate(columns.items()):
                old, new = row[2 * place], row[2 * place + 1]
                if old != new:
                    sample.append((what, title, _shown(field, old), _shown(field, new)))


def _shown(field: str, text: str | None) -> str:
    if not text:
        return NONE
    if field in AMOUNTS or field == "section_paid_yen":
        return comma(int(text))
    secret = field in SECRET_IN_RAW or field in ("identity_id", "section_id")
    return HIDDEN if secret or (field in ("name", "kana") and reads_like_a_place(text)) else text


def claim_label(year: int, instalment: int, notice_number: str, kind: str, instalment_label: str) -> str:
    return f"{kind} {fiscal_year_text(year)} {instalment_label.format(n=instalment)} {notice_number}"


def _person_label(number: str) -> str:
    return f"番号 {number}"


def _by_row(sample: list[Change]) -> list[dict[str, Any]]:
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for what, *change in sample:
        if what in rows or len(rows) < SAMPLE:
            rows.setdefault(what, []).append((change[0], change[1], change[2]))
    return [{"what": what, "changes": changes} for what, changes in rows.items()]


def _gone(file: ImportFile, params: dict[str, Any]) -> dict[str, Any]:
    known = read_known(file)
    params |= {"kinds": list({cell >> 32 for cell in known.cells})}
    with connection.cursor() as cursor:
        fresh_table(cursor, "brought", "claim_id bigint")
        with cursor.copy("COPY brought FROM STDIN") as copy:
            copy.write("".join(f"{claim}\n" for claim in known.claims))
        cursor.execute("ANALYZE brought")
        cursor.execute(f"SELECT count(*), coalesce(sum({BALANCE}), 0)::bigint {GONE}", params)
        count, yen = cursor.fetchone()
        cursor.execute(f"SELECT {BALANCE}, {CLAIM_LABEL} {GONE} ORDER BY {BALANCE} DESC, c.id LIMIT {SAMPLE}", params)
        rows = [{"what": claim_label(*row), "yen": left} for left, *row in cursor.fetchall()]
    return {"count": count, "yen": yen, "rows": rows}
