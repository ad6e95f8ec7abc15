"""Evidence files: taken in by their content, never overwritten, withdrawn with a reason, seen by whom they may be. All synthetic."""

import io
from datetime import date

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from claims.models import ClaimEvidence, ClaimKind
from claims.services import evidence
from claims.services.evidence import EvidenceRefused, attach, content_of, evidence_lamp, withdraw
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def clerk():
    return user(Role.SECTION_VIEWER, section=ClaimKind.objects.get(code="housing_rent").section)


@pytest.fixture
def owed():
    return claim(person(), kind="housing_rent", source="jutaku", due_on=date(2025, 5, 31), levy_year=2025)


def pdf(*, password=""):
    out = io.BytesIO()
    made = pypdfium2.PdfDocument.new()
    made.new_page(200, 200)
    made.save(out)
    if password:
        opened, out = pikepdf.open(io.BytesIO(out.getvalue())), io.BytesIO()
        opened.save(out, encryption=pikepdf.Encryption(owner=password, user=password))
    return out.getvalue()


def image(form):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, form)
    return out.getvalue()


def put(owed, by, *, content=None, name="契約書.pdf", kind="contract", **facts):
    return attach(claim_ids=[owed.pk], kind=kind, name=name, content=content or pdf(), by=by, on=DAY, **facts)


@pytest.mark.parametrize(
    ("form", "kind"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("TIFF", "image/tiff"), ("PDF", "application/pdf")]
)
def test_the_content_decides_not_the_name(form, kind, owed, clerk):
    content = pdf() if form == "PDF" else image(form)
    (made,) = put(owed, clerk, content=content, name="読み取り.exe")
    assert (made.content_type, made.name) == (kind, "読み取り.exe")
    assert content_of(made) == content


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><script>alert(1)</script>", "どれでもありません"),
        (b"PK\x03\x04 docx", "どれでもありません"),
        (b"%PDF-1.7 cut off", "壊れていて"),
        (b"\x89PNG\r\n\x1a\n cut off", "壊れていて"),
        (b"\xff\xd8\xff cut off", "壊れていて"),
        (b"II*\x00 cut off", "壊れていて"),
        (b"", "空のファイル"),
    ],
)
def test_a_wrong_file_is_refused_by_name_with_what_to_do(content, why, owed, clerk):
    with pytest.raises(EvidenceRefused, match=why) as refused:
        attach(claim_ids=[owed.pk], kind="contract", name="../私の 契約書.pdf", content=content, by=clerk, on=DAY)
    assert "「私の 契約書.pdf」" in str(refused.value)
    assert not ClaimEvidence.objects.exists()


def test_a_locked_pdf_and_a_large_file_are_refused(owed, clerk, monkeypatch):
    with pytest.raises(EvidenceRefused, match="パスワード"):
        put(owed, clerk, content=pdf(password="架空"))
    monkeypatch.setattr(evidence, "largest_mebibytes", lambda *, on: 1)
    whole = pdf()
    assert put(owed, clerk, content=whole + b" " * (evidence.MEBIBYTE - len(whole)))
    with pytest.raises(EvidenceRefused, match="1MiBを超えて"):
        put(owed, clerk, content=whole + b" " * (evidence.MEBIBYTE - len(whole) + 1))


def test_twice_is_once_and_one_file_serves_many_claims(owed, clerk):
    other = claim(owed.identity.person, kind="housing_rent", source="jutaku", instalment=2)
    content = pdf()
    args = {"claim_ids": [owed.pk, other.pk], "kind": "contract", "name": "契約書.pdf", "content": content}
    assert len(attach(**args, by=clerk, on=DAY)) == 2
    assert attach(**args, by=clerk, on=DAY) == []
    assert ClaimEvidence.objects.values("path").distinct().count() == 1
    assert evidence_lamp(owed, on=DAY).text == "4点中1点"


def test_a_file_is_never_overwritten_or_deleted(owed, clerk):
    (made,) = put(owed, clerk)
    with pytest.raises(DatabaseError, match="claim"), transaction.atomic():
        ClaimEvidence.objects.filter(pk=made.pk).update(sha256="0" * 64)
    with pytest.raises(DatabaseError, match="delete"), transaction.atomic():
        made.delete()


def test_altered_and_lost_files_are_noticed(owed, clerk, settings):
    (made,) = put(owed, clerk)
    file = settings.MEDIA_ROOT / made.path
    file.write_bytes(b"%PDF-1.7 other")
    with pytest.raises(EvidenceRefused, match="登録したときと違います"):
        content_of(made)
    file.unlink()
    with pytest.raises(EvidenceRefused, match="見つかりません"):
        content_of(made)


def test_withdrawing_keeps_the_record_and_puts_the_lamp_out(owed, clerk):
    (made,) = put(owed, clerk)
    with pytest.raises(EvidenceRefused, match="理由"):
        withdraw(evidence_id=made.pk, reason=" ", by=clerk)
    withdraw(evidence_id=made.pk, reason="別人の契約書（架空）", by=clerk)
    with pytest.raises(EvidenceRefused, match="すでに"):
        withdraw(evidence_id=made.pk, reason="もう一度", by=clerk)
    assert evidence_lamp(owed, on=DAY).colour == "red"
    assert content_of(made)
    assert put(owed, clerk)  # the same file may be brought again


def test_the_lamp_goes_from_red_to_green(owed, clerk):
    colours = [evidence_lamp(owed, on=DAY).colour]
    for kind in ("contract", "cause", "basis", "delivery"):
        put(owed, clerk, kind=kind)
        colours.append(evidence_lamp(owed, on=DAY).colour)
    assert colours == ["red", "yellow", "yellow", "yellow", "green"]


def test_what_the_office_keeps_to_itself_the_section_does_not_see(owed, clerk):
    collector = user(Role.COLLECTOR)
    (secret,) = put(owed, collector, name="税の調査.pdf", kind="other", shared=False)
    (shown,) = put(owed, collector, name="契約書の控え.pdf", shared=True)
    (own,) = put(owed, clerk, name="課の記録.pdf", kind="cause", shared=False)  # a section sees what it brought
    client = Client()
    client.force_login(clerk)
    page = client.get(reverse("claims:evidence", args=[owed.pk])).content.decode()
    assert "税の調査" not in page
    assert "契約書の控え" in page
    assert "課の記録" in page
    answers = [client.get(reverse("claims:evidence-file", args=[one.pk])).status_code for one in (secret, shown, own)]
    assert answers == [404, 200, 200]
    assert client.post(reverse("claims:evidence-withdraw", args=[secret.pk]), {"reason": "架空"}).status_code == 404
    with pytest.raises(EvidenceRefused, match="自分の課"):
        withdraw(evidence_id=shown.pk, reason="架空", by=clerk)


def test_upload_and_download_in_the_browser(owed, clerk):
    client = Client()
    client.force_login(clerk)
    url = reverse("claims:evidence", args=[owed.pk])
    wrong = SimpleUploadedFile("契約書.pdf", b"MZ this is a program", content_type="application/pdf")
    page = client.post(url, {"kind": "contract", "file": wrong}).content.decode()
    assert "どれでもありません" in page
    right = SimpleUploadedFile("契約書.pdf", pdf(), content_type="text/html")
    assert client.post(url, {"kind": "contract", "file": right}).status_code == 302
    made = ClaimEvidence.objects.get()
    answer = client.get(reverse("claims:evidence-file", args=[made.pk]))
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%A5%91")
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.content == content_of(made)
    number = owed.identity.person.number
    assert AccessLog.objects.filter(action="evidence.file", person_key=number, by=clerk).exists()


def test_another_sections_claim_takes_no_file(owed):
    stranger = user(Role.SECTION_VIEWER, section=ClaimKind.objects.get(code="water_charge").section)
    client = Client()
    client.force_login(stranger)
    file = SimpleUploadedFile("契約書.pdf", pdf())
    assert (
        client.post(reverse("claims:evidence", args=[owed.pk]), {"kind": "contract", "file": file}).status_code == 404
    )
    for role in (Role.RECEIPTS_CLERK, Role.LAWYER, Role.WELFARE_WORKER, Role.AUDITOR):
        client.force_login(user(role))
        assert client.get(reverse("claims:evidence", args=[owed.pk])).status_code == 403
    assert not ClaimEvidence.objects.exists()
