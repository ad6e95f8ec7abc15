import pytest

from toyota_collect.numerals import kanji_number, replace_before


@pytest.mark.parametrize(
    ("text", "number"),
    [("二十一", 21), ("二一", 21), ("十", 10), ("百二", 102), ("千五百", 1500), ("〇", 0), ("百二十三", 123)],
)
def test_reads_kanji_numbers(text, number):
    assert kanji_number(text) == number


@pytest.mark.parametrize("text", ["", "二A", "甲"])
def test_refuses_other_characters(text):
    with pytest.raises(ValueError, match="漢数字"):
        kanji_number(text)


def test_only_numbers_before_a_follower_change():
    assert replace_before("三軒町二丁目十五番", "丁目|番") == "三軒町2丁目15番"
