"""移管の基準 and the lamp of evidence: boundary days and figures, without a database. All synthetic."""

from dataclasses import replace
from datetime import date

import pytest

from claims.rules.evidence import Need, lamp, needed
from claims.rules.handover import Criterion, Facts, Limits, criteria, earliest_deadline, is_proposed

ON = date(2026, 11, 20)
LIMITS = Limits(
    high_yen=300_000, prescription_months=12, broken_plans=2, silent_months=6, hard=frozenset({"broken", "refuses"})
)
NOTHING = Facts(owed_yen=0, prescribes_on=date(2030, 1, 1), broken_plans=0, silent_since=ON)


def met(on=ON, **facts):
    return [one.criterion for one in criteria(replace(NOTHING, **facts), LIMITS, on=on)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"owed_yen": 299_999}, []),
        ({"owed_yen": 300_000}, [Criterion.HIGH]),
        ({"prescribes_on": date(2027, 11, 20)}, [Criterion.CLOCK]),
        ({"prescribes_on": date(2027, 11, 21)}, []),
        ({"prescribes_on": ON}, [Criterion.CLOCK]),
        ({"prescribes_on": date(2026, 11, 19), "owed_yen": 900_000}, []),  # its period has run out
        ({"prescribes_on": None}, []),
        ({"broken_plans": 1}, []),
        ({"broken_plans": 2}, [Criterion.BROKEN]),
        ({"silent_since": date(2026, 5, 20)}, []),  # six months end with today
        ({"silent_since": date(2026, 5, 19)}, [Criterion.SILENT]),
        ({"silent_since": None}, []),
        ({"refuses": "払わないと電話で言った（架空）"}, [Criterion.REFUSES]),
    ],
)
def test_each_criterion_at_its_boundary_市の移管要領_要確認(facts, expected):
    assert met(**facts) == expected


def test_criteria_stand_in_one_order_with_their_figures():
    facts = Facts(1_234_567, ON, 3, date(2026, 1, 31), "連絡を拒んでいる（架空）")
    found = criteria(facts, LIMITS, on=ON)
    assert [one.label for one in found] == ["高額", "時効が近い", "分納の不履行", "連絡なし", "納付の意思なし"]
    assert "1,234,567円" in found[0].text
    assert "令和8年11月20日" in found[1].text
    assert "3回" in found[2].text
    assert "令和8年1月31日" in found[3].text


@pytest.mark.parametrize(
    ("year", "facts", "moves"),
    [
        (2025, {"owed_yen": 300_000}, True),
        (2026, {"owed_yen": 300_000}, False),  # the section keeps the current year
        (2026, {"broken_plans": 2}, True),  # a hard case moves with all years
        (2026, {"refuses": "架空"}, True),
        (2025, {}, False),  # no criterion, no handover
    ],
)
def test_the_current_year_stays_save_in_a_hard_case(year, facts, moves):
    assert is_proposed(year, criteria(replace(NOTHING, **facts), LIMITS, on=ON), LIMITS, on=ON) is moves


def test_the_current_year_changes_on_1_april():
    found = criteria(replace(NOTHING, owed_yen=300_000), LIMITS, on=ON)
    assert not is_proposed(2026, found, LIMITS, on=date(2027, 3, 31))
    assert is_proposed(2026, found, LIMITS, on=date(2027, 4, 1))


def test_the_day_of_the_notice_does_not_count():
    assert earliest_deadline(ON, least_days=10) == date(2026, 11, 30)


def need(evidence, *, kind=None, legal_class="C", starts_on=date(2000, 4, 1), is_needed=True):
    return Need(legal_class, kind, evidence, starts_on, is_needed)


def test_rows_of_the_kind_stand_alone_and_the_latest_counts():
    rows = [
        need("contract"),
        need("cause"),
        need("basis", kind=7),
        need("cause", kind=7, starts_on=date(2026, 11, 20)),
        need("basis", kind=7, starts_on=date(2027, 4, 1), is_needed=False),
        need("delivery", legal_class="A"),
    ]
    assert needed(rows, legal_class="C", kind=1, on=ON) == ("contract", "cause")
    assert needed(rows, legal_class="C", kind=7, on=date(2026, 11, 19)) == ("basis",)
    assert needed(rows, legal_class="C", kind=7, on=ON) == ("basis", "cause")
    assert needed(rows, legal_class="C", kind=7, on=date(2027, 4, 1)) == ("cause",)


@pytest.mark.parametrize(
    ("there", "colour", "text"),
    [
        (set(), "red", "3点中0点"),
        ({"other"}, "red", "3点中0点"),
        ({"contract", "other"}, "yellow", "3点中1点"),
        ({"contract", "basis"}, "yellow", "3点中2点"),
        ({"contract", "basis", "delivery"}, "green", "3点中3点"),
    ],
)
def test_the_lamp(there, colour, text):
    found = lamp(("contract", "basis", "delivery"), there)
    assert (found.colour, found.text) == (colour, text)
    assert set(found.missing) == {"contract", "basis", "delivery"} - there


def test_a_claim_that_needs_nothing_is_green():
    assert (lamp((), set()).colour, lamp((), set()).text) == ("green", "要る書類なし")
