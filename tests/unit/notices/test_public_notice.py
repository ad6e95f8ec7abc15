"""公示送達: the procedure of a class, the first day of the effect, and what must have been tried before."""

from datetime import date, timedelta

import pytest

from debtors.rules.mailing import Destination
from notices.rules.address import recipient, window_name
from notices.rules.public_notice import Lack, Route, RouteUnknown, Terms, Tried, lacking, route_of, served_on, terms_of

TABLE = {"tax": "tax", "A": "local", "B": "court", "C": "court"}
POSTED = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("legal_class", "is_tax", "route"),
    [
        pytest.param("A", True, Route.TAX, id="市税：地方税法20条の2"),
        pytest.param("A", False, Route.LOCAL, id="強制徴収公債権：地方自治法231条の3第4項"),
        pytest.param("B", False, Route.COURT, id="非強制徴収公債権：要確認の設定値"),
        pytest.param("C", False, Route.COURT, id="私債権：民法98条"),
    ],
)
def test_each_class_has_its_procedure(legal_class, is_tax, route):
    assert route_of(TABLE, legal_class=legal_class, is_tax=is_tax) is route
    assert route.law
    assert route.label


@pytest.mark.parametrize("table", [{}, {"A": "架空"}])
def test_a_class_without_a_procedure_is_never_guessed(table):
    with pytest.raises(RouteUnknown, match=r"public_notice\.routes"):
        route_of(table, legal_class="A", is_tax=False)


@pytest.mark.parametrize(
    ("days", "counts", "expected"),
    [
        pytest.param(7, True, date(2026, 4, 8), id="地方税法20条の2第3項：掲示の日から起算して7日を経過したとき"),
        pytest.param(14, False, date(2026, 4, 16), id="民法98条3項・140条：2週間を経過した時（初日不算入）"),
        pytest.param(7, False, date(2026, 4, 9), id="the day of the posting not counted"),
        pytest.param(1, True, date(2026, 4, 2), id="one day"),
    ],
)
def test_the_first_day_of_the_effect(days, counts, expected):
    assert served_on(POSTED, Terms(days, counts)) == expected


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        pytest.param(date(2026, 12, 29), date(2027, 1, 5), id="holidays do not put it off"),
        pytest.param(date(2028, 2, 25), date(2028, 3, 3), id="leap year"),
    ],
)
def test_the_days_are_those_of_the_calendar_地方税法20条の2第3項(posted, expected):
    assert served_on(posted, Terms(7, True)) == expected


def test_the_days_of_a_procedure_come_from_the_table():
    table = {"tax": {"days": 7, "first_day_counts": True}, "court": {"days": "x", "first_day_counts": False}}
    assert terms_of(table, Route.TAX) == Terms(7, True)
    for route in (Route.LOCAL, Route.COURT):
        with pytest.raises(RouteUnknown, match=r"public_notice\.days"):
            terms_of(table, route)


NEEDED, FREE = ("resident", "site", "phone"), ("phone",)
SINCE = date(2026, 4, 1)


def tried(step: str, *, found: bool = False, on: date = SINCE, proven: bool = True) -> Tried:
    return Tried(step, found, on, proven)


ENOUGH = [tried("resident"), tried("site"), tried("phone", proven=False)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param(ENOUGH, Lack(), id="enough: a telephone call needs no paper"),
        pytest.param(ENOUGH[:2], Lack(missing=("phone",)), id="one step is missing"),
        pytest.param([], Lack(missing=NEEDED), id="nothing tried"),
        pytest.param([*ENOUGH[1:], tried("resident", proven=False)], Lack(unproven=("resident",)), id="no proof"),
        pytest.param(
            [*ENOUGH[1:], tried("resident", on=SINCE - timedelta(days=1))],
            Lack(missing=("resident",)),
            id="a day too old",
        ),
        pytest.param([*ENOUGH, tried("work", found=True)], Lack(found=True), id="found by a step that was not needed"),
        pytest.param(
            [*ENOUGH, tried("site", found=True, on=SINCE + timedelta(days=1))], Lack(found=True), id="found later"
        ),
        pytest.param(
            [tried("site", found=True), tried("resident"), tried("phone"), tried("site", on=SINCE + timedelta(days=1))],
            Lack(),
            id="the last look counts: not there any more",
        ),
    ],
)
def test_what_must_have_been_tried_地方税法20条の2第1項(steps, expected):
    found = lacking(steps, needed=NEEDED, unproven_will_do=FREE, since=SINCE)
    assert found == expected
    assert bool(found) is (expected != Lack())


# --- names in the window and on the board ---------------------------------------------------------------


def window(**facts):
    return window_name(Destination(**({"name": "架空 太郎", "postal_code": "", "address": "", "reason": ""} | facts)))


@pytest.mark.parametrize(
    ("facts", "lines", "honorific", "on_the_board"),
    [
        pytest.param({}, ("架空　太郎",), "様", "架空　太郎", id="the person"),
        pytest.param(
            {"name": "架空 花子", "on_behalf": "架空 太郎　様　成年後見人等"},
            ("架空　太郎　様　成年後見人等", "架空　花子"),
            "様",
            "架空　花子",
            id="a guardian: the ward is nobody's business",
        ),
        pytest.param(
            {"name": "架空商事", "is_corporate": True, "representative": "架空 次郎"},
            ("架空商事", "代表者　架空 次郎"),
            "様",
            "架空商事　代表者　架空 次郎",
            id="a company with its representative",
        ),
        pytest.param(
            {"name": "一般社団法人" + "架" * 18, "is_corporate": True, "representative": "架空 次郎"},
            ("一般社団法人", "架" * 18),
            "御中",
            "一般社団法人　" + "架" * 18,
            id="a company whose name needs both lines",
        ),
        pytest.param({"name": "架空商事", "is_corporate": True}, ("架空商事",), "御中", "架空商事", id="a company"),
        pytest.param(
            {"name": "架空法律事務所", "is_corporate": True, "on_behalf": "架空商事　御中　代理人"},
            ("架空商事　御中　代理人", "架空法律事務所"),
            "御中",
            "架空法律事務所",
            id="an office that acts for a company",
        ),
    ],
)
def test_who_stands_in_the_window_and_who_on_the_board(facts, lines, honorific, on_the_board):
    made = window(**facts)
    assert (made.name_lines, made.honorific) == (lines, honorific)
    assert recipient(made.name_lines) == on_the_board
