"""How facts are written on screens (docs/ui.md)."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, engines

from toyota_collect.permissions import Role
from toyota_collect.templatetags import tc

TODAY = date(2026, 11, 24)


def render(source: str, **values: object) -> str:
    return engines["django"].engine.from_string(source).render(Context(values))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0, "0", id="nothing owed is a figure"),
        pytest.param(1234567, "1,234,567", id="commas"),
        pytest.param(-500, "−500", id="minus is U+2212"),
        pytest.param(None, "—", id="not known"),
    ],
)
def test_yen(value: int | None, expected: str) -> None:
    assert tc.yen(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(12, "＋12"), (-4, "−4"), (0, "0"), (None, "—")])
def test_signed(value: int | None, expected: str) -> None:
    assert tc.signed(value) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        pytest.param(3, 8, "37.5", id="exact"),
        pytest.param(9999, 10000, "99.9", id="never 100 before all is done"),
        pytest.param(7, 7, "100.0", id="all"),
        pytest.param(-1, 8, "−12.5", id="negative part"),
        pytest.param(0, 0, "—", id="no whole"),
    ],
)
def test_percent_of(part: int, whole: int, expected: str) -> None:
    assert tc.percent_of(part, whole) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "—"), (0, "0秒"), (59.4, "59秒"), (60, "1分00秒"), (115, "1分55秒"), (7260, "2時間1分"), (-3, "0秒")],
)
def test_seconds(value: float | None, expected: str) -> None:
    assert tc.seconds(value) == expected


def test_dates_carry_their_machine_form() -> None:
    assert tc.date_long(TODAY) == '<time datetime="2026-11-24">令和8年11月24日（火）</time>'
    assert tc.date_short(TODAY) == '<time datetime="2026-11-24">R8.11.24</time>'
    assert tc.date_long_text(TODAY) == "令和8年11月24日（火）"
    assert tc.date_short(None) == "—"


def test_moment_is_tokyo_time() -> None:
    evening_in_london = datetime(2026, 11, 23, 20, 5, tzinfo=UTC)
    assert tc.moment(evening_in_london) == '<time datetime="2026-11-24T05:05:00+09:00">R8.11.24 05:05</time>'
    assert tc.date_short_text(evening_in_london) == "R8.11.24"


@pytest.mark.parametrize(
    ("year", "long", "short"), [(2026, "令和8年度", "R8"), (2019, "令和元年度", "R1"), (2018, "平成30年度", "H30")]
)
def test_fiscal_year(year: int, long: str, short: str) -> None:
    assert (tc.fiscal_year(year), tc.fiscal_year_short(year)) == (long, short)


@pytest.mark.parametrize(
    ("born_on", "on", "expected"),
    [
        pytest.param(date(1984, 3, 14), date(2027, 3, 13), "42歳", id="eve of the birthday"),
        pytest.param(date(1984, 3, 14), date(2027, 3, 14), "43歳", id="birthday"),
        pytest.param(None, TODAY, "—", id="no birth date"),
    ],
)
def test_age(born_on: date | None, on: date, expected: str) -> None:
    assert tc.age(born_on, on) == expected


@pytest.mark.parametrize(
    ("last_day", "expected", "tone"),
    [
        pytest.param(date(2026, 11, 23), "1日超過", "urgent", id="the day before"),
        pytest.param(date(2026, 11, 24), "本日まで", "urgent", id="today"),
        pytest.param(date(2026, 12, 8), "あと14日", "urgent", id="two weeks"),
        pytest.param(date(2027, 5, 24), "あと181日", "urgent", id="exactly six months"),
        pytest.param(date(2027, 5, 25), "6か月", "", id="a day more than six months"),
        pytest.param(date(2028, 1, 24), "1年2か月", "", id="years and months"),
        pytest.param(date(2028, 1, 23), "1年1か月", "", id="only full months count"),
        pytest.param(None, "—", "", id="no clock"),
    ],
)
def test_time_left(last_day: date | None, expected: str, tone: str) -> None:
    assert tc.time_left(last_day, TODAY) == expected
    assert tc.time_left_tone(last_day, TODAY) == tone


def test_time_left_from_the_end_of_a_long_month() -> None:
    assert tc.time_left(date(2027, 2, 28), date(2026, 8, 31)) == "あと181日"


def test_diff_marks_show_only_what_differs_and_escape() -> None:
    assert tc.diff_marks("齋藤 健一", "斎藤 健一") == "<mark>齋</mark>藤 健一"
    assert tc.diff_marks("<b>", "b") == "<mark>&lt;</mark>b<mark>&gt;</mark>"
    assert tc.diff_marks("同じ", "同じ") == "同じ"


def test_class_mark_names_the_class() -> None:
    assert tc.class_mark("A") == '<abbr class="pill pill--class" title="強制徴収公債権">強</abbr>'


def test_may_reads_the_policy_table() -> None:
    class Staff:
        is_authenticated = is_active = True
        role = Role.LAWYER

    assert tc.may(Staff(), "lawyer.room")
    assert not tc.may(Staff(), "person.search")


def test_rate_bar_never_leaves_its_track() -> None:
    html = render("{% rate_bar 3 2 %}")
    assert '<rect class="bar__now" width="100%"' in html
    assert "150.0%" in html
    assert '<span class="num">—</span>' in render("{% rate_bar 0 0 %}")


def test_panel_wraps_its_content_and_escapes_its_title() -> None:
    html = render(
        '{% panel title id="owed" tone="care" note="34期別" %}<p>{{ body }}</p>{% endpanel %}',
        title="<金額>",
        body="<x>",
    )
    assert '<section class="panel panel--care" aria-labelledby="owed">' in html
    assert '<h2 id="owed">&lt;金額&gt;</h2>' in html
    assert "<p>&lt;x&gt;</p>" in html
    assert '<span class="soft">34期別</span>' in html


def test_matrix_cells_name_their_state() -> None:
    cell = '{% include "components/cell.html" with state=state url=url label=label only %}'
    link = render(cell, state="open", url="/c/1/", label="国保税 R6 5期")
    assert 'class="cell cell--open" href="/c/1/" aria-label="国保税 R6 5期 未納"' in link
    assert ">未</a>" in link
    assert "納付済" in render(cell, state="paid", url="", label="")
    assert render(cell, state="", url="", label="").strip() == "<td></td>"


@pytest.mark.parametrize(("difference", "words"), [(0, "0 ✓"), (3, "＋3 ！合いません")])
def test_a_sum_that_does_not_close_says_so(difference: int, words: str) -> None:
    html = render(
        '{% include "components/sum.html" %}', whole={"label": "対象", "value": 3}, parts=[], difference=difference
    )
    assert words in html
