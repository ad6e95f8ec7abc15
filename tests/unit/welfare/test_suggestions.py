"""Results suggest lawful steps: read from the dated table, only for classes that are owed."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from welfare.models import ResultSuggestion
from welfare.rules.suggestions import Row, suggested

DATA = Path(__file__).parents[3] / "welfare" / "data"
FIRST = date(2000, 4, 1)
DAY = date(2026, 11, 20)
STOP = Row("public_assistance", "execution_stop.2", "執行停止（2号）", FIRST, True, 10, "A", "なぜ", "法")
PLAN = replace(STOP, step="plan", label="分納", position=20, classes="ABC")


def steps(rows, **facts):
    asked = {"result": "public_assistance", "classes": "AC", "on": DAY} | facts
    return [row.step for row in suggested(rows, **asked)]


def test_steps_stand_in_the_tables_order_and_fit_a_class_that_is_owed():
    assert steps([PLAN, STOP]) == ["execution_stop.2", "plan"]
    assert steps([PLAN, STOP], classes="C") == ["plan"]
    assert steps([PLAN, STOP], classes="") == []
    assert steps([PLAN, STOP], result="budget") == []


def test_the_row_in_force_on_the_day_counts():
    later = replace(STOP, starts_on=DAY, in_use=False)
    assert steps([STOP, later], on=DAY - timedelta(days=1)) == ["execution_stop.2"]
    assert steps([STOP, later]) == []


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_the_file_names_a_known_result_a_known_step_its_law_and_its_source():
    results = {row["code"] for row in rows("support_results.csv")}
    for row in rows("result_suggestions.csv"):
        assert row["result"] in results
        assert row["step"] in dict(ResultSuggestion.STEPS)
        assert row["law"]
        assert row["source"]
        assert set(row["classes"]) <= set("ABC")


@pytest.mark.parametrize(
    ("step", "classes"),
    [("execution_stop.2", "A"), ("tax_grace.hardship", "A"), ("conversion_grace.applied", "A"), ("collection_stop", "BC"), ("deferred_performance", "BC")],
)  # fmt: skip
def test_a_step_is_suggested_only_for_the_classes_its_law_knows(step, classes):
    found = {row["classes"] for row in rows("result_suggestions.csv") if row["step"] == step}
    assert found == {classes}


def test_no_result_suggests_an_adverse_act():
    pressing = {"seizure", "suit", "lawyers", "dunning", "notice"}
    assert not pressing & {step for step, _ in ResultSuggestion.STEPS}
