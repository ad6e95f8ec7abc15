"""Exports of extractions: masked, or unmasked by decision, for a purpose, once; never a protected address. Synthetic data."""

import csv
import io
import tracemalloc
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from claims.services.holds import place_hold
from debtors import tasks
from debtors.extraction_query import Spec, columns_for
from debtors.models import ExtractionExport, Person
from debtors.rules.extraction import Condition
from debtors.services import extraction_exports as exports
from debtors.services import extractions
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from toyota_collect import approvals
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.lists import lists
from toyota_collect.models import AccessLog, Approval, AuditEvent, Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PURPOSE = "訪問の名簿を作り、徴収担当2人に渡すため"
PERSONAL = ("number", "name", "address", "phone", "birth_on", "atena", "owed_yen")


@pytest.fixture(autouse=True)
def _place(settings, tmp_path):
    settings.BASE_DATE, settings.MEDIA_ROOT = TODAY, tmp_path


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def limit(people: int) -> None:
    value = {"people": people, "kept_days": 3, "most_rows": 100}
    Setting.objects.filter(key="extraction.export").update(value=value)


def save(by, *conditions, code="people", columns=PERSONAL, name="架空の名簿"):
    source = lists.get(code)
    known = columns_for(source, by)
    asked = tuple(Condition(*condition) for condition in conditions)
    spec = Spec(source, asked, tuple(known[one] for one in columns))
    return extractions.save_new(name=name, share="all", spec=spec, by=by)


def ask(version, by, *, masked=True, form="utf8", purpose=PURPOSE):
    return exports.ask(version_id=version.pk, form=form, masked=masked, purpose=purpose, by=by, on=TODAY)


def made(asked, today=TODAY):
    exports.make(export_id=asked.pk, today=today)
    asked.refresh_from_db()
    return asked


def take(asked, by, today=TODAY) -> bytes:
    _, file = exports.take(export_id=asked.pk, by=by, today=today)
    with file:
        return file.read()


def table(content: bytes, encoding="utf-8-sig"):
    return list(csv.DictReader(io.StringIO(content.decode(encoding))))


def files(tmp_path) -> list[Path]:
    return sorted(one for one in tmp_path.rglob("*") if one.is_file())


def debtor(**facts):
    facts = {"phone": "0565-12-3456", "atena_number": "00012345"} | facts
    someone = person(**facts)
    claim(someone, principal_yen=10_000)
    return someone


def test_an_export_is_masked_and_each_person_in_it_is_logged(collector, tmp_path):
    someone, other = debtor(name="架空 太郎"), debtor(name="架空 花子")
    asked = made(ask(save(collector), collector, purpose=""))
    content = take(asked, collector)
    assert content.startswith(b"\xef\xbb\xbf")
    row = next(one for one in table(content) if one["整理番号"] == someone.number)
    assert row == {
        "整理番号": someone.number,
        "氏名・名称": "架＊＊＊＊",
        "住所": "愛知県豊田市＊＊＊",
        "電話": "＊＊＊＊＊＊＊＊＊＊56",
        "生年月日": "昭和55年＊月＊日",
        "宛名番号": "＊＊＊＊＊＊45",
        "滞納額": "10000",
    }
    assert (asked.rows, asked.people, asked.total_yen, asked.masked) == (2, 2, 20_000, True)
    logged = AccessLog.objects.filter(action="extraction.export", path=f"extractions/{asked.pk}", by=collector)
    assert sorted(logged.values_list("person_key", flat=True)) == sorted([someone.number, other.number])
    detail = AuditEvent.objects.get(event="extraction.exported").detail
    assert (detail["people"], detail["rows"], detail["columns"]) == (2, 2, list(PERSONAL))
    assert detail["version"] == "架空の名簿 第1版"


def test_few_may_leave_unmasked_for_a_purpose_and_once(collector, tmp_path):
    limit(2)
    debtor(name="架空 太郎")
    asked = made(ask(save(collector), collector, masked=False))
    assert (asked.approval, asked.state) == (None, "ready")
    (row,) = table(take(asked, collector))
    assert (row["氏名・名称"], row["住所"], row["生年月日"]) == (
        "架空 太郎",
        "愛知県豊田市小坂本町一丁目1番地",
        "1980-04-01",
    )
    asked.refresh_from_db()
    assert (asked.state, asked.path) == ("taken", "")
    with pytest.raises(exports.ExportRefused, match="1回だけ"):
        take(asked, collector)
    assert AccessLog.objects.filter(action="extraction.unmasked").count() == 1
    assert AuditEvent.objects.filter(event="extraction.export_taken").count() == 1


def test_the_file_is_gone_once_it_is_taken(collector, tmp_path, django_capture_on_commit_callbacks):
    limit(2)
    debtor()
    asked = made(ask(save(collector), collector, masked=False))
    assert len(files(tmp_path)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        take(asked, collector)
    assert files(tmp_path) == []


@pytest.mark.parametrize("purpose", ["", "調査のため", " " * 20])
def test_unmasked_needs_a_purpose(purpose, collector):
    debtor()
    with pytest.raises(exports.ExportRefused, match="何に使うか"):
        ask(save(collector), collector, masked=False, purpose=purpose)


def test_at_the_limit_no_decision_is_needed_and_one_person_beyond_it_is(collector):
    limit(2)
    version = save(collector)
    debtor(), debtor()
    assert ask(version, collector, masked=False).state == "making"
    ExtractionExport.objects.update(asked_on=TODAY - timedelta(days=1))
    debtor()
    assert ask(version, collector, masked=False).state == "asked"


def test_a_large_export_cannot_be_split(collector):
    limit(2)
    first, second, third = debtor(), debtor(), debtor()
    for number, someone in enumerate((first, second), start=1):
        version = save(collector, ("number", "equals", someone.number), name=f"架空 {number}")
        assert ask(version, collector, masked=False).state == "making"
    version = save(collector, ("number", "equals", third.number), name="架空 3")
    asked = ask(version, collector, masked=False)
    assert asked.state == "asked"
    assert asked.approval.evidence["同じ日にマスキングなしで依頼済み（人）"] == 2
    assert ask(version, collector, masked=True).state == "making"


def test_a_second_person_decides_and_reads_what_for(collector, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(tasks.make_extraction, "delay", lambda **facts: sent.append(facts))
    limit(1)
    debtor(), debtor()
    secret = debtor(address="愛知県豊田市秘匿町9", birth_on=date(1950, 1, 1))
    protect(secret)
    version = save(collector, ("owed_yen", "least", 1))
    asked = ask(version, collector, masked=False)
    assert made(asked).state == "asked"
    approval = asked.approval
    assert approval.reason == PURPOSE
    assert approval.needs_rank == "manager"
    assert approval.evidence["人数（人）"] == 3
    assert approval.evidence["条件"] == ["滞納額が次以上：1円"]
    assert approval.evidence["支援措置などで住所・電話を出さない人（人）"] == 1
    with pytest.raises(ApprovalRefused):
        approvals.decide(approval_id=approval.pk, decision="approved", by=collector)
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval_id=approval.pk, decision="approved", by=user(Role.SUPERVISOR))
    assert sent == [{"export_id": asked.pk}]
    tasks.make_extraction(**sent[0])
    rows = {row["整理番号"]: row for row in table(take(asked, collector))}
    assert (rows[secret.number]["住所"], rows[secret.number]["電話"]) == ("", "")
    assert rows[secret.number]["氏名・名称"] == secret.name
    assert "秘匿町" not in str(rows)
    asked.refresh_from_db()
    assert (asked.people, asked.withheld) == (3, 1)
    assert AuditEvent.objects.filter(event="extraction.export_approved").exists()


def test_an_approved_export_is_never_among_many(collector):
    limit(1)
    debtor(), debtor()
    approval = ask(save(collector), collector, masked=False).approval
    (outcome,) = approvals.decide_many(approval_ids=[approval.pk], by=user(Role.SUPERVISOR))
    assert outcome.problem


def test_rejected_nothing_is_made(collector):
    limit(1)
    debtor(), debtor()
    asked = ask(save(collector), collector, masked=False)
    decided = user(Role.SUPERVISOR)
    approvals.decide(approval_id=asked.approval_id, decision="rejected", reason="人数が多い", by=decided)
    asked = made(ExtractionExport.objects.get(pk=asked.pk))
    assert (asked.state, asked.state_label, asked.path) == ("asked", "差戻し", "")
    with pytest.raises(exports.ExportRefused, match="受け取れるファイルがありません"):
        take(asked, collector)


def test_who_asked_must_still_be_here(collector):
    limit(1)
    debtor(), debtor()
    asked = ask(save(collector), collector, masked=False)
    collector.is_active = False
    collector.save()
    with pytest.raises(ApprovalRefused, match="差し戻してください"):
        approvals.decide(approval_id=asked.approval_id, decision="approved", by=user(Role.SUPERVISOR))
    assert Approval.objects.get(pk=asked.approval_id).is_open


def test_no_more_people_leave_than_were_decided_on(collector):
    limit(1)
    debtor(), debtor()
    asked = ask(save(collector), collector, masked=False)
    approvals.decide(approval_id=asked.approval_id, decision="approved", by=user(Role.SUPERVISOR))
    debtor()
    asked = made(asked)
    assert (asked.state, asked.path) == ("failed", "")
    assert "2人でしたが、いまは3人に増えています" in asked.problem


def test_a_section_cannot_ask_for_a_decision_but_takes_it_masked():
    limit(1)
    people = [person(), person()]
    claims = [claim(one, kind="housing_rent", source="jutaku") for one in people]
    viewer = user(Role.SECTION_VIEWER, section=claims[0].section)
    version = save(viewer)
    with pytest.raises(exports.ExportRefused, match="起案できません"):
        ask(version, viewer, masked=False)
    assert not Approval.objects.exists()
    assert made(ask(version, viewer)).people == 2


def test_columns_that_tell_of_nobody_need_no_decision(collector):
    limit(1)
    debtor(), debtor()
    asked = ask(save(collector, columns=("owed_yen",)), collector, masked=False, purpose="")
    assert (asked.masked, asked.state) == (True, "making")


def test_free_text_is_masked_whole_and_withheld_of_the_protected(collector):
    from debtors.models import Contact

    secret, seen = debtor(birth_on=date(1950, 1, 1)), debtor()
    protect(secret)
    for one in (secret, seen):
        Contact.objects.create(
            person=one, on=TODAY, channel="phone", outcome="talked", text="秘匿町に転居したとのこと", by=collector
        )
    version = save(collector, code="contacts", columns=("number", "text"))
    assert {row["内容"] for row in table(take(made(ask(version, collector)), collector))} == {"（伏せています）", ""}
    rows = {row["整理番号"]: row["内容"] for row in table(take(made(ask(version, collector, masked=False)), collector))}
    assert rows == {secret.number: "", seen.number: "秘匿町に転居したとのこと"}


def test_protection_that_begins_after_the_file_was_made_stops_it(
    collector, tmp_path, django_capture_on_commit_callbacks
):
    someone = debtor()
    asked = made(ask(save(collector), collector, masked=False))
    protect(someone, starts_on=TODAY)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(exports.ExportRefused, match="支援措置"):
        take(asked, collector)
    asked.refresh_from_db()
    assert (asked.state, asked.path) == ("failed", "")
    assert files(tmp_path) == []
    assert AuditEvent.objects.get(event="extraction.export_stopped").detail == {"people": 1}


def test_who_was_protected_before_does_not_stop_it(collector):
    protect(debtor(birth_on=date(1950, 1, 1)))
    debtor()
    asked = made(ask(save(collector), collector, masked=False))
    assert len(table(take(asked, collector))) == 2


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_formula_stays_text(text, collector):
    debtor(name=text)
    version = save(collector, columns=("name", "owed_yen"))
    rows = table(take(made(ask(version, collector, masked=False)), collector))
    assert rows[0]["氏名・名称"].replace("\r", "").startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(take(made(ask(version, collector, masked=False, form="xlsx")), collector)))
    name, yen = book.active[2]
    assert (name.data_type, str(name.value)[:1]) == ("s", "'")
    assert (yen.data_type, yen.value) == ("n", 10_000)


def test_a_workbook_has_headings_figures_and_days(collector):
    debtor(name="架空\x07 太郎", birth_on=date(1980, 4, 1))
    version = save(collector, columns=("name", "birth_on", "owed_yen"))
    sheet = openpyxl.load_workbook(
        io.BytesIO(take(made(ask(version, collector, masked=False, form="xlsx")), collector))
    ).active
    assert [cell.value for cell in sheet[1]] == ["氏名・名称", "生年月日", "滞納額"]
    assert sheet[1][0].font.bold
    name, day, yen = (cell.value for cell in sheet[2])
    assert (name, day.date(), yen) == ("架空 太郎", date(1980, 4, 1), 10_000)


def test_cp932_writes_all_or_says_what_it_cannot(collector, tmp_path):
    someone = debtor(name="髙﨑 太郎")
    version = save(collector, columns=("name", "owed_yen"))
    content = take(made(ask(version, collector, masked=False, form="cp932")), collector)
    assert table(content, "cp932")[0]["氏名・名称"] == "髙﨑 太郎"
    someone.name = "𠮷田 太郎"
    someone.save()
    asked = made(ask(version, collector, masked=False, form="cp932"))
    assert (asked.state, asked.path) == ("failed", "")
    assert "「𠮷」（U+20BB7）" in asked.problem
    assert "データの1行目" in asked.problem
    assert len(files(tmp_path)) <= 2  # those of the first: the half file is gone


def test_the_task_runs_twice_and_makes_one_file(collector, tmp_path):
    debtor()
    asked = ask(save(collector), collector)
    for _ in range(2):
        tasks.make_extraction(export_id=asked.pk)
    assert len(files(tmp_path)) == 2
    assert AuditEvent.objects.filter(event="extraction.exported").count() == 1
    assert AccessLog.objects.filter(action="extraction.export").count() == 1


def test_who_finishes_second_throws_its_own_away(collector, tmp_path, monkeypatch):
    debtor()
    asked = ask(save(collector), collector)
    write, first = exports._write, []

    def slow(*args, **kwargs):
        if not first:
            first.append(True)
            exports.make(export_id=asked.pk, today=TODAY)
        return write(*args, **kwargs)

    monkeypatch.setattr(exports, "_write", slow)
    made(asked)
    assert len(files(tmp_path)) == 2
    assert AuditEvent.objects.filter(event="extraction.exported").count() == 1


def test_nothing_stays_of_a_file_whose_record_cannot_be_written(collector, tmp_path, monkeypatch):
    debtor()
    asked = ask(save(collector), collector)
    monkeypatch.setattr(exports.audit, "record", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        made(asked)
    asked.refresh_from_db()
    assert (asked.state, files(tmp_path)) == ("making", [])
    assert not AccessLog.objects.exists()


def test_forgotten_ones_are_sent_again_and_old_files_go(
    collector, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(tasks.make_extraction, "delay", lambda **facts: sent.append(facts))
    debtor()
    version = save(collector)
    done, waiting = made(ask(version, collector)), ask(version, collector)
    ExtractionExport.objects.update(asked_at=timezone.now() - timedelta(minutes=16))
    ExtractionExport.objects.filter(pk=done.pk).update(expires_at=timezone.now())
    assert done.expires_at - done.finished_at == timedelta(days=3)
    with pytest.raises(exports.ExportRefused, match="期限"):
        take(done, collector)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.look_after_extractions()
    assert sent == [{"export_id": waiting.pk}] * 2
    assert files(tmp_path) == []
    assert ExtractionExport.objects.get(pk=done.pk).state == "expired"


def test_too_many_rows_and_none_are_refused(collector):
    with pytest.raises(exports.ExportRefused, match="条件に合うものがありません"):
        ask(save(collector), collector)
    Setting.objects.filter(key="extraction.export").update(value={"people": 9, "kept_days": 3, "most_rows": 1})
    debtor(), debtor()
    with pytest.raises(exports.ExportRefused, match="2行あり、1回の上限の1行"):
        ask(save(collector, name="二つ目"), collector)


def test_nobody_else_takes_a_file(client, collector):
    debtor()
    asked = made(ask(save(collector), collector))
    with pytest.raises(ExtractionExport.DoesNotExist):
        take(asked, user(Role.COLLECTOR))
    for other in (user(Role.COLLECTOR), user(Role.SUPERVISOR)):
        client.force_login(other)
        assert client.post(reverse("debtors:extraction-file", args=[asked.pk])).status_code == 404
        assert client.get(reverse("debtors:extraction-exported", args=[asked.pk])).status_code == 404


def test_asked_for_and_taken_in_the_browser(client, collector, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(tasks.make_extraction, "delay", lambda **facts: sent.append(facts))
    limit(1)
    debtor(), debtor()
    version = save(collector)
    client.force_login(collector)
    url = reverse("debtors:extraction-export", args=[version.extraction_id])
    no_purpose = client.post(url, {"version": 1, "form": "utf8", "masked": "no"})
    assert "何に使うかを書いてください" in no_purpose.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"version": 1, "form": "utf8", "masked": "no", "purpose": PURPOSE})
    asked = ExtractionExport.objects.get()
    assert (asked.state, sent) == ("asked", [])
    page = reverse("debtors:extraction-exported", args=[asked.pk])
    assert "決裁を待っています" in client.get(page).content.decode()
    supervisor = user(Role.SUPERVISOR)
    client.force_login(supervisor)
    assert PURPOSE in client.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("approvals:decide", args=[asked.approval_id]), {"decision": "approved"})
    client.force_login(collector)
    assert (
        'hx-trigger="every 2s"' in client.get(reverse("debtors:extraction-progress", args=[asked.pk])).content.decode()
    )
    tasks.make_extraction(**sent[0])
    assert "1回だけ受け取れます" in client.get(page).content.decode()
    client.force_login(supervisor)
    assert "依頼した本人だけ" in client.get(page).content.decode()
    client.force_login(collector)
    answer = client.post(reverse("debtors:extraction-file", args=[asked.pk]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(table(b"".join(answer.streaming_content))) == 2
    again = client.post(reverse("debtors:extraction-file", args=[asked.pk]), follow=True)
    assert "受け取り済みです" in again.content.decode()


@pytest.mark.parametrize(
    ("constraint", "broken"),
    [
        ("extraction_export_unmasked_has_a_purpose", {"masked": False, "purpose": ""}),
        ("extraction_export_waits_for_a_decision", {"state": "asked", "path": ""}),
        ("extraction_export_ready_has_its_file", {"path": ""}),
        ("extraction_export_taken_at_a_time", {"state": "taken", "path": "", "taken_at": None}),
        ("extraction_export_unmasked_is_handed_out_once", {"masked": False, "taken_at": timezone.now()}),
    ],
)
def test_the_database_refuses(constraint, broken, collector):
    debtor()
    asked = made(ask(save(collector), collector))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ExtractionExport.objects.filter(pk=asked.pk).update(**broken)


def test_the_database_refuses_more_people_than_approved(collector):
    limit(1)
    debtor(), debtor()
    asked = ask(save(collector), collector, masked=False)
    with pytest.raises(IntegrityError, match="no_more_people_than_approved"), transaction.atomic():
        ExtractionExport.objects.filter(pk=asked.pk).update(people=3)


def test_rows_come_from_a_cursor_of_the_server(collector, monkeypatch):
    debtor()
    asked = ask(save(collector), collector)
    opened = []
    real = connection.chunked_cursor
    monkeypatch.setattr(connection, "chunked_cursor", lambda: opened.append(True) or real())
    assert made(asked).state == "ready"
    assert opened == [True]


@pytest.mark.long
@pytest.mark.parametrize("form", ["utf8", "cp932", "xlsx"])
def test_a_hundred_thousand_rows_in_little_memory(form, collector):
    """A minute or two a form, for memory is watched; what is held is ids, not rows."""
    rows = 100_000
    value = {"people": 1, "kept_days": 3, "most_rows": rows}
    Setting.objects.filter(key="extraction.export").update(value=value)
    facts = {"name": "架空 太郎", "kana": "カクウ タロウ", "address": "愛知県豊田市小坂本町一丁目1番地"}
    Person.objects.bulk_create([Person(number=f"L{number:08d}", **facts) for number in range(rows)], batch_size=5_000)
    asked = ask(save(collector, columns=("number", "name", "kana", "address", "phone")), collector, form=form)
    tracemalloc.start()
    assert made(asked).rows == rows
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60 * 2**20
    assert AccessLog.objects.filter(action="extraction.export").count() == rows


def test_who_is_left_in_peace_leaves_without_address_and_phone(collector):
    limit(5)
    held, other = debtor(name="架空 太郎"), debtor(name="架空 花子")
    place_hold(person_id=held.pk, reason="welfare", starts_on=TODAY, ends_on=date(2027, 1, 1), by=user(Role.SUPERVISOR))
    asked = made(ask(save(collector), collector, masked=False))
    rows = {row["氏名・名称"]: row for row in table(take(asked, collector))}
    assert (rows["架空 太郎"]["住所"], rows["架空 太郎"]["電話"]) == ("", "")
    assert rows["架空 花子"]["電話"] == other.phone
    assert asked.withheld == 1


def test_a_file_is_stopped_where_somebody_was_left_in_peace_since(collector):
    limit(5)
    someone = debtor(name="架空 太郎")
    asked = made(ask(save(collector), collector, masked=False))
    place_hold(
        person_id=someone.pk, reason="welfare", starts_on=TODAY, ends_on=date(2027, 1, 1), by=user(Role.SUPERVISOR)
    )
    with pytest.raises(exports.ExportRefused, match="連絡を止める"):
        take(asked, collector)
