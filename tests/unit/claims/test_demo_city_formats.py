"""How the demo sections write dates, amounts, kana and bytes."""

from datetime import date

import pytest

from claims.demo import formats
from claims.demo.names import for_cp932, half_kana
from claims.demo.places import Address, kanji_number
from toyota_collect import cp932


@pytest.mark.parametrize(
    ("form", "day", "expected"),
    [
        pytest.param("era7", date(2026, 7, 31), "5080731", id="令和"),
        pytest.param("era7", date(2019, 4, 30), "4310430", id="last day of 平成"),
        pytest.param("era7", date(2019, 5, 1), "5010501", id="first day of 令和"),
        pytest.param("era7", date(1989, 1, 7), "3640107", id="last day of 昭和"),
        pytest.param("era_letter", date(1926, 12, 25), "S011225", id="first day of 昭和"),
        pytest.param("wareki", date(2019, 5, 1), "令和元年5月1日", id="first year is 元年"),
        pytest.param("wareki", date(2026, 7, 31), "令和8年7月31日", id="no leading zeros"),
        pytest.param("slash", date(2026, 7, 1), "2026/7/1", id="slash"),
        pytest.param("iso", None, "", id="no date"),
    ],
)
def test_dates(form, day, expected):
    assert getattr(formats, form)(day) == expected


def test_amounts():
    assert formats.commas(1234567) == "1,234,567"
    assert formats.commas(-1200) == "1,200-"
    assert formats.commas(None) == ""
    assert formats.era_year(2026) == "R08"
    assert formats.era_year3(2021) == "503"


def test_cp932_writes_the_ibm_forms_that_windows_writes_and_the_user_defined_area():
    assert cp932.encode("髙﨑") == bytes.fromhex("fbfcfab1")
    assert cp932.encode("髙﨑").decode("cp932") == "髙﨑"
    assert cp932.encode(for_cp932("𠮷田")) == bytes.fromhex("f040") + "田".encode("cp932")
    with pytest.raises(UnicodeEncodeError):
        cp932.encode("𠮷")


def test_variation_selectors_leave_cp932_and_known_ones_become_gaiji():
    assert for_cp932("辻\U000e0100") == "\ue001"
    assert for_cp932("祐\U000e0100介") == "祐介"


def test_half_width_kana_sets_voiced_marks_apart():
    assert half_kana("ジュンイチ　パク") == "ｼﾞｭﾝｲﾁ ﾊﾟｸ"


def test_fixed_records_are_cut_between_characters_and_filled():
    record = formats.fixed(["豊田市", "12"], [5, 4])
    assert record == "豊田".encode("cp932") + b" 12  "


def test_cells_with_the_delimiter_are_quoted():
    assert formats.delimited(["1,200", "a", 'b"c'], ",") == '"1,200",a,"b""c"'
    assert formats.delimited(["1,200", "a"], "\t") == "1,200\ta"


@pytest.mark.parametrize(("number", "expected"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五")])
def test_kanji_numbers(number, expected):
    assert kanji_number(number) == expected


def test_one_home_is_written_in_six_ways():
    home = Address("4710034", "愛知県豊田市", "小坂本町", 1, 25, 3, "コーポ元城", 203)
    assert [home.text(style) for style in ("register", "wide", "narrow", "desk", "kanji", "short")] == [
        "愛知県豊田市小坂本町１丁目２５番地３　コーポ元城２０３号",
        "豊田市小坂本町１－２５－３　コーポ元城２０３",
        "豊田市小坂本町1-25-3 コーポ元城203",
        "豊田市小坂本町1丁目25番地の3 コーポ元城203号室",
        "愛知県豊田市小坂本町一丁目25番地の3 コーポ元城203号室",
        "小坂本町1-25-3 コーポ元城-203",
    ]
    assert home.text("narrow", with_building=False) == "豊田市小坂本町1-25-3"
