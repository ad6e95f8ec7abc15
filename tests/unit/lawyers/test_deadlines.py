"""Court deadlines and standings: boundary days by hand from the articles in the ids. All synthetic."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.prescription import Event, EventKind, PrescriptionTerms, prescription
from lawyers.rules.court import Forum
from lawyers.rules.deadlines import ClockKind, State, deadlines, stands
from lawyers.rules.proceedings import ProceedingEvent as E
from lawyers.rules.proceedings import court_last_day

HOLIDAYS = {
    date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 23), date(2026, 10, 12), date(2026, 11, 3), date(2026, 11, 23),
    date(2027, 1, 1), date(2027, 1, 11),
}  # fmt: skip
ORDER, SMALL, SUMMARY = Forum.PAYMENT_ORDER, Forum.SMALL, Forum.SUMMARY
FILED = (E.FILED, date(2026, 8, 20))
SERVED = (E.SERVED, date(2026, 9, 1))  # a Tuesday: objection until 15 September, to be asked until 15 October
ASKED = (E.PROVISIONAL_ASKED, date(2026, 10, 15))
PROVISIONAL = (E.PROVISIONAL_SERVED, date(2026, 10, 20))  # two weeks end on a holiday, so on 4 November


def rows(route, *events, on):
    found = deadlines(route, events, on=on, holidays=HOLIDAYS, warn_days=7)
    return {one.code: one for one in found}


def standing(route, *events, on):
    return stands(route, events, on=on, holidays=HOLIDAYS)


@pytest.mark.parametrize(
    ("nominal", "last_day"),
    [
        pytest.param(date(2026, 9, 15), date(2026, 9, 15), id="a Tuesday"),
        pytest.param(date(2026, 9, 19), date(2026, 9, 24), id="民訴法95条3項: Saturday and four days off"),
        pytest.param(date(2026, 12, 28), date(2026, 12, 28), id="the last day of business"),
        pytest.param(date(2026, 12, 29), date(2027, 1, 4), id="民訴法95条3項: 29 December"),
        pytest.param(date(2027, 1, 2), date(2027, 1, 4), id="民訴法95条3項: 2 January"),
    ],
)
def test_a_period_ends_on_a_day_of_business(nominal, last_day):
    assert court_last_day(nominal, HOLIDAYS) == last_day


@pytest.mark.parametrize(
    ("served", "objection", "ask_by"),
    [
        pytest.param(date(2026, 9, 1), date(2026, 9, 15), date(2026, 10, 15), id="民訴法391条1項, 392条: plain days"),
        pytest.param(date(2026, 9, 7), date(2026, 9, 24), date(2026, 10, 26), id="95条3項: both moved"),
        pytest.param(date(2026, 12, 16), date(2027, 1, 4), date(2027, 2, 3), id="95条3項: over the year's end"),
        pytest.param(date(2026, 9, 28), date(2026, 10, 13), date(2026, 11, 12), id="a holiday on the last day"),
    ],
)
def test_from_the_service_of_a_payment_order(served, objection, ask_by):
    found = rows(ORDER, (E.FILED, date(2026, 8, 20)), (E.SERVED, served), on=served)
    assert (found["objection"].last_day, found["objection"].whose) == (objection, "debtor")
    assert (found["provisional"].last_day, found["provisional"].whose) == (ask_by, "city")


@pytest.mark.parametrize(
    ("on", "state", "missed", "near"),
    [
        pytest.param(date(2026, 9, 15), State.SERVED, False, False, id="391条1項: the last day of the objection"),
        pytest.param(date(2026, 9, 16), State.MAY_ASK, False, False, id="392条: the first of the thirty days"),
        pytest.param(date(2026, 10, 7), State.MAY_ASK, False, False, id="eight days before"),
        pytest.param(date(2026, 10, 8), State.MAY_ASK, False, True, id="a week before"),
        pytest.param(date(2026, 10, 15), State.MAY_ASK, False, True, id="392条: the thirtieth day"),
        pytest.param(date(2026, 10, 16), State.LAPSED, True, False, id="392条: a day late"),
    ],
)
def test_the_thirty_days_to_ask_for_provisional_execution(on, state, missed, near):
    assert standing(ORDER, FILED, SERVED, on=on).state is state
    row = rows(ORDER, FILED, SERVED, on=on)["provisional"]
    assert (row.missed, row.near, row.done) == (missed, near, False)


def test_a_lapsed_order_leaves_six_months_only_民法147条1項():
    found = standing(ORDER, FILED, SERVED, on=date(2026, 10, 16))
    assert (found.lapsed_on, found.final_on) == (date(2026, 10, 16), None)
    begins, ended = found.clock
    assert (begins.kind, begins.on) == (ClockKind.BEGINS, date(2026, 8, 20))
    assert (ended.kind, ended.on, ended.until, ended.cancelled) == (
        ClockKind.ENDED, date(2026, 10, 15), date(2027, 4, 15), True,
    )  # fmt: skip


def test_what_is_asked_on_the_last_day_is_in_time_and_a_day_later_is_not():
    assert standing(ORDER, FILED, SERVED, ASKED, on=date(2026, 10, 30)).state is State.ASKED
    assert rows(ORDER, FILED, SERVED, ASKED, on=date(2026, 10, 30))["provisional"].done
    late = (E.PROVISIONAL_ASKED, date(2026, 10, 16))
    assert standing(ORDER, FILED, SERVED, late, on=date(2026, 10, 30)).state is State.LAPSED
    assert rows(ORDER, FILED, SERVED, late, on=date(2026, 10, 30))["provisional"].missed


@pytest.mark.parametrize(
    ("on", "state", "final_on"),
    [
        pytest.param(date(2026, 11, 4), State.PROVISIONAL, None, id="393条: the last day, moved off a holiday"),
        pytest.param(date(2026, 11, 5), State.FINAL, date(2026, 11, 5), id="396条: final the day after"),
    ],
)
def test_after_provisional_execution(on, state, final_on):
    events = (FILED, SERVED, ASKED, PROVISIONAL)
    found = standing(ORDER, *events, on=on)
    assert (found.state, found.final_on) == (state, final_on)
    assert rows(ORDER, *events, on=on)["objection_after"].last_day == date(2026, 11, 4)
    if final_on:
        assert (found.clock[-1].kind, found.clock[-1].on) == (ClockKind.FINAL, final_on)


@pytest.mark.parametrize(
    ("events", "objection", "state"),
    [
        pytest.param((FILED, SERVED), date(2026, 9, 15), State.OBJECTED, id="395条: on the last day"),
        pytest.param((FILED, SERVED), date(2026, 9, 16), State.OBJECTED, id="390条: late, but before 仮執行宣言"),
        pytest.param((FILED, SERVED, ASKED, PROVISIONAL), date(2026, 11, 4), State.OBJECTED, id="393条: the last day"),
        pytest.param((FILED, SERVED, ASKED, PROVISIONAL), date(2026, 11, 5), State.FINAL, id="394条: too late"),
    ],
)
def test_an_objection_makes_a_suit_or_comes_too_late(events, objection, state):
    found = standing(ORDER, *events, (E.OBJECTION, objection), on=date(2026, 11, 10))
    assert found.state is state
    assert found.clock[0].on == date(2026, 8, 20)  # deemed filed with the order
    assert len(found.clock) == (2 if state is State.FINAL else 1)


def test_after_an_objection_nothing_need_be_asked_and_hearings_count():
    objection = (E.OBJECTION, date(2026, 9, 10))
    hearing = (E.HEARING, date(2026, 12, 1))
    found = rows(ORDER, FILED, SERVED, objection, hearing, on=date(2026, 11, 24))
    assert list(found) == ["objection", "hearing"]
    assert found["objection"].done
    assert (found["hearing"].last_day, found["hearing"].near, found["hearing"].whose) == (hearing[1], True, "city")
    assert not found["hearing"].done
    past = rows(ORDER, FILED, SERVED, objection, hearing, on=date(2026, 12, 2))["hearing"]
    assert (past.done, past.missed) == (True, False)
    ended = (E.WITHDRAWN, date(2026, 11, 30))
    assert "hearing" not in rows(ORDER, FILED, SERVED, objection, hearing, ended, on=date(2026, 12, 2))


@pytest.mark.parametrize(
    ("route", "code"),
    [pytest.param(SUMMARY, "appeal", id="285条"), pytest.param(SMALL, "small_objection", id="378条1項")],
)
def test_a_judgment_is_final_after_two_weeks_unless_it_is_fought(route, code):
    events = (FILED, SERVED, (E.JUDGMENT_SERVED, date(2026, 11, 9)))  # two weeks end on a holiday, so on 24 November
    assert rows(route, *events, on=date(2026, 11, 24))[code].last_day == date(2026, 11, 24)
    assert standing(route, *events, on=date(2026, 11, 24)).state is State.JUDGED
    assert standing(route, *events, on=date(2026, 11, 25)).final_on == date(2026, 11, 25)
    fought = (E.APPEALED, date(2026, 11, 24))
    assert standing(route, *events, fought, on=date(2026, 12, 24)).state is State.APPEALED
    assert rows(route, *events, fought, on=date(2026, 12, 24))[code].done
    late = (E.APPEALED, date(2026, 11, 25))
    assert standing(route, *events, late, on=date(2026, 12, 24)).final_on == date(2026, 11, 25)
    after = (E.FINAL, date(2027, 3, 1))
    assert standing(route, *events, fought, after, on=date(2027, 3, 1)).final_on == date(2027, 3, 1)


def test_a_settlement_is_final_at_once_267条():
    found = standing(SUMMARY, FILED, SERVED, (E.SETTLED, date(2026, 11, 20)), on=date(2026, 11, 20))
    assert (found.state, found.final_on, found.clock[-1].kind) == (State.SETTLED, date(2026, 11, 20), ClockKind.FINAL)
    assert found.label == "和解（確定判決と同じ効力）"


@pytest.mark.parametrize("event", [E.WITHDRAWN, E.DISMISSED])
def test_what_came_to_nothing_leaves_six_months_民法147条1項(event):
    found = standing(SUMMARY, FILED, (event, date(2026, 8, 31)), on=date(2026, 9, 1))
    assert found.state.value == event.value
    assert (found.clock[-1].on, found.clock[-1].until) == (date(2026, 8, 31), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("on", "state"),
    [
        pytest.param(date(2026, 8, 31), State.UNSERVED, id="388条3項: two months to the day"),
        pytest.param(date(2026, 9, 1), State.LAPSED, id="388条3項: deemed withdrawn"),
    ],
)
def test_an_order_that_could_not_be_served(on, state):
    filed, told = (E.FILED, date(2026, 6, 1)), (E.UNSERVED, date(2026, 6, 30))
    assert rows(ORDER, filed, told, on=on)["address"].last_day == date(2026, 8, 31)
    assert standing(ORDER, filed, told, on=on).state is state
    named = (E.NEW_ADDRESS, date(2026, 8, 31))
    assert standing(ORDER, filed, told, named, on=on).state is State.FILED
    assert standing(ORDER, filed, told, (E.SERVED, on), on=on).state is State.SERVED
    again = (E.UNSERVED, date(2026, 8, 31))
    named = (E.NEW_ADDRESS, date(2026, 7, 31))
    assert standing(ORDER, filed, told, named, again, on=on).state is State.UNSERVED


def test_before_filing_and_tomorrow():
    assert standing(ORDER, on=date(2026, 8, 19)).state is State.NOT_FILED
    assert standing(ORDER, FILED, SERVED, on=date(2026, 8, 19)).clock == ()
    assert standing(ORDER, FILED, SERVED, on=date(2026, 8, 20)).state is State.FILED
    assert standing(SUMMARY, FILED, SERVED, on=date(2026, 9, 1)).state is State.SUIT


@pytest.mark.parametrize(
    ("route", "events", "says"),
    [
        pytest.param(ORDER, [SERVED], "「申立て・訴えの提起」の記録がありません", id="served, never filed"),
        pytest.param(ORDER, [(E.FILED, date(2026, 9, 2)), SERVED], "の記録がありません", id="served before it was filed"),
        pytest.param(ORDER, [FILED, SERVED, (E.SERVED, date(2026, 9, 2))], "2回あります", id="served twice"),
        pytest.param(SUMMARY, [FILED, SERVED, (E.OBJECTION, date(2026, 9, 2))], "支払督促だけ", id="objection in a suit"),
        pytest.param(ORDER, [FILED, SERVED, (E.PROVISIONAL_ASKED, date(2026, 9, 15))], "9月15日の翌日から", id="391条1項: too early"),
        pytest.param(ORDER, [FILED, SERVED, (E.OBJECTION, date(2026, 9, 10)), ASKED], "訴訟になった後", id="390条: asked after it"),
        pytest.param(ORDER, [FILED, SERVED, (E.OBJECTION, date(2026, 10, 16))], "効力を失って", id="392条: objection to nothing"),
        pytest.param(ORDER, [FILED, SERVED, (E.PROVISIONAL_ASKED, date(2026, 10, 16)), PROVISIONAL], "効力を失って", id="392条: asked late"),
        pytest.param(ORDER, [FILED, SERVED, ASKED, PROVISIONAL, (E.FINAL, date(2026, 11, 4))], "過ぎてから確定", id="396条: too early"),
        pytest.param(ORDER, [FILED, SERVED, (E.JUDGMENT_SERVED, date(2026, 10, 1))], "「督促異議」の記録", id="a judgment without a suit"),
        pytest.param(SUMMARY, [FILED, SERVED, (E.SETTLED, date(2026, 10, 1)), (E.WITHDRAWN, date(2026, 10, 1))], "終わった手続", id="two ends"),
        pytest.param(SUMMARY, [FILED, (E.WITHDRAWN, date(2026, 8, 25)), SERVED], "終わった手続", id="served after the end"),
    ],
)  # fmt: skip
def test_contradictions_are_refused_in_japanese(route, events, says):
    for call in (
        lambda: standing(route, *events, on=date(2026, 12, 1)),
        lambda: rows(route, *events, on=date(2026, 12, 1)),
    ):
        with pytest.raises(ValueError, match=says):
            call()


def test_the_order_in_which_events_were_entered_does_not_matter():
    events = [FILED, SERVED, ASKED, PROVISIONAL]
    on = date(2026, 11, 10)
    wanted = standing(ORDER, *events, on=on), rows(ORDER, *events, on=on)
    assert all((standing(ORDER, *some, on=on), rows(ORDER, *some, on=on)) == wanted for some in permutations(events))


@given(st.dates(date(2026, 1, 1), date(2027, 6, 30)), st.integers(0, 120))
def test_an_order_always_stands_somewhere_and_its_days_are_days_of_business(served, later):
    events, on = [(E.FILED, served), (E.SERVED, served)], served + timedelta(days=later)
    found = rows(ORDER, *events, on=on)
    first, ask_by = found["objection"].last_day, found["provisional"].last_day
    assert timedelta(14) <= first - served <= timedelta(20)
    assert timedelta(30) <= ask_by - first <= timedelta(36)
    assert all(day.weekday() < 5 and day not in HOLIDAYS for day in (first, ask_by))
    assert standing(ORDER, *events, on=on).state is (
        State.SERVED if on <= first else State.MAY_ASK if on <= ask_by else State.LAPSED
    )


def test_the_clock_of_a_claim_reads_what_is_to_be_recorded_民法169条():
    kinds = {
        ClockKind.BEGINS: EventKind.SUIT,
        ClockKind.ENDED: EventKind.SUIT_WITHDRAWN,
        ClockKind.FINAL: EventKind.JUDGMENT,
    }

    def last_day(*events, on):
        effects = standing(ORDER, *events, on=on).clock
        chain = [Event(kinds[one.kind], one.on) for one in effects]
        return prescription(
            start_on=date(2021, 9, 1), terms=PrescriptionTerms(5, needs_enyo=True), events=chain, as_of=on
        ).last_day

    assert last_day(FILED, SERVED, on=date(2026, 9, 1)) is None
    assert last_day(FILED, SERVED, on=date(2026, 10, 16)) == date(2027, 4, 15)
    assert last_day(FILED, SERVED, ASKED, PROVISIONAL, on=date(2026, 11, 5)) == date(2036, 11, 5)
