"""封緘: every reason that keeps a pile from being sealed, and the certificate that says why it was."""

import csv
import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.models import ImportFile, Payment, ReceiptFile
from claims.models.ledger import SEAL_LOCK
from claims.services import seal as ledger_seal
from debtors.models import SourceSystem
from notices.models import Letter, PrintRun, Pull, Seal
from notices.rules.pulling import Reason
from notices.services import certificate, piles, seals
from notices.services.progressing import silent
from notices.services.pulls import find_pulls, mark_not_printed
from notices.services.runs import RunRefused
from notices.services.seals import SealRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.mailing import delivered, mark
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find, hand_over, pulled, scan, seal, sealed
from toyota_collect.chains import WritersBusy
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import AuditEvent, Document, Setting

pytestmark = pytest.mark.django_db
REPLAY = 1_000 if os.environ.get("TC_LONG") else 60


@pytest.fixture
def run(kept, finished_run):
    def make() -> PrintRun:
        for amount in (10_000, 20_000, 30_000):
            claim(person(name_key=f"架空{amount}", kana_key=f"カ{amount}"), principal_yen=amount)
        return finished_run()

    return kept(make)


@pytest.fixture
def ready(kept, run, operator):
    """All is in order: fresh, pulled, confirmed."""

    def make() -> PrintRun:
        delivered()
        pulled(run, operator)
        return run

    return kept(make)


def refused(run: PrintRun, **options) -> list[str]:
    with pytest.raises(SealRefused) as told:
        seal(run, **options)
    assert (PrintRun.objects.get(pk=run.pk).state, Seal.objects.count()) == ("pulled", 0)
    assert all(one.todo for one in told.value.obstacles)
    return [one.text for one in told.value.obstacles]


def test_a_pile_in_order_is_sealed_with_its_certificate(ready):
    made = seal(ready)
    assert ready.state == "sealed"
    assert made.sums | {"sources": ..., "yen": ..., "snapshot_at": ..., "pulled_at": ...} == {
        "targets": 3, "printed": 3, "merged": 0, "split": 0, "pulled": 0, "failed": 0, "going": 3, "difference": 0,
        "sheets": 9, "envelopes": 3, "more_envelopes": 0, "elsewhere": 0, "guests": 0, "files": 1, "bundles": 1, "reasons": {}, "failures": {}, "confirmed": {"scanned": 0, "not_printed": 0},
        "unknown_payments": 0, "sources": ..., "yen": ..., "snapshot_at": ..., "pulled_at": ...,
    }  # fmt: skip
    assert [one["key"] for one in made.sums["sources"]] == ["zei:claims"]
    assert AuditEvent.objects.get(event="run.sealed").detail["going"] == 3
    with pytest.raises(RunRefused, match="封緘済"):
        seal(ready)
    assert (Seal.objects.count(), Document.objects.filter(kind="seal").count()) == (1, 1)


# --- what stands in the way -------------------------------------------------------------------------------


def test_a_source_that_never_delivered(run, operator):
    pulled(run, operator)
    assert refused(run) == ["市税収納システムの債権が一度も届いていません。"]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(hours=47, minutes=59), []),
        (timedelta(hours=48, minutes=1), ["市税収納システムの債権が48時間より前のものです。"]),
    ],
)
def test_a_source_older_than_its_limit(age, expected, run, operator):
    delivered(at=timezone.now() - age)
    pulled(run, operator)
    if expected:
        assert refused(run) == expected
    else:
        assert seal(run)


def test_each_source_has_its_own_limit(run, operator):
    Setting.objects.filter(key="seal.fresh_hours").update(value={"*": 48, "zei": 1})
    delivered(at=timezone.now() - timedelta(hours=2))
    pulled(run, operator)
    assert refused(run) == ["市税収納システムの債権が1時間より前のものです。"]


def test_receipts_count_apart_from_claims_and_the_register_for_every_run(ready):
    old = timezone.now() - timedelta(days=5)
    delivered(content="receipts", at=old)
    delivered("juki", "register", at=old)
    delivered("suido", "claims", at=old)  # nobody in the run owes it anything
    names = dict(SourceSystem.objects.values_list("code", "name"))
    assert refused(ready) == [
        f"{names['juki']}の住民記録が48時間より前のものです。",
        "市税収納システムの収納が48時間より前のものです。",
    ]


def test_a_file_that_was_not_committed_or_only_mends_another_is_no_delivery(run, operator):
    blocked = delivered()
    ImportFile.objects.filter(pk=blocked.pk).update(status="blocked")
    whole = delivered(at=timezone.now() - timedelta(days=5))
    ImportFile.objects.filter(pk=delivered().pk).update(parent=whole)
    pulled(run, operator)
    assert refused(run) == ["市税収納システムの債権が48時間より前のものです。"]


def test_an_old_extract_put_in_again_today_is_not_fresh(run, operator):
    """596 of 4,355 demands went to people who had paid, because the letters to pull were chosen from an old extract."""
    delivered(at=timezone.now() - timedelta(days=5), sha="a" * 64)
    delivered(sha="a" * 64)
    pulled(run, operator)
    assert refused(run) == ["市税収納システムの債権は、48時間より前に届いたものと同じ中身です。"]
    made = seal(run, vouched=["zei:claims"])
    assert [one["vouched"] for one in made.sums["sources"]] == [True]


def test_nobody_can_vouch_for_a_source_that_did_not_deliver(run, operator):
    delivered(at=timezone.now() - timedelta(days=5))
    pulled(run, operator)
    assert refused(run, vouched=["zei:claims"]) == ["市税収納システムの債権が48時間より前のものです。"]


def test_a_money_feed_counts_where_the_city_has_set_its_limit(ready):
    Setting.objects.filter(key="seal.fresh_hours").update(value={"*": 48, "convenience": 26})
    assert refused(ready) == ["コンビニ収納の入金が一度も届いていません。"]
    file = ReceiptFile.objects.create(feed="convenience", name="架空", sha256="b" * 64, as_of=DAY, by=user("collector"))
    assert seals.standing(ready, now=timezone.now(), today=DAY).obstacles == []
    ReceiptFile.objects.filter(pk=file.pk).update(at=timezone.now() - timedelta(hours=27))
    assert refused(ready) == ["コンビニ収納の入金が26時間より前のものです。"]


def test_a_file_that_waits_for_a_worker(ready):
    ReceiptFile.objects.create(name="架空", sha256="c" * 64, waits_at="receipts/c", as_of=DAY, by=user("collector"))
    assert refused(ready) == ["取込がまだ動いています。"]


def test_an_import_that_is_running(ready, monkeypatch):
    monkeypatch.setattr(seals, "is_running", lambda: True)
    assert refused(ready) == ["取込がまだ動いています。"]


def test_a_receipt_booked_one_minute_before_the_seal(ready, operator):
    paid = ready.letters.get(serial=2)
    pay(paid.claims.get().claim, 1_000, on=DAY)
    assert refused(ready) == ["最後に引抜を調べたあとに、1通に納付などがありました。"]
    pulled(ready, operator)
    made = seal(ready)
    assert (made.going, made.sums["reasons"]) == (2, {"paid": 1})


def test_a_protection_that_began_one_minute_before_the_seal(ready):
    protect(ready.letters.get(serial=1).person, starts_on=DAY)
    assert len(refused(ready)) == 1


def test_a_pulled_letter_nobody_has_confirmed(ready, operator):
    pay(ready.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    find(ready, operator)
    assert refused(ready) == ["抜き取りを確認していない催告書が1通あります。"]
    Pull.objects.update(envelopes=2)
    scan(ready, mark(Pull.objects.get().letter, 1), operator)
    assert refused(ready) == ["抜き取りを確認していない催告書が1通あります。"]


def test_a_letter_that_is_nowhere(ready):
    Letter.objects.filter(serial=3).update(state="waiting")
    assert refused(ready) == ["1通が、検査済にも「作れず」にもなっていません。"]


def test_a_letter_pulled_without_a_reason(ready):
    Letter.objects.filter(serial=3).update(state="pulled")
    assert refused(ready) == ["数が1通合いません（印刷 ＋ 合封 ＋ 分冊 − 引抜 ＝ 送る）。"]


def test_a_print_file_that_is_not_what_was_checked(ready):
    path = Path(settings.MEDIA_ROOT) / ready.chunks.get().path
    path.write_bytes(path.read_bytes() + b" ")
    assert refused(ready) == ["束1の印刷ファイルが、検査したときと違います。"]
    path.unlink()
    assert refused(ready) == ["束1の印刷ファイルが、検査したときと違います。"]


def test_no_limits_set(ready):
    Setting.objects.filter(key="seal.fresh_hours").delete()
    assert refused(ready) == ["取込の新しさの限度が決まっていません。"]


def test_everything_that_stands_in_the_way_is_told_at_once(run, operator):
    pay(run.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    find(run, operator)
    pay(run.letters.get(serial=2).claims.get().claim, 1_000, on=DAY)
    assert len(refused(run)) == 3


def test_who_made_the_run_or_may_not_decide_cannot_seal_it(ready, operator):
    with pytest.raises(RunRefused, match="決裁の権限"):
        seal(ready, by=operator)
    both = user("supervisor")
    PrintRun.objects.filter(pk=ready.pk).update(made_by=both)
    with pytest.raises(RunRefused, match="作った人"):
        seal(ready, by=both)
    assert Seal.objects.count() == 0


def test_before_the_pull_there_is_nothing_to_seal(run):
    delivered()
    with pytest.raises(RunRefused, match="検査済"):
        seal(run)
    told = seals.standing(run, now=timezone.now(), today=DAY).obstacles
    assert [one.text for one in told] == ["引抜をまだ調べていません。"]


@pytest.mark.django_db(transaction=True)
def test_while_somebody_writes_entries_nothing_is_sealed(transactional_db, monkeypatch):
    """A receipt that is being written is neither compared nor later than the seal: so the seal waits, and then refuses."""
    monkeypatch.setattr(ledger_seal, "PATIENCE", "200ms")
    writer = connection.copy()
    try:
        with writer.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [SEAL_LOCK])
            with pytest.raises(WritersBusy), transaction.atomic():
                ledger_seal.hold_off_writers()
            cursor.execute("ROLLBACK")
        with transaction.atomic():
            ledger_seal.hold_off_writers()
            with writer.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock_shared(%s)", [SEAL_LOCK])
                assert cursor.fetchone() == (False,)
    finally:
        writer.close()


# --- the certificate ---------------------------------------------------------------------------------------


def text_of(document: Document) -> str:
    pages = pdfium.PdfDocument(document_bytes(document))
    return "".join(page.get_textpage().get_text_bounded() for page in pages)


def test_the_certificate_says_it_all_on_one_page(ready, real_papers, operator):
    pay(ready.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    pulled(ready, operator)
    decider = user("supervisor")
    decider.display_name = "架空 封子"
    decider.save()
    made = seal(ready, by=decider)
    assert made.certificate.pages == 1
    said = text_of(made.certificate)
    for words in (
        ready.title, "送る催告書", "印刷 3 ＋ 合封 0 ＋ 分冊 0 − 引抜 1", "納付・充当があった", "市税収納システム",
        "架空 封子", made.hash_list.sha256, made.certificate.number, made.counts_sheet.sha256, made.files.get().sha256,
    ):  # fmt: skip
        assert words.replace(" ", "") in said.replace(" ", "").replace("\r\n", "").replace("\n", ""), words


def test_the_hash_list_names_every_letter_and_what_became_of_it(ready, operator):
    pay(ready.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    pulled(ready, operator)
    made = seal(ready)
    content = document_bytes(made.hash_list)
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert list(rows[0]) == certificate.COLUMNS
    pages = iter((1, 4))
    for row, letter in zip(rows, ready.letters.order_by("serial"), strict=True):
        assert (row["number"], row["state"], row["letter_sha256"]) == (
            letter.number,
            letter.state,
            letter.snapshot_sha256,
        )
        going = letter.state == "verified"
        assert (row["file"], row["page"], row["file_sha256"]) == (
            ("print-0001.pdf", str(next(pages)), made.files.get().sha256) if going else ("", "", "")
        )
        for secret in (letter.name, letter.person.number):
            assert secret not in content.decode()
    assert [row["state"] for row in rows] == ["pulled", "verified", "verified"]


def test_the_systems_of_26_sections_and_every_reason_leave_one_page(ready, real_papers):
    now = timezone.now().isoformat()
    sources = [
        {"name": f"架空の業務システム{n}", "came_at": now, "vouched": True, "content": content}
        for n in range(26)
        for content in ("債権", "収納")
    ]
    sums = {
        "targets": 12_345, "printed": 12_300, "merged": 0, "split": 0, "pulled": 1_600, "failed": 45, "going": 10_700,
        "difference": 0, "sheets": 36_900, "envelopes": 10_750, "yen": 1_842_336_900, "failures": {},
        "reasons": {reason.value: 100 for reason in Reason}, "confirmed": {"scanned": 1_500, "not_printed": 100},
        "sources": sources, "unknown_payments": 12, "more_envelopes": 50, "elsewhere": 10, "guests": 12, "files": 22,
        "bundles": 9,
    }  # fmt: skip
    pile = piles.build(ready, others=(), digits=3, tell=silent)
    papers = certificate.issue(ready, sums, pile, by=user("supervisor"), now=timezone.now(), today=DAY)
    with pikepdf.open(BytesIO(document_bytes(papers.certificate))) as opened:
        assert len(opened.pages) == 1


def test_unknown_money_is_told_and_does_not_stand_in_the_way(ready):
    Payment.objects.create(
        feed="counter", key="架空", paid_on=DAY, first_seen_on=DAY, amount_yen=1_000, state="provisional"
    )
    assert seal(ready).sums["unknown_payments"] == 1


def test_a_thousand_late_payments_are_all_pulled_and_the_certificate_closes(finished_run, operator):
    """The replay: everybody who paid after the amounts were fixed is pulled, and nobody else."""
    claims = [
        claim(person(name=f"架空{n}", name_key=f"架空{n}", kana_key=f"カ{n}"), principal_yen=10_000 + n)
        for n in range(REPLAY + 5)
    ]
    run = finished_run()
    for one in claims[:REPLAY]:
        pay(one, 1_000, on=DAY)
    delivered()
    new = find_pulls(run_id=run.pk, by=operator, now=timezone.now(), today=DAY)
    assert new == REPLAY
    assert set(Pull.objects.values_list("letter__claims__claim", flat=True)) == {one.pk for one in claims[:REPLAY]}
    assert set(Pull.objects.values_list("reason", flat=True)) == {"paid"}
    chosen = list(Pull.objects.values_list("pk", flat=True))
    mark_not_printed(run_id=run.pk, pull_ids=chosen[1:], by=operator, now=timezone.now(), today=DAY)
    scan(run, mark(Pull.objects.get(pk=chosen[0]).letter), operator)
    made = seal(run)
    assert (made.sums["targets"], made.sums["pulled"], made.going, made.sums["difference"]) == (
        REPLAY + 5,
        REPLAY,
        5,
        0,
    )
    assert made.sums["confirmed"] == {"scanned": 1, "not_printed": REPLAY - 1}


# --- opening it again ---------------------------------------------------------------------------------------


def test_a_seal_is_opened_to_pull_more_and_made_anew(run, operator):
    first = sealed(run, operator)
    pay(run.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    decider = user("supervisor")
    with pytest.raises(RunRefused, match="決裁の権限"):
        seals.break_seal(run_id=run.pk, reason="納付", by=operator, now=timezone.now())
    with pytest.raises(RunRefused, match="理由"):
        seals.break_seal(run_id=run.pk, reason=" ", by=decider, now=timezone.now())
    seals.break_seal(run_id=run.pk, reason="封緘のあとに納付", by=decider, now=timezone.now())
    with pytest.raises(RunRefused):
        seals.break_seal(run_id=run.pk, reason="二度", by=decider, now=timezone.now())
    pulled(run, operator)
    second = seal(run)
    first.refresh_from_db()
    assert (first.broken_by, first.broken_because, second.going) == (decider, "封緘のあとに納付", 2)
    assert first.certificate.number != second.certificate.number
    assert document_bytes(first.certificate)


def test_what_has_left_the_house_is_not_opened(run, operator):
    sealed(run, operator)
    hand_over(run, operator)
    with pytest.raises(RunRefused, match="引渡済"):
        seals.break_seal(run_id=run.pk, reason="納付", by=user("supervisor"), now=timezone.now())


def test_two_seals_of_one_run_are_refused_by_the_database(run, operator):
    made = sealed(run, operator)
    pile = piles.build(run, others=(), digits=3, tell=silent)
    papers = certificate.issue(run, made.sums, pile, by=operator, now=timezone.now(), today=DAY)
    with pytest.raises(IntegrityError, match="run_has_one_seal"), transaction.atomic():
        Seal.objects.create(
            run=run,
            sums=made.sums,
            certificate=papers.certificate,
            hash_list=papers.hash_list,
            sealed_at=timezone.now(),
            sealed_by=operator,
        )
