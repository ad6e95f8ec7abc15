"""The logs of looks and acts: sealed without missing a row, and what a superuser of the database alters is found and named."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.urls import reverse

from tests.factories.debtors import user
from toyota_collect import anchors, audit, log_seals, summaries
from toyota_collect.chains import alone, last_written, seal
from toyota_collect.log_seals import ACCESS, AUDIT, PROOF, seal_logs, verify_logs
from toyota_collect.models import AccessLog, AccessSeal, AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
TABLE = AccessLog._meta.db_table


@pytest.fixture(autouse=True)
def _aside(settings, tmp_path):
    settings.ANCHOR_DIR = tmp_path / "anchors"


@pytest.fixture
def looks():
    """Twelve looks and three acts, sealed in two blocks each."""
    by = user(Role.COLLECTOR)
    request = RequestFactory().get("/people/", {"q": "架空|太郎"})
    request.user = by
    for number in range(12):
        audit.log_view(request, action="person", person_key=f"T{number:08d}")
        if number % 4 == 0:
            audit.record(event="contact.made", by=by, key=str(number), detail={"n": number})
        if number == 6:
            seal_logs()
    seal_logs()
    return list(AccessLog.objects.order_by("pk").values_list("pk", flat=True))


def by_superuser(sql, *params):
    """A statement of somebody who rules over the database: no trigger keeps him from it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_untouched_logs_are_proved(looks):
    proof = verify_logs()
    assert proof.ok
    assert proof.rows == {"access": AccessLog.objects.count(), "audit": AuditEvent.objects.count()}
    assert AccessSeal.objects.count() == 2


def test_sealing_twice_seals_nothing_new(looks):
    assert seal_logs() == 0
    assert AccessSeal.objects.count() == 2


@pytest.mark.parametrize("place", [1, 7, 8, 12], ids=["first row", "end of a block", "start of a block", "last row"])
@pytest.mark.parametrize(
    "change",
    [
        "person_key = 'T99999999'",
        "at = at + interval '1 second'",
        "path = ''",
        "address = '10.0.0.1'",
        "purpose = 'audit'",
    ],
)
def test_an_entry_altered_by_a_superuser_is_named_with_its_place(looks, place, change):
    by_superuser(f"UPDATE {TABLE} SET {change} WHERE id = %s", looks[place - 1])
    assert verify_logs().differences == [
        {"log": "access", "problem": "altered", "row": looks[place - 1], "place": place}
    ]


def test_an_entry_that_was_removed_is_missed_at_its_place(looks):
    by_superuser(f"DELETE FROM {TABLE} WHERE id = %s", looks[4])
    assert verify_logs().differences == [{"log": "access", "problem": "removed", "after": looks[3], "place": 5}]


def test_an_entry_slipped_in_between_is_named(looks):
    by_superuser(
        f"INSERT INTO {TABLE} (id, at, by_id, action, person_key, purpose, basis, path)"
        f" SELECT %s, at, by_id, action, person_key, purpose, basis, path FROM {TABLE} WHERE id = %s",
        looks[0] - 1,
        looks[0],
    )
    assert verify_logs().differences == [{"log": "access", "problem": "added", "row": looks[0] - 1}]


def test_an_act_that_was_altered_is_named(looks):
    act = AuditEvent.objects.filter(event="contact.made").order_by("pk")[1]
    by_superuser(f"UPDATE {AuditEvent._meta.db_table} SET detail = '{{}}' WHERE id = %s", act.pk)
    (found,) = verify_logs().differences
    assert (found["log"], found["problem"], found["row"]) == ("audit", "altered", act.pk)


def test_who_mends_the_block_with_the_row_breaks_the_chain(looks):
    by_superuser(f"UPDATE {TABLE} SET path = '' WHERE id = %s", looks[2])
    with connection.cursor() as cursor:
        first = AccessSeal.objects.order_by("pk").first()
        cursor.execute(ACCESS.block(), [0, first.last_entry, 100])
        leaves = bytes(cursor.fetchone()[3])
    by_superuser("UPDATE toyota_collect_accessseal SET leaves = %s WHERE id = %s", leaves, first.pk)
    assert [one["problem"] for one in verify_logs().differences] == ["block"]
    by_superuser(
        "UPDATE toyota_collect_accessseal SET content_sha256 = encode(sha256(leaves), 'hex') WHERE id = %s", first.pk
    )
    assert [one["problem"] for one in verify_logs().differences] == ["chain"]


def test_who_makes_the_whole_chain_anew_does_not_meet_the_anchor(looks):
    assert anchors.put_aside(on=DAY)
    assert verify_logs().ok
    by_superuser(f"UPDATE {TABLE} SET path = '' WHERE id = %s", looks[2])
    by_superuser("DELETE FROM toyota_collect_accessseal")
    seal(ACCESS)
    (found,) = verify_logs().differences
    assert (found["log"], found["problem"], found["file"]) == ("access", "anchor", "2026-11-20.json")


def test_the_end_of_a_chain_cannot_be_cut_off(looks):
    anchors.put_aside(on=DAY)
    by_superuser(f"DELETE FROM {TABLE} WHERE id > %s", looks[7])
    by_superuser("DELETE FROM toyota_collect_accessseal WHERE last_entry > %s", looks[7])
    assert "anchor" in {one["problem"] for one in verify_logs().differences}


def test_an_anchor_is_put_aside_once_a_day_and_never_written_over(looks, settings):
    path = anchors.put_aside(on=DAY)
    kept = path.read_bytes()
    assert anchors.put_aside(on=DAY) is None
    assert path.read_bytes() == kept
    assert set(json.loads(kept)) == {"access", "audit"}


def test_a_damaged_anchor_is_a_difference(looks, settings):
    path = anchors.put_aside(on=DAY)
    path.chmod(0o600)
    path.write_text("{")
    assert [one["problem"] for one in verify_logs().differences] == ["anchor"]


def test_a_log_that_nobody_seals_is_told(looks, monkeypatch):
    by = user(Role.COLLECTOR)
    audit.record(event="late", by=by)
    monkeypatch.setattr(log_seals, "UNSEALED_AFTER", log_seals.UNSEALED_AFTER * 0)
    (found,) = verify_logs().differences
    assert (found["log"], found["problem"], found["rows"]) == ("audit", "unsealed", 1)


def test_the_auditor_sees_what_was_altered_and_where(looks, client, settings):
    settings.DEMO, settings.BASE_DATE = True, DAY
    client.force_login(user(Role.AUDITOR))
    assert "記録は書かれたままです" in client.get(reverse("users:access-log")).content.decode()
    by_superuser(f"UPDATE {TABLE} SET path = '' WHERE id = %s", looks[4])
    summaries.counted(PROOF, log_seals.prove, on=DAY, late_after=log_seals.PROVED_EACH, anew=True)
    page = client.get(reverse("users:access-log")).content.decode()
    assert f"書き換えられた記録　{looks[4]}番（封印の5番目）" in page


@pytest.mark.django_db(transaction=True)
def test_no_row_is_missed_while_twenty_write_and_one_seals():
    by = user(Role.COLLECTOR)

    def write(_):
        try:
            for number in range(15):
                with transaction.atomic():
                    audit.record(event="busy", by=by, key=str(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        writers = [pool.submit(write, number) for number in range(20)]
        while not all(writer.done() for writer in writers):
            seal(AUDIT)
        for writer in writers:
            writer.result()
    seal(AUDIT)
    proof = verify_logs()
    assert proof.ok
    assert proof.rows["audit"] == AuditEvent.objects.count() >= 300


@pytest.mark.django_db(transaction=True)
def test_a_long_writer_holds_the_sealing_up_and_nobody_else():
    by = user(Role.COLLECTOR)

    def somebody_else():
        try:
            audit.record(event="short", by=by)
            return last_written(AUDIT)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        audit.record(event="long", by=by)
        assert pool.submit(somebody_else).result(timeout=30) is None  # written at once; sealed at the next beat
    assert AuditEvent.objects.filter(event="short").exists()
    with transaction.atomic():
        assert alone(AUDIT)
