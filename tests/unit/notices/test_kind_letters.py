"""Letters in the words of their kind: both engines agree, they read back, and they keep the version they were made with."""

from dataclasses import replace

import pytest

from notices.letter import KindText, LetterData, Unprintable, render_many, render_one, render_single, samples, sheets
from notices.letter.kind_words import emphasised, headline, trimmed
from notices.letter.single import single_sheets
from notices.letter.verify import verify
from notices.reference import first_texts
from notices.rules.kinds import FORMS, KINDS, Medium
from tests.integration.notices.test_desk_slip import words as pages_of
from tests.unit.notices.test_letter_print import _assert_equal
from toyota_collect.letter_forms import form_of

DEMANDS = [kind.code for kind in KINDS.values() if kind.medium is Medium.DEMAND]
SHEETS = [kind.code for kind in KINDS.values() if kind.medium is Medium.SHEET]


def words(kind: str, **changed: str) -> KindText:
    return KindText(kind, 1, tuple(sorted((first_texts()[kind] | changed).items())))


def letter(kind: str, form: str = "normal", **changed: str) -> LetterData:
    variant, language = form_of(form)
    return replace(samples.three(), text=words(kind, **changed), variant=variant, language=language)


def _text(pdf: bytes) -> list[str]:
    return pages_of(pdf)


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("demand", "normal"),
        ("final_demand", "large"),
        ("final_demand", "plain"),
        ("seizure_notice", "normal"),
        ("seizure_notice", "pt"),
        ("demand", "zh"),
        ("consolidated", "large.vi"),
        ("seizure_notice", "large.en"),
    ],
)
def test_the_engines_agree_in_every_form(kind, form):
    made = letter(kind, form)
    printed = render_many([made])
    assert printed.failures == {}
    _assert_equal(printed.pdf, render_one(made))
    assert verify(printed.pdf, [made], printed.pages) == []


def test_the_first_text_of_the_consolidated_demand_prints_what_the_code_said():
    _assert_equal(render_many([letter("consolidated")]).pdf, render_many([samples.three()]).pdf)


@pytest.mark.parametrize("kind", DEMANDS)
@pytest.mark.parametrize("form", FORMS)
def test_a_letter_keeps_its_words(kind, form):
    made = letter(kind, form)
    assert LetterData.from_json(made.to_json()) == made


def test_a_letter_from_before_the_texts_prints_as_it_did():
    old = samples.three()
    stored = old.to_json().replace(',"text":null', "").replace('"language":"",', "")
    assert '"text"' not in stored
    assert '"language"' not in stored
    assert LetterData.from_json(stored) == old


def test_changing_the_text_changes_the_letter_but_not_the_one_already_made():
    stored = letter("demand").to_json()
    later = letter("demand", hardship="分けて納める相談ができます。")
    assert render_many([LetterData.from_json(stored)]).pdf == render_many([letter("demand")]).pdf
    assert render_many([later]).pdf != render_many([letter("demand")]).pdf


def test_letters_of_a_run_share_one_layout_of_their_words():
    runs = {
        sheet.areas[2].blocks[0].static[0][1]
        for made in (letter("demand"), letter("demand"))
        for sheet in sheets(made)[:1]
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("form", "kinds"),
    [
        ("normal", ["cover", "table"]),
        ("pt", ["cover", "front", "table"]),
        ("plain", ["plain", "languages", "table"]),
        ("large", ["large1", "large2", "cards"]),
        ("large.vi", ["large1", "large2", "foreign", "cards"]),
    ],
)
def test_the_pages_of_each_form(form, kinds):
    assert [sheet.kind for sheet in sheets(letter("demand", form))][: len(kinds)] == kinds


@pytest.mark.parametrize("kind", SHEETS)
@pytest.mark.parametrize("form", ["normal", "large", "plain", "vi", "large.zh"])
def test_letters_of_one_text_are_made_in_every_form(kind, form):
    variant, language = form_of(form)
    data = samples.single(words(kind), variant=variant, language=language)
    pdf, pages = render_single(data)
    assert pages == len(single_sheets(data))
    text = "".join(_text(pdf))
    phone = samples.CITY.welfare_phone if kind == "welfare" else samples.CITY.phone
    assert phone in text
    assert "{" not in text


def test_a_guide_to_the_welfare_office_tells_no_other_number():
    pdf, _ = render_single(samples.single(words("welfare")))
    assert samples.CITY.phone not in "".join(_text(pdf))


def test_the_heirs_get_a_form_to_send_back():
    pdf, pages = render_single(samples.single(words("heirs")))
    assert pages == 2
    assert "相続人代表者届" in _text(pdf)[1]


def test_a_text_too_long_for_its_page_is_refused():
    long = samples.single(words("visit", body="{来庁日時}" + "長い文です。" * 200))
    with pytest.raises(Unprintable) as refused:
        render_single(long)
    assert refused.value.code == "overflow"


def test_the_words_around_the_name_of_the_claims():
    assert headline("{債権}のお支払いを確認できていません") == ("", "の", "お支払いを確認できていません")
    assert headline("期限を過ぎた{債権}について") == ("期限を過ぎた", "について", "")
    assert headline("{債権}についての最後のお願いです") == ("", "についての", "最後のお願いです")
    assert emphasised("前＊中＊後") == ("前", "中", "後")
    assert emphasised("全部") == ("全部", "", "")


@pytest.mark.parametrize("form", FORMS)
def test_a_letter_keeps_only_the_words_it_prints(form):
    variant, language = form_of(form)
    whole = letter("demand", form)
    kept = replace(whole, text=trimmed(words("demand"), variant, language))
    assert sheets(kept)[0].kind == sheets(whole)[0].kind
    assert render_many([kept]).pdf == render_many([whole]).pdf
    assert ("en" in dict(kept.text.parts)) is (variant == "plain" or language == "en")
