"""What every figure of the council is made of: sums of entries that no longer tell of single claims.

One statement reads the ledger once, whatever is asked afterwards; tables and waterfalls are additions in memory. The
number of sums depends on kinds and years, not on claims.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from claims.models import ClaimGroup, ClaimKind
from toyota_collect.calendar import fiscal_year

YEAR = """coalesce({0}.accounting_year, extract(year FROM {0}."on" - interval '3 months'))::int"""
# A claim is of the year of its first entry; later it is carried over. A reversal is told as what it takes back, but in the
# accounting year of its own.
FLOWS_SQL = f"""
WITH first AS MATERIALIZED (
    SELECT e.claim_id, min({YEAR.format("e")}) AS year FROM claims_entry e WHERE e.claim_id IS NOT NULL GROUP BY e.claim_id
)
SELECT c.kind_id, {YEAR.format("e")} AS year, f.year AS first, e.component,
    CASE WHEN e.kind = 'reversal' THEN (SELECT o.kind FROM claims_entry o WHERE o.id = e.reverses_id) ELSE e.kind END AS act,
    e.kind = 'reversal' AS back, e."on" > %(on)s AS later, CASE WHEN e.kind IN ('write_off', 'reversal') THEN coalesce((
        SELECT d.ground FROM claims_claimendline l JOIN claims_claimend d ON d.id = l.end_id
        WHERE l.claim_id = e.claim_id AND d.booked_on IS NOT NULL ORDER BY d.booked_on DESC, d.id DESC LIMIT 1), '')
    ELSE '' END AS ground, sum(e.amount_yen)::bigint
FROM claims_entry e JOIN claims_claim c ON c.id = e.claim_id JOIN first f ON f.claim_id = e.claim_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
# Overpayments belong to the claim they were paid for: whose levy fell, or else what the same receipt paid first.
REFUNDS_SQL = f"""
WITH source AS (
    SELECT o.id, coalesce(fell.claim_id, paid.claim_id) AS claim_id, coalesce(fell.component, 'principal') AS component
    FROM claims_overpayment o
    LEFT JOIN LATERAL (
        SELECT e.claim_id, e.component FROM claims_entry e
        WHERE e.overpayment_id = o.id AND e.kind = 'refund' AND e.claim_id IS NOT NULL ORDER BY e.id LIMIT 1
    ) fell ON true
    LEFT JOIN LATERAL (
        SELECT min(p.claim_id) AS claim_id FROM claims_entry e
        JOIN claims_entry p ON p.receipt_id = e.receipt_id AND p.claim_id IS NOT NULL
        WHERE e.overpayment_id = o.id AND e.kind = 'receipt' AND fell.claim_id IS NULL
    ) paid ON true
)
SELECT c.kind_id, {YEAR.format("e")} AS year,
    (SELECT min({YEAR.format("l")}) FROM claims_entry l WHERE l.claim_id = s.claim_id) AS levied,
    s.component, e."on" > %(on)s AS later,
    sum(CASE WHEN e.claim_id IS NULL THEN -e.amount_yen ELSE e.amount_yen END)::bigint
FROM claims_entry e JOIN source s ON s.id = e.overpayment_id LEFT JOIN claims_claim c ON c.id = s.claim_id
GROUP BY 1, 2, 3, 4, 5
"""
# The principal of claims whose collection was stopped at the end of a year, or on the day in the year that still runs.
STOPPED_SQL = f"""
SELECT y.year, coalesce(sum(e.amount_yen), 0)::bigint
FROM (SELECT year, least(make_date(year + 1, 3, 31), %(on)s) AS day FROM unnest(%(years)s::int[]) year) y
JOIN claims_claim c ON EXISTS (
    SELECT FROM claims_hold h WHERE h.claim_id = c.id AND h.reason IN ('execution_stop', 'collection_stop')
        AND h.starts_on <= y.day AND (h.ends_on IS NULL OR h.ends_on > y.day)
)
JOIN claims_entry e ON e.claim_id = c.id AND e.component = 'principal' AND {YEAR.format("e")} <= y.year AND e."on" <= %(on)s
WHERE c.id IN (SELECT claim_id FROM claims_hold WHERE reason IN ('execution_stop', 'collection_stop'))
GROUP BY y.year
"""


class Flow(NamedTuple):
    """A sum of entries in yen, signed as in the ledger: what raises a debt is positive."""

    kind: int
    year: int  # accounting year
    fresh: bool  # the claims are of this very year; otherwise carried over into it
    component: str
    act: str  # kind of the entry; of a reversal, the kind of what it takes back
    back: bool  # reversals
    later: bool  # takes effect after the day of counting
    yen: int


class AgedFlow(NamedTuple):
    """A sum of principal by the year of the claims' first entry; ``ground``: of a write-off, why (``EndGround``, "": unknown)."""

    group: str
    first: int
    year: int
    act: str
    ground: str
    later: bool
    yen: int


class RefundFlow(NamedTuple):
    """Money that came onto (positive) or left the accounts of overpayments in the year."""

    kind: int | None  # None: nobody knows what was paid for
    year: int
    levied: int | None  # the year of the claim
    component: str
    later: bool
    yen: int


@dataclass(frozen=True, slots=True)
class Kind:
    pk: int
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class Flows:
    """The ledger as sums, with the kinds in their own order, and how much was stopped by year."""

    on: date
    kinds: list[Kind]
    entries: list[Flow]
    aged: list[AgedFlow]
    refunds: list[RefundFlow]
    stopped: dict[int, int]

    @property
    def years(self) -> list[int]:
        """Accounting years from the first with an entry to that of the day of counting."""
        now = fiscal_year(self.on)
        return list(range(min((flow.year for flow in self.entries), default=now), now + 1))


def count(*, on: date) -> Flows:
    """Read the whole ledger; ``later`` is what takes effect after ``on``. Four statements, whatever its size."""
    kinds = [Kind(pk, name, group) for pk, name, group in ClaimKind.objects.values_list("pk", "name", "group")]
    order = {code: place for place, code in enumerate(ClaimGroup.values)}
    kinds.sort(key=lambda kind: order[kind.group])
    with connection.cursor() as cursor:
        cursor.execute(FLOWS_SQL, {"on": on})
        rows = cursor.fetchall()
        cursor.execute(REFUNDS_SQL, {"on": on})
        refunds = [RefundFlow(*row) for row in cursor.fetchall()]
        entries, aged = _entries(rows), _aged(rows, {kind.pk: kind.group for kind in kinds})
        years = range(min((flow.year for flow in entries), default=fiscal_year(on)), fiscal_year(on) + 1)
        cursor.execute(STOPPED_SQL, {"on": on, "years": list(years)})
        stopped = dict(cursor.fetchall())
    return Flows(on, kinds, entries, aged, refunds, stopped)


def _entries(rows: Iterable[tuple[Any, ...]]) -> list[Flow]:
    """The sums without the age of the claims and without grounds: few enough to be added up by every page."""
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for kind, year, first, component, act, back, later, _, yen in rows:
        sums[kind, year, first == year, component, act, back, later] += yen
    return sorted(Flow._make((*key, yen)) for key, yen in sums.items())


def _aged(rows: Iterable[tuple[Any, ...]], groups: dict[int, str]) -> list[AgedFlow]:
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for kind, year, first, component, act, _, later, ground, yen in rows:
        if component == "principal":
            sums[groups[kind], first, year, act, ground, later] += yen
    return sorted(AgedFlow._make((*key, yen)) for key, yen in sums.items())
