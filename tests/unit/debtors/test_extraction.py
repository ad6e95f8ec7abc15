"""Conditions of extractions: what can be typed, what is refused and how it is told."""

from datetime import date

import pytest

from debtors.rules.extraction import (
    OPERATORS,
    Condition,
    ConditionWrong,
    check_stored,
    day_of,
    in_words,
    read_condition,
    typed,
)
from toyota_collect.lists import Column, Kind

TODAY = date(2026, 11, 20)
TEXT = Column("name", "氏名", Kind.TEXT, "name")
YEN = Column("booked", "残額", Kind.YEN, "booked")
DAY = Column("due", "納期限", Kind.DATE, "due")
KIND = Column("kind", "債権種目", Kind.CHOICE, "kind")
HELD = Column("held", "停止", Kind.FLAG, "held")
CHOICES = {"water": "水道料金", "rent": "住宅使用料"}


def read(column: Column, op: str, *values: str) -> Condition:
    return read_condition(column, op=op, values=values, choices=CHOICES)


@pytest.mark.parametrize(
    ("typed_text", "yen"),
    [
        pytest.param("10000", 10_000, id="plain"),
        pytest.param("１０，０００円", 10_000, id="full width with comma and unit"),
        pytest.param("-1", -1, id="negative"),
        pytest.param("0", 0, id="nothing"),
    ],
)
def test_figures_as_staff_type_them(typed_text, yen):
    assert read(YEN, "least", typed_text).value == yen


@pytest.mark.parametrize(
    ("typed_text", "value", "day"),
    [
        pytest.param("R8.4.1", "2026-04-01", date(2026, 4, 1), id="short era"),
        pytest.param("2026-04-01", "2026-04-01", date(2026, 4, 1), id="iso"),
        pytest.param("今日", {"days": 0}, TODAY, id="today"),
        pytest.param("今日-30日", {"days": -30}, date(2026, 10, 21), id="thirty days ago"),
        pytest.param("今日＋６日", {"days": 6}, date(2026, 11, 26), id="full width"),
        pytest.param("今日 − 1 日", {"days": -1}, date(2026, 11, 19), id="minus sign and spaces"),
    ],
)
def test_days_fixed_and_from_the_day_of_running(typed_text, value, day):
    condition = read(DAY, "until", typed_text)
    assert condition.value == value
    assert day_of(condition.value, on=TODAY) == day


def test_a_day_that_runs_with_the_calendar_is_another_tomorrow():
    condition = read(DAY, "since", "今日-30日")
    assert day_of(condition.value, on=date(2026, 11, 21)) == date(2026, 10, 22)


@pytest.mark.parametrize(
    ("column", "op", "values", "message"),
    [
        pytest.param(YEN, "least", ["たくさん"], "数として読めません", id="no figure"),
        pytest.param(YEN, "least", ["1.5"], "数として読めません", id="no whole yen"),
        pytest.param(YEN, "least", ["9" * 16], "数として読めません", id="beyond the ledger"),
        pytest.param(YEN, "least", [""], "値を入れてください", id="nothing typed"),
        pytest.param(YEN, "between", ["1", ""], "両方を入れてください", id="half a span"),
        pytest.param(YEN, "between", ["2", "1"], "入れ替えてください", id="span the wrong way round"),
        pytest.param(
            DAY, "between", ["今日", "今日-1日"], "入れ替えてください", id="relative span the wrong way round"
        ),
        pytest.param(DAY, "since", ["2026-02-30"], "日付として読めません", id="no such day"),
        pytest.param(DAY, "since", ["今日-99999日"], "36,500日まで", id="too many days"),
        pytest.param(TEXT, "contains", ["あ" * 101], "100文字まで", id="too long"),
        pytest.param(TEXT, "least", ["1"], "選び直してください", id="operator of another kind"),
        pytest.param(KIND, "any", [], "1つ以上選んでください", id="nothing ticked"),
        pytest.param(KIND, "any", ["gas"], "「gas」という値はありません", id="unknown choice"),
    ],
)
def test_what_cannot_be_asked_says_what_to_write(column, op, values, message):
    with pytest.raises(ConditionWrong, match=message) as wrong:
        read(column, op, *values)
    assert column.title in str(wrong.value)


def test_a_span_of_a_fixed_and_a_relative_day_is_left_to_the_day_of_running():
    assert read(DAY, "between", "R8.4.1", "今日").value == ["2026-04-01", {"days": 0}]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (read(YEN, "between", "1000", "20000"), "残額がこの間（両端を含む）：1,000円〜20,000円"),
        (read(DAY, "until", "今日-30日"), "納期限が次の日以前：今日-30日"),
        (read(DAY, "since", "R8.4.1"), "納期限が次の日以後：令和8年4月1日"),
        (read(TEXT, "lacks", "架空"), "氏名に次を含まない：「架空」"),
        (read(HELD, "yes"), "停止がはい"),
        (read(DAY, "empty"), "納期限が空"),
    ],
)
def test_conditions_in_words(condition, words):
    column = {one.code: one for one in (TEXT, YEN, DAY, KIND, HELD)}[condition.column]
    assert in_words(condition, column, CHOICES) == words


def test_choices_are_told_by_name_and_kept_once():
    condition = read(KIND, "none", "rent", "water", "rent")
    assert condition.value == ["rent", "water"]
    assert in_words(condition, KIND, CHOICES) == "債権種目が次のどれでもない：住宅使用料・水道料金"


@pytest.mark.parametrize("text", ["R8.4.1", "今日", "今日-30日", "今日+5日"])
def test_what_is_stored_can_be_typed_again(text):
    value = read(DAY, "since", text).value
    assert read(DAY, "since", typed(DAY, value)).value == value


@pytest.mark.parametrize(
    "data", [{"column": "gone", "op": "least", "value": 1}, {"column": "due", "op": "least", "value": 1}]
)
def test_a_stored_condition_that_the_list_no_longer_knows_is_refused_not_dropped(data):
    with pytest.raises(ConditionWrong, match=r"「(去った項目|納期限)」.*その条件を外してください"):
        check_stored(data, {"due": DAY}, {"due": "納期限", "gone": "去った項目"})


def test_each_kind_of_column_can_be_asked():
    assert set(OPERATORS) == set(Kind)
