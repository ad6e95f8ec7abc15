"""照合: the figures counted a second time by another way, and every yen of difference with the place where it lies.

The tables add entries up. Against them stand what was kept while the entries were written: the balances on the claims, what
receipts have left, what frozen years carried over, and the decisions to write off. Whoever changes an entry or a balance
behind the ledger's back has to change the other, too, or is found here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.urls import reverse

from claims.closing.flows import YEAR, Flow, Flows
from claims.closing.tables import CHARGED, PARTS
from claims.models import FrozenYear
from toyota_collect.wareki import fiscal_year_text

MOST = 50  # differences that are listed of each sort; their number and sum are always whole
STORED_SQL = """
SELECT kind_id, sum(levied_yen)::bigint, sum(principal_yen)::bigint, sum(fee_yen)::bigint, sum(late_yen)::bigint,
    sum(cost_yen)::bigint
FROM claims_claim GROUP BY kind_id
"""
CLAIMS_SQL = f"""
SELECT id, name, year, notice_number, component, stored, entries, found FROM (
    SELECT c.id, k.name, s.year, c.notice_number, part.component, part.stored::bigint, part.entries::bigint,
        count(*) OVER (PARTITION BY part.component) AS found,
        row_number() OVER (PARTITION BY part.component ORDER BY c.id) AS place
    FROM claims_claim c JOIN claims_claimkind k ON k.id = c.kind_id
    LEFT JOIN (
        SELECT claim_id, min({YEAR.format("e")}) AS year,
            sum(amount_yen) FILTER (WHERE component = 'principal') AS principal,
            sum(amount_yen) FILTER (WHERE component = 'fee') AS fee,
            sum(amount_yen) FILTER (WHERE component = 'late') AS late,
            sum(amount_yen) FILTER (WHERE component = 'cost') AS cost
        FROM claims_entry e WHERE claim_id IS NOT NULL GROUP BY claim_id
    ) s ON s.claim_id = c.id
    CROSS JOIN LATERAL (VALUES ('principal', c.principal_yen, coalesce(s.principal, 0)), ('fee', c.fee_yen, coalesce(s.fee, 0)),
        ('late', c.late_yen, coalesce(s.late, 0)), ('cost', c.cost_yen, coalesce(s.cost, 0))) part (component, stored, entries)
    WHERE (c.principal_yen, c.fee_yen, c.late_yen, c.cost_yen) IS DISTINCT FROM
        (coalesce(s.principal, 0), coalesce(s.fee, 0), coalesce(s.late, 0), coalesce(s.cost, 0))
        AND part.stored <> part.entries
) differing WHERE place <= %(most)s ORDER BY id, component
"""
# Money of receipts in force and what it stands for; the place of a difference is the first claim of the receipt.
RECEIPTS_SQL = f"""
WITH used AS (
    SELECT r.id, CASE WHEN x.id IS NULL THEN r.amount_yen - r.left_yen ELSE -r.left_yen END AS stored,
        coalesce(e.yen, 0) AS entries, e.year, e.claim_id, r.receipt_number
    FROM claims_receipt r LEFT JOIN claims_receiptcancellation x ON x.receipt_id = r.id
    LEFT JOIN (
        SELECT receipt_id, -sum(amount_yen) AS yen, min({YEAR.format("e")}) AS year, min(claim_id) AS claim_id
        FROM claims_entry e WHERE receipt_id IS NOT NULL AND (kind = 'receipt' OR kind = 'reversal' AND amount_yen > 0)
        GROUP BY receipt_id
    ) e ON e.receipt_id = r.id
)
SELECT coalesce(sum(stored), 0)::bigint, coalesce(sum(entries), 0)::bigint,
    count(*) FILTER (WHERE stored <> entries),
    (SELECT json_agg(d) FROM (
        SELECT u.id, k.name, u.year, u.receipt_number, u.stored, u.entries FROM used u
        LEFT JOIN claims_claim c ON c.id = u.claim_id LEFT JOIN claims_claimkind k ON k.id = c.kind_id
        WHERE u.stored <> u.entries ORDER BY u.id LIMIT %(most)s
    ) d)
FROM used
"""
DECIDED_SQL = """
SELECT d.fiscal_year, c.kind_id, sum(l.booked_yen)::bigint FROM claims_claimendline l
JOIN claims_claimend d ON d.id = l.end_id AND d.fiscal_year IS NOT NULL JOIN claims_claim c ON c.id = l.claim_id
GROUP BY 1, 2
"""
# Levies that count in another year than that of the assessment: right for what was assessed late, else to be looked into.
OTHER_YEAR_SQL = f"""
SELECT k.name, c.levy_year, {YEAR.format("e")}, sum(e.amount_yen)::bigint
FROM claims_entry e JOIN claims_claim c ON c.id = e.claim_id JOIN claims_claimkind k ON k.id = c.kind_id
WHERE e.kind = 'levy' AND e.component = 'principal' AND {YEAR.format("e")} <> c.levy_year
GROUP BY k.name, k.position, 2, 3 ORDER BY k.position, k.name, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One sum of the entries beside the same counted another way, in yen."""

    name: str
    against: str
    entries: int
    other: int
    found: int = 0  # single differences, of which two may cancel each other in the sum

    @property
    def difference(self) -> int:
        return self.other - self.entries

    @property
    def ties(self) -> bool:
        return not self.difference and not self.found


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a difference lies: its kind and accounting year, the claim or receipt, and what stands on both sides in yen."""

    what: str
    kind: str
    year: int | None
    label: str
    url: str
    entries: int
    other: int

    @property
    def yen(self) -> int:
        return self.other - self.entries


@dataclass(frozen=True, slots=True)
class OtherYear:
    """A levy that counts in ``year`` and not in the year of its assessment."""

    kind: str
    levy_year: int
    year: int
    yen: int


@dataclass(frozen=True, slots=True)
class Tie:
    checks: list[Check]
    differences: list[Difference]
    other_years: list[OtherYear]

    @property
    def ties(self) -> bool:
        return all(check.ties for check in self.checks)

    @property
    def found(self) -> int:
        """How many single differences there are, listed or not."""
        return sum(check.found or bool(check.difference) for check in self.checks)


def tie(flows: Flows) -> Tie:
    """Count again and compare with ``flows``, which must have been counted in the same view of the database."""
    checks: list[Check] = []
    differences: list[Difference] = []
    for part in (_balances, _receipts, _frozen, _decided):
        for one in part(flows):
            if isinstance(one, Check):
                checks.append(one)
            else:
                differences.append(one)
    with connection.cursor() as cursor:
        cursor.execute(OTHER_YEAR_SQL)
        others = [OtherYear(*row) for row in cursor.fetchall()]
    return Tie(checks, differences, others)


def _balances(flows: Flows) -> Iterator[Check | Difference]:
    """What is unpaid in all, and the levy after corrections, by kind; each claim with its own entries."""
    with connection.cursor() as cursor:
        cursor.execute(STORED_SQL)
        stored = {kind: sums for kind, *sums in cursor.fetchall()}
        cursor.execute(CLAIMS_SQL, {"most": MOST})
        rows = cursor.fetchall()
    names = {kind.pk: kind.name for kind in flows.kinds}
    found = {row[4]: row[7] for row in rows}
    levied = "調定額（更正・減免後の本税・元金）"
    sums = _by_kind(flow for flow in flows.entries if flow.component == "principal" and flow.act in CHARGED)
    other = {kind: one[0] for kind, one in stored.items()}
    wrong = [kind for kind in sorted(sums.keys() | other.keys()) if sums.get(kind, 0) != other.get(kind, 0)]
    yield Check(levied, "債権ごとに保存した額", sum(sums.values()), sum(other.values()), len(wrong))
    for kind in wrong:
        yield Difference(levied, names[kind], None, "種目の計", "", sums.get(kind, 0), other.get(kind, 0))
    for place, (code, label) in enumerate(PARTS.items(), start=1):
        entries = sum(flow.yen for flow in flows.entries if flow.component == code)
        kept = sum(one[place] for one in stored.values())
        yield Check(f"収入未済額（{label}）", "債権ごとに保存した残額", entries, kept, found.get(code, 0))
    for pk, kind_name, year, number, component, kept, entries, _ in rows:
        label = f"通知書 {number}"
        yield Difference(
            f"残額（{PARTS[component]}）", kind_name, year, label, reverse("claims:claim", args=[pk]), entries, kept
        )


def _by_kind(flows: Iterable[Flow]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for flow in flows:
        sums[flow.kind] += flow.yen
    return sums


def _receipts(_: Flows) -> Iterator[Check | Difference]:
    with connection.cursor() as cursor:
        cursor.execute(RECEIPTS_SQL, {"most": MOST})
        stored, entries, found, listed = cursor.fetchone()
    yield Check("収納（領収から充てた額）", "領収の額と、まだ充てていない額", entries, stored, found)
    for one in listed or []:
        yield Difference(
            "収納", one["name"] or "—", one["year"], f"領収 {one['receipt_number']}",
            reverse("claims:receipt", args=[one["id"]]), one["entries"], one["stored"],
        )  # fmt: skip


def _frozen(flows: Flows) -> Iterator[Check | Difference]:
    """What a year carried over when it was frozen, all components, beside what its entries come to now."""
    for frozen in FrozenYear.objects.exclude(carried_yen=None).order_by("year"):
        entries = sum(flow.yen for flow in flows.entries if flow.year <= frozen.year)
        name = f"{fiscal_year_text(frozen.year)}の翌年度への繰越（延滞金等を含む）"
        check = Check(name, "締めたときに保存した額", entries, frozen.carried_yen or 0)
        yield check
        if not check.ties:
            yield Difference("繰越", "—", frozen.year, "年度の計", reverse("claims:years"), entries, check.other)


def _decided(flows: Flows) -> Iterator[Check | Difference]:
    """Write-offs of each year, all components, beside the decisions of the year."""
    with connection.cursor() as cursor:
        cursor.execute(DECIDED_SQL)
        decided = {(year, kind): yen for year, kind, yen in cursor.fetchall()}
    booked: dict[tuple[int, int], int] = {}
    for flow in flows.entries:
        if flow.act == "write_off":
            booked[flow.year, flow.kind] = booked.get((flow.year, flow.kind), 0) - flow.yen
    names = {kind.pk: kind.name for kind in flows.kinds}
    for year in sorted({year for year, _ in booked.keys() | decided.keys()}):
        kinds = sorted(kind for of, kind in booked.keys() | decided.keys() if of == year)
        sides = [(kind, booked.get((year, kind), 0), decided.get((year, kind), 0)) for kind in kinds]
        wrong = [(kind, ours, theirs) for kind, ours, theirs in sides if ours != theirs]
        yield Check(
            f"{fiscal_year_text(year)}の不納欠損（延滞金等を含む）", "不納欠損の決議",
            sum(ours for _, ours, _ in sides), sum(theirs for _, _, theirs in sides), len(wrong),
        )  # fmt: skip
        for kind, ours, theirs in wrong[:MOST]:
            yield Difference("不納欠損", names[kind], year, "決議の計", reverse("claims:ends"), ours, theirs)
