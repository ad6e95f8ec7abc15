"""match_people on synthetic cities: nobody is made one who is not, and the queue is short."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims.demo.city import build
from claims.intake import run
from debtors.models import Person
from tests.factories.extracts import AS_OF

pytestmark = pytest.mark.django_db
KEYS = ["links", "review_pairs", "precision", "recall", "false_merges", "f1_after_review", "queue_per_debtor"]


def bring_in(folder: Path) -> None:
    """Import who the people are; what they paid does not matter here."""
    batch = run.start(by=run.intake_user(), as_of=AS_OF)
    for extract in run.find_extracts(folder):
        if extract.layout and extract.layout.content != "receipts":
            assert run.import_file(batch, extract).status == "committed"
            with connection.cursor() as cursor:  # nobody else gathers statistics inside the transaction of a test
                cursor.execute("ANALYZE claims_claim, debtors_sourceidentity, debtors_formerfact")


def match_people(*options: str) -> tuple[dict[str, Any], list[str]]:
    out, err = StringIO(), StringIO()
    call_command("match_people", *options, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue().splitlines()


def within_the_budgets(folder: Path) -> None:
    report, told = match_people("--truth", str(folder / "truth"))
    print(report, *told, sep="\n")  # -rA shows it
    assert report["false_merges"] == 0
    assert report["precision"] == 1
    assert report["recall"] >= 0.85
    assert report["queue_per_debtor"] <= 0.15
    assert report["f1_after_review"] >= 0.99
    assert [line.split("：")[0].split(":")[0] for line in told] == ["名寄せ前の氏名＋生年月日", "名寄せ前の氏名＋住所"]


def test_a_small_city_keeps_the_budgets_and_running_again_changes_nothing(tmp_path):
    build(debtors=1_500, seed=101, out=tmp_path)
    bring_in(tmp_path)
    within_the_budgets(tmp_path)
    people = Person.objects.count()
    again, told = match_people()
    assert list(again) == KEYS
    assert [again[key] for key in KEYS[2:]] == [None] * 5
    assert Person.objects.count() == people
    assert again["links"] > 0
    assert again["review_pairs"] > 0
    assert told == []


@pytest.mark.long
@pytest.mark.django_db(
    transaction=True
)  # each file commits, as in a city: rows old in the same transaction cannot be pruned
@pytest.mark.parametrize("seed", [101, 202, 303])
def test_forty_thousand_debtors_keep_the_budgets(tmp_path, seed):
    build(debtors=40_000, seed=seed, out=tmp_path)
    bring_in(tmp_path)
    within_the_budgets(tmp_path)


def test_a_truth_of_another_city_is_refused(tmp_path):
    for seed in (5, 6):
        build(debtors=3, seed=seed, out=tmp_path / str(seed))
    bring_in(tmp_path / "5")
    with pytest.raises(CommandError, match="正解にありません"):
        match_people("--truth", str(tmp_path / "6"))
    with pytest.raises(CommandError, match="正解を読めません"):
        match_people("--truth", str(tmp_path / "nowhere"))
