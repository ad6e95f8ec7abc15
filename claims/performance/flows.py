"""What all figures of the 実績 are made of: acts by month and team, and the money and plans that came after them.

Sums only: nobody's name is in them, of debtors or of staff. The number of statements does not depend on the ledger.

- An act counts on its day (``registry.acts``).
- A yen that was paid belongs to at most one act that reaches the person: the last one not more than ``yield_days`` before
  the day it was paid; of one day, the first in the order of ``registry.acts``. What no act came before is nobody's, so that
  all together are the money of the month. Money that is taken back is taken off where it stood, in the month of that.
- What somebody did after an act is told by people: of each year and kind of act the first act of a person, and only where the
  days after it have passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from claims.models import Plan
from debtors.joined import MOVED
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import value_on
from toyota_collect.history import bare_statements
from toyota_collect.registry import Act, registry

YEARS = 3  # fiscal years, the running one included
ACT = "SELECT %s::int AS place, q.person_id, q.day, q.team, %s::int AS lag, %s AS channel FROM ({rows}) q"
ACTS = """
CREATE TEMP TABLE acts ON COMMIT DROP AS
SELECT a.place, coalesce(m.now, a.person_id) AS person_id, a.day, a.team, a.lag, a.channel
FROM ({acts}) a LEFT JOIN ({moved}) m ON m.id = a.person_id
"""
# Each receipt on the day it was paid and, with the other sign, where it was taken back; who paid too much is nobody's answer.
MONEY = """
CREATE TEMP TABLE money ON COMMIT DROP AS
SELECT s.person_id, o."on" AS paid, date_trunc('month', e."on")::date AS month, -sum(e.amount_yen)::bigint AS yen
FROM claims_entry e JOIN claims_entry o ON o.id = CASE WHEN e.kind = 'reversal' THEN e.reverses_id ELSE e.id END
LEFT JOIN claims_claim c ON c.id = e.claim_id LEFT JOIN debtors_sourceidentity s ON s.id = c.identity_id
WHERE o.kind = 'receipt' AND e."on" BETWEEN %s AND %s GROUP BY 1, 2, 3
"""
# What was taken back later was not paid.
PAID = """
CREATE TEMP TABLE paid ON COMMIT DROP AS SELECT person_id, paid AS day FROM money GROUP BY 1, 2 HAVING sum(yen) > 0
"""
INDEXES = (
    "CREATE INDEX acts_of ON acts (person_id, day) WHERE channel",
    "CREATE INDEX paid_of ON paid (person_id, day)",
    "ANALYZE acts",
    "ANALYZE money",
    "ANALYZE paid",
)
COUNTS = """
SELECT place, date_trunc('month', day)::date, team, count(*)::int FROM acts WHERE day >= %s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
YIELDS = """
SELECT a.place, m.month, coalesce(a.team, ''), sum(m.yen)::bigint FROM money m
LEFT JOIN LATERAL (
    SELECT place, team FROM acts a WHERE a.channel AND a.person_id = m.person_id
        AND a.day BETWEEN m.paid - %s AND m.paid - a.lag ORDER BY a.day DESC, a.place LIMIT 1
) a ON true
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
# One row a person, kind and year: the first act, and after how many days the first money and the first plan came.
FIRSTS = """
CREATE TEMP TABLE firsts ON COMMIT DROP AS
SELECT f.place, f.year, f.day,
    (SELECT min(m.day) FROM paid m WHERE m.person_id = f.person_id AND m.day BETWEEN f.day + f.lag AND f.day + %s)
        - f.day AS paid_after,
    (SELECT min(p.signed_on) FROM ({plans}) p WHERE p.person_id = f.person_id
        AND p.signed_on BETWEEN f.day + f.lag AND f.day + %s) - f.day AS agreed_after
FROM (
    SELECT DISTINCT ON (place, year, person_id) place, year, person_id, day, lag
    FROM (SELECT *, extract(year FROM day - interval '3 months')::int AS year FROM acts WHERE channel AND day >= %s) a
    ORDER BY place, year, person_id, day
) f
"""
RESPONSES = """
SELECT place, year, count(*)::int, count(*) FILTER (WHERE paid_after <= %s)::int,
    count(*) FILTER (WHERE agreed_after <= %s)::int
FROM firsts WHERE day + %s < %s GROUP BY 1, 2 ORDER BY 1, 2
"""


class Count(NamedTuple):
    code: str
    month: date  # its first day
    team: str  # "": nobody's own
    number: int


class Yield(NamedTuple):
    """Yen of the month that belong to acts of the kind (``None``: to none) by the team."""

    code: str | None
    month: date
    team: str
    yen: int


class Response(NamedTuple):
    """Of ``of`` people whom the act reached first in the fiscal year ``year``, and whose days have passed: how many paid
    something and how many signed a plan within ``days``."""

    code: str
    year: int
    days: int
    of: int
    paid: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Performance:
    """Months from ``first`` (a 1 April) to that of ``on``."""

    on: date
    first: date
    yield_days: int
    counts: list[Count]
    yields: list[Yield]
    responses: list[Response]

    @property
    def teams(self) -> list[str]:
        return sorted({one.team for one in self.counts} - {""})

    @property
    def years(self) -> list[int]:
        return list(range(self.first.year, fiscal_year(self.on) + 1))


def count(*, on: date) -> Performance:
    """Count what ``registry.acts`` tells, and the ledger's money, up to ``on`` (included)."""
    windows = value_on("performance.windows", on)
    days, most = windows["response_days"], max(windows["response_days"])
    first = date(fiscal_year(on) - YEARS + 1, 4, 1)
    acts = registry.acts
    with bare_statements(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS acts, money, paid, firsts")
        sql, params = _union(acts, first - timedelta(days=windows["yield_days"]), on)
        cursor.execute(ACTS.format(acts=sql, moved=MOVED), params)
        cursor.execute(MONEY, [first, on])
        for statement in (PAID, *INDEXES):
            cursor.execute(statement)
        cursor.execute(COUNTS, [first])
        counts = [Count(acts[place].code, *row) for place, *row in cursor.fetchall()]
        cursor.execute(YIELDS, [windows["yield_days"]])
        yields = [Yield(None if place is None else acts[place].code, *row) for place, *row in cursor.fetchall()]
        plans, plan_params = (
            Plan.objects.filter(signed_on__gte=first)
            .order_by()
            .values("person_id", "signed_on")
            .query.sql_with_params()
        )
        cursor.execute(FIRSTS.format(plans=plans), [most, *plan_params, most, first])
        responses = []
        for one in days:
            cursor.execute(RESPONSES, [one, one, one, on])
            responses += [Response(acts[place].code, year, one, *row) for place, year, *row in cursor.fetchall()]
        cursor.execute("DROP TABLE acts, money, paid, firsts")
    return Performance(on, first, windows["yield_days"], counts, yields, responses)


def _union(acts: Sequence[Act], first: date, last: date) -> tuple[str, list[object]]:
    """SQL of all acts: place, person_id, day, team, lag, channel."""
    parts, params = [], []
    for place, act in enumerate(acts):
        sql, given = act.rows(first, last).query.sql_with_params()
        parts.append(ACT.format(rows=sql))
        params += [place, act.lag, act.channel, *given]
    return " UNION ALL ".join(parts), params
