"""What of the printing house stands on the supervisor's board."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from notices.board_lines import lines, tables
from notices.models import Letter, PrintChunk, PrintRun, RunJob
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import posted
from tests.integration.notices.test_experiments import made
from tests.kept import Kept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts_fit")]
LONG_AGO = timedelta(minutes=16)


def told(role: str = "supervisor", on: Any = DAY) -> list[tuple[str, str]]:
    return [(line.label, line.text.split("」", 1)[-1]) for line in lines(user(role), on)]


@pytest.fixture
def run(kept: Kept, finished_run: Any) -> PrintRun:
    def make() -> PrintRun:
        claim(person())
        claim(person())
        return finished_run()

    return kept(make)


def test_where_all_goes_well_there_is_nothing_to_look_at(run, client):
    assert told() == []
    client.force_login(user("supervisor"))
    assert "手当てがいるもの" not in client.get(reverse("claims:board")).content.decode()


def test_runs_stand_with_their_letters_and_what_came_back(run, client, operator):
    (table,) = tables(user("supervisor"), DAY)
    first, last = table.rows
    assert [cell.value for cell in first.cells] == ["検査済", 2, 0, 0]
    assert last.cells[3].value == 0
    letter = run.letters.first()
    Letter.objects.filter(run=run).update(state=Letter.State.POSTED)
    Letter.objects.filter(pk=letter.pk).update(state=Letter.State.RETURNED)
    (table,) = tables(user("supervisor"), DAY)
    assert [cell.value for cell in table.rows[0].cells][1:] == [2, 2, 1]
    assert list(tables(user("welfare_worker"), DAY)) == []


def test_what_failed_is_shown_with_its_run_to_those_who_may_see_runs(run, client, operator):
    Letter.objects.filter(pk=run.letters.first().pk).update(state=Letter.State.FAILED)
    PrintChunk.objects.filter(run=run).update(state=PrintChunk.State.FAILED)
    job = {"kind": RunJob.Kind.SEAL, "asked_by": operator, "asked_at": timezone.now()}
    RunJob.objects.create(run=run, **job, state=RunJob.State.FAILED, problem="架空の理由")
    assert told() == [
        ("要対応", "の束が作れず、止まっています"),
        ("作れず", "で作れない催告書が1通あります"),
        ("要対応", "の「封緘」が途中で終わりました"),
    ]
    assert told("welfare_worker") == []
    client.force_login(user("supervisor"))
    page = client.get(reverse("claims:board")).content.decode()
    assert reverse("notices:run", args=[run.pk]) in page
    RunJob.objects.create(run=run, **job, state=RunJob.State.DONE)
    assert ("要対応", "の「封緘」が途中で終わりました") not in told()


@pytest.mark.parametrize(
    ("state", "field", "words"),
    [
        ("counting", "count_asked_at", "集計中"),
        ("snapshot", "started_at", "金額確定中"),
        ("rendering", "snapshot_at", "作成中"),
    ],
)
def test_a_run_that_nothing_moves_is_shown_after_a_quarter_of_an_hour(state, field, words, make_run):
    claim(person())
    run = make_run()
    soon = timezone.now() - timedelta(minutes=14)
    PrintRun.objects.filter(pk=run.pk).update(state=state, **{field: soon})
    assert told() == []
    PrintRun.objects.filter(pk=run.pk).update(**{field: timezone.now() - LONG_AGO})
    assert told() == [("停滞", f"が15分以上{words}のままです")]


def test_bundles_that_are_made_one_after_the_other_do_not_stand_still(run):
    PrintRun.objects.filter(pk=run.pk).update(state="rendering", snapshot_at=timezone.now() - LONG_AGO)
    assert told() == []
    long_ago = timezone.now() - LONG_AGO
    PrintChunk.objects.filter(run=run).update(claimed_at=long_ago, finished_at=long_ago)
    assert told() == [("停滞", "が15分以上作成中のままです")]


def test_a_comparison_of_texts_says_when_it_has_something_to_tell(drawn_run, quick, operator):
    for _ in range(4):
        claim(person())
    posted(made(drawn_run()), operator)
    arrived = DAY + timedelta(days=2)
    assert told(on=DAY) == [("比較試験", "の文面の21日の反応を待っています")]
    for days, said in (
        (20, "21日の反応を待っています"),
        (21, "21日の反応を待っています"),
        (22, "21日の反応がまとまりました"),
        (42, "21日の反応がまとまりました"),
        (43, "42日の反応がまとまりました"),
    ):
        assert told(on=arrived + timedelta(days=days)) == [("比較試験", f"の文面の{said}")], days
    assert told(on=arrived + timedelta(days=42 + 60))
    assert told(on=arrived + timedelta(days=42 + 61)) == []
