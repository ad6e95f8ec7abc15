"""直す: a refused row is written anew, tried and sent once; what nobody changed stays as it came. All data is synthetic."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from claims import tasks, views_mending
from claims.models import Claim, ImportFile, RejectedRow
from claims.services import mending
from claims.services.clocks import clock_differences
from tests.factories.debtors import user
from tests.factories.extracts import (
    AS_OF,
    REGISTER,
    ZEI_CLAIM,
    claims,
    counts,
    import_one,
    layout,
    line,
    receipts,
    totals,
    write,
)
from toyota_collect.models import AccessLog, AuditEvent

pytestmark = pytest.mark.django_db
GOOD = {"due_on": "5080228"}
BAD = {"instalment": "02", "due_on": "5080231"}


@pytest.fixture
def clerk(client, settings):
    settings.BASE_DATE = AS_OF
    client.force_login(user("receipts_clerk"))
    return client


@pytest.fixture
def refused(kept, tmp_path) -> RejectedRow:
    return kept(lambda: import_one(claims(tmp_path, {}, BAD)).rejected_rows.get())


def send(row: RejectedRow, changes: dict[str, str], reason: str = "所管課に電話で確かめた") -> mending.Outcome:
    return mending.send_row(row_id=row.pk, changes=changes, reason=reason, by=user("receipts_clerk"), as_of=AS_OF)


def posted(client, row: RejectedRow, **fields: str):
    """Post the form as the page shows it, with some fields changed."""
    response = client.get(reverse("claims:import-mend", args=[row.pk]))
    form = response.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    return client.post(reverse("claims:import-mend", args=[row.pk]), data | fields)


def test_a_mended_row_goes_in_as_a_file_of_its_own(refused):
    outcome = send(refused, GOOD)
    refused.refresh_from_db()
    assert counts(outcome.file) == (1, 0, 0, 0)
    assert (outcome.file.parent, refused.mended_in) == (refused.file, outcome.file)
    assert (refused.mended_by.role, refused.mended_why) == ("receipts_clerk", "所管課に電話で確かめた")
    assert b"5080231" in bytes(refused.raw)
    assert bytes(refused.mended_raw) == bytes(refused.raw).replace(b"5080231", b"5080228")
    claim = Claim.objects.get(instalment=2)
    assert (claim.principal_yen, claim.nominal_due_on.isoformat()) == (41_000, "2026-02-28")
    assert AuditEvent.objects.get(event="import.row_mended").detail["fields"] == ["due_on"]


def test_the_batch_of_a_mended_row_takes_nothing_from_the_inbox(refused, tmp_path, settings):
    settings.INTAKE_DIR = tmp_path
    receipts(tmp_path, {})
    batch = send(refused, GOOD).file.batch
    for _ in range(2):
        tasks.import_folder(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert batch.files.count() == 1


def test_a_row_is_sent_once(refused):
    send(refused, GOOD)
    with pytest.raises(mending.MendRefused, match="すでに直して送られています"):
        send(refused, GOOD)
    assert ImportFile.objects.filter(parent=refused.file).count() == 1


def test_trying_keeps_nothing(refused):
    before = (Claim.objects.count(), ImportFile.objects.count())
    outcome = mending.try_row(row_id=refused.pk, changes=GOOD, by=user("receipts_clerk"), as_of=AS_OF)
    assert outcome.file.inserted == 1
    assert (Claim.objects.count(), ImportFile.objects.count()) == before
    refused.refresh_from_db()
    assert refused.mended_at is None


def test_a_row_that_is_still_wrong_says_so_at_its_field_and_keeps_nothing(refused):
    with pytest.raises(mending.MendRefused, match="納期限が読めません") as caught:
        send(refused, {"due_on": "5089999"})
    assert caught.value.field == "due_on"
    assert not ImportFile.objects.filter(parent=refused.file).exists()
    assert RejectedRow.objects.count() == 1


def test_the_totals_of_the_whole_file_hold_for_mended_rows_too(refused):
    with pytest.raises(mending.MendRefused, match="照合合計が合わない"):
        send(refused, GOOD | {"levied_yen": "42000"})
    with pytest.raises(mending.MendRefused, match="照合合計が合わない"):
        send(refused, GOOD | {"instalment": "03"})
    outcome = send(refused, GOOD)
    cells = {
        cell.instalment: (cell.their_rows, cell.our_rows, cell.our_yen) for cell in outcome.file.control_totals.all()
    }
    assert cells == {1: (1, 1, 41_000), 2: (1, 1, 41_000)}


def test_two_rows_of_one_file_are_mended_one_after_the_other(tmp_path):
    file = import_one(claims(tmp_path, {}, BAD, BAD | {"instalment": "03"}))
    for row in file.rejected_rows.order_by("line"):
        last = send(row, GOOD).file
    assert Claim.objects.count() == 3
    assert all(cell.their_rows == cell.our_rows for cell in last.control_totals.all())


def test_a_reason_is_needed(refused):
    with pytest.raises(mending.MendRefused, match="直した理由"):
        send(refused, GOOD, reason=" ")


def test_a_row_overtaken_by_a_newer_file_is_not_mended(refused, tmp_path):
    import_one(claims(tmp_path, {}))
    with pytest.raises(mending.MendRefused, match="新しいファイル"):
        send(refused, GOOD)


def test_rows_of_a_blocked_file_are_not_mended(tmp_path):
    full = [ZEI_CLAIM, ZEI_CLAIM | BAD]
    path = claims(tmp_path, {}, BAD)
    path.with_name(path.name + ".control.csv").write_bytes(totals(full * 2))
    file = import_one(path)
    assert file.status == "blocked"
    with pytest.raises(mending.MendRefused, match="ファイルごと"):
        send(file.rejected_rows.get(), GOOD)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({}, "同じ期別の行"), ({"levied_yen": "40000"}, "照合合計")],
    ids=["as it was", "another amount"],
)
def test_a_second_row_of_the_same_claim_does_not_overwrite_the_first(tmp_path, changes, said):
    row = import_one(claims(tmp_path, {}, {})).rejected_rows.get()
    with pytest.raises(mending.MendRefused, match=said):
        send(row, changes)
    assert Claim.objects.get().principal_yen == 41_000


def test_a_date_mended_into_a_claim_of_the_same_file_is_refused(tmp_path):
    row = import_one(claims(tmp_path, {}, {"due_on": "5080231", "levied_yen": "1000"})).rejected_rows.get()
    with pytest.raises(mending.MendRefused, match="同じ期別の行"):
        send(row, GOOD)


def test_broken_bytes_are_shown_in_hex_with_a_proposal_and_the_rest_stays(tmp_path, clerk):
    of = layout("zei_claims")
    row = line(of, ZEI_CLAIM | BAD | GOOD)
    broken = row.replace("架空　太郎".encode("cp932"), "架空　太郎".encode())
    path = write(tmp_path, "zei_claims", [broken], control=totals([ZEI_CLAIM | BAD]))
    refused = import_one(path).rejected_rows.get()
    assert refused.code == "bytes"
    text = clerk.get(reverse("claims:import-mend", args=[refused.pk])).content.decode()
    assert "元のバイト：E6 9E B6" in text
    assert 'value="架空　太郎"' in text
    posted(clerk, refused, reason="画面で確かめた", send="1")
    refused.refresh_from_db()
    assert bytes(refused.mended_raw) == row
    assert Claim.objects.get().identity.name == "架空　太郎"


def test_a_hidden_address_is_kept_to_the_byte_and_never_shown(tmp_path, clerk):
    secret = {"address": "豊田市秘密町九丁目9番地", "phone": "0565-00-9999", "postal_code": "4719999"}
    row = import_one(claims(tmp_path, secret | BAD)).rejected_rows.get()
    shown = clerk.get(reverse("claims:import-mend", args=[row.pk])).content.decode()
    tried = posted(clerk, row, f_due_on="5080228", **{"try": "1"}).content.decode()
    posted(clerk, row, f_due_on="5080228", reason="電話で確かめた", send="1")
    assert "受け付けられます" in tried
    for text in (shown, tried):
        for value in secret.values():
            assert value not in text
    identity = Claim.objects.get().identity
    assert (identity.address, identity.phone, identity.postal_code) == tuple(secret.values())
    assert AccessLog.objects.filter(action="import.mend").count() >= 2


def test_a_row_with_shifted_columns_is_written_whole(tmp_path, clerk):
    of = layout("juki_register")
    raw = line(of, REGISTER | {"name": "秘密　花子"}).replace(b",", b"", 1)
    row = import_one(
        write(tmp_path, "juki_register", [raw, line(of, REGISTER | {"atena_number": "A002"})])
    ).rejected_rows.get()
    shown = clerk.get(reverse("claims:import-mend", args=[row.pk])).content.decode()
    assert "列に分けられない" in shown
    assert "秘密" not in shown
    assert send(row, REGISTER | {"atena_number": "A003"}).file.inserted == 1


def test_a_sign_the_file_does_not_know_is_refused_at_its_field(refused):
    with pytest.raises(mending.MendRefused, match="文字コードにありません") as caught:
        send(refused, GOOD | {"name": "架空　🍣"})
    assert caught.value.field == "name"


def test_a_receipt_without_claim_is_taken_once_its_number_is_right(tmp_path):
    import_one(claims(tmp_path, {}))
    row = import_one(receipts(tmp_path, {"notice_number": "N999"})).rejected_rows.get()
    assert row.code == "no_claim"
    assert send(row, {"notice_number": "N001"}).file.inserted == 1
    assert Claim.objects.get().principal_yen == 40_000


def test_the_page_tries_sends_and_finishes(refused, clerk, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(views_mending.finish_import, "delay", lambda **arguments: sent.append(arguments))
    wrong = posted(clerk, refused, f_due_on="5089999", **{"try": "1"}).content.decode()
    assert "field__error" in wrong
    without_reason = posted(clerk, refused, f_due_on="5080228", send="1").content.decode()
    assert "直した理由（だれに何を確かめたか）を書いてください" in without_reason
    with django_capture_on_commit_callbacks(execute=True):
        done = posted(clerk, refused, f_due_on="5080228", reason="電話で確かめた", send="1")
    assert done.url == reverse("claims:import-file", args=[refused.file_id])
    for _ in range(2):
        tasks.finish_import(**sent[0])
    assert Claim.objects.get(instalment=2).identity.person is not None
    assert AuditEvent.objects.filter(event="import.finished").count() == 2  # of the file, and of its row
    listed = clerk.get(done.url).content.decode()
    assert "直して送った" in listed
    again = clerk.get(reverse("claims:import-mend", args=[refused.pk])).content.decode()
    assert "すでに直して送られています" in again
    assert not clock_differences(limit=5)


def test_a_mend_says_who_when_and_where(refused):
    with pytest.raises(IntegrityError, match="mended_row_says_who_when_and_where"), transaction.atomic():
        RejectedRow.objects.filter(pk=refused.pk).update(mended_raw=b"x")


def test_nothing_stays_when_the_audit_row_cannot_be_written(refused, monkeypatch):
    def fails(**_):
        raise RuntimeError

    monkeypatch.setattr(mending.audit, "record", fails)
    with pytest.raises(RuntimeError):
        send(refused, GOOD)
    assert Claim.objects.count() == 1
    assert not ImportFile.objects.filter(parent=refused.file).exists()


@pytest.mark.parametrize("role", ["supervisor", "auditor", "collector"])
def test_only_who_may_import_mends(client, refused, role):
    client.force_login(user(role))
    assert client.get(reverse("claims:import-mend", args=[refused.pk])).status_code == 403
