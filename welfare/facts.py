"""What the city holds of people for the signals, gathered for many at once: a constant number of statements.

Only facts whose use rests on a ground (``signals.csv`` names the law for each rule). Of people whose whereabouts are hidden
(支援措置) the household is left out: what the finder says of them could tell where they are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from debtors.protection import all_hidden_people, hidden_people
from toyota_collect.calendar import first_of_month
from toyota_collect.dated import value_on
from toyota_collect.history import bare_statements
from toyota_collect.temporary import table_from
from welfare.rules.signals import Facts

ILLNESS_WORDS = "hardship.illness_words"
MEMORY = "SET LOCAL work_mem = '64MB'"
GRACE_DAYS = 10  # paid so many days late still counts as kept: the days a receipt needs, and a week
RECENT_MONTHS = 3  # this month and the two before
OLD_DEBT_DAYS = 60  # a sum paid so long after the due date pays an old debt
SMALL_YEN = 15_000
PEOPLE = """
SELECT DISTINCT i.person_id FROM claims_claim c JOIN debtors_sourceidentity i ON i.id = c.identity_id
WHERE i.person_id IS NOT NULL AND c.taken_back_at IS NULL AND c.due_on < %(on)s AND {whose}
    AND (c.principal_yen > 0 OR c.fee_yen > 0 OR c.late_yen > 0 OR c.cost_yen > 0)
    AND (c.prescribes_on IS NULL OR c.prescribes_on >= %(on)s)
"""
# What was taken back is no money; what was seized was not paid.
LINES = """
SELECT s.person_id, c.id, c.kind_id, k."group" AS claim_group, c.due_on,
    c.principal_yen + c.fee_yen + c.late_yen + c.cost_yen AS open_yen,
    c.principal_yen > 0 AND (c.prescribes_on IS NULL OR c.prescribes_on >= %(on)s) AS open,
    c.principal_yen = 0 AND p.last_on IS NOT NULL AS paid,
    c.principal_yen = 0 AND p.last_on <= c.due_on + %(grace)s AS kept,
    c.principal_yen > 0 AND p.last_on IS NOT NULL AS part
FROM signal_people s
JOIN debtors_sourceidentity i ON i.person_id = s.person_id
JOIN claims_claim c ON c.identity_id = i.id AND c.taken_back_at IS NULL AND c.due_on < %(on)s AND c.levied_yen > 0
JOIN claims_claimkind k ON k.id = c.kind_id
LEFT JOIN (SELECT claim_id, max("on") AS last_on FROM signal_money GROUP BY claim_id) p ON p.claim_id = c.id
"""
MONEY = """
SELECT s.person_id, e.claim_id, e."on", c.due_on, -e.amount_yen AS yen
FROM signal_people s
JOIN debtors_sourceidentity i ON i.person_id = s.person_id
JOIN claims_claim c ON c.identity_id = i.id AND c.taken_back_at IS NULL
JOIN claims_entry e ON e.claim_id = c.id AND e.kind = 'receipt' AND e.component = 'principal' AND e."on" <= %(on)s
JOIN claims_receipt r ON r.id = e.receipt_id AND r.channel <> 'seizure'
WHERE NOT EXISTS (SELECT FROM claims_entry v WHERE v.reverses_id = e.id)
"""
# The best run of kept claims: each kept one counts +1, each other -1, from the first due date on; it ends where the sum is
# highest.
LEDGER = """
WITH steps AS (
    SELECT person_id, due_on, sum(CASE WHEN kept THEN 1 ELSE -1 END)
        OVER (PARTITION BY person_id ORDER BY due_on, kept DESC, id) AS height
    FROM signal_lines
), tops AS (
    SELECT DISTINCT ON (person_id) person_id, due_on AS last_kept_on FROM steps WHERE height > 0
    ORDER BY person_id, height DESC, due_on DESC
), sided AS (
    SELECT l.*, t.last_kept_on IS NOT NULL AND l.due_on <= t.last_kept_on AS is_before
    FROM signal_lines l LEFT JOIN tops t USING (person_id)
), kinds AS (
    SELECT person_id, count(*) AS kinds_after, count(*) FILTER (WHERE NOT any_paid) AS kinds_unpaid_after
    FROM (SELECT person_id, kind_id, bool_or(paid) AS any_paid FROM sided WHERE NOT is_before GROUP BY 1, 2) k GROUP BY 1
)
SELECT s.person_id, coalesce(sum(open_yen), 0)::bigint, count(*) FILTER (WHERE open),
    count(DISTINCT kind_id) FILTER (WHERE open), array_agg(DISTINCT claim_group) FILTER (WHERE open),
    count(*) FILTER (WHERE is_before), count(*) FILTER (WHERE is_before AND kept), min(due_on),
    min(due_on) FILTER (WHERE NOT is_before), count(*) FILTER (WHERE NOT is_before),
    count(*) FILTER (WHERE NOT is_before AND kept), count(*) FILTER (WHERE NOT is_before AND paid),
    count(*) FILTER (WHERE NOT is_before AND part), coalesce(max(k.kinds_after), 0), coalesce(max(k.kinds_unpaid_after), 0)
FROM sided s LEFT JOIN kinds k USING (person_id) GROUP BY s.person_id
"""
LEDGER_FIELDS = (
    "open_yen", "open_claims", "open_kinds", "open_groups", "before", "kept_before", "first_due_on", "broke_on", "after",
    "kept_after", "paid_after", "part_after", "kinds_after", "kinds_unpaid_after",
)  # fmt: skip
PAYING = """
SELECT person_id, max("on"), count(DISTINCT date_trunc('month', "on")) FILTER (WHERE "on" >= %(recent)s)
FROM signal_money GROUP BY person_id
"""
SMALL = """
SELECT DISTINCT ON (person_id) person_id, months, last_on FROM (
    SELECT person_id, yen, count(DISTINCT date_trunc('month', "on")) AS months, max("on") AS last_on FROM (
        SELECT person_id, "on", sum(yen)::bigint AS yen FROM signal_money WHERE "on" > due_on + %(old)s GROUP BY person_id, "on"
    ) sums WHERE yen <= %(small)s GROUP BY person_id, yen
) runs WHERE months >= 2 ORDER BY person_id, months DESC, last_on DESC
"""
PLANS = """
SELECT DISTINCT ON (p.person_id) p.person_id, n.number - 1, b.found_on
FROM signal_people s JOIN claims_plan p USING (person_id) JOIN claims_planinstalment n ON n.plan_id = p.id
JOIN claims_planbreach b ON b.instalment_id = n.id WHERE b.found_on <= %(on)s ORDER BY p.person_id, b.found_on, n.number
"""
# Withheld tax (特別徴収) is another kind; a levy of an earlier year put right later (随時) counts to its own year.
TAX = """
WITH years AS (
    SELECT s.person_id, c.taxation_year AS year, sum(c.levied_yen)::bigint AS yen
    FROM signal_people s JOIN debtors_sourceidentity i ON i.person_id = s.person_id
    JOIN claims_claim c ON c.identity_id = i.id AND c.taken_back_at IS NULL AND c.nominal_due_on >= %(tax_since)s
    JOIN claims_claimkind k ON k.id = c.kind_id AND k.code = 'resident_tax'
    GROUP BY 1, 2
)
SELECT n.person_id, (SELECT max(yen) FROM years b WHERE b.person_id = n.person_id AND b.year < n.year), n.yen
FROM (SELECT DISTINCT ON (person_id) * FROM years ORDER BY person_id, year DESC) n
"""
EXEMPTED = """
SELECT s.person_id, max(c.due_on) FROM signal_people s
JOIN debtors_sourceidentity i ON i.person_id = s.person_id
JOIN claims_claim c ON c.identity_id = i.id AND c.taken_back_at IS NULL
JOIN claims_entry e ON e.claim_id = c.id AND e.kind = 'exemption' AND e.component = 'principal'
WHERE NOT EXISTS (SELECT FROM claims_entry v WHERE v.reverses_id = e.id) GROUP BY s.person_id
"""
PERSONS = """
SELECT p.id, p.birth_on, p.is_corporate, p.died_on, CASE WHEN p.address <> '' THEN position(%(city)s IN p.address) > 0 END
FROM signal_people s JOIN debtors_person p ON p.id = s.person_id
"""
HOUSEHOLDS = """
SELECT own.person_id, count(m.id) FILTER (WHERE m.died_on IS NULL AND (m.birth_on IS NULL OR m.birth_on <= %(grown)s)),
    count(m.id) FILTER (WHERE m.died_on IS NULL AND m.birth_on > %(grown)s),
    max(m.died_on) FILTER (WHERE m.id <> own.id)
FROM (
    SELECT DISTINCT ON (i.person_id) i.person_id, i.id, i.household_number FROM signal_people s
    JOIN debtors_sourceidentity i ON i.person_id = s.person_id AND i.ground = 'register' AND i.household_number <> ''
    ORDER BY i.person_id, i.id DESC
) own JOIN debtors_sourceidentity m ON m.household_number = own.household_number AND m.ground = 'register'
    AND m.withdrawn_at IS NULL
GROUP BY own.person_id
"""
SUPPORTS = """
SELECT s.person_id, max(e."on") FILTER (WHERE e.kind = 'welfare_start'),
    max(e."on") FILTER (WHERE e.kind = 'welfare_stop'),
    max(e."on") FILTER (WHERE e.kind = 'school_aid'), max(e."on") FILTER (WHERE e.kind = 'school_aid_end'),
    max(e."on") FILTER (WHERE e.kind = 'fuyo_teate'), max(e."on") FILTER (WHERE e.kind = 'fuyo_teate_end')
FROM signal_people s JOIN debtors_sourceidentity i ON i.person_id = s.person_id
JOIN debtors_lifeevent e ON e.identity_id = i.id AND e."on" <= %(on)s
WHERE e.kind IN ('welfare_start', 'welfare_stop', 'school_aid', 'school_aid_end', 'fuyo_teate', 'fuyo_teate_end')
GROUP BY s.person_id
"""
LOG = """
SELECT c.person_id, max(c."on") FILTER (WHERE r.reached), max(c."on") FILTER (WHERE c.outcome = 'returned'),
    max(c."on") FILTER (WHERE c.outcome = 'hardship'),
    max(c."on") FILTER (WHERE c.outcome NOT IN ('sent', 'returned') AND c.text ~ %(illness)s),
    count(*) FILTER (WHERE c.outcome NOT IN ('sent', 'returned', 'note') AND NOT r.reached
        AND c."on" > coalesce((SELECT max(l."on") FROM debtors_contact l JOIN debtors_outcomerule o ON o.outcome = l.outcome
            WHERE l.person_id = c.person_id AND o.reached AND l."on" <= %(on)s
                AND NOT EXISTS (SELECT FROM debtors_contact n WHERE n.corrects_id = l.id)), '-infinity'))
FROM signal_people s JOIN debtors_contact c USING (person_id)
LEFT JOIN debtors_outcomerule r ON r.outcome = c.outcome
WHERE c."on" <= %(on)s AND NOT EXISTS (SELECT FROM debtors_contact l WHERE l.corrects_id = c.id)
GROUP BY c.person_id
"""


def facts_of(people: Collection[int] | None, *, on: date) -> dict[int, Facts]:
    """The facts of the people, or of everybody who owes something overdue, as the ledger stands on the business date."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    params = _params(people, on)
    with bare_statements(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MEMORY)
        whose = "i.person_id = ANY(%(people)s)" if people is not None else "true"
        table_from(cursor, "signal_people", PEOPLE.format(whose=whose), params)
        table_from(cursor, "signal_money", MONEY, params)
        table_from(cursor, "signal_lines", LINES, params)
        for read in (_ledger, _money, _income, _register, _supports, _log):
            for person, facts in read(cursor, params):
                found[person] |= facts
    hidden = all_hidden_people([on]) if people is None else hidden_people(found, on=on)
    for person in hidden & found.keys():
        found[person] |= {"adults": None, "minors": None, "member_died_on": None, "lives_here": None}
    return {person: Facts(**facts) for person, facts in found.items() if "open_yen" in facts}


def _params(people: Collection[int] | None, on: date) -> dict[str, Any]:
    return {
        "people": list(people or ()),
        "on": on,
        "grace": GRACE_DAYS,
        "recent": first_of_month(on, 1 - RECENT_MONTHS),
        "old": OLD_DEBT_DAYS,
        "small": SMALL_YEN,
        "tax_since": on.replace(year=on.year - 6, day=1),
        "grown": on.replace(year=on.year - 18, day=min(on.day, 28)),
        "city": settings.CITY_NAME,
        "illness": "|".join(value_on(ILLNESS_WORDS, on)),
    }


Rows = Iterator[tuple[int, dict[str, Any]]]


def _rows(cursor: Any, query: str, params: dict[str, Any], *names: str) -> Rows:
    cursor.execute(query, params)
    for person, *values in cursor.fetchall():
        yield person, dict(zip(names, values, strict=True))


def _ledger(cursor: Any, params: dict[str, Any]) -> Rows:
    for person, facts in _rows(cursor, LEDGER, params, *LEDGER_FIELDS):
        yield person, facts | {"open_groups": frozenset(facts["open_groups"] or ())}


def _money(cursor: Any, params: dict[str, Any]) -> Rows:
    yield from _rows(cursor, PAYING, params, "last_paid_on", "paid_months")
    yield from _rows(cursor, SMALL, params, "small_sums", "small_last_on")
    yield from _rows(cursor, PLANS, params, "plan_kept", "plan_broken_on")


def _income(cursor: Any, params: dict[str, Any]) -> Rows:
    yield from _rows(cursor, TAX, params, "tax_before_yen", "tax_now_yen")
    yield from _rows(cursor, EXEMPTED, params, "exempted_on")


def _register(cursor: Any, params: dict[str, Any]) -> Rows:
    yield from _rows(cursor, PERSONS, params, "born_on", "is_corporate", "died_on", "lives_here")
    yield from _rows(cursor, HOUSEHOLDS, params, "adults", "minors", "member_died_on")


def _supports(cursor: Any, params: dict[str, Any]) -> Rows:
    cursor.execute(SUPPORTS, params)
    for person, started, stopped, aid, aid_end, teate, teate_end in cursor.fetchall():
        yield (
            person,
            {
                "welfare_from": started,
                "welfare_until": stopped,
                "school_aid_from": _running(aid, aid_end),
                "child_support_from": _running(teate, teate_end),
            },
        )


def _log(cursor: Any, params: dict[str, Any]) -> Rows:
    names = ("spoken_on", "returned_on", "hardship_told_on", "illness_told_on", "tries")
    yield from _rows(cursor, LOG, params, *names)


def _running(since: date | None, until: date | None) -> date | None:
    """From when a support runs; one that ended later than it began does not."""
    return None if since is None or (until is not None and until >= since) else since
