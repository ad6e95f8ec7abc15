"""Consent: signed and scanned, or by word before two; refused without any disadvantage; withdrawn at once."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from debtors import day_page
from debtors.models import Person
from tests.factories import welfare as made
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from tests.factories.welfare import DAY, UNTIL
from toyota_collect import audit
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import AuditEvent, Document
from toyota_collect.permissions import Role
from toyota_collect.registry import registry
from welfare.models import Consent, Referral
from welfare.services import cases, consents, referrals

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def someone():
    return person(name="架空 花子", kana="カクウ ハナコ")


def text_of(document: Document) -> tuple[str, int]:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(document_bytes(document))
    return "".join(page.get_textpage().get_text_range() for page in pdf), len(pdf)


def test_the_sheet_is_one_page_and_nothing_passes_before_it_is_signed(someone, collector):
    facts = made.sheet_facts(items=["contact", "troubles", "debts", "tax"], troubles=["money", "work"])
    sheet = consents.prepare(person_id=someone.pk, by=collector, on=DAY, **facts)
    text, pages = text_of(sheet.document)
    assert pages == 1
    for words in ("くらしの相談のための同意書", "架空 花子", "同意しなくても、不利益はありません", "税も伝えてよい"):
        assert words in text
    assert someone.address not in text
    with pytest.raises(referrals.ReferralRefused, match="有効な同意"):
        referrals.hand_over(person_id=someone.pk, consent_id=sheet.pk, by=collector, on=DAY)
    assert not Referral.objects.exists()


def test_a_sheet_without_tax_says_nothing_of_tax_to_sign(someone, collector):
    sheet = consents.prepare(person_id=someone.pk, by=collector, on=DAY, **made.sheet_facts())
    assert "税も伝えてよい" not in text_of(sheet.document)[0]


def test_somebody_under_protection_is_asked_for_no_address(collector):
    hidden = person()
    protect(hidden)
    sheet = consents.prepare(person_id=hidden.pk, by=collector, on=DAY, **made.sheet_facts())
    text = text_of(sheet.document)[0]
    assert "住所は書かないでください" in text
    assert hidden.address not in text


def test_the_signed_sheet_opens_what_it_names_once(someone, collector):
    consent = made.signed(someone, collector)
    assert (consent.given_on, consent.scan_name, consent.scan_type) == (DAY, "同意書.png", "image/png")
    again = consents.take_signed(
        consent_id=consent.pk,
        signer="ほかの人",
        signed_on=DAY,
        name="x",
        content=b"",
        tax_signed=True,
        by=collector,
        on=DAY,
    )
    assert again.signer == someone.name
    assert AuditEvent.objects.filter(event="consent.given").count() == 1


def test_tax_is_told_only_with_the_second_signature(someone, collector):
    items = ["contact", "tax"]
    without = made.signed(someone, collector, items=items)
    assert without.items == ["contact"]
    assert made.signed(person(), collector, items=items, tax_signed=True).as_basis().tax_ground


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"signer": " "}, "氏名"),
        ({"signed_on": DAY + timedelta(days=1)}, "署名の日"),
        ({"signed_on": DAY - timedelta(days=1)}, "署名の日"),
        ({"content": b""}, "空のファイル"),
        ({"content": b"GIF89a", "name": "同意.png"}, "PDF・JPEG・PNG・TIFF"),
    ],
)
def test_a_signature_without_its_proof_is_not_taken(someone, collector, change, says):
    sheet = consents.prepare(person_id=someone.pk, by=collector, on=DAY, **made.sheet_facts())
    facts = {"signer": "架空 花子", "signed_on": DAY, "name": "同意.png", "content": made.scan(), "tax_signed": False}
    with pytest.raises(consents.ConsentRefused, match=says):
        consents.take_signed(consent_id=sheet.pk, by=collector, on=DAY, **(facts | change))
    assert Consent.objects.get().given_on is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"items": []}, "1つ以上"),
        ({"recipients": []}, "1つ以上"),
        ({"items": ["bank_account"]}, "選べない項目"),
        ({"troubles": ["weather"]}, "選べない項目"),
        ({"valid_until": date(2027, 11, 20)}, "期限"),
        ({"valid_until": DAY - timedelta(days=1)}, "期限"),
    ],
)
def test_a_sheet_that_tells_nothing_or_for_ever_is_not_printed(someone, collector, change, says):
    with pytest.raises(consents.ConsentRefused, match=says):
        consents.prepare(person_id=someone.pk, by=collector, on=DAY, **made.sheet_facts(**change))
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"items": ["contact", "tax"]}, "口頭の同意で伝えられるのは"),
        ({"items": ["debts"]}, "口頭の同意で伝えられるのは"),
        ({"checked": ""}, "本人確認"),
        ({"said": ""}, "本人の言葉"),
        ({"witness": None}, "立ち会った"),
    ],
)
def test_a_word_needs_who_spoke_what_was_said_and_a_second_ear_and_never_opens_tax(someone, collector, change, says):
    facts = made.sheet_facts() | {"checked": "birth", "said": "はい", "witness": user(Role.SUPERVISOR)} | change
    with pytest.raises(consents.ConsentRefused, match=says):
        consents.take_oral(person_id=someone.pk, by=collector, on=DAY, **facts)
    assert not Consent.objects.exists()


def test_who_takes_the_word_is_no_witness(someone, collector):
    with pytest.raises(consents.ConsentRefused, match="別の職員"):
        consents.take_oral(
            person_id=someone.pk,
            by=collector,
            on=DAY,
            checked="birth",
            said="はい",
            witness=collector,
            **made.sheet_facts(),
        )


@pytest.mark.parametrize(
    "change",
    [{"scan_sha256": ""}, {"signer": ""}, {"way": "oral"}, {"valid_until": DAY - timedelta(days=1)}, {"items": []}, {"withdrawn_on": DAY - timedelta(days=1)}],
)  # fmt: skip
def test_the_database_keeps_no_consent_without_its_proof(someone, collector, change):
    consent = made.written(someone, collector, items=["contact"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(**change)


def test_a_withdrawal_ends_the_case_the_talk_and_the_access_at_once(someone, collector, client):
    worker = user(Role.WELFARE_WORKER)
    referral = made.handed_over(someone, collector, meeting=(DAY, time(10), "窓口"))
    client.force_login(worker)
    assert client.get(reverse("welfare:case", args=[referral.pk])).status_code == 200
    consents.withdraw(consent_id=referral.consent_id, how="電話", by=collector, on=DAY)
    consents.withdraw(consent_id=referral.consent_id, how="もう一度", by=collector, on=DAY)
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    assert referral.meetings.get().outcome == "cancelled"
    assert AuditEvent.objects.filter(event="consent.withdrawn").count() == 1
    assert client.get(reverse("welfare:case", args=[referral.pk])).status_code == 404
    assert someone.name not in client.get(reverse("welfare:room")).content.decode()


def test_a_withdrawal_after_the_answer_closes_the_case_too(collector, client):
    worker = user(Role.WELFARE_WORKER)
    case = made.received(worker)
    cases.note(case_id=case.pk, day=DAY, text="とても私的なこと", by=worker, on=DAY)
    cases.answer(case_id=case.pk, code="budget", day=DAY, by=worker, on=DAY)
    client.force_login(worker)
    url = reverse("welfare:case", args=[case.referral_id])
    assert "とても私的なこと" in client.get(url).content.decode()
    consents.withdraw(consent_id=case.referral.consent_id, how="来庁", by=collector, on=DAY)
    assert client.get(url).status_code == 404
    room = client.get(reverse("welfare:room")).content.decode()
    assert case.referral.case_number in room  # so that the worker stops; no name
    assert case.referral.person.name not in room


def test_a_withdrawal_says_how_it_was_asked_for(someone, collector):
    consent = made.by_word(someone, collector)
    with pytest.raises(consents.ConsentRefused, match="どのように"):
        consents.withdraw(consent_id=consent.pk, how=" ", by=collector, on=DAY)
    assert Consent.objects.open(on=DAY).exists()
    assert not Consent.objects.open(on=UNTIL + timedelta(days=1)).exists()


def outside_view(someone: Person, officer) -> tuple:
    """All that other parts of the product learn about the person."""
    lists = [source([someone.pk], officer, DAY).get(someone.pk) for source in registry.list_facts]
    cared = [source([someone.pk], DAY) for source in registry.cared_for]
    advice = day_page.advice_for(someone, officer, on=DAY)
    flag = registry.flags["living"](someone, officer, DAY)
    shown = [(one.rule.code, one.step) for one in advice.reasons]
    return lists, cared, shown, flag, registry.may_go_to_lawyers([someone.pk], DAY)


def test_a_refusal_is_recorded_and_changes_nothing_else(collector):
    someone = claim(prescribes_on=DAY + timedelta(days=60)).identity.person
    before = outside_view(someone, collector)
    referrals.decline(person_id=someone.pk, by=collector, on=DAY)
    referrals.decline(person_id=someone.pk, by=collector, on=DAY)
    assert Referral.objects.get().state == "declined"
    assert outside_view(someone, collector) == before


def test_nothing_remains_of_a_consent_whose_record_fails(someone, collector, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        made.by_word(someone, collector)
    assert not Consent.objects.exists()
