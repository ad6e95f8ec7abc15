"""The ledger refuses what must not happen, and proves its balances from what was written."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from claims.models import Claim, Entry, SealBlock
from claims.services.clocks import refresh_clocks
from claims.services.seal import seal_new_entries
from claims.services.verify import verify_ledger
from tests.factories.claims import book, claim, pay

DAY = date(2026, 10, 1)


@pytest.mark.django_db
def test_balances_follow_entries_of_each_component():
    owed = claim(principal_yen=10_000, fee_yen=100)
    pay(owed, 3_000, on=DAY)
    assert (owed.levied_yen, owed.principal_yen, owed.fee_yen) == (10_000, 7_000, 100)


@pytest.mark.django_db
def test_one_statement_with_many_entries_keeps_every_balance():
    first, second = claim(principal_yen=5_000), claim(principal_yen=6_000)
    rows = [(first, -1_000), (second, -2_000), (first, -500)]
    by = first.entries.get().by
    Entry.objects.bulk_create(
        Entry(claim=one, kind="correction", component="principal", amount_yen=yen, on=DAY, by=by) for one, yen in rows
    )
    left = dict(Claim.objects.values_list("pk", "principal_yen"))
    assert (left[first.pk], left[second.pk]) == (3_500, 4_000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forbidden",
    [
        pytest.param(lambda entry: Entry.objects.filter(pk=entry.pk).update(amount_yen=1), id="UPDATE"),
        pytest.param(lambda entry: Entry.objects.filter(pk=entry.pk).delete(), id="DELETE"),
        pytest.param(lambda entry: connection.cursor().execute("TRUNCATE claims_entry CASCADE"), id="TRUNCATE"),
    ],
)
def test_an_entry_can_never_be_changed(forbidden):
    entry = claim().entries.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        forbidden(entry)
    assert Entry.objects.get(pk=entry.pk).amount_yen == 10_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "component", "amount_yen"),
    [
        pytest.param("receipt", "principal", -10_001, id="more than is owed"),
        pytest.param("receipt", "fee", -1, id="a component that is not owed"),
        pytest.param("receipt", "principal", 100, id="a receipt that raises the debt"),
        pytest.param("levy", "principal", -100, id="a levy that lowers the debt"),
        pytest.param("correction", "principal", 0, id="an entry of nothing"),
        pytest.param("reversal", "principal", 100, id="a reversal that names nothing"),
    ],
)
def test_unlawful_entries_are_refused(kind, component, amount_yen):
    owed = claim(principal_yen=10_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        book(owed, kind, component, amount_yen, on=DAY)
    owed.refresh_from_db()
    assert owed.principal_yen == 10_000


@pytest.mark.django_db
def test_an_entry_is_reversed_at_most_once():
    owed = claim(principal_yen=10_000)
    receipt = pay(owed, 4_000, on=DAY)
    paid = receipt.entries.get()
    book(owed, "reversal", "principal", 4_000, on=DAY, reverses=paid)
    with pytest.raises(IntegrityError), transaction.atomic():
        book(owed, "reversal", "principal", 4_000, on=DAY, reverses=paid)
    owed.refresh_from_db()
    assert owed.principal_yen == 10_000


@pytest.mark.django_db
def test_sealing_twice_seals_once_and_chains_blocks():
    claim()
    assert seal_new_entries() == 1
    assert seal_new_entries() == 0
    claim()
    assert seal_new_entries() == 1
    assert SealBlock.objects.count() == 2


# Proofs need their own transaction (repeatable read), so these tests commit.


@pytest.mark.django_db(transaction=True)
def test_an_untouched_ledger_proves_itself(transactional_db):
    pay(claim(), 2_500, on=DAY)
    refresh_clocks()
    seal_new_entries()
    proof = verify_ledger()
    assert proof.ok
    assert proof.differences == []
    assert proof.digest == verify_ledger().digest


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        pytest.param("UPDATE claims_entry SET amount_yen = 1", "balance", id="an amount"),
        pytest.param('UPDATE claims_entry SET "on" = "on" + 1', "seal", id="a date"),
        pytest.param("UPDATE claims_claim SET principal_yen = 1", "balance", id="a balance"),
        pytest.param("UPDATE claims_entry SET note = 'x'", "seal", id="a note"),
        pytest.param("DELETE FROM claims_entry", "seal", id="an entry taken out"),
    ],
)
def test_tampering_by_a_superuser_is_found(transactional_db, tampering, found):
    claim()
    seal_new_entries()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(tampering)
        cursor.execute("SET session_replication_role = origin")
    assert found in {difference["what"] for difference in verify_ledger().differences}
    with pytest.raises(SystemExit):
        call_command("verify_ledger")
