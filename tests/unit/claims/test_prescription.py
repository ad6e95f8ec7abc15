"""Worked cases and boundary days of every event that moves the clock."""

import json
from pathlib import Path

import pytest

from tests.unit.claims.prescription_runs import day, last, run

CASES = json.loads((Path(__file__).parents[2] / "cases" / "prescription.json").read_text(encoding="utf-8"))["cases"]


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
        pytest.param(
            [("shikko_teishi", "2024-02-01"), ("sashiosae", "2025-01-05"), ("sashiosae_torikeshi", "2027-03-01")],
            "2027-02-01",
            id="seized over the end of the period and cancelled after the three years: lost by the stop",
        ),
        pytest.param(
            [("shikko_teishi", "2022-04-01"), ("shikko_teishi", "2022-10-01"), ("shikko_teishi_torikeshi", "2023-01-05")],
            "2025-10-01",
            id="15条の8: one of two stops cancelled",
        ),
        pytest.param(
            [("shikko_teishi", "2022-04-01"), ("shikko_teishi_torikeshi", "2022-04-01")], "2026-08-31", id="15条の8: on one day"
        ),
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
        pytest.param(
            [("sashiosae", "2019-12-01"), ("shonin", "2020-08-01"), ("sashiosae_torikeshi", "2020-12-20")],
            "2020-06-30",
            id="旧154条: what was cancelled never kept the claim, an acknowledgement meanwhile came too late",
        ),
        pytest.param(
            [("sashiosae", "2019-12-01"), ("shonin", "2020-06-30"), ("sashiosae_torikeshi", "2020-12-20")],
            "2025-06-30",
            id="旧154条: an acknowledgement in time counts by itself",
        ),
        pytest.param(
            [("soshou", "2020-01-10"), ("soshou_torisage", "2020-05-31"), ("sashiosae", "2020-11-30")],
            None,
            id="旧149条・153条: a suit withdrawn counts as a demand until six months after",
        ),
        pytest.param(
            [("soshou", "2020-01-10"), ("soshou_torisage", "2020-05-31"), ("sashiosae", "2020-12-01")],
            "2020-06-30",
            id="旧149条・153条: a day too late",
        ),
        pytest.param(
            [
                ("saikoku", "2020-03-31"),
                ("soshou", "2020-09-30"),
                ("soshou_torisage", "2020-10-20"),
                ("sashiosae", "2020-11-30"),
            ],
            "2020-06-30",
            id="最判H25.6.6: a suit withdrawn does not prolong the demand before it",
        ),
        pytest.param(
            [("soshou", "2020-03-31"), ("soshou_torisage", "2020-05-01")], "2020-06-30", id="旧149条: begun on the last day of the former law"
        ),
        pytest.param(
            [("soshou", "2020-04-01"), ("soshou_torisage", "2020-05-01")], "2020-11-01", id="民法147条: begun on the first day of the new"
        ),
    ],
)  # fmt: skip
def test_events_before_1_april_2020_follow_the_former_law(events, expected):
    assert last("2015-07-01", *events) == expected
