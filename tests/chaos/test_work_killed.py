"""Whatever is killed while receipts are posted, a packet, letters or an import are made: the work ends by itself, and well.

Nobody asks for it again; where it waits for the next sweep, the clock of the installation is moved on. It must end as on a
database that nothing disturbed.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests import pristine
from tests.chaos import works
from tests.chaos.installation import FALLS, City
from toyota_collect.embedded.state import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
SEED = 20_261_120
SIZES: dict[str, dict[str, int]] = {
    "receipts": {"count": 150},
    "packet": {"people": 25},
    "letters": {"count": 600},
    "imported": {"files": 4, "rows": 20_000},
}
HOUR, DAYS = 3_600, 86_400
# Those of which the work need not notice come first; the others end an attempt.
ORDER = ("beat", "web", "broker", "flush", "worker", "database", "worker")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = Path("/tmp") / f"tc-chaos-{tmp_path_factory.mktemp('city').parent.name}-killed"
    start = City(folder)
    try:
        yield start
    finally:
        start.stop()
        start.remove()


@pytest.fixture(scope="module")
def clean(
    city: City, django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What each work gives where nothing happens, one after the other; the installation starts meanwhile."""
    folder = tmp_path_factory.mktemp("clean")
    found = {}
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "MEDIA_ROOT", folder / "files")
        patch.setattr(settings, "INTAKE_DIR", folder / "inbox")
        patch.setattr(settings, "BASE_DATE", works.DAY)
        patch.setattr(settings, "DEMO", False)  # papers of a demo say so
        current_app.conf.task_always_eager = True
        try:
            for work, sizes in SIZES.items():
                found[work] = works.result(work, getattr(works, work)(**sizes)["id"])
        finally:
            current_app.conf.task_always_eager = False
            pristine.restore()
    assert all(one["ledger"][:2] == [True, []] for one in found.values())
    return found


@pytest.mark.parametrize("work", SIZES)
def test_it_ends_by_itself_as_if_nothing_had_happened(city: City, clean: dict[str, Any], work: str):
    city.wait_until_ready()
    moments, seen = random.Random(f"{SEED}{work}"), set[str | None]([None])
    pk = city.begin(work, **SIZES[work])

    def is_new() -> bool:
        return city.at_work(work, pk) not in seen

    for fall in ORDER:
        assert city.wait_for_work(is_new, idle=lambda: city.at_work(work, pk) in seen), f"nobody works before {fall}"
        time.sleep(moments.uniform(0, 1.5))
        assert not city.is_over(work, pk), f"{work} was over before {fall}"
        who = city.at_work(work, pk)
        FALLS[fall](city)
        if fall in ("worker", "database"):
            seen.add(who)
    assert city.wait_for_work(lambda: city.is_over(work, pk), idle=lambda: city.at_work(work, pk) in seen), city.said
    assert wait_for(city.is_healthy, 60, step=0.5)
    assert wait_for(lambda: city.at_work(work, pk) is None or work == "packet", 60)
    assert city.result(work, pk) == clean[work]


def test_work_goes_on_when_the_clock_jumps_ahead_by_days(city: City):
    """As after a weekend without power: what a dead worker left is not forgotten because it is old."""
    pk = _left_by_a_dead_worker(city, "imported", files=2, rows=20_000, first=5_000_000)
    city.clock.forward(3 * DAYS)
    assert city.wait_for_work(lambda: city.is_over("imported", pk), idle=lambda: not city.at_work("imported", pk))
    told = city.result("imported", pk)
    assert told["batch"] == [True, ""]
    assert [(one[2], one[4], one[5]) for one in told["files"][1:]] == [("committed", 20_000, 20_000)] * 2
    assert told["ledger"][:2] == [True, []]


def test_work_goes_on_when_the_clock_is_set_back_by_days(city: City):
    """The sweeps ran last in what is now the future, and yet they come round; a step back amid the work harms nothing."""
    city.clock.set(city.clock.seconds - 3 * DAYS)
    count = 60
    pk = _left_by_a_dead_worker(city, "receipts", count=count, first=6_000_000)
    city.clock.forward(-HOUR)
    assert city.wait_for_work(lambda: city.is_over("receipts", pk), idle=lambda: not city.at_work("receipts", pk))
    told = city.result("receipts", pk)
    yen = sum(works.yen_of(number) for number in range(6_000_000, 6_000_000 + count))
    assert told["file"] == [False, "", count, count, yen]
    assert (told["receipts"], told["entries"], told["cases"]) == ([count, yen, 0], [count, -yen], 0)
    assert told["ledger"][:2] == [True, []]


def _left_by_a_dead_worker(city: City, work: str, **sizes: int) -> int:
    city.wait_until_ready()
    pk = city.begin(work, **sizes)
    assert city.wait_for_work(lambda: city.at_work(work, pk) is not None, idle=lambda: True)
    FALLS["worker"](city)
    assert not city.is_over(work, pk)
    return pk
