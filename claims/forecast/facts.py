"""What the forecast reckons with: sums of the ledger by age, what lapses month by month, and how plans were kept."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import TruncMonth

from claims import countdown
from claims.closing.flows import AgedFlow
from claims.models import Claim, EndGround
from claims.rules.forecast import CASH, ENDED, LAPSED, OTHER, Month, Part
from claims.services.plan_facts import grace_days
from toyota_collect.calendar import first_of_month
from toyota_collect.dated import value_on

OUTCOME_OF = {"receipt": CASH, "refund": CASH, "write_off": ENDED}
LAPSES = (EndGround.PRESCRIPTION, EndGround.ENYO)
HORIZONS = (3, 6, 12)  # months
# Of each instalment what the plan's money, booked since the deed, left for it after those before it: by the end of its days of
# grace, and now. Plans as they stood at the beginning of the month: signed before it, and not closed before it.
INSTALMENTS = """
WITH money AS (
    SELECT p.id AS plan_id, e."on", -e.amount_yen AS yen FROM claims_plan p
    JOIN claims_planclaim c ON c.plan_id = p.id JOIN claims_entry e ON e.claim_id = c.claim_id AND e.id > p.last_entry
    LEFT JOIN claims_entry o ON o.id = e.reverses_id
    WHERE p.signed_on IS NOT NULL AND e."on" <= %(on)s AND (e.kind IN ('receipt', 'set_off')
        OR e.kind = 'reversal' AND o.kind IN ('receipt', 'set_off') AND o.id > p.last_entry)
), due AS (
    SELECT i.plan_id, i.due_on, i.amount_yen AS yen, date_trunc('month', i.due_on)::date AS month,
        sum(i.amount_yen) OVER (PARTITION BY i.plan_id ORDER BY i.number) - i.amount_yen AS before,
        p.signed_on, p.closed_on
    FROM claims_planinstalment i JOIN claims_plan p ON p.id = i.plan_id WHERE p.signed_on IS NOT NULL
)
SELECT d.month, d.yen,
    least(d.yen, greatest(0, (SELECT coalesce(sum(m.yen), 0) FROM money m
        WHERE m.plan_id = d.plan_id AND m."on" <= d.due_on + %(grace)s) - d.before)) AS in_time,
    least(d.yen, greatest(0, (SELECT coalesce(sum(m.yen), 0) FROM money m WHERE m.plan_id = d.plan_id) - d.before)) AS now,
    d.due_on, d.signed_on < d.month AND (d.closed_on IS NULL OR d.closed_on >= d.month) AS stood, d.closed_on IS NULL AS running
FROM due d
"""
PAST = """
SELECT month, sum(yen)::bigint, sum(in_time)::bigint FROM ({instalments}) i WHERE stood AND month < %(until)s GROUP BY 1
"""
TO_COME = """
SELECT month, sum(yen - now)::bigint FROM ({instalments}) i WHERE running AND due_on >= %(on)s AND month < %(after)s
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """``parts``: what is booked by the day. ``plan_months``: past months whose days of grace are over. ``plans_due``: by month, what is still to be paid from
    the day on. ``lapsing``: by month from that of ``on``, unpaid yen whose last day comes then."""

    on: date
    parts: list[Part]
    plan_months: list[Month]
    plans_due: dict[date, int]
    lapsing: dict[date, int]
    years_back: int
    months_back: int


def read(aged: list[AgedFlow], *, on: date) -> Facts:
    """Three statements beside the sums that were counted."""
    depth = value_on("forecast.depth", on)
    return Facts(
        on,
        [_part(flow) for flow in aged if not flow.later],
        _plan_months(on),
        _plans_due(on),
        _lapsing(on),
        depth["years"],
        depth["months"],
    )


def _part(flow: AgedFlow) -> Part:
    outcome = LAPSED if flow.act == "write_off" and flow.ground in LAPSES else OUTCOME_OF.get(flow.act, OTHER)
    return Part(flow.group, flow.first, flow.year, outcome, flow.yen)


def month_number(first: date) -> int:
    return first.year * 12 + first.month - 1


def month_of(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _plan_months(on: date) -> list[Month]:
    """A month is over when the days of grace of its last day are."""
    grace = grace_days(on)
    until = first_of_month(on - timedelta(days=grace), 0)
    with connection.cursor() as cursor:
        cursor.execute(PAST.format(instalments=INSTALMENTS), {"on": on, "grace": grace, "until": until})
        return sorted(Month(month_number(month), due, paid) for month, due, paid in cursor.fetchall())


def _plans_due(on: date) -> dict[date, int]:
    after = first_of_month(on, HORIZONS[-1])
    with connection.cursor() as cursor:
        cursor.execute(TO_COME.format(instalments=INSTALMENTS), {"on": on, "grace": grace_days(on), "after": after})
        return dict(cursor.fetchall())


def _lapsing(on: date) -> dict[date, int]:
    claims = countdown.within_a_year(Claim.objects.all(), on=on).order_by()
    rows = claims.values(month=TruncMonth("prescribes_on")).annotate(yen=Sum("principal_yen"))
    return {row["month"]: row["yen"] for row in rows}
