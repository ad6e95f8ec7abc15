import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtors.rules import normalise
from debtors.rules.variants import CANDIDATE, VARIANT

NAMES = json.loads((Path(__file__).parents[2] / "cases" / "wareki.json").read_text(encoding="utf-8"))["names"]


@pytest.mark.parametrize("case", NAMES, ids=lambda case: f"{case['a']}={case['b']}")
def test_names_agree_at_the_level_of_the_worked_case(case):
    level = normalise.kana_match_level if case["match_level"].startswith("kana") else normalise.name_match_level
    assert level(case["a"], case["b"]) == case["match_level"]
    assert level(case["b"], case["a"]) == case["match_level"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("𠮷田　德子", "吉田徳子"),
        ("ﾄﾖﾀ ﾀﾛｳ", "トヨタタロウ"),
        ("渡邉󠄀 一郎", "渡辺一郎"),
        ("㈱豊田架空工業", "株式会社 豊田架空工業"),
        ("Smith John", "ＳＭＩＴＨ　ＪＯＨＮ"),
        ("ジョン・スミス", "ジョン スミス"),
        ("瀧澤 廣", "滝沢広"),
        ("神﨑", "神崎"),
    ],
)
def test_one_name_key(a, b):
    assert normalise.name_key(a) == normalise.name_key(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [("斎藤", "斉藤"), ("嶋田", "島田"), ("ミヤギ", "ミヤキ"), ("ビョウイン", "ビヨウイン"), ("佐藤一", "佐藤ー二")],
)
def test_different_names_keep_different_keys(a, b):
    assert normalise.name_key(a) != normalise.name_key(b)


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("たかさき", "ﾀｶｻｷ", "kana_same"),
        ("ショウ", "シヨウ", "kana_loose"),
        ("オオノ", "オーノ", "kana_loose"),
        ("オウノ", "オノ", "kana_loose"),
        ("スヾキ", "スズキ", "kana_loose"),
        ("ヲガワ", "オガワ", "kana_loose"),
        ("ケイコ", "ケエコ", "kana_loose"),
        ("ヒロシ", "ユタカ", ""),
        ("ハタ", "バタ", ""),
    ],
)
def test_readings_agree_at_a_level(a, b, level):
    assert normalise.kana_match_level(a, b) == level


def test_fold_keeps_what_the_long_vowel_key_drops():
    assert normalise.kana_fold_key("ｼﾞｮｳｼﾞ") == normalise.kana_fold_key("ジヨウヂ") == "ジヨウジ"
    assert normalise.kana_fold_key("オオノ") != normalise.kana_fold_key("オノ")


def test_variant_table_maps_once_to_another_character():
    for table in (VARIANT, CANDIDATE):
        assert not set(map(ord, table.values())) & set(table)
        for code, form in table.items():
            assert chr(code) != form
            assert unicodedata.normalize("NFKC", chr(code)) == chr(code)


def test_gaiji_is_shown_as_geta_and_told():
    assert normalise.display_text("豊\ue000太郎") == "豊〓太郎"
    assert normalise.has_gaiji("豊\ue000太郎")
    assert not normalise.has_gaiji("豊田𠮷郎")
    assert normalise.display_text("渡邊󠄀") == "渡邊󠄀"


HOME = "小坂本町1-25-3"


@pytest.mark.parametrize(
    "address",
    [
        "愛知県豊田市小坂本町一丁目二十五番地3　メゾン小坂A棟203号",
        "豊田市小坂本町１丁目２５番３号",
        "小坂本町1-25-3",
        "小坂本町１－２５－３",
        "小坂本町1‐25−3",
        "小坂本町1ー25ー3 鈴木様方",
        "豊田市 小坂本町 1丁目 25番地の3",
        "小坂本町1丁目25番地の三",
        "小坂本町01-025-03",
        "〒471-0034 愛知県豊田市小坂本町1-25-3",
        "471-0034豊田市小坂本町1の25の3",
        "小坂本町1-25-3-203号室",
    ],
)
def test_one_place_in_every_spelling(address):
    assert normalise.address_key(address) == HOME


@pytest.mark.parametrize(
    ("address", "place", "building"),
    [
        ("豊田市大字若林東町字沖田130番地の2", "若林東町沖田130-2", ""),
        ("五ヶ丘3丁目1", "五ケ丘3-1", ""),
        ("五が丘3-1", "五ケ丘3-1", ""),
        ("豊田市井の口町1番地", "井ノ口町1", ""),
        ("一の宮町3-4", "一ノ宮町3-4", ""),
        ("千代田区四番町5-6", "千代田区四番町5-6", ""),
        ("三軒町二番地", "三軒町2", ""),
        ("第2緑町3-4", "第2緑町3-4", ""),
        ("足助町宮平34 コーポ2号", "足助町宮平34", "コーポ2号"),
        ("保見ケ丘5丁目1番地の1 112棟303", "保見ケ丘5-1-1", "112棟303"),
        ("井上町12丁目1番地2号室", "井上町12-1", "2号室"),
        ("愛知県岡崎市十王町2-9", "岡崎市十王町2-9", ""),
        ("豊田市西町", "西町", ""),
        ("", "", ""),
    ],
)
def test_place_and_building_are_kept_apart(address, place, building):
    assert normalise.split_address(address) == (place, building)


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("0565-31-1212", "0565311212"),
        ("０５６５（３１）１２１２", "0565311212"),
        ("+81 565-31-1212", "0565311212"),
        ("+81 (0)90-1234-5678", "09012345678"),
        ("0565311212 内線21", "0565311212"),
        ("31-1212", ""),
        ("", ""),
        ("なし", ""),
    ],
)
def test_phone_key(phone, key):
    assert normalise.phone_key(phone) == key


def test_forms_of_a_name_are_those_that_may_be_another_family():
    assert sorted(normalise.name_forms("斎藤")) == sorted(["斎藤", "齋藤", "齊藤", "斉藤"])
    assert normalise.name_forms("高崎") == ["高崎"]
    assert normalise.name_forms("嶋") == normalise.name_forms("島") == ["島", "嶋"]
    assert normalise.name_forms("斎" * 5) == ["斎" * 5]  # too many to ask for


@given(st.text(max_size=30))
def test_any_text_has_keys(text):
    for key in (normalise.name_key, normalise.kana_key, normalise.address_key, normalise.phone_key):
        assert isinstance(key(text), str)
    assert not normalise.has_gaiji(normalise.display_text(text))


@given(st.text("ァアイヂズヾヽー・ｱｶﾞｯﾞ ﾟぁがんヴヵABｚ", max_size=12))
def test_a_key_of_a_key_is_itself(text):
    for key in (normalise.kana_key, normalise.kana_fold_key):
        assert key(key(text)) == key(text)
