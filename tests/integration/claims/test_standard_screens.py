"""The page of the standard shape: a section checks a file, a clerk makes an export. All data is synthetic."""

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from claims import tasks
from claims.models import StandardExport
from claims.services import standard_exports
from claims.standard.schema import families
from tests.factories.claims import claim
from tests.factories.debtors import user
from toyota_collect.models import AccessLog, Section

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _day(settings, tmp_path):
    settings.BASE_DATE, settings.MEDIA_ROOT = AS_OF, tmp_path


def bad_file() -> SimpleUploadedFile:
    text = ",".join(families()["std-shien"].titles) + "\n232114,juki,A001,R8.5.1,\n"
    return SimpleUploadedFile("std-shien_juki_20261120.csv", text.encode())


def test_a_section_sees_every_line_to_mend(client):
    client.force_login(user("section_viewer", section=Section.objects.first()))
    page = client.post(reverse("claims:standard-check"), {"files": [bad_file()]}).content.decode()
    assert "1か所" in page
    assert "「R8.5.1」は日付として読めません。" in page
    assert "書き出しを始める" not in page
    assert AccessLog.objects.filter(action="standard.check").exists()


def test_no_file_is_said(client):
    client.force_login(user("receipts_clerk"))
    assert "ファイルを選んでください" in client.post(reverse("claims:standard-check")).content.decode()


def ask(client, **data) -> StandardExport:
    client.force_login(user("receipts_clerk"))
    client.post(reverse("claims:standard-export"), {"as_of": "2026-11-20"} | data)
    return StandardExport.objects.get()


def test_an_export_is_asked_for_made_and_taken(client, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.make_standard_export, "delay", lambda **facts: sent.append(facts))
    owed = claim()
    with django_capture_on_commit_callbacks(execute=True):
        asked = ask(client)
    assert sent == [{"export_id": asked.pk}]
    assert "hx-get" in client.get(reverse("claims:standard-made", args=[asked.pk])).content.decode()
    assert client.get(reverse("claims:standard-zip", args=[asked.pk])).status_code == 404
    tasks.make_standard_export(export_id=asked.pk)
    tasks.make_standard_export(export_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.people, asked.rows > 0) == (1, True)
    log = AccessLog.objects.filter(action="standard.export")
    assert list(log.values_list("person_key", "by", "path")) == [
        (owed.identity.person.number, asked.by_id, f"standard/{asked.pk}")
    ]
    answer = client.get(reverse("claims:standard-zip", args=[asked.pk]))
    whole = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert whole.testzip() is None
    assert set(whole.namelist()) == {one.file_name(AS_OF) for one in families().values()} | {"manifest.json"}
    assert AccessLog.objects.filter(action="standard.download").count() == 1
    assert "ZIP を受け取る" in client.get(reverse("claims:standard-made", args=[asked.pk])).content.decode()


def test_two_workers_leave_one_zip_and_one_log(client, monkeypatch):
    claim()
    asked = ask(client)
    real = standard_exports._finish

    def late(*args, **facts):
        monkeypatch.setattr(standard_exports, "_finish", real)
        standard_exports.make(export_id=asked.pk, today=AS_OF)
        return real(*args, **facts)

    monkeypatch.setattr(standard_exports, "_finish", late)
    standard_exports.make(export_id=asked.pk, today=AS_OF)
    asked.refresh_from_db()
    assert [path.name for path in zips()] == [Path(asked.path).name]
    assert AccessLog.objects.filter(action="standard.export").count() == 1


def zips() -> list[Path]:
    from django.conf import settings

    return list((Path(settings.MEDIA_ROOT) / "standard").iterdir())


def test_a_forgotten_export_is_sent_again_and_an_old_zip_is_deleted(client, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.make_standard_export, "delay", lambda **facts: sent.append(facts["export_id"]))
    asked = ask(client)
    tasks.look_after_exports()
    assert sent == []
    StandardExport.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    tasks.look_after_exports()
    assert sent == [asked.pk]
    standard_exports.make(export_id=asked.pk, today=AS_OF)
    tasks.look_after_exports()
    assert len(zips()) == 1
    StandardExport.objects.update(finished_at=timezone.now() - timedelta(days=8))
    tasks.look_after_exports()
    assert zips() == []
    assert "期限を過ぎた" in client.get(reverse("claims:standard-made", args=[asked.pk])).content.decode()


def test_a_day_to_come_is_refused(client):
    client.force_login(user("supervisor"))
    page = client.post(reverse("claims:standard-export"), {"as_of": "2026-11-21"})
    assert "まだ来ていません" in page.content.decode()
    assert not StandardExport.objects.exists()
