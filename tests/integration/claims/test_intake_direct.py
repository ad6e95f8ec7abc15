"""New claims written while triggers rest: the same ledger as with them, and nothing unsound passes."""

from datetime import date

import pytest
from django.db import connection, transaction

from claims.intake import apply_claims, direct, indexes
from claims.models import Claim, ClaimEvent, Entry, FrozenYear
from debtors.models import SourceIdentity
from tests.factories.extracts import claims, counts, import_one, rejects
from toyota_collect.models import User

pytestmark = pytest.mark.django_db
TABLES = ("debtors_sourceidentity", "claims_claim", "claims_entry", "claims_claimevent")
ROWS = (
    {"corrected_yen": "40000", "exempted_yen": "5000", "fee_yen": "100", "dunned_on": "5080720"},
    {"notice_number": "N002", "levied_yen": "0"},
    {"notice_number": "N003", "kind": "02", "instalment": "02", "fee_yen": "100", "person_number": "Z002"},
    {"notice_number": "N003", "kind": "02", "instalment": "02", "fee_yen": "100", "person_number": "Z002"},
)


def written() -> list[tuple[object, ...]]:
    names = ("claim__notice_number", "kind", "component", "amount_yen", "on", "note")
    balances = ("notice_number", "levied_yen", "principal_yen", "fee_yen", "due_on", "section_id", "ground")
    return [
        *Claim.objects.order_by("notice_number").values_list(*balances),
        *Entry.objects.order_by("pk").values_list(*names),
        *ClaimEvent.objects.values_list("claim__notice_number", "kind", "on", "origin", "ground"),
        *SourceIdentity.objects.order_by("person_number").values_list("person_number", "name_key"),
    ]


def test_both_ways_write_the_same(tmp_path, monkeypatch):
    told = []
    for may in (True, False):
        monkeypatch.setattr(direct, "may_rest_triggers", lambda _cursor, may=may: may)
        point = transaction.savepoint()
        file = import_one(claims(tmp_path, *ROWS))
        told.append((counts(file), rejects(file), written()))
        transaction.savepoint_rollback(point)
    assert told[0] == told[1]
    assert told[0][0] == (3, 0, 0, 1)


def test_triggers_rest_for_the_new_rows_alone(tmp_path):
    import_one(claims(tmp_path, *ROWS))
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)


@pytest.mark.parametrize(
    ("statement", "harm"),
    [
        ("INSERT_CLAIMS", ("b.levied, b.levied, b.fee", "b.levied, b.levied + 1, b.fee")),
        ("INSERT_CLAIMS", ("s.new_id, %(source)s", "s.new_id + 1000, %(source)s")),
        ("INSERT_CLAIMS", ("i.id, s.due_on", "i.id + 1000, s.due_on")),
        ("INSERT_CLAIMS", ("t.section_id", "t.section_id + 1000")),
        ("ENTRIES_OF_NEW", ("'exemption', 'principal'", "'exemption', 'cost'")),
        ("DUNNING_OF_NEW", ("s.new_id, 'dunning'", "s.new_id + 1000, 'dunning'")),
    ],
)
def test_what_triggers_would_not_have_let_pass_is_not_kept(tmp_path, monkeypatch, statement, harm):
    sound = getattr(apply_claims, statement)
    monkeypatch.setattr(apply_claims, statement, sound.replace(*harm))
    assert sound != sound.replace(*harm)
    file = import_one(claims(tmp_path, *ROWS))
    assert (file.status, counts(file)) == ("failed", (0, 0, 0, 0))
    assert not Claim.objects.exists()
    assert not Entry.objects.exists()


def test_a_levy_dated_in_a_closed_year_is_refused_with_its_year(tmp_path):
    FrozenYear.objects.create(year=2026, frozen_on=date(2026, 11, 1), by=User.objects.get(username="system.intake"))
    file = import_one(claims(tmp_path, {}))
    assert (file.status, Claim.objects.count()) == ("failed", 0)
    assert file.message.startswith("締めた会計年度（令和8年度）の日付になる調定があります。")


def test_every_insert_trigger_is_known():
    """Whoever adds one must say in claims.intake.direct what a first load owes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regexp_replace(tgname, '_[0-9a-f]{5}$', '') FROM pg_trigger WHERE tgrelid::regclass::text = ANY(%s)"
            " AND NOT tgisinternal AND tgtype & 4 > 0 ORDER BY 1",
            [list(TABLES)],
        )
        assert [name for (name,) in cursor.fetchall()] == [
            "pgtrigger_keep_balances",
            "pgtrigger_refuse_unlawful",
            "pgtrigger_share_the_seal_lock",
        ]


def definitions() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1", [list(TABLES)]
        )
        return list(cursor.fetchall())


def test_a_first_load_leaves_the_very_same_indexes(tmp_path, monkeypatch):
    monkeypatch.setattr(indexes, "FEWEST_ROWS", 1)
    before, seen = definitions(), []
    kept = indexes._dropped
    monkeypatch.setattr(indexes, "_dropped", lambda *args: seen.extend(kept(*args)) or seen)
    assert counts(import_one(claims(tmp_path, *ROWS))) == (3, 0, 0, 1)
    assert len(seen) == 16
    assert definitions() == before


def test_a_small_file_beside_many_claims_keeps_indexes_up(tmp_path, monkeypatch):
    import_one(claims(tmp_path, *ROWS))
    monkeypatch.setattr(indexes, "FEWEST_ROWS", 1)
    monkeypatch.setattr(indexes, "_dropped", lambda *_args: pytest.fail("dropped"))
    assert counts(import_one(claims(tmp_path, *ROWS, {"notice_number": "N009"}))) == (1, 0, 3, 1)
