"""委託先への引渡し: encrypted, with no more than the printer needs, and followed until it is destroyed."""

import csv
import hashlib
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import pyzipper
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from notices.letter.fonts import faces
from notices.models import Pack, PrintRun
from notices.services import packs, seals
from notices.services.rendering import render_chunk
from notices.services.runs import RunRefused
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import hand_over, sealed, work
from toyota_collect.models import AccessLog, AuditEvent, Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
WAYS = {"how": "暗号化した媒体を職員が手渡し", "password_how": "担当者へ電話"}


@pytest.fixture
def run(kept, frozen_run):
    """Really printed: one name needs a font of its own."""

    def make() -> PrintRun:
        for n, name in enumerate(("架空　一子", "葛\U000e0102　𠮷子"), 1):
            claim(person(name=name, name_key=f"架空{n}", kana_key=f"カ{n}"), principal_yen=10_000 * n)
        run = frozen_run()
        for chunk in run.chunks.all():
            render_chunk(chunk_id=chunk.pk)
        return run

    run = kept(make)
    run.refresh_from_db()
    return run


@pytest.fixture
def ready(kept, run, operator):
    made = kept(lambda: sealed(run, operator))
    run.refresh_from_db()
    return made


@pytest.fixture
def pack(kept, ready, operator):
    return kept(lambda: packs.make(run_id=ready.run_id, by=operator, now=timezone.now(), today=DAY))


def opened(pack: Pack, password: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(Path(settings.MEDIA_ROOT) / pack.path) as archive:
        archive.setpassword(password.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def ended(pack, operator, **options):
    given = {"as_": "destroyed", "on": DAY, "how": "専用ソフトで消去", "certificate": "廃-1", "today": DAY} | options
    return packs.record_end(pack_id=pack.pk, by=operator, now=timezone.now(), **given)


def test_what_is_in_it_is_what_was_sealed_and_the_manifest_says_so(pack, ready):
    inside = opened(pack, packs.password_of(pack))
    file = ready.files.get()
    assert inside["print-0001.pdf"] == (Path(settings.MEDIA_ROOT) / file.path).read_bytes()
    told = json.loads(inside.pop("manifest.json"))
    assert {one["name"]: one["sha256"] for one in told["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in inside.items()
    }
    assert pack.contents == [[one["name"], one["sha256"], one["bytes"]] for one in told["files"]]
    assert (told["certificate"], told["envelopes"], told["sheets"]) == (
        ready.certificate.number,
        ready.sums["envelopes"],
        ready.sums["sheets"],
    )
    assert pack.sha256 == hashlib.sha256((Path(settings.MEDIA_ROOT) / pack.path).read_bytes()).hexdigest()


def test_the_data_holds_a_line_a_sheet_and_nobody_s_name_address_or_money(pack, ready, run):
    inside = opened(pack, packs.password_of(pack))
    rows = list(csv.DictReader(io.StringIO(inside["sheets.csv"].decode())))
    assert list(rows[0]) == ["file", "page", "bundle", "envelope", "sheet", "sheets", "mark"]
    assert len(rows) == ready.sums["sheets"]
    words = b"".join(content for name, content in inside.items() if not name.endswith(".pdf")).decode()
    for letter in run.letters.select_related("person"):
        for secret in (letter.name, letter.person.number, letter.person.address, letter.number):
            assert secret not in words
        assert not re.search(rf"(?<!\d){letter.total_yen}(?!\d)", words)  # marks are long numbers of their own


@pytest.mark.skipif("mj" not in faces(), reason="IPAmj Mincho is not installed")
def test_the_glyphs_no_ordinary_font_has_are_drawn(pack):
    inside = opened(pack, packs.password_of(pack))
    rows = list(csv.DictReader(io.StringIO(inside["glyphs.csv"].decode())))
    assert [row["code"] for row in rows] == ["U+845B U+E0102", "U+20BB7"][:: 1 if rows[0]["code"][2] == "8" else -1]
    for row in rows:
        assert inside[row["file"]].startswith(b"<svg")
        assert b' d="M' in inside[row["file"]]


def test_without_the_password_there_is_nothing_to_read(pack):
    with pytest.raises(RuntimeError):
        opened(pack, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    raw = (Path(settings.MEDIA_ROOT) / pack.path).read_bytes()
    assert b"%PDF" not in raw
    with pyzipper.AESZipFile(Path(settings.MEDIA_ROOT) / pack.path) as archive:
        assert {one.wz_aes_strength for one in archive.infolist()} == {3}  # 256 bits


def test_the_password_stands_nowhere_in_clear_and_no_two_are_alike(pack, ready, operator, caplog):
    word = packs.password_of(pack)
    assert len(word.replace("-", "")) == 30
    kept = [str(row) for model in (Pack, AuditEvent, AccessLog) for row in model.objects.values()]
    assert word not in "".join(kept) + caplog.text
    seals.break_seal(run_id=ready.run_id, reason="数え直し", by=user("supervisor"), now=timezone.now())
    again = sealed(ready.run, operator)
    assert packs.password_of(packs.make(run_id=again.run_id, by=operator, now=timezone.now(), today=DAY)) != word


def test_the_key_is_of_this_installation(pack, settings):
    settings.SECRET_KEY = "another-installation-of-the-product-0123456789"
    with pytest.raises(RunRefused, match="パスワード"):
        packs.password_of(pack)


def test_only_a_sealed_run_has_one_and_only_one(pack, run, operator):
    with pytest.raises(RunRefused, match="作成済み"):
        packs.make(run_id=run.pk, by=operator, now=timezone.now(), today=DAY)
    hand_over(run, operator, **WAYS)
    with pytest.raises(RunRefused, match="封緘したあと"):
        packs.make(run_id=run.pk, by=operator, now=timezone.now(), today=DAY)
    assert list((Path(settings.MEDIA_ROOT) / pack.path).parent.glob("*")) == [Path(settings.MEDIA_ROOT) / pack.path]


def test_a_sealed_file_that_was_changed_goes_into_no_pack(ready, operator):
    (Path(settings.MEDIA_ROOT) / ready.files.get().path).write_bytes(b"other")
    with pytest.raises(RunRefused, match="封緘したときと違います"):
        packs.make(run_id=ready.run_id, by=operator, now=timezone.now(), today=DAY)
    assert not Pack.objects.exists()


def test_it_goes_with_the_pile_and_its_password_another_way(pack, run, operator):
    with pytest.raises(RunRefused, match="渡し方"):
        hand_over(run, operator)
    with pytest.raises(RunRefused, match="別の方法"):
        hand_over(run, operator, how="電話", password_how="電話")
    hand_over(run, operator, **WAYS)
    pack.refresh_from_db()
    assert (pack.handed_to, pack.handed_on, pack.handed_by) == ("架空郵便局", DAY, operator)
    assert pack.destroy_by == DAY + timedelta(days=30)
    assert AuditEvent.objects.get(event="pack.handed_over").detail["sha256"] == pack.sha256


def test_without_the_days_until_destruction_nothing_is_handed_over(pack, run, operator):
    Setting.objects.filter(key="pack.destroy_days").delete()
    with pytest.raises(RunRefused, match=r"pack\.destroy_days"):
        hand_over(run, operator, **WAYS)
    run.refresh_from_db()
    assert run.state == "sealed"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"as_": "never_left"}, "返却か廃棄か"),
        ({"on": DAY + timedelta(days=1)}, "渡した日から今日まで"),
        ({"on": DAY - timedelta(days=1)}, "渡した日から今日まで"),
        ({"how": " "}, "廃棄の方法"),
        ({"certificate": " "}, "廃棄証明書の番号"),
    ],
)
def test_a_destruction_without_its_facts_is_not_recorded(options, why, pack, run, operator):
    with pytest.raises(RunRefused, match="まだ渡していません"):
        ended(pack, operator)
    hand_over(run, operator, **WAYS)
    with pytest.raises(RunRefused, match=why):
        ended(pack, operator, **options)


def test_with_the_destruction_our_copy_and_the_password_go_and_the_record_stays(
    pack, run, operator, django_capture_on_commit_callbacks
):
    hand_over(run, operator, **WAYS)
    with django_capture_on_commit_callbacks(execute=True):
        ended(pack, operator)
    pack.refresh_from_db()
    assert (pack.ended_as, pack.ended_on, pack.certificate_number, pack.ended_by) == (
        "destroyed",
        DAY,
        "廃-1",
        operator,
    )
    assert not (Path(settings.MEDIA_ROOT) / pack.path).exists()
    with pytest.raises(RunRefused, match="もう保存していません"):
        packs.password_of(pack)
    with pytest.raises(RunRefused, match="記録済み"):
        ended(pack, operator)
    assert AuditEvent.objects.filter(event="pack.ended").count() == 1


def test_what_comes_back_needs_no_certificate_of_others(pack, run, operator):
    hand_over(run, operator, **WAYS)
    assert ended(pack, operator, as_="returned", certificate="").ended_as == "returned"


def test_a_pack_whose_seal_is_opened_never_left(pack, ready, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        seals.break_seal(run_id=ready.run_id, reason="納付があった", by=user("supervisor"), now=timezone.now())
    pack.refresh_from_db()
    assert (pack.ended_as, pack.secret) == ("never_left", "")
    assert not (Path(settings.MEDIA_ROOT) / pack.path).exists()


def test_packs_whose_destruction_is_overdue_are_listed(pack, run, operator):
    hand_over(run, operator, **WAYS)
    last = DAY + timedelta(days=30)
    assert list(packs.overdue(today=last)) == []
    assert list(packs.overdue(today=last + timedelta(days=1))) == [pack]
    ended(pack, operator)
    assert list(packs.overdue(today=last + timedelta(days=1))) == []


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"handed_on": DAY}, "pack_handed_to_somebody_by_somebody"),
        ({"ended_as": "returned"}, "pack_ended_by_somebody_without_its_password"),
        ({"ended_as": "destroyed", "ended_on": DAY, "ended_at": timezone.now(), "secret": ""}, "pack_"),
    ],
)
def test_a_record_without_its_facts_is_refused_by_the_database(change, constraint, pack):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Pack.objects.update(**change)


# --- pages -------------------------------------------------------------------------------------------------


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_way_of_a_pack_over_the_pages(ready, run, operator, client, settings):
    settings.DEMO, settings.BASE_DATE = True, DAY
    client.force_login(operator)
    seal_url = reverse("notices:seal", args=[run.pk])
    assert "委託先に渡すデータを作る" in client.get(seal_url).content.decode()
    client.post(reverse("notices:pack-make", args=[run.pk]))
    assert [job.state for job in work()] == ["done"]
    made = Pack.objects.get()
    assert "委託先に渡すデータを作りました" in client.get(seal_url).content.decode()
    page = reverse("notices:pack", args=[made.pk])
    word = packs.password_of(made)
    assert word not in client.get(page).content.decode()
    shown = client.post(reverse("notices:pack-password", args=[made.pk]))
    assert word in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    file = client.get(reverse("notices:pack-file", args=[made.pk]))
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == made.sha256
    assert set(AccessLog.objects.values_list("action", flat=True)) >= {"pack.file", "pack.password"}
    assert not [row for row in AccessLog.objects.values_list("path", flat=True) if word in row]
    hand = {"to": "架空印刷", "count": "2", "on": "2026-11-20"}
    assert said(client.post(reverse("notices:hand-over", args=[run.pk]), hand))[0].startswith("データの渡し方")
    client.post(reverse("notices:hand-over", args=[run.pk]), hand | WAYS)
    run.refresh_from_db()
    assert run.state == "handed"
    assert "架空印刷" in client.get(reverse("notices:packs")).content.decode()
    settings.BASE_DATE = DAY + timedelta(days=31)
    assert "廃棄の期限を過ぎています" in client.get(page).content.decode()
    assert "架空印刷" in client.get(reverse("notices:packs"), {"show": "overdue"}).content.decode()
    wrong = client.post(
        reverse("notices:pack-end", args=[made.pk]), {"as_": "destroyed", "on": "2026-12-21", "how": "消去"}
    )
    assert "廃棄証明書の番号を書いて" in wrong.content.decode()
    client.post(
        reverse("notices:pack-end", args=[made.pk]),
        {"as_": "destroyed", "on": "2026-12-21", "how": "消去", "certificate": "廃-7"},
    )
    assert "廃-7" in client.get(page).content.decode()
    assert client.get(reverse("notices:pack-file", args=[made.pk])).status_code == 404


def test_a_pack_that_was_changed_is_not_handed_out(pack, operator, client):
    (Path(settings.MEDIA_ROOT) / pack.path).write_bytes(b"other")
    client.force_login(operator)
    assert client.get(reverse("notices:pack-file", args=[pack.pk])).status_code == 404


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.COLLECTOR, Role.ADMINISTRATOR])
def test_nobody_but_the_print_operator_takes_it_out(role, pack, client):
    client.force_login(user(role))
    assert client.get(reverse("notices:pack-file", args=[pack.pk])).status_code == 403
    for name in ("pack-password", "pack-end"):
        assert client.post(reverse(f"notices:{name}", args=[pack.pk])).status_code == 403
    seen = client.get(reverse("notices:pack", args=[pack.pk])).status_code
    assert seen == (200 if role in (Role.SUPERVISOR, Role.AUDITOR) else 403)
