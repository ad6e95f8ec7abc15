"""滞納者の状態: everybody who owes something stands in exactly one place, so that nobody drops out between the lists.

The first that fits: nothing may be asked of them (止めている), a next step is late, a next step is open, somebody worked on
them or they paid within the days of ``boards.untouched_days``, the oldest debt is younger than that, or 未折衝: nobody does
anything. Letters and notes are no work on a person; a call nobody answered is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from claims.models import Claim
from debtors.joined import MOVED
from debtors.models import Contact
from toyota_collect.dated import value_on
from toyota_collect.history import bare_statements

LOCK = 4_710_080
NO_WORK = (Contact.Outcome.SENT, Contact.Outcome.RETURNED, Contact.Outcome.NOTE)
UNTOUCHED, OVERDUE, STEP, TOUCHED, NEW, HELD = "untouched", "overdue", "step", "touched", "new", "held"
PLACES = {
    UNTOUCHED: "未折衝",
    OVERDUE: "次の一手が期限超過",
    STEP: "次の一手あり",
    TOUCHED: "最近の接触・納付あり",
    NEW: "滞納になって間もない",
    HELD: "止めている・入金待ち",
}
STANDING = """
CREATE TEMP TABLE standing ON COMMIT DROP AS
WITH owed AS (
    SELECT i.person_id, sum(c.booked_yen)::bigint AS yen, count(*)::int AS instalments, min(c.due_on) AS oldest_due_on,
        min(c.prescribes_on) AS prescribes_on, bool_or(r.id IS NOT NULL) AS reachable
    FROM ({owed}) c
    JOIN debtors_sourceidentity i ON i.id = c.identity_id AND i.person_id IS NOT NULL
    LEFT JOIN ({reachable}) r ON r.id = c.id
    GROUP BY 1
), worked AS (
    SELECT coalesce(m.now, k.person_id) AS person_id, max(k."on") AS "on"
    FROM debtors_contact k LEFT JOIN ({moved}) m ON m.id = k.person_id
    WHERE k.outcome <> ALL(%s) AND NOT EXISTS (SELECT FROM debtors_contact n WHERE n.corrects_id = k.id) GROUP BY 1
), paid AS (
    SELECT DISTINCT i.person_id FROM claims_entry e
    JOIN claims_claim c ON c.id = e.claim_id JOIN debtors_sourceidentity i ON i.id = c.identity_id
    WHERE e.kind = 'receipt' AND e."on" > %s AND e."on" <= %s
        AND NOT EXISTS (SELECT FROM claims_entry b WHERE b.reverses_id = e.id)
), steps AS (
    SELECT person_id, min(due_on) < %s AS late FROM debtors_workitem WHERE closed_at IS NULL GROUP BY 1
)
SELECT o.person_id, o.yen, o.instalments, o.oldest_due_on, o.prescribes_on, w."on" AS last_contact_on, a.officer_id,
    CASE WHEN NOT o.reachable THEN 'held' WHEN s.late THEN 'overdue' WHEN s.person_id IS NOT NULL THEN 'step'
        WHEN w."on" > %s OR p.person_id IS NOT NULL THEN 'touched' WHEN o.oldest_due_on > %s THEN 'new'
        ELSE 'untouched' END AS place
FROM owed o LEFT JOIN worked w USING (person_id) LEFT JOIN paid p USING (person_id) LEFT JOIN steps s USING (person_id)
    LEFT JOIN debtors_assignment a ON a.person_id = o.person_id
"""
# Only what differs is written: of a list that hardly changes, hardly anything.
FORGET = """
DELETE FROM claims_untouchedperson u
WHERE NOT EXISTS (SELECT FROM standing s WHERE s.person_id = u.person_id AND s.place = 'untouched')
"""
REMEMBER = """
INSERT INTO claims_untouchedperson AS u (person_id, yen, instalments, oldest_due_on, prescribes_on, last_contact_on)
SELECT person_id, yen, instalments, oldest_due_on, prescribes_on, last_contact_on FROM standing WHERE place = 'untouched'
ON CONFLICT (person_id) DO UPDATE SET yen = excluded.yen, instalments = excluded.instalments,
    oldest_due_on = excluded.oldest_due_on, prescribes_on = excluded.prescribes_on, last_contact_on = excluded.last_contact_on
WHERE (u.yen, u.instalments, u.oldest_due_on, u.prescribes_on, u.last_contact_on) IS DISTINCT FROM (excluded.yen,
    excluded.instalments, excluded.oldest_due_on, excluded.prescribes_on, excluded.last_contact_on)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """People and yen by place, and people by officer (``None``: nobody) and place. Every place of ``PLACES`` is there."""

    people: dict[str, int]
    yen: dict[str, int]
    officers: dict[int | None, dict[str, int]]

    @property
    def all_people(self) -> int:
        return sum(self.people.values())


def untouched_days(on: date) -> int:
    """After how many days without work or payment somebody is 未折衝."""
    return int(value_on("boards.untouched_days", on))


def count(*, on: date) -> Standing:
    """Count everybody who owes something overdue and living, and write down who is 未折衝. Safe to run again."""
    since = on - timedelta(days=untouched_days(on))
    owed, owed_params = _sql(
        Claim.objects.overdue(on=on)
        .alive(on=on)
        .with_total()
        .values("id", "identity_id", "due_on", "prescribes_on", "booked_yen")
    )
    reachable, reachable_params = _sql(Claim.objects.reachable_by("call", on=on).values("id"))
    with bare_statements(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("DROP TABLE IF EXISTS standing")
        cursor.execute(
            STANDING.format(owed=owed, reachable=reachable, moved=MOVED),
            [*owed_params, *reachable_params, list(NO_WORK), since, on, on, since, since],
        )
        cursor.execute("ANALYZE standing")
        cursor.execute(FORGET)
        cursor.execute(REMEMBER)
        cursor.execute("SELECT officer_id, place, count(*)::int, sum(yen)::bigint FROM standing GROUP BY 1, 2")
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE standing")
    people, yen = dict.fromkeys(PLACES, 0), dict.fromkeys(PLACES, 0)
    officers: dict[int | None, dict[str, int]] = {}
    for officer, place, number, sum_yen in rows:
        people[place] += number
        yen[place] += sum_yen
        officers.setdefault(officer, dict.fromkeys(PLACES, 0))[place] = number
    return Standing(people, yen, officers)


def _sql(claims: Any) -> tuple[str, tuple[Any, ...]]:
    sql, params = claims.order_by().query.sql_with_params()
    return sql, params
