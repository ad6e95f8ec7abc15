"""A synthetic city for the benches of pages: made by statements over whole sets, kept in a database of its own.

Nobody here exists: names and towns are the word lists of the demo city, drawn by their weights; every number is made
from a counter. A tenth of the city differs from the whole only in how many others there are: the people of the officers,
and what is known of them, are alike in both.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection, transaction

from claims.demo.places import read_table

ON = date(2026, 11, 20)
STAFF = 20
OF_EACH = 600  # people an officer looks after
CLAIMS = 2.5  # a person
MANY = 12  # instalments of every sixth person of an officer; others have two or three
EMPTY = "bench_city_empty"  # migrations take a minute; a city begins as a copy
READ = ("debtors_person", "debtors_sourceidentity", "claims_claim", "claims_receipt", "debtors_assignment")
FULL = "bench.city"  # the audit row that is written last

# %% because parameters follow; ``draw(i, salt, n)`` is a number below n that looks random and is always the same.
DRAW = """
CREATE OR REPLACE FUNCTION pg_temp.draw(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT (abs(hashint8(i * 64 + salt)::bigint) % n)::int $$
"""
PEOPLE = """
INSERT INTO debtors_person (number, is_corporate, name, kana, name_key, kana_key, birth_on, sex, atena_number, postal_code,
    address, address_origin, phone, household_number, letter_variant)
SELECT 'B' || lpad(i::text, 9, '0'), false, s.kanji || '　' || g.kanji, s.kana || '　' || g.kana, s.key || g.key,
    s.kana || g.kana, date '1936-01-01' + pg_temp.draw(i, 3, 25000), g.sex, lpad((i * 7)::text, 10, '0'), t.postal_code,
    '愛知県豊田市' || t.town || (1 + pg_temp.draw(i / 2, 5, 8)) || '丁目' || (1 + pg_temp.draw(i / 2, 6, 60)) || '番地'
        || (1 + pg_temp.draw(i / 2, 7, 20)),
    'juki', CASE WHEN i % 10 < 8 THEN '090-00' || lpad((i / 10000)::text, 2, '0') || '-' || lpad((i % 10000)::text, 4, '0')
        ELSE '' END, 'H' || (i / 2), 'normal'
FROM generate_series(1::bigint, %(people)s) i
JOIN surnames s ON s.place = pg_temp.draw(i, 1, (SELECT count(*)::int FROM surnames))
JOIN givens g ON g.place = pg_temp.draw(i, 2, (SELECT count(*)::int FROM givens))
JOIN towns t ON t.place = pg_temp.draw(i / 2, 4, (SELECT count(*)::int FROM towns))
ORDER BY i
"""
# Each is known to the tax section and to the register, every twentieth to the section of housing, too.
IDENTITIES = """
INSERT INTO debtors_sourceidentity (source_id, person_number, person_id, atena_number, corporate_number, name, kana, birth_on,
    sex, postal_code, address, phone, household_number, relation, name_key, kana_key, address_key, phone_key, ground)
SELECT s.id, upper(s.code) || substr(p.number, 2), p.id, p.atena_number, '', p.name, p.kana, p.birth_on, p.sex, p.postal_code,
    p.address, p.phone, CASE WHEN s.code = 'juki' THEN p.household_number ELSE '' END, '', p.name_key, p.kana_key,
    regexp_replace(substr(p.address, 7), '丁目|番地', '-', 'g'), replace(p.phone, '-', ''),
    CASE s.code WHEN 'juki' THEN 'register' WHEN 'zei' THEN 'tax' ELSE 'contract' END
FROM debtors_person p JOIN debtors_sourcesystem s ON s.code IN ('zei', 'juki') OR s.code = 'jutaku' AND p.id % 20 = 0
ORDER BY p.id, s.rank
"""
LINKS = """
INSERT INTO debtors_identitylink (identity_id, person_id, rule, evidence, linked_at, linked_by_id)
SELECT id, person_id, 'alone', '{}', now(), %(by)s FROM debtors_sourceidentity ORDER BY id
"""
# Two instalments of three are owed; of those who have many, five years of them.
CLAIMS_OF = """
INSERT INTO claims_claim (source_id, kind_id, identity_id, levy_year, taxation_year, notice_number, detail_code,
    collector_number, instalment, declaration_number, business_year_number, child_number, nominal_due_on, due_on, el_qr,
    section_id, ground, levied_yen, principal_yen, fee_yen, late_yen, cost_yen, prescribes_on)
SELECT s.source_id, k.id, s.id, year, year, 'N' || substr(s.person_number, 5) || '-' || year, '', '', 1 + (n - 1) % 4, '', '',
    '', due_on, due_on, '', k.section_id, 'tax', yen, CASE WHEN paid THEN 0 ELSE yen END, CASE WHEN paid THEN 0 ELSE 100 END,
    0, 0, CASE WHEN paid THEN NULL ELSE due_on + 5 * 365 + 30 + pg_temp.draw(s.id, n + 20, 900) END
FROM debtors_sourceidentity s
JOIN debtors_sourcesystem y ON y.id = s.source_id AND y.code = 'zei'
JOIN debtors_person p ON p.id = s.person_id
CROSS JOIN LATERAL (SELECT substr(p.number, 2)::bigint AS i) numbered
CROSS JOIN LATERAL generate_series(1, CASE WHEN i <= %(of_officers)s AND i % 6 = 0 THEN %(many)s
    WHEN i > %(of_officers)s AND i <= %(of_officers)s + %(more)s THEN 3 ELSE 2 END) n
CROSS JOIN LATERAL (
    SELECT (2026 - (n - 1) / 4 - pg_temp.draw(i, 10, 3))::int AS year, pg_temp.draw(i, n + 30, 3) = 0 AS paid,
        1000 * (2 + pg_temp.draw(i, n + 45, 60)) AS yen
) of_it
CROSS JOIN LATERAL (SELECT make_date(year, (ARRAY[6, 8, 10, 12])[1 + (n - 1) % 4], 25) AS due_on) due
JOIN claims_claimkind k ON k.code = (ARRAY['resident_tax', 'property_tax'])[1 + pg_temp.draw(i, 9, 2)]
ORDER BY s.id, n
"""
LEDGER = (
    """
    INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", by_id, note)
    SELECT id, 'levy', 'principal', levied_yen, due_on, %(by)s, '' FROM claims_claim ORDER BY id
    """,
    """
    INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", by_id, note)
    SELECT id, 'levy', 'fee', fee_yen, due_on + 20, %(by)s, '' FROM claims_claim WHERE fee_yen > 0 ORDER BY id
    """,
    """
    INSERT INTO claims_claimevent (claim_id, kind, "on", detail, ground, origin, by_id, written_at)
    SELECT id, 'dunning', due_on + 20, '{}', 'tax', '市税', %(by)s, now() FROM claims_claim
    WHERE principal_yen > 0 AND due_on + 20 < %(on)s ORDER BY id
    """,
    """
    INSERT INTO claims_receipt (source_id, receipt_number, paid_on, booked_on, channel, amount_yen, left_yen, ground)
    SELECT source_id, 'R' || id, paid_on, paid_on, 'convenience', levied_yen, 0, 'tax'
    FROM claims_claim CROSS JOIN LATERAL (SELECT least(due_on, %(on)s - 200) + pg_temp.draw(id, 11, 200) AS paid_on) d
    WHERE principal_yen = 0 ORDER BY id
    """,
    """
    INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", receipt_id, by_id, note)
    SELECT substr(receipt_number, 2)::bigint, 'receipt', 'principal', -amount_yen, paid_on, id, %(by)s, ''
    FROM claims_receipt ORDER BY id
    """,
)
# Every third was called last year; officers' people were, and two in five of them have promised or are to be called again.
DESK = (
    """
    INSERT INTO debtors_contact (person_id, "on", at, channel, with_whom, outcome, text, checked, why, ground, by_id,
        written_at)
    SELECT p.id, %(on)s - 30 - pg_temp.draw(i * 4 + n, 12, 400), make_time(9 + pg_temp.draw(i * 4 + n, 13, 8), 0, 0),
        'phone', '', (ARRAY['talked', 'absent', 'absent'])[1 + pg_temp.draw(i * 4 + n, 14, 3)], '電話した。', '{}', '',
        'contract', o.id, now()
    FROM debtors_person p CROSS JOIN LATERAL (SELECT substr(p.number, 2)::bigint AS i) numbered
    CROSS JOIN LATERAL generate_series(1, CASE WHEN i <= %(of_officers)s THEN 3 WHEN i % 3 = 0 THEN 1 ELSE 0 END) n
    JOIN officers o ON o.place = i % %(staff)s ORDER BY p.id, n
    """,
    """
    INSERT INTO debtors_contact (person_id, "on", at, channel, with_whom, outcome, text, promised_on, promised_yen, checked,
        why, ground, by_id, written_at)
    SELECT a.person_id, %(on)s - 20, '10:00', 'phone', 'self', 'promised', '納めるとのこと。', %(on)s - 6
        + pg_temp.draw(a.person_id, 15, 30), 10000, '{}', '', 'contract', a.officer_id, now()
    FROM debtors_assignment a WHERE pg_temp.draw(a.person_id, 16, 5) = 0 ORDER BY a.person_id
    """,
    """
    INSERT INTO debtors_workitem (person_id, reason, next_step, due_on, owner_id, subject_key, subject_url, opened_by_id,
        opened_at, outcome)
    SELECT a.person_id, '電話：不在', 'もう一度電話する', %(on)s - 5 + pg_temp.draw(a.person_id, 17, 60), a.officer_id, 'case',
        '', a.officer_id, now(), ''
    FROM debtors_assignment a WHERE pg_temp.draw(a.person_id, 18, 5) < 3 ORDER BY a.person_id
    """,
    """
    INSERT INTO claims_hold (person_id, reason, variant, channels, starts_on, review_on, late_charge_effect, clock_effect, note,
        placed_by_id, placed_at)
    SELECT a.person_id, 'welfare', '', '{call,notice}', %(on)s - 40, %(on)s - 3 + pg_temp.draw(a.person_id, 19, 60), 'none',
        'runs', '', a.officer_id, now()
    FROM debtors_assignment a WHERE pg_temp.draw(a.person_id, 21, 50) = 0 ORDER BY a.person_id
    """,
    """
    INSERT INTO welfare_referral (person_id, state, consented_on, offered_by_id, offered_at, offer, lane, urgency, contact,
        summary, result)
    SELECT a.person_id, 'received', %(on)s - 30, a.officer_id, now(), '', 'usual', '', '', '', ''
    FROM debtors_assignment a WHERE pg_temp.draw(a.person_id, 22, 120) = 0 ORDER BY a.person_id
    """,
    """
    INSERT INTO debtors_protectionflag (person_id, identity_id, starts_on, ends_on, ground, origin)
    SELECT s.person_id, s.id, %(on)s - 200, %(on)s + 165, 'register', '住民記録' FROM debtors_sourceidentity s
    WHERE s.ground = 'register' AND pg_temp.draw(s.person_id, 23, 300) = 0 ORDER BY s.id
    """,
)
ASSIGNMENTS = """
INSERT INTO debtors_assignment (person_id, officer_id, by_hand, reason, since, by_id)
SELECT p.id, o.id, true, '見本', %(on)s, %(by)s
FROM debtors_person p JOIN officers o ON o.place = substr(p.number, 2)::bigint % %(staff)s
WHERE substr(p.number, 2)::bigint <= %(of_officers)s ORDER BY p.id
"""
WORDS = "CREATE TEMP TABLE {name} (place int PRIMARY KEY, {columns}) ON COMMIT DROP"


@contextmanager
def city(people: int) -> Iterator[str]:
    """The database of a city of so many people, made if need be; inside, it is Django's own. Yields its address."""
    name = f"bench_city_{people}"
    own = connection.settings_dict["NAME"]
    _migrated(EMPTY, template="template1")
    url = _migrated(name, template=EMPTY)
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM toyota_collect_auditevent WHERE event = %s)", [FULL])
            if not cursor.fetchone()[0]:
                fill(people)
                cursor.execute("VACUUM (ANALYZE)")
        yield url
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _migrated(name: str, *, template: str) -> str:
    """The address of the database, copied from the template if it is not there yet, with the tables of today."""
    address = os.environ["DATABASE_URL"]
    url = urlsplit(address)._replace(path=f"/{name}").geturl()
    with psycopg.connect(address, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    manage = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
    subprocess.run(manage, cwd=Path(settings.ROOT), env=os.environ | {"DATABASE_URL": url}, check=True)
    return url


def fill(people: int) -> None:
    """Put the city into an empty database in one transaction, without triggers: balances are written with their entries."""
    from claims.services.call_queue import build_list
    from toyota_collect import audit
    from toyota_collect.models import User

    staff = officers()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        _words(cursor)
        cursor.execute(WORDS.format(name="officers", columns="id bigint"))
        cursor.executemany("INSERT INTO officers VALUES (%s, %s)", list(enumerate(user.pk for user in staff)))
        cursor.execute(DRAW)
        of_officers = min(STAFF * OF_EACH, people // 2)
        first = of_officers // 6 * MANY + (of_officers - of_officers // 6) * 2
        given = {
            "people": people,
            "of_officers": of_officers,
            "many": MANY,
            "more": max(0, int(people * CLAIMS) - first - (people - of_officers) * 2),
            "staff": STAFF,
            "on": ON,
            "by": User.objects.get(username="system.intake").pk,
        }
        for sql in (PEOPLE, IDENTITIES, LINKS, CLAIMS_OF, *LEDGER, ASSIGNMENTS, *DESK):
            cursor.execute(f"ANALYZE {', '.join(READ)}")
            cursor.execute(_escaped(sql), given)
    build_list(on=ON, by=staff[0])
    audit.record(event=FULL, by=staff[0], detail={"people": people})


def officers() -> list[Any]:
    """The staff of the city, who exist from the first time on: every tenth looks after the others."""
    from toyota_collect.models import User
    from toyota_collect.permissions import Role

    found = []
    for number in range(STAFF):
        role = Role.SUPERVISOR if number % 10 == 9 else Role.COLLECTOR
        facts = {
            "role": role,
            "display_name": f"架空 職員{number}",
            "decision_rank": "chief" if number % 10 == 9 else "",
        }
        found.append(User.objects.get_or_create(username=f"bench{number}", defaults=facts)[0])
    return found


def _words(cursor: Any) -> None:
    """Names and towns as often as their weights say, numbered from 0."""
    from debtors.rules.normalise import name_key

    surnames = [
        (row["kanji"], row["kana"], name_key(row["kanji"]))
        for row in read_table("surnames.csv")
        for _ in range(int(row["weight"]))
    ]
    givens = [(row["kanji"], row["kana"], name_key(row["kanji"]), row["sex"]) for row in read_table("given_names.csv")]
    towns = [(row["town"], row["postal_code"]) for row in read_table("towns.csv") for _ in range(int(row["weight"]))]
    for name, columns, rows in (
        ("surnames", "kanji text, kana text, key text", surnames),
        ("givens", "kanji text, kana text, key text, sex text", givens),
        ("towns", "town text, postal_code text", towns),
    ):
        cursor.execute(WORDS.format(name=name, columns=columns))
        holes = ", ".join(["%s"] * (len(rows[0]) + 1))
        cursor.executemany(
            f"INSERT INTO {name} VALUES ({holes})",
            [(place, *row) for place, row in enumerate(rows)],  # type: ignore[misc]
        )


def _escaped(sql: str) -> str:
    """``%`` of SQL is no place of a parameter."""
    return sql.replace(" % %(", " %% %(").replace(" % ", " %% ")
