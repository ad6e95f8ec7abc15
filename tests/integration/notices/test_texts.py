"""帳票の文言: a version is drafted, checked, approved by a second person, used from its day on, and never changed after."""

import re
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from notices import reference
from notices.letter import LetterData
from notices.reference import first_texts
from notices.rules.kinds import FORMS, KINDS, Medium
from notices.services import text_papers, text_preview, texts
from notices.services.letter_data import LetterWithheld
from notices.services.rendering import frozen_letter
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, protect, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.test_addressees import SECRET
from tests.integration.notices.test_desk_slip import words as pages_of
from toyota_collect import approvals
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.documents.explanation import LANGUAGES, part_of
from toyota_collect.letter_forms import form_of
from toyota_collect.models import AuditEvent, NoticeText
from toyota_collect.notice_text import parts_on, text_on

pytestmark = pytest.mark.django_db
PAPERS = [kind.code for kind in KINDS.values() if kind.medium is Medium.PAPER]
HARDSHIP = "病気や失業などで難しい方は、分けて支払う相談ができます。"


@pytest.fixture(autouse=True)
def _fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether words fit is tested where they are laid out."""
    monkeypatch.setattr(texts, "fit_problems", lambda text: [])


@pytest.fixture
def chief() -> Any:
    return user("supervisor")


def changed(
    by: Any, *, kind: str = "consolidated", starts_on: date = DAY, today: date = DAY, **parts: str
) -> NoticeText:
    text = texts.draft(kind=kind, by=by, today=today)
    words = text.parts | (parts or {"hardship": HARDSHIP})
    assert (
        texts.change(text_id=text.pk, parts=words, starts_on=starts_on, note="分かりやすくする", by=by, today=today)
        == []
    )
    text.refresh_from_db()
    return text


def approved(by: Any, **options: Any) -> NoticeText:
    text = changed(by, **options)
    asked = texts.ask(text_id=text.pk, by=by, today=options.get("today", DAY))
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))
    text.refresh_from_db()
    return text


def test_every_kind_begins_with_a_text():
    assert {text_on(kind, DAY).kind for kind in KINDS} == set(KINDS)
    assert text_on("visit", DAY).built_in


def test_no_text_before_the_first_day():
    with pytest.raises(SettingMissing, match="文言"):
        text_on("visit", date(2019, 12, 31))


def test_a_version_is_used_from_its_day_on_and_only_once_approved(chief):
    text = changed(chief, starts_on=date(2026, 12, 1))
    assert text_on("consolidated", date(2026, 12, 1)).version == 1
    asked = texts.ask(text_id=text.pk, by=chief, today=DAY)
    assert asked.evidence["変わる項目"].keys() == {"お支払いが難しいとき"}
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))
    assert text_on("consolidated", date(2026, 11, 30)).version == 1
    assert text_on("consolidated", date(2026, 12, 1)).version == 2
    assert AuditEvent.objects.filter(event="notice_text.approved").count() == 1


def test_who_wrote_it_cannot_approve_it(chief):
    asked = texts.ask(text_id=changed(chief).pk, by=chief, today=DAY)
    with pytest.raises(approvals.ApprovalRefused, match="起案した本人"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=chief)
    assert text_on("consolidated", DAY).version == 1


def test_who_changed_what_was_sent_back_asks_anew(chief):
    text = changed(chief)
    asked = texts.ask(text_id=text.pk, by=chief, today=DAY)
    with pytest.raises(texts.TextRefused, match="承認待ち"):
        texts.change(text_id=text.pk, parts={}, starts_on=DAY, note="", by=chief, today=DAY)
    approvals.decide(approval_id=asked.pk, decision="rejected", by=user("supervisor"), reason="もっと短く")
    text.refresh_from_db()
    assert text.state_label == "差戻し"
    texts.change(text_id=text.pk, parts=text.parts, starts_on=DAY, note="短くした", by=chief, today=DAY)
    text.refresh_from_db()
    assert text.state_label == "下書き"
    again = texts.ask(text_id=text.pk, by=chief, today=DAY)
    assert again.pk != asked.pk


def test_the_latest_day_wins_and_then_the_latest_version(chief):
    approved(chief)
    second = approved(chief, hardship=HARDSHIP + "お電話ください。")
    assert second.version == 3
    assert text_on("consolidated", DAY).version == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"note": ""}, "変えた理由", id="no reason"),
        pytest.param({"parts": {}}, "直すところ", id="empty"),
        pytest.param({"parts": None}, "いまの版と同じ", id="nothing changed"),
    ],
)
def test_what_is_not_ready_is_not_asked_for(chief, change, reason):
    text = texts.draft(kind="visit", by=chief, today=DAY)
    parts = (
        text.parts
        if change.get("parts", 0) is None
        else change.get("parts", text.parts | {"headline": "お越しください"})
    )
    texts.change(text_id=text.pk, parts=parts, starts_on=DAY, note=change.get("note", "理由"), by=chief, today=DAY)
    with pytest.raises(texts.TextRefused, match=reason):
        texts.ask(text_id=text.pk, by=chief, today=DAY)


def test_a_text_that_does_not_fit_is_not_asked_for(chief, monkeypatch):
    monkeypatch.setattr(texts, "fit_problems", text_preview.fit_problems)
    text = changed(chief, kind="visit", body="{来庁日時}" + "あ\n\n" * 100)
    with pytest.raises(texts.TextRefused, match="枠"):
        texts.ask(text_id=text.pk, by=chief, today=DAY)


def test_a_cover_that_does_not_fit_is_told_by_its_form():
    parts = dict(text_on("demand", DAY).parts) | {"lead": "期限までにご相談ください。" * 60}
    faults = text_preview.fit_problems(NoticeText(kind="demand", version=2, parts=parts))
    assert {one.text.split("：")[0] for one in faults} >= {"普通", "大きな文字"}
    assert text_preview.fit_problems(text_on("demand", DAY)) == []


def test_a_version_cannot_begin_in_the_past(chief):
    text = texts.draft(kind="visit", by=chief, today=DAY)
    with pytest.raises(texts.TextRefused, match="過ぎた日"):
        texts.change(text_id=text.pk, parts={}, starts_on=date(2026, 11, 19), note="", by=chief, today=DAY)


def test_one_version_at_a_time_is_in_the_making(chief):
    first = texts.draft(kind="visit", by=chief, today=DAY)
    assert texts.draft(kind="visit", by=user("supervisor"), today=DAY).pk == first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeText.objects.create(kind="visit", version=9, starts_on=DAY)


def test_a_version_given_up_stays_and_the_next_number_is_new(chief):
    text = texts.draft(kind="visit", by=chief, today=DAY)
    texts.discard(text_id=text.pk, by=chief)
    assert texts.draft(kind="visit", by=chief, today=DAY).version == text.version + 1
    with pytest.raises(texts.TextRefused, match="取りやめ"):
        texts.discard(text_id=text.pk, by=chief)


def test_an_approved_version_is_never_changed_or_deleted(chief):
    text = approved(chief)
    with pytest.raises(texts.TextRefused, match="承認済"):
        texts.change(text_id=text.pk, parts={}, starts_on=DAY, note="", by=chief, today=DAY)
    for act in (lambda: NoticeText.objects.filter(pk=text.pk).update(parts={}), text.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_no_version_is_used_without_an_approval():
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeText.objects.create(kind="visit", version=2, starts_on=DAY, approved_at="2026-11-20T00:00:00Z")


def test_letters_carry_the_version_of_their_day(frozen_run, chief):
    claim(person())
    before = frozen_run()
    first = before.letters.get()
    approved(chief)
    again = frozen_run()
    second = again.letters.get()
    assert frozen_letter(first).text.version == 1
    assert frozen_letter(second).text.version == 2
    assert frozen_letter(second).text.part("hardship") == HARDSHIP
    assert isinstance(frozen_letter(first), LetterData)


def test_the_words_of_papers_are_filled():
    words = parts_on("handover_notice", DAY, {"所管課": "定住促進課"})
    assert "定住促進課から" in words["lead"]
    assert "{福祉窓口}" in words["help"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_looked_at_on_a_real_person(kind):
    someone = person(name="架空 見本子", letter_variant="large.pt")
    claim(someone, kind="nhi_tax", source="kokuho")
    pages = text_preview.pictures(text_on(kind, DAY), person=someone, form="normal", on=DAY)
    assert 1 <= len(pages) <= 4
    assert all(page.startswith(b"\x89PNG") for page in pages)
    assert not someone.letters.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_no_preview_shows_the_address_of_somebody_protected(kind):
    hidden, suspected = person(**SECRET), person(**SECRET, name="架空 変名子")
    flag = protect(hidden)
    identity(
        suspected, "kokuho", kana=flag.identity.kana, kana_key=flag.identity.kana_key, name_key=flag.identity.name_key
    )
    for someone in (hidden, suspected):
        claim(someone, kind="nhi_tax", source="kokuho")
        with pytest.raises(LetterWithheld, match="支援措置"):
            text_preview.pictures(text_on(kind, DAY), person=someone, form="large.pt", on=DAY)


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_document_of_its_own_is_explained_in_the_form_that_the_person_reads(kind, form):
    """The explanation first, with the amount, the telephone and which paper counts; then the Japanese document whole."""
    variant, language = form_of(form)
    someone = person(name="架空 見本子")
    claim(someone, kind="nhi_tax", source="kokuho", principal_yen=68_200, due_on=date(2026, 8, 31))
    words = text_on(kind, DAY).parts
    pages = pages_of(text_papers.sample_pdf(kind, words, person=someone, form=form, on=DAY))
    japanese = pages_of(
        text_papers.sample_pdf(kind, words, person=someone, form=variant.replace("plain", "normal"), on=DAY)
    )
    assert len(pages) == text_papers.pages_of(form)
    whole, alone = ("".join(re.sub(r"\d/\d", "", page) for page in of) for of in (pages[-len(japanese) :], japanese))
    assert whole == alone, "only the numbers of the pages differ"
    phone = value_on("city.profile", DAY)["phone"]
    for page in pages[: len(pages) - len(japanese)]:
        assert phone in page
        assert re.search(r"¥\d+,\d{3}|\d+,\d{3}円", page)
        assert "2026-12-04" in page or "12月4日（金）" in page
    first = pages[0]
    if variant == "plain":
        assert "説明" in first
        assert "正式" in first
    for one in LANGUAGES:
        if part_of(one.lang) == language:
            assert "".join(one.explains.split()) in first
            assert "".join(words[language].split()) in first
    if variant == "large":
        assert phone in japanese[0]


@pytest.mark.parametrize("kind", PAPERS)
def test_the_first_texts_of_documents_of_their_own_fit_in_every_form(kind):
    assert text_preview.fit_problems(text_on(kind, DAY)) == []


def test_an_explanation_too_long_for_its_page_is_told_by_its_form():
    parts = dict(text_on("dunning", DAY).parts) | {"pt": "Telefone. " * 400}
    faults = text_preview.fit_problems(NoticeText(kind="dunning", version=2, parts=parts))
    assert {one.text.split("：")[0] for one in faults} == {FORMS[form] for form in ("plain", "pt", "large.pt")}


def test_texts_from_before_the_explanations_get_them_beside_their_own_words():
    old = {name: words for name, words in text_on("dunning", DAY).parts.items() if len(name) > 2}
    old = {name: words for name, words in old.items() if not name.startswith("plain")} | {
        "help": "下の窓口にご相談ください。"
    }
    NoticeText.objects.create(
        kind="dunning", version=2, starts_on=DAY, parts=old, approved_at=timezone.now(), built_in=True
    )
    for _ in range(2):
        reference.complete(apps, ["dunning", "visit"], starts_on=DAY, note="加えた")
    found = text_on("dunning", DAY)
    assert found.version == 3
    assert found.parts == first_texts()["dunning"] | {"help": "下の窓口にご相談ください。"}
    assert text_on("visit", DAY).version == 1


def test_a_preview_has_no_slips_and_no_number(monkeypatch):
    seen: list[Any] = []
    monkeypatch.setattr(text_preview, "_printed", lambda pages: seen.extend(pages) or b"")
    text_preview._pdf(text_on("demand", DAY), person=None, form="normal", on=DAY)
    assert {sheet.kind for sheet in seen} == {"cover", "table"}
    assert all(ink.kind == "mark" for sheet in seen for ink in sheet.inks)


def test_the_page_of_a_text_shows_what_changed(client, chief):
    client.force_login(chief)
    text = changed(chief)
    page = client.get(f"/demands/texts/{text.pk}/").content.decode()
    assert "<ins" in page
    assert "<del" in page
    assert "承認を求める" in page


def test_the_preview_of_a_protected_person_is_withheld(client, chief, settings):
    settings.BASE_DATE = DAY
    client.force_login(chief)
    someone = person()
    protect(someone)
    answer = client.get(f"/demands/texts/{text_on('visit', DAY).pk}/preview/?number={someone.number}")
    assert "支援措置" in answer.content.decode()
    assert "data:image" not in answer.content.decode()


def test_the_whole_way_on_the_pages(client, chief, settings):
    settings.BASE_DATE = DAY
    client.force_login(chief)
    client.post("/demands/texts/new/visit/")
    text = NoticeText.objects.get(kind="visit", version=2)
    boxes = {f"part-{name}": words for name, words in text.parts.items()} | {"part-headline": "市役所へお越しください"}
    answer = client.post(
        f"/demands/texts/{text.pk}/edit/", boxes | {"starts_on": "2026-12-01", "note": "短く"}, follow=True
    )
    assert "保存しました" in answer.content.decode()
    answer = client.post(f"/demands/texts/{text.pk}/ask/", follow=True)
    assert "承認を求めました" in answer.content.decode()
    text.refresh_from_db()
    assert text.state_label == "承認待ち"


def test_a_fault_is_told_beside_the_words(client, chief, settings):
    settings.BASE_DATE = DAY
    client.force_login(chief)
    text = texts.draft(kind="visit", by=chief, today=DAY)
    boxes = {f"part-{name}": words for name, words in text.parts.items()} | {"part-body": "{氏名}様"}
    answer = client.post(f"/demands/texts/{text.pk}/edit/", boxes | {"starts_on": "2026-12-01"}, follow=True)
    assert "{氏名} は、ここでは使えない" in answer.content.decode()
