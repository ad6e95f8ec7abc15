"""The packet of a mandate: what it holds, what it never holds, and that it is made once."""

import errno
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.services.evidence import withdraw
from debtors.models import Contact
from lawyers.disclosure import disclosed_many
from lawyers.models import LegalCase, Mandate, Packet
from lawyers.room_pages import packets_of
from lawyers.rules import disclosure
from lawyers.services import packet_case, packet_sheets, packets
from lawyers.services.cases import recall
from lawyers.services.packet_pages import marks_of
from lawyers.tasks import make_packet
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, protect, system_user, user
from tests.factories.lawyers import DAY, NEEDED, case, evidence, mandate
from tests.integration.lawyers.city import (
    ATENA,
    SEWER_NUMBER,
    TAX_NUMBER,
    TAX_PERSON,
    City,
    city,
    file_of,
    key,
    made,
    words,
)
from toyota_collect.models import AccessLog, AuditEvent
from toyota_collect.permissions import Ground, Role

pytestmark = pytest.mark.django_db
FORBIDDEN = (
    TAX_NUMBER,
    SEWER_NUMBER,
    ATENA,
    TAX_PERSON,
    "0909999888",
    "税",
    "差押",
    "下水道",
    "国保",
    "4649",
    "113,110",
)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def town() -> City:
    return city()


def test_it_holds_what_a_court_needs_and_nothing_else(town):
    packet = made(town.mandate)
    assert (packet.state, packet.problem, packet.faults) == (Packet.State.READY, "", [])
    told = words(packet)
    for wanted in (
        "架空花子", "カクウハナコ", "昭和55年4月1日", "愛知県豊田市小坂本町一丁目1番地", "市営住宅使用料", "32,100",
        "−10,000", "年3％", "令和8年6月29日", "督促", "承認", "催告書の送付", "令和8年10月1日", "甲第4号証",
        "令和8年10月3日",
    ):  # fmt: skip
        assert wanted in told, wanted
    assert [word for word in FORBIDDEN if word in told] == []
    for gone in (
        "月末に2万円",
        "預金",
        "下水の件",
        "入院",
        "苦しい",
        "職場",
        "猶予",
        "給与明細",
        "計算.pdf",
        "添付.pdf",
    ):
        assert gone not in told, gone
    assert len([one for one in packet.withheld if "電話" in one["what"]]) == 7
    assert len(packet.withheld) == 12, packet.withheld  # and a hold, a letter over everything, three papers
    assert {one["case"] for one in packet.withheld} == {f"R8委{town.mandate.number}-001"}
    assert len(packet.unread) == 4  # scans: somebody has to look at them


def test_words_of_a_talk_go_along_only_where_it_can_have_been_about_nothing_else(town):
    """Somebody who owes tax as well may have spoken of it; of who owes rent alone, what was said about it is told."""
    tenant = person(name="架空 借主", name_key="架空借主", kana_key="カクウカリヌシ", birth_on=date(1951, 2, 3))
    rent = claim(tenant, kind="housing_rent", source="jutaku", due_on=date(2026, 6, 28))
    for someone in (tenant, town.person):
        Contact.objects.create(
            person=someone, on=DAY, channel="phone", outcome="talked", text="家賃は来月納める。", by=system_user()
        )
    alone = mandate(None, rent).cases.get()
    told = disclosed_many([alone, town.mandate.cases.get()], on=DAY)
    texts = {pk: {one.text for one in found.shown if one.kind == "contact"} for pk, found in told.items()}
    assert texts == {alone.pk: {"家賃は来月納める。"}, town.mandate.cases.get().pk: {""}}


def test_the_record_of_a_letter_over_everything_tells_of_its_day_alone(town):
    told = disclosed_many(LegalCase.objects.all(), on=DAY)
    (one,) = told.values()
    letters = {exhibit.key.split(":")[0]: exhibit for exhibit in one.shown if exhibit.kind == "letter"}
    assert letters.keys() == {"letter"}
    assert letters["letter"].claims == {rent.pk for rent in town.rent}
    papers = [left for left in one.withheld if left.exhibit.key.startswith("letter-paper")]
    assert [left.exhibit.claims > letters["letter"].claims for left in papers] == [True]


def test_the_pages_are_where_index_and_bookmarks_say(town):
    packet = made(town.mandate)
    with pikepdf.open(file_of(packet), password=key(packet)) as pdf:
        marks = [marks_of(page) for page in pdf.pages]
        assert len(pdf.pages) == packet.pages
        with pdf.open_outline() as outline:
            (_, case) = outline.root
            assert [child.title.split("　")[0] for child in case.children] == [f"甲第{n}号証" for n in range(1, 5)]
    assert [mark.get("Number") for mark in marks if "Number" in mark] == [1, 2, 3, 4]
    assert packets.lint(packet) == []


def test_it_is_encrypted_for_the_firm(town):
    packet = made(town.mandate)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(file_of(packet))
    with pikepdf.open(file_of(packet), password=key(packet)) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert not pdf.check_pdf_syntax()
    assert file_of(packet).stat().st_mode & 0o077 == 0
    if qpdf := shutil.which("qpdf"):
        subprocess.run([qpdf, "--check", f"--password={key(packet)}", file_of(packet)], check=True, capture_output=True)


# --- nothing slips through -------------------------------------------------------------------------------------


def test_a_line_of_tax_that_the_rules_let_pass_is_found_by_reading(town, monkeypatch):
    monkeypatch.setattr(disclosure, "RULES", tuple(rule for rule in disclosure.RULES if rule.code != "tax"))
    packet = made(town.mandate)
    assert (packet.state, packet.path) == (Packet.State.FAILED, "")
    assert any("「税」" in fault["text"] for fault in packet.faults)
    with pytest.raises(packets.PacketRefused):
        packets.take_out(packet_id=packet.pk, by=system_user(), on=DAY)


def test_the_number_of_another_claim_is_found_by_reading(town):
    evidence(town.rent[0], kinds=("cause",), text=f"番号 {SEWER_NUMBER} とあわせてご請求します。")
    packet = made(town.mandate)
    assert packet.state == Packet.State.FAILED
    assert [fault for fault in packet.faults if SEWER_NUMBER in fault["text"]]


def test_the_name_of_another_kind_is_found_by_reading(town):
    evidence(town.rent[0], kinds=("cause",), text="下水道使用料とあわせてご請求します。家賃の計算の控え。")
    packet = made(town.mandate)
    assert [fault["text"][:16] for fault in packet.faults] == ["ほかの債権の種目「下水道使用料」"]


def test_of_somebody_under_protection_no_place_is_told(town):
    protect(town.person)
    packet = made(town.mandate)
    assert packet.state == Packet.State.READY, packet.faults
    told = words(packet)
    assert [word for word in ("小坂本町", "0565340001") if word in told] == []
    assert "支援措置により記載しません" in told
    assert "家賃は月末に" not in told  # a free note may name a place


def test_a_paper_that_names_the_place_of_somebody_under_protection_stops_it(town):
    evidence(town.rent[0], kinds=("contract",), text="賃借人は愛知県豊田市小坂本町一丁目1番地に住む者とする。")
    protect(town.person)
    packet = made(town.mandate)
    assert ["住所" in fault["text"] for fault in packet.faults] == [True]


def test_a_paper_may_name_a_place_that_a_tax_record_names_too_and_a_sheet_may_not(town, monkeypatch):
    place = "愛知県豊田市元町九丁目99番地"
    town.person.identities.filter(source__code="zei").update(address=place)
    evidence(town.rent[0], kinds=("contract",), text=f"賃借人の前の住所は{place}であった。")
    assert made(town.mandate).state == Packet.State.READY
    monkeypatch.setattr(packet_sheets, "GROUNDS", {Ground.TAX})
    packet = made(town.mandate)
    assert {fault["text"].split("。")[0] for fault in packet.faults} == {
        "載せてはいけない住所が読めます",
        "載せてはいけない電話番号が読めます",
    }


# --- and nothing is missing ------------------------------------------------------------------------------------


def test_a_paper_that_is_needed_and_not_there_is_found(town):
    for row in town.rent[0].evidence.filter(kind="contract"):
        withdraw(evidence_id=row.pk, reason="別の人の契約書", by=system_user())
    packet = made(town.mandate)
    assert packet.state == Packet.State.FAILED
    assert ["契約書" in fault["what"] for fault in packet.faults] == [True]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_exhibit_taken_out_of_the_file_is_found(town, monkeypatch, number):
    join = packets.join

    def without_one(target: Path, *, key: str, **given: Any) -> int:
        pages = join(target, key=key, **given)
        with pikepdf.open(target, password=key, allow_overwriting_input=True) as pdf:
            (place,) = [n for n, page in enumerate(pdf.pages) if marks_of(page).get("Number") == number]
            del pdf.pages[place]
            pdf.save(target, encryption=pikepdf.Encryption(owner="x", user=key, R=6))
        return pages

    monkeypatch.setattr(packets, "join", without_one)
    packet = made(town.mandate)
    assert packet.state == Packet.State.FAILED
    assert packet.faults


def test_a_page_that_is_not_the_file_s_is_found(town, monkeypatch):
    evidence(town.rent[0], kinds=("contract",), text="賃貸借契約書（市営住宅）第1条から第20条まで")
    join = packets.join

    def blank(target: Path, *, key: str, **given: Any) -> int:
        pages = join(target, key=key, **given)
        with pikepdf.open(target, password=key, allow_overwriting_input=True) as pdf:
            for page in pdf.pages:
                if marks_of(page).get("Number") == 2:
                    page.Contents = pdf.make_stream(b"")
            pdf.save(target, encryption=pikepdf.Encryption(owner="x", user=key, R=6))
        return pages

    monkeypatch.setattr(packets, "join", blank)
    assert ["登録されている書類と違います" in fault["text"] for fault in made(town.mandate).faults] == [True]


def test_a_file_that_is_gone_or_altered_is_found(town):
    row = town.rent[0].evidence.filter(kind="cause").first()
    (Path(django_settings.MEDIA_ROOT) / row.path).write_bytes(b"%PDF-1.7 altered")
    packet = made(town.mandate)
    assert packet.state == Packet.State.FAILED
    assert any("登録したときと違います" in fault["text"] for fault in packet.faults)


def test_a_wrong_page_number_in_the_index_is_found(town, monkeypatch):
    front = packets.front
    monkeypatch.setattr(
        packets,
        "front",
        lambda mandate, parts, *, on, pages=0: front(
            mandate,
            [one.__class__(**{f: getattr(one, f) for f in one.__slots__} | {"first": one.first + 1}) for one in parts],
            on=on,
            pages=pages,
        ),
    )
    packet = made(town.mandate)
    assert {fault["what"] for fault in packet.faults} == {"件の一覧"}


# --- once, by one worker ---------------------------------------------------------------------------------------


def test_made_twice_it_is_one_file(town):
    packet = made(town.mandate)
    before = (packet.path, packet.sha256, packet.made_at)
    packets.make(packet_id=packet.pk)
    packet.refresh_from_db()
    assert (packet.path, packet.sha256, packet.made_at) == before
    assert [path.name for path in file_of(packet).parent.iterdir()] == [file_of(packet).name]
    assert packets.lint(packet) == []


def test_asked_for_twice_it_is_made_once(town):
    first = packets.ask_packet(mandate_id=town.mandate.pk, by=system_user(), on=DAY)
    assert packets.ask_packet(mandate_id=town.mandate.pk, by=system_user(), on=DAY) == first


def test_a_worker_that_dies_is_followed_by_another(town, monkeypatch, sent):
    other = person(name="架空 次郎")
    rent = claim(other, kind="housing_rent", source="jutaku", due_on=date(2026, 6, 28))
    evidence(rent)
    both = mandate(town.mandate.firm, rent, number=900)
    calls = []

    def dies(*given: Any, **facts: Any) -> Any:
        calls.append(1)
        raise SystemExit

    packet = packets.ask_packet(mandate_id=both.pk, by=system_user(), on=DAY)
    with monkeypatch.context() as patch:
        patch.setattr(packets, "make_case", dies)
        patch.setattr(packets.shutil, "rmtree", lambda *_given, **_facts: None)  # nor does it clean up
        with pytest.raises(SystemExit):
            packets.make(packet_id=packet.pk)
    packets.make(packet_id=packet.pk)  # it may still live
    packet.refresh_from_db()
    assert (packet.state, len(calls)) == (Packet.State.MAKING, 1)
    sent.clear()
    assert packets.sweep(now=timezone.now()) == []
    late = timezone.now() - packets.LOST_AFTER - timedelta(seconds=1)
    Packet.objects.filter(pk=packet.pk).update(seen_at=late)
    assert packets.sweep(now=timezone.now()) == [packet.pk] == sent
    packets.make(packet_id=packet.pk)
    packet.refresh_from_db()
    assert (packet.state, packet.done, packet.of) == (Packet.State.READY, 1, 1)
    assert [path.name for path in file_of(packet).parent.iterdir()] == [file_of(packet).name]


@pytest.fixture
def sent(monkeypatch: Any) -> list[int]:
    asked: list[int] = []
    monkeypatch.setattr(make_packet, "delay", lambda *, packet_id: asked.append(packet_id))
    return asked


def test_on_a_full_disk_it_waits_and_is_sent_again(town, monkeypatch, sent):
    def full(*_given: Any, **_facts: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(packets, "join", full)
        packet = made(town.mandate)
    assert (packet.state, "空き容量がない" in packet.problem) == (Packet.State.WAITING, True)
    assert list((Path(django_settings.MEDIA_ROOT) / "packets").iterdir()) == []
    assert packets.sweep(now=timezone.now() + packets.LOST_AFTER + timedelta(seconds=1)) == [packet.pk]
    packets.make(packet_id=packet.pk)
    packet.refresh_from_db()
    assert (packet.state, packet.problem) == (Packet.State.READY, "")


def test_a_broker_that_is_away_fails_nobody_who_asks(town, monkeypatch, django_capture_on_commit_callbacks):
    def away(**_facts: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(make_packet, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        packet = packets.ask_packet(mandate_id=town.mandate.pk, by=system_user(), on=DAY)
    assert Packet.objects.get(pk=packet.pk).state == Packet.State.WAITING


def test_who_was_overtaken_throws_his_own_away(town, monkeypatch):
    make = packet_case.make_case

    def overtaken(*given: Any, **facts: Any) -> Any:
        Packet.objects.update(started_at=timezone.now() + timedelta(minutes=1))
        return make(*given, **facts)

    monkeypatch.setattr(packets, "make_case", overtaken)
    packet = made(town.mandate)
    assert (packet.state, packet.path) == (Packet.State.MAKING, "")
    assert list((Path(django_settings.MEDIA_ROOT) / "packets").iterdir()) == []


def test_a_lost_key_says_what_to_do(town):
    key(Packet(mandate=town.mandate))
    town.mandate.firm.__class__.objects.update(sealed_key=b"gone")
    packet = made(town.mandate)
    assert packet.state == Packet.State.FAILED
    assert "鍵を作り直し" in packet.problem


# --- handed out ------------------------------------------------------------------------------------------------


def test_taken_out_it_is_written_down_for_each_person(town):
    packet, lawyer = made(town.mandate), user(Role.LAWYER)
    with pytest.raises(packets.PacketRefused, match="目で確かめて"):
        packets.take_out(packet_id=packet.pk, by=lawyer, on=DAY)
    packets.look_at(packet_id=packet.pk, by=system_user())
    taken = packets.take_out(packet_id=packet.pk, by=lawyer, on=DAY)
    assert taken.content == file_of(packet).read_bytes()
    assert taken.name == f"令和8年度_委任第{town.mandate.number}号.pdf"
    assert list(AccessLog.objects.filter(by=lawyer).values_list("person_key", "purpose")) == [
        (town.person.number, "lawsuit")
    ]
    assert AuditEvent.objects.filter(event="packet.taken_out", by=lawyer).count() == 1


def test_somebody_under_protection_since_stays_in_the_house(town):
    packet = made(town.mandate)
    packets.look_at(packet_id=packet.pk, by=system_user())
    protect(town.person, starts_on=DAY + timedelta(days=1))
    with pytest.raises(packets.PacketRefused, match="支援措置"):
        packets.take_out(packet_id=packet.pk, by=system_user(), on=DAY + timedelta(days=1))
    assert not AccessLog.objects.filter(action="packet.take_out").exists()


def test_an_empty_or_closed_mandate_has_no_packet():
    with pytest.raises(packets.PacketRefused, match="件がありません"):
        packets.ask_packet(mandate_id=mandate().pk, by=system_user(), on=DAY)
    closed = mandate(closed_on=DAY, close_reason="やめた")
    with pytest.raises(packets.PacketRefused, match="取りやめた"):
        packets.ask_packet(mandate_id=closed.pk, by=system_user(), on=DAY)


def test_many_cases_ask_no_more_questions_than_one():
    def asked(count: int) -> int:
        cases = []
        for _ in range(count):
            someone = person()
            identity(someone, "juki", ground=Ground.REGISTER)
            claim(someone)
            rent = claim(someone, kind="housing_rent", source="jutaku")
            evidence(rent, kinds=NEEDED["C"][:1])
            cases += list(mandate(None, rent).cases.select_related("person"))
        with CaptureQueriesContext(
            connection,
        ) as found:
            told = disclosed_many(cases, on=DAY)
        assert all(one.shown for one in told.values())
        return len(found)

    assert asked(1) == asked(6)


def test_what_was_taken_back_is_in_no_file_that_the_firm_can_get(town):
    """One of two cases taken back: the file of both is gone for the firm, until one of the other is made."""
    lawyer = user(Role.LAWYER)
    town.mandate.firm.members.add(lawyer)
    tenant = person(name="架空 借主", name_key="架空借主", kana_key="カクウカリヌシ", birth_on=date(1951, 2, 3))
    rent = claim(tenant, kind="housing_rent", source="jutaku", due_on=date(2026, 6, 28))
    evidence(rent)
    other = case(town.mandate, rent)
    both = made(town.mandate)
    facts = {"handed_on": DAY, "state": "handed", "last_entry": 1}
    LegalCase.objects.filter(mandate=town.mandate).update(**facts)
    Mandate.objects.update(handed_on=DAY, handed_by=system_user(), decided_on=DAY)
    assert not packets_of(lawyer).exists(), "nobody has looked at its scans"
    packets.look_at(packet_id=both.pk, by=system_user())
    assert packets_of(lawyer).get() == both
    recall(case_id=town.mandate.cases.first().pk, reason="困窮が分かった", by=system_user(), on=DAY)
    assert not packets_of(lawyer).exists()
    new = made(town.mandate)
    packets.look_at(packet_id=new.pk, by=system_user())
    assert packets_of(lawyer).get() == new
    assert town.person.name not in words(new)
    assert "架空借主" in words(new)
    assert other.number in words(new)
