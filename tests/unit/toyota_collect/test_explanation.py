"""Which sheets explain a document, and that nothing is explained by halves; no database."""

from datetime import date

import pytest

from toyota_collect.documents.explanation import LANGUAGES, reading, ruby

WORDS = {
    "plain_headline": "｜督促《とくそく》",
    "plain": "一\n二",
    "plain_next_a": "差押え",
    "plain_next_court": "裁判所",
}
WORDS |= {"en": "English text", "pt": "Texto", "zh": "中文", "vi": "Tiếng Việt"}
ASKED = {"total_yen": 12_300, "until": date(2026, 12, 11), "seizes": True, "courts": False}


def read(code, words=WORDS, **asked):
    return reading(code, words, **(ASKED | asked))


@pytest.mark.parametrize(("code", "large"), [("normal", False), ("large", True), ("klingon", False), ("", False)])
def test_a_form_without_a_language_explains_nothing(code, large):
    assert read(code) == {"large": large, "explained": None}


@pytest.mark.parametrize(("code", "large"), [("pt", False), ("large.pt", True)])
def test_a_language_has_its_own_words(code, large):
    found = read(code)
    assert found["large"] is large
    (one,) = found["explained"].languages
    assert (one.lang, one.text) == ("pt", "Texto")
    assert not found["explained"].plain


@pytest.mark.parametrize(
    ("seizes", "courts", "appeal", "last"),
    [(True, False, False, ["差押え"]), (False, True, False, ["裁判所"]), (True, True, False, ["差押え", "裁判所"])],
)
def test_easy_japanese_announces_only_what_the_city_can_do(seizes, courts, appeal, last):
    steps = read("plain", seizes=seizes, courts=courts, appeal=appeal)["explained"].steps
    assert list(steps) == [ruby(text) for text in ("一", "二", *last)]


def test_where_there_is_an_appeal_easy_japanese_says_so():
    assert "不服" in read("plain", appeal=True)["explained"].steps[-1]
    assert len(read("plain")["explained"].languages) == len(LANGUAGES)


@pytest.mark.parametrize(("code", "lacking"), [("vi", "vi"), ("plain", "zh")])
def test_a_text_that_lacks_the_words_explains_nothing(code, lacking):
    words = {name: text for name, text in WORDS.items() if name != lacking}
    assert read(code, words)["explained"] is None
    assert read("en", words)["explained"] is not None


def test_what_is_said_in_all_languages_names_each():
    totals = read("plain")["explained"].totals
    assert [f'lang="{one.lang}"' in totals for one in LANGUAGES] == [True] * 4


def test_a_day_that_is_no_deadline_is_not_called_one():
    asked, told = (read("plain", total_yen=yen)["explained"].untils for yen in (12_300, None))
    for deadline in ("截止日期", "Hạn chót"):
        assert deadline in asked
        assert deadline not in told
