"""Our own worked cases of part payments, relief and 概算: the rule goes the way that the case writes down, step by step."""

import json
import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from claims.explain import explain

CASES = json.loads((Path(__file__).parents[2] / "cases" / "late_charge_own.json").read_text(encoding="utf-8"))
WORKED = re.compile(
    r"(?P<from>[\d-]{10})〜(?P<to>[\d-]{10}) (?P<days>\d+)日"
    r"(?: × (?P<base>[\d,]+)円 × (?P<rate>[\d.]+)% ÷ 365 = (?P<exact>[\d,]+\.\d\d) →|:) (?P<yen>[\d,]+)円\(.+\)"
)


def number(text):
    return int(text.replace(",", ""))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_rule_takes_the_steps_of_the_case(case):
    (answer,) = explain("late_charge", json.dumps([case]), as_of=date.max)
    assert (answer["yen"], answer["raw_yen"], answer["estimated"]) == (
        case["expected_yen"],
        case["expected_raw"],
        case["expected_estimated"],
    )
    names = ("from", "to", "days", "base", "yen")
    assert [{name: step[name] for name in names} for step in answer["steps"]] == case["expected_steps"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_working_is_right_in_itself(case):
    """Days, product and floor of each written line, and the lines' sum, without the rule."""
    lines = [found for text in case["worked"] if (found := WORKED.fullmatch(text))]
    assert len(lines) == len(case["expected_steps"])
    previous = None
    for line, step in zip(lines, case["expected_steps"], strict=True):
        first, last = date.fromisoformat(line["from"]), date.fromisoformat(line["to"])
        assert int(line["days"]) == (last - first).days + 1
        assert previous is None or (first - previous).days == 1
        previous = last
        exact = Fraction(int(line["days"]) * number(line["base"] or "0")) * Fraction(line["rate"] or "0") / 100 / 365
        assert number(line["yen"]) == int(exact)
        if line["exact"]:
            assert number(line["exact"].replace(".", "")) == int(exact * 100)
        shown = {"from": line["from"], "to": line["to"], "days": int(line["days"]), "base": number(line["base"] or "0")}
        assert step == shown | {"yen": int(exact)}
    closing = case["worked"][len(lines)]
    assert number(re.search(r"(?:合計|= ) ?([\d,]+)円", closing)[1]) == case["expected_raw"]
    if case["expected_yen"] != case["expected_raw"]:
        assert number(re.search(r"(?:ため|切り捨てて)([\d,]+)円", closing)[1]) == case["expected_yen"]


def test_what_the_cases_are_about():
    """Every kind of relief alone and together, payments, both ways past the known years, every rounding."""
    kinds = {frozenset(period["kind"] for period in case.get("relief", ())) for case in CASES}
    assert {frozenset({"full"}), frozenset({"yuyo"}), frozenset({"half"}), frozenset({"full", "yuyo", "half"})} <= kinds
    assert {case.get("rounding", "segment") for case in CASES} == {"segment", "bracket", "end"}
    assert {"assumed_rate" in case for case in CASES if case["expected_estimated"]} == {True, False}
    assert {len(case["payments"]) for case in CASES} >= {0, 1, 2, 3}
