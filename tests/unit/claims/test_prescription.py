import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.rules.prescription import DunningEffect, Event, EventKind, PrescriptionTerms, Status, prescription
from toyota_collect.calendar import last_day_after, last_day_of_period

CASES = json.loads((Path(__file__).parents[2] / "cases" / "prescription.json").read_text(encoding="utf-8"))["cases"]
AS_OF = date(2026, 11, 20)


def day(text):
    return date.fromisoformat(text) if text else None


def run(start, *events, years=5, as_of=AS_OF, **terms):
    """Each event is ``(kind, day)`` or, for a deferral, ``(kind, day, from, to[, by_application])``."""
    made = [Event(EventKind(kind), day(on), *(day(text) for text in more[:2]), *more[2:]) for kind, on, *more in events]
    return prescription(start_on=day(start), terms=PrescriptionTerms(years, **terms), events=made, as_of=as_of)


def last(*args, **kwargs):
    result = run(*args, **kwargs).last_day
    return result.isoformat() if result else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_reproduces_the_worked_case(case):
    events = [
        (
            event["type"],
            event["date"],
            *([event["from"], event["to"], event["by_application"]] if "from" in event else []),
        )
        for event in case["events"]
    ]
    result = run(case["start_day"], *events, years=case["period_years"], needs_enyo=case.get("needs_enyo", False))
    assert result.last_day == day(case["expected_last_day"])
    assert result.extinct_from == day(case["expected_extinct_from"])
    assert result.stop_ends_on == day(case.get("teishi_3y_last_day"))
    assert [step.on for step in result.steps[1:]] == sorted(day(event["date"]) for event in case["events"])


SENT = ("tokusoku_tax", "2021-09-21")  # renews from 2021-10-02, so that the period ends on 2026-10-01


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([SENT], "2026-10-01", id="18条の2第1項2号: the day after the tenth day has passed"),
        pytest.param([SENT, ("shonin", "2021-09-24")], "2026-10-01", id="acknowledged within the ten days"),
        pytest.param([SENT, ("shonin", "2021-10-01")], "2026-10-01", id="acknowledged on the tenth day"),
        pytest.param([SENT, ("shonin", "2021-10-02")], "2026-10-02", id="acknowledged a day later"),
        pytest.param([SENT, ("tokusoku_tax", "2022-03-01")], "2026-10-01", id="a second 督促 renews nothing"),
        pytest.param([SENT, ("tokusoku_koho", "2022-03-01")], "2026-10-01", id="whatever its kind"),
        pytest.param([SENT, SENT], "2026-10-01", id="the same 督促 entered twice"),
        pytest.param([("shonin", "2022-01-05"), SENT], "2027-01-05", id="events given out of order"),
        pytest.param([("ichibu_nofu", "2024-02-29")], "2029-02-28", id="part payment on 29 February"),
        pytest.param([("ichibu_nofu", "2024-02-28")], "2029-02-28", id="first counted day 29 February"),
        pytest.param([("shonin", "2026-08-31")], "2031-08-31", id="on the last day of the period"),
        pytest.param([("shonin", "2026-09-01")], "2026-08-31", id="a day too late"),
        pytest.param([("tokusoku_tax", "2026-08-31")], "2031-09-10", id="督促 on the last day"),
        pytest.param([("tokusoku_tax", "2026-09-01")], "2026-08-31", id="督促 a day too late"),
    ],
)
def test_renewals(events, expected):
    assert last("2021-09-01", *events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([("saikoku", "2026-06-02")], "2026-12-02", id="six months from the demand"),
        pytest.param([("saikoku", "2026-08-31")], "2027-02-28", id="on the last day; no 31 February"),
        pytest.param([("saikoku", "2026-09-01")], "2026-08-31", id="a day too late"),
        pytest.param([("saikoku", "2026-01-15")], "2026-08-31", id="too early to matter"),
        pytest.param(
            [("saikoku", "2026-06-02"), ("saikoku", "2026-08-30")],
            "2027-02-28",
            id="repeated before the period has run out: from the last one",
        ),
        pytest.param([("saikoku", "2026-06-02"), ("saikoku", "2026-11-04")], "2026-12-02", id="民法150条2項"),
        pytest.param(
            [("saikoku", "2026-06-02"), ("shonin", "2026-12-02")], "2031-12-02", id="acknowledged in the grace"
        ),
        pytest.param([("saikoku", "2026-06-02"), ("shonin", "2026-12-03")], "2026-12-02", id="acknowledged after it"),
        pytest.param(
            [("saikoku", "2026-06-02"), ("soshou", "2026-12-02"), ("soshou_torisage", "2027-05-31")],
            "2027-11-30",
            id="sued in the grace and withdrawn",
        ),
        pytest.param(
            [("soshou", "2026-08-01"), ("soshou_torisage", "2026-09-10"), ("saikoku", "2027-01-10")],
            "2027-03-10",
            id="a demand in the grace after a withdrawal adds nothing",
        ),
    ],
)
def test_demands(events, expected):
    assert last("2021-09-01", *events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([("sashiosae", "2023-05-10")], None, id="open"),
        pytest.param([("sashiosae", "2023-05-10"), ("ichibu_nofu", "2024-01-05")], None, id="paid in part while open"),
        pytest.param([("sashiosae", "2023-05-10"), ("sashiosae_end", "2024-05-10")], "2029-05-10", id="ended"),
        pytest.param([("sashiosae", "2023-05-10"), ("sashiosae_end", "2023-05-10")], "2028-05-10", id="on one day"),
        pytest.param(
            [("sashiosae", "2023-05-10"), ("kofuyokyu", "2023-09-01"), ("sashiosae_end", "2024-02-01")],
            None,
            id="差押 ended, 交付要求 goes on",
        ),
        pytest.param(
            [
                ("sashiosae", "2023-05-10"),
                ("kofuyokyu", "2023-09-01"),
                ("sashiosae_end", "2024-02-01"),
                ("kofuyokyu_end", "2025-03-31"),
            ],
            "2030-03-31",
            id="until the last of both ends",
        ),
        pytest.param(
            [
                ("kofuyokyu", "2023-09-01"),
                ("sashiosae", "2023-05-10"),
                ("kofuyokyu_end", "2024-02-01"),
                ("sashiosae_end", "2025-03-31"),
            ],
            "2030-03-31",
            id="the other way round",
        ),
        pytest.param(
            [
                ("sashiosae", "2023-05-10"),
                ("sashiosae", "2023-06-10"),
                ("sashiosae_end", "2024-02-01"),
                ("sashiosae_end", "2024-08-01"),
            ],
            "2029-08-01",
            id="two seizures",
        ),
        pytest.param([("sashiosae", "2023-05-10"), ("sashiosae_torikeshi", "2023-07-10")], "2026-08-31", id="cancelled early"),
        pytest.param(
            [("sashiosae", "2026-05-10"), ("sashiosae_torikeshi", "2026-08-31")], "2027-02-28", id="cancelled: six months only"
        ),
        pytest.param(
            [("sashiosae", "2026-05-10"), ("shonin", "2026-06-01"), ("sashiosae_torikeshi", "2027-01-10")],
            "2031-06-01",
            id="acknowledged while seized, then cancelled",
        ),
        pytest.param(
            [("sashiosae", "2026-09-01"), ("sashiosae_end", "2027-01-01")], "2026-08-31", id="seized and ended too late"
        ),
        pytest.param(
            [("sashiosae", "2023-05-10"), ("sashiosae_end", "2024-02-01"), ("sashiosae", "2024-02-01")],
            None,
            id="seized again on the day of the end",
        ),
    ],
)  # fmt: skip
def test_procedures(events, expected):
    assert last("2021-09-01", *events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([("soshou", "2022-03-01"), ("hanketsu_kakutei", "2022-08-10")], "2032-08-10", id="民法169条"),
        pytest.param(
            [("soshou", "2022-03-01"), ("hanketsu_kakutei", "2022-08-10"), ("ichibu_nofu", "2025-01-31")],
            "2035-01-31",
            id="every renewal after a judgment runs ten years",
        ),
        pytest.param(
            [
                ("soshou", "2022-03-01"),
                ("hanketsu_kakutei", "2022-08-10"),
                ("sashiosae", "2023-01-10"),
                ("sashiosae_end", "2024-02-29"),
            ],
            "2034-02-28",
            id="and so after a seizure on the judgment",
        ),
        pytest.param([("ichibu_nofu", "2022-01-31"), ("soshou", "2022-03-01")], None, id="pending"),
    ],
)
def test_judgments(events, expected):
    assert last("2021-09-01", *events, needs_enyo=True) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([("yuyo", "2022-03-01", "2022-03-02", "2023-03-01")], "2027-08-31", id="ex officio: adds its 365 days"),
        pytest.param([("yuyo", "2023-09-01", "2023-09-02", "2024-09-01")], "2027-09-01", id="366 days with a leap day"),
        pytest.param(
            [("yuyo", "2022-03-01", "2022-03-02", "2023-03-01", True)], "2028-03-01", id="by application: five years from its end"
        ),
        pytest.param(
            [("yuyo", "2022-03-01", "2022-03-05", "2023-03-04", True)], "2028-02-29", id="three days run before it begins"
        ),
        pytest.param(
            [("yuyo", "2022-03-01", "2022-03-02", "2023-03-01"), ("ichibu_nofu", "2022-06-15")],
            "2028-03-01",
            id="a part payment inside runs after the end",
        ),
        pytest.param(
            [("yuyo", "2022-03-01", "2022-03-02", "2023-03-01"), ("ichibu_nofu", "2023-03-01")],
            "2028-03-01",
            id="a part payment on its last day",
        ),
        pytest.param(
            [("yuyo", "2022-03-01", "2022-03-02", "2022-06-01"), ("yuyo", "2022-06-01", "2022-06-02", "2022-09-01")],
            "2027-03-03",
            id="successive: 92 + 92 days, no gap",
        ),
        pytest.param(
            [("yuyo", "2022-03-01", "2022-03-02", "2022-06-01"), ("yuyo", "2022-05-01", "2022-05-02", "2022-09-01")],
            "2027-03-03",
            id="overlapping days count once",
        ),
        pytest.param(
            [
                ("yuyo", "2022-03-01", "2022-03-02", "2023-03-01", True),
                ("yuyo", "2023-02-20", "2023-03-02", "2024-03-01", True),
            ],
            "2029-03-01",
            id="extended by application",
        ),
        pytest.param(
            [("yuyo", "2021-09-21", "2021-09-22", "2022-09-21"), SENT], "2027-09-21", id="督促 renewed inside a deferral"
        ),
        pytest.param([("yuyo", "2026-09-01", "2026-09-02", "2027-09-01", True)], "2026-08-31", id="applied for too late"),
        pytest.param([("yuyo", "2026-08-20", "2026-08-31", "2027-02-28")], "2027-03-01", id="one day was left"),
        pytest.param(
            [("saikoku", "2026-08-01"), ("yuyo", "2026-09-20", "2026-09-21", "2027-09-20")],
            "2027-09-20",
            id="granted in the grace: not before its end",
        ),
        pytest.param(
            [("saikoku", "2026-08-01"), ("yuyo", "2027-01-20", "2027-02-01", "2027-09-20")],
            "2027-09-20",
            id="beginning on the last day of the grace",
        ),
        pytest.param(
            [
                ("saikoku", "2026-08-01"),
                ("yuyo", "2026-09-20", "2026-09-21", "2027-03-01"),
                ("yuyo", "2027-02-20", "2027-03-02", "2027-05-01"),
            ],
            "2027-05-01",
            id="two in a row in the grace",
        ),
    ],
)  # fmt: skip
def test_deferrals(events, expected):
    assert last("2021-09-01", *events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([("shikko_teishi", "2022-04-01")], "2025-04-01", id="15条の7第4項: three years come first"),
        pytest.param([("shikko_teishi", "2024-02-29")], "2026-08-31", id="prescription comes first"),
        pytest.param([("shikko_teishi", "2022-04-01"), ("ichibu_nofu", "2024-01-10")], "2025-04-01", id="and a part payment"),
        pytest.param([("shikko_teishi", "2024-04-01"), ("ichibu_nofu", "2024-10-10")], "2027-04-01", id="payment renews the clock"),
        pytest.param([("shikko_teishi", "2022-04-01"), ("ichibu_nofu", "2025-04-02")], "2025-04-01", id="paid after the end"),
        pytest.param([("shikko_teishi", "2022-04-01"), ("shikko_teishi_torikeshi", "2023-01-05")], "2026-08-31", id="15条の8"),
        pytest.param([("shikko_teishi", "2022-04-01"), ("sashiosae", "2023-01-05")], "2025-04-01", id="a seizure holds prescription alone"),
    ],
)  # fmt: skip
def test_stop_of_execution(events, expected):
    assert last("2021-09-01", *events) == expected


def test_the_day_of_the_stop_may_count():
    assert last("2021-09-01", ("shikko_teishi", "2022-04-01"), stop_day_counts=True) == "2025-03-31"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([("saikoku", "2020-03-31")], "2020-06-30", id="旧153条: a demand alone does nothing"),
        pytest.param([("saikoku", "2020-04-01")], "2020-10-01", id="民法150条 from 1 April 2020"),
        pytest.param(
            [("saikoku", "2020-03-31"), ("sashiosae", "2020-09-30"), ("sashiosae_end", "2020-10-20")],
            "2025-10-20",
            id="旧153条: with a seizure within six months",
        ),
        pytest.param(
            [("saikoku", "2020-03-31"), ("sashiosae", "2020-10-01"), ("sashiosae_end", "2020-10-20")],
            "2020-06-30",
            id="a seizure a day too late",
        ),
        pytest.param([("saikoku", "2020-03-31"), ("shonin", "2020-08-01")], "2020-06-30", id="an acknowledgement does not save it"),
        pytest.param([("sashiosae", "2019-12-01"), ("sashiosae_torikeshi", "2020-06-20")], "2020-06-30", id="旧154条"),
        pytest.param([("shonin", "2020-03-31")], "2025-03-31", id="旧147条: an acknowledgement interrupts"),
    ],
)  # fmt: skip
def test_events_before_1_april_2020_follow_the_former_law(events, expected):
    assert last("2015-07-01", *events) == expected


@pytest.mark.parametrize(
    ("effect", "sent", "arrived", "deadline", "expected"),
    [
        (DunningEffect.TAX10, "2023-08-21", None, None, "2025-08-31"),
        (DunningEffect.DISPATCH, "2023-08-21", None, None, "2025-08-21"),
        (DunningEffect.ARRIVAL, "2023-08-21", "2023-08-22", None, "2025-08-22"),
        (DunningEffect.DEADLINE, "2023-08-21", "2023-08-22", "2023-08-31", "2025-08-31"),
    ],
)
def test_the_basis_of_the_first_dunning_is_a_setting(effect, sent, arrived, deadline, expected):
    terms = PrescriptionTerms(2, dunning_effect=effect)
    event = terms.dunning(sent_on=day(sent), arrived_on=day(arrived), deadline_on=day(deadline))
    assert prescription(start_on=day("2023-08-01"), terms=terms, events=[event], as_of=AS_OF).last_day == day(expected)


def test_a_dunning_without_the_day_it_counts_from_is_refused():
    with pytest.raises(ValueError, match="督促の日"):
        PrescriptionTerms(2).dunning(sent_on=AS_OF)
    with pytest.raises(ValueError, match="督促の日"):
        PrescriptionTerms(2, dunning_effect=DunningEffect.DEADLINE).dunning(sent_on=AS_OF)


DEFERRED = ("yuyo", "2026-03-01", "2026-03-02", "2026-06-01")


@pytest.mark.parametrize(
    ("events", "terms", "as_of", "status"),
    [
        ([], {}, "2026-08-31", Status.RUNNING),
        ([], {}, "2026-09-01", Status.EXTINCT),
        ([], {"needs_enyo": True}, "2026-09-01", Status.AWAITING_ENYO),
        ([("sashiosae", "2023-01-01")], {}, "2027-01-01", Status.POSTPONED),
        ([("saikoku", "2026-06-02")], {}, "2026-08-31", Status.RUNNING),
        ([("saikoku", "2026-06-02")], {}, "2026-09-01", Status.POSTPONED),
        ([("saikoku", "2026-06-02")], {}, "2026-12-03", Status.EXTINCT),
        ([DEFERRED], {}, "2026-06-01", Status.SUSPENDED),
        ([DEFERRED], {}, "2026-06-02", Status.RUNNING),
        ([SENT], {}, "2021-10-01", Status.POSTPONED),
        ([SENT], {}, "2021-10-02", Status.RUNNING),
    ],
)
def test_status_on_a_day(events, terms, as_of, status):
    assert run("2021-09-01", *events, as_of=day(as_of), **terms).status is status


def test_every_status_has_its_label():
    assert [status.label for status in Status] == ["進行", "完成猶予中", "停止", "完成", "完成・援用待ち"]


def test_an_act_after_the_end_asks_for_a_decision():
    private = run("2021-09-01", ("shonin", "2026-09-10"), needs_enyo=True)
    public = run("2021-09-01", ("ichibu_nofu", "2026-09-10"))
    assert (private.last_day, private.status) == (date(2026, 8, 31), Status.AWAITING_ENYO)
    assert "援用の可否" in private.review
    assert "過誤納" in public.review
    assert not private.steps[-1].effective
    assert run("2021-09-01").review == ""


def test_days_and_months_left():
    clock = run("2021-09-01")
    assert (clock.days_left(day("2026-08-31")), clock.days_left(day("2026-08-30"))) == (0, 1)
    months = {
        text: clock.warning_months(day(text)) for text in ("2026-09-01", "2026-08-31", "2026-07-31", "2026-07-30")
    }
    assert months == {"2026-09-01": None, "2026-08-31": 1, "2026-07-31": 1, "2026-07-30": 3}
    assert [clock.warning_months(day(text)) for text in ("2026-02-28", "2025-08-31", "2025-08-30")] == [6, 12, None]
    assert run("2021-09-01", ("sashiosae", "2023-01-01")).days_left(AS_OF) is None


@pytest.mark.parametrize("kind", ["sashiosae_end", "sashiosae_torikeshi", "kofuyokyu_end", "soshou_torisage"])
def test_an_end_without_a_beginning_is_refused(kind):
    with pytest.raises(ValueError, match="始まりの記録がありません"):
        run("2021-09-01", (kind, "2022-01-01"))


def test_other_impossible_chains_are_refused():
    with pytest.raises(ValueError, match="執行停止の記録がありません"):
        run("2021-09-01", ("shikko_teishi_torikeshi", "2022-01-01"))
    with pytest.raises(ValueError, match="強制徴収公債権"):
        run("2021-09-01", ("shikko_teishi", "2022-01-01"), needs_enyo=True)
    with pytest.raises(ValueError, match="正しい期間"):
        run("2021-09-01", ("yuyo", "2022-01-01"))
    with pytest.raises(ValueError, match="正しい期間"):
        run("2021-09-01", ("yuyo", "2022-01-01", "2022-02-01", "2022-01-31"))
    with pytest.raises(ValueError, match="1年以上"):
        PrescriptionTerms(0)


# Against a walk through the single days ---------------------------------------------------------------

CLOSING = {"sashiosae": ["sashiosae_end", "sashiosae_torikeshi"], "kofuyokyu": ["kofuyokyu_end"],
           "soshou": ["hanketsu_kakutei", "soshou_torisage"]}  # fmt: skip
ENDS = [end for ends in CLOSING.values() for end in ends]
SIMPLE = ["tokusoku_tax", "tokusoku_koho", "shonin", "ichibu_nofu", "saikoku"]


@st.composite
def chains(draw):
    """Valid chains of events from April 2020 on, days as offsets from the first counted day."""
    start = draw(st.dates(date(2020, 4, 1), date(2024, 12, 31)))
    events = []
    for _ in range(draw(st.integers(0, 7))):
        on = start + timedelta(days=draw(st.integers(0, 1500)))
        kind = draw(st.sampled_from([*SIMPLE, *CLOSING, "yuyo"]))
        if kind == "yuyo":
            from_on = on + timedelta(days=draw(st.integers(0, 20)))
            to_on = from_on + timedelta(days=draw(st.integers(0, 500)))
            events.append(Event(EventKind.DEFERRAL, on, from_on, to_on, draw(st.booleans())))
        else:
            events.append(Event(EventKind(kind), on))
        if kind in CLOSING and draw(st.integers(0, 4)):
            end = on + timedelta(days=draw(st.integers(0, 700)))
            events.append(Event(EventKind(draw(st.sampled_from(CLOSING[kind]))), end))
    return start, draw(st.sampled_from([2, 3, 5])), events


def walk(first, years, events):
    """The last day of the claim from single days, or ``None``; written without the clock's formulas.

    The period has run out at the end of a day that is not suspended once the calendar period and, day
    for day, the suspended days since its start have passed.
    """
    order = dict.fromkeys(CLOSING, 0) | dict.fromkeys(ENDS, 2)
    # Of two 督促 on one day the one that renews from the earlier day counts (only one kind is real for a claim).
    pending = sorted(events, key=lambda event: (event.on, order.get(event.kind.value, 1), event.kind.value))
    suspended = set()
    start, grace, open_kinds, dunned = first, date.min, [], False
    today = first
    while today < first + timedelta(days=365 * 40):
        for event in [event for event in pending if event.on == today]:
            kind = event.kind.value
            if kind in ("tokusoku_tax", "tokusoku_koho") and not dunned:
                dunned = True
                start = max(start, event.on + timedelta(days=11 if kind == "tokusoku_tax" else 1))
            elif kind in ("shonin", "ichibu_nofu"):
                start = max(start, event.on + timedelta(days=1))
            elif kind == "saikoku":
                if not run_out(start, years, suspended, today - timedelta(days=1)):
                    grace = max(grace, last_day_after(today, months=6))
            elif kind in CLOSING:
                open_kinds.append(kind)
            elif kind == "yuyo":
                span = (event.to_on - event.from_on).days + 1
                suspended |= {event.from_on + timedelta(days=n) for n in range(span)}
                if event.by_application:
                    start = max(start, event.on + timedelta(days=1))
            elif kind in ENDS:
                opener = next(name for name, ends in CLOSING.items() if kind in ends)
                open_kinds.remove(opener)
                if kind in ("sashiosae_torikeshi", "soshou_torisage"):
                    grace = max(grace, last_day_after(today, months=6))
                else:
                    years = 10 if kind == "hanketsu_kakutei" else years
                    start = max(start, today + timedelta(days=1))
        if not open_kinds and today >= grace and today not in suspended and run_out(start, years, suspended, today):
            return today
        leaving = today in suspended and today + timedelta(days=1) not in suspended
        if not open_kinds and today >= grace and leaving:
            # Only the postponement ran inside the deferral: nothing is left after its last day.
            entered = min(suspended_run(suspended, today))
            if run_out(start, years, suspended, entered - timedelta(days=1)):
                return today
        today += timedelta(days=1)
    return None


def suspended_run(suspended, end):
    while end in suspended:
        yield end
        end -= timedelta(days=1)


def run_out(start, years, suspended, today):
    while start in suspended:
        start += timedelta(days=1)
    needed = (last_day_of_period(start, years=years) - start).days + 1
    return (today - start).days + 1 - sum(start <= off <= today for off in suspended) >= needed


@settings(max_examples=150, deadline=None)
@given(chains())
def test_equals_a_walk_through_the_days(chain):
    start, years, events = chain
    result = prescription(start_on=start, terms=PrescriptionTerms(years), events=events, as_of=AS_OF)
    assert result.last_day == walk(start, years, events)


def test_what_happened_on_one_day_counts_the_same_in_either_order():
    day = date(2020, 4, 1)
    events = [Event(EventKind.DUNNING_TAX, day), Event(EventKind.DUNNING, day)]
    last_days = {
        prescription(start_on=day, terms=PrescriptionTerms(2), events=chain, as_of=AS_OF).last_day
        for chain in (events, events[::-1])
    }
    assert len(last_days) == 1


@given(chains(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(chain, random):
    start, years, events = chain
    shuffled = events[:]
    random.shuffle(shuffled)
    terms = PrescriptionTerms(years)
    first = prescription(start_on=start, terms=terms, events=events, as_of=AS_OF)
    second = prescription(start_on=start, terms=terms, events=shuffled, as_of=AS_OF)
    assert (first.last_day, first.status) == (second.last_day, second.status)


@given(chains(), st.integers(0, 1500))
def test_an_acknowledgement_never_shortens(chain, days):
    start, years, events = chain
    terms = PrescriptionTerms(years)
    more = [*events, Event(EventKind.ACKNOWLEDGEMENT, start + timedelta(days=days))]
    plain = prescription(start_on=start, terms=terms, events=events, as_of=AS_OF).last_day
    longer = prescription(start_on=start, terms=terms, events=more, as_of=AS_OF).last_day
    assert longer is None or (plain is not None and plain <= longer)
