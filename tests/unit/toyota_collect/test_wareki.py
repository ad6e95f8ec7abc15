import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toyota_collect import wareki

CASES = json.loads((Path(__file__).parents[2] / "cases" / "wareki.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["format"], ids=lambda case: case["iso"])
def test_prints_the_era_date(case):
    day = date.fromisoformat(case["iso"])
    assert (wareki.long_text(day), wareki.short_text(day)) == (case["long"], case["short"])


@pytest.mark.parametrize("case", CASES["parse"], ids=lambda case: case["text"])
def test_reads_one_day_or_refuses(case):
    if case["iso"]:
        assert wareki.parse(case["text"]) == date.fromisoformat(case["iso"])
    else:
        with pytest.raises(ValueError, match=case["text"]):
            wareki.parse(case["text"])


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("令和八年七月三十一日", "2026-07-31"),
        ("2026年7月31日", "2026-07-31"),
        ("2026/7/31", "2026-07-31"),
        ("20260731", "2026-07-31"),
        ("R080731", "2026-07-31"),
        ("令8.7.31", "2026-07-31"),
        ("R元.5.1", "2019-05-01"),
        (" R8 . 7 . 31 ", "2026-07-31"),
        ("昭和６４年１月７日", "1989-01-07"),
    ],
)
def test_reads_other_plain_forms(text, iso):
    assert wareki.parse(text) == date.fromisoformat(iso)


@pytest.mark.parametrize(
    ("text", "out_of_era"), [("平成31年4月30日", False), ("平成31年5月1日", True), ("R1.4.30", True), ("S64.1.8", True)]
)
def test_warns_when_the_date_lies_outside_its_era(text, out_of_era):
    assert bool(wareki.read(text).warning) is out_of_era


@pytest.mark.parametrize(
    "text", ["", "50608", "050608", "R0.1.1", "R8.13.1", "8.7.31", "R8/7.31", "2026-02-29", "X8.7.31", "6010101"]
)
def test_refuses_what_is_no_single_day(text):
    with pytest.raises(ValueError, match=r"日付|元号"):
        wareki.parse(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("5080731", "era7"),
        ("20260731", "ymd"),
        ("2026/07/31", "slash"),
        ("2026/7/31", "slash"),
        ("2026-07-31", "iso"),
        ("R8.7.31", "wareki"),
        ("令和8年7月31日", "wareki"),
        ("R080731", "era_ymd"),
    ],
)
def test_reads_the_forms_of_the_layouts_and_no_other(text, form):
    assert wareki.parse_as(text, form) == date(2026, 7, 31)
    for other in {"era7", "ymd", "slash", "iso", "wareki", "era_ymd"} - {form}:
        with pytest.raises(ValueError, match="書式"):
            wareki.parse_as(text, other)


def test_an_impossible_day_names_the_text():
    with pytest.raises(ValueError, match="暦にない日付です: 「5080231」"):
        wareki.parse_as("5080231", "era7")


def test_an_unknown_form_is_named():
    with pytest.raises(ValueError, match="「julian」"):
        wareki.parse_as("5080731", "julian")


@given(st.dates(date(1868, 1, 25), date(2099, 12, 31)))
def test_what_is_printed_reads_back(day):
    assert wareki.parse(wareki.long_text(day)) == day
    assert wareki.read(wareki.short_text(day)) == wareki.Reading(day)


@pytest.mark.parametrize("era", wareki.ERAS[:-1], ids=lambda era: era.name)
def test_an_era_begins_where_the_last_one_ends(era):
    assert wareki.era_of(era.starts_on) is era
    assert wareki.era_of(era.starts_on - timedelta(days=1)) is not era


def test_no_era_before_meiji():
    with pytest.raises(ValueError, match="明治より前"):
        wareki.long_text(date(1868, 1, 24))


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("R08", 2026),
        ("508", 2026),
        ("令和元年度", 2019),
        ("平成31年度", 2019),
        ("H30", 2018),
        ("2026", 2026),
        ("R8年度", 2026),
    ],
)
def test_reads_a_fiscal_year(text, year):
    assert wareki.parse_fiscal_year(text) == year


@pytest.mark.parametrize("text", ["08", "", "R00", "80", "X08", "608"])
def test_refuses_a_year_without_an_era(text):
    with pytest.raises(ValueError, match="年度として"):
        wareki.parse_fiscal_year(text)


@pytest.mark.parametrize(
    ("year", "text"), [(2018, "平成30年度"), (2019, "令和元年度"), (2026, "令和8年度"), (1989, "平成元年度")]
)
def test_prints_a_fiscal_year(year, text):
    assert wareki.fiscal_year_text(year) == text
    assert wareki.parse_fiscal_year(text) == year
