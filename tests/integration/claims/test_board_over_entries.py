"""Every yen of the board beside a reading of the ledger's entries alone, on a city with reversals, set-offs, write-offs, refunds
and a year that was opened again. The reader shares nothing with the product but the entries and the claims' days."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection

from claims import board
from claims.standing import PLACES
from tests.integration.claims.closing import books

pytestmark = pytest.mark.django_db
DAYS = [date(2024, 4, 1), date(2025, 3, 31), date(2026, 3, 31), date(2026, 11, 20)]

# What every claim owes, from its entries; and whether it is due and lives.
OWED = """
SELECT k.short_name, k."group", s.person_id, c.due_on, c.levy_year, sum(e.amount_yen)::bigint
FROM claims_entry e JOIN claims_claim c ON c.id = e.claim_id JOIN claims_claimkind k ON k.id = c.kind_id
JOIN debtors_sourceidentity s ON s.id = c.identity_id
WHERE c.due_on < %(on)s AND coalesce(c.prescribes_on, 'infinity') >= %(on)s
GROUP BY c.id, k.id, s.id HAVING sum(e.amount_yen) > 0
"""
MONEY = """
SELECT extract(year FROM e."on")::int, extract(month FROM e."on")::int, e.component, -e.amount_yen
FROM claims_entry e LEFT JOIN claims_entry b ON b.id = e.reverses_id
WHERE 'receipt' IN (e.kind, b.kind) AND e."on" <= %(on)s
"""


@pytest.fixture
def city(kept):
    kept(books.build)


def ask(statement, on):
    with connection.cursor() as cursor:
        cursor.execute(statement, {"on": on})
        return cursor.fetchall()


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_kinds_groups_ages_and_people_are_the_entries(city, on):
    found = board.counted(on=on, anew=True).value
    rows = ask(OWED, on)
    kinds, groups, ages, fresh = Counter(), Counter(), Counter(), Counter()
    year = on.year if on.month > 3 else on.year - 1
    for name, group, _, due_on, levy_year, yen in rows:
        kinds[name] += yen
        groups[group] += yen
        ages[_whole_years(due_on, on)] += yen
        fresh[group] += yen if levy_year >= year else 0
    assert {row["name"]: row["yen"] for row in found["kinds"]} == dict(kinds)
    assert Counter(row["yen"] for row in found["groups"]) == Counter(groups.values())
    assert sum(row["fresh_yen"] for row in found["groups"]) == sum(fresh.values())
    assert [row["yen"] for row in found["ages"]] == [ages[age] for age in range(6)]
    assert found["yen"] == sum(kinds.values())
    assert found["instalments"] == len(rows)
    standing = found["standing"]
    assert standing.all_people == len({person for _, _, person, *_ in rows})
    assert sum(standing.yen[place] for place in PLACES) == found["yen"]


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_months_are_the_money_of_the_entries_and_no_write_off_or_set_off(city, on):
    months, principal = Counter(), Counter()
    for year, month, component, yen in ask(MONEY, on):
        months[year * 12 + month] += yen
        principal[year * 12 + month] += yen if component == "principal" else 0
    now = on.year * 12 + on.month
    found = board.collected_by_month(on=on)
    assert [row["yen"] for row in found] == [months[now - back] for back in range(12, -1, -1)]
    assert [row["principal_yen"] for row in found] == [principal[now - back] for back in range(12, -1, -1)]


def test_the_city_has_what_the_figures_are_to_bear(city):
    acts = {kind for (kind,) in ask("SELECT DISTINCT kind FROM claims_entry", DAYS[-1])}
    assert {"levy", "receipt", "reversal", "set_off", "write_off", "refund", "correction", "exemption"} <= acts
    assert any(row["yen"] for row in board.counted(on=DAYS[-1], anew=True).value["ages"])


def _whole_years(due_on, on):
    years = on.year - due_on.year - ((on.month, on.day) < (due_on.month, due_on.day))
    return min(5, years)
