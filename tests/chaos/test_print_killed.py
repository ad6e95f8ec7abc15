"""Workers are killed ten times while 5,000 letters are made, the broker loses all, the database dies once.

Afterwards there is exactly one verified letter for each person, and the run has ended by itself.
"""

import csv
import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.installation import Start, Watched, flush, kill_database
from toyota_collect.embedded.state import ROOT, wait_for

pytestmark = pytest.mark.chaos
SEED = 20_261_120
KILLS = 10
LETTERS = 5_000
DEBTORS = 6_500  # some are under holds, protected, dead or below the minimum
PATIENCE = 1_200.0  # after the last kill; the sweep takes up what the dead left every two minutes

LETTER_SLIPS = "SELECT count(*) FROM claims_slip WHERE origin = 'letter'"  # the demo city has others

BEGIN = f"""
from datetime import timedelta
from notices.services import runs
from toyota_collect import approvals
from toyota_collect.business_date import business_date
from toyota_collect.models import User
operator, director = User.objects.get(username="operator"), User.objects.get(username="director")
today = business_date()
conditions = runs.Conditions(
    as_of=today, issued_on=today, deadline_on=today + timedelta(days=21), minimum_yen=1_000, limit={LETTERS}
)
run = runs.make_run(conditions=conditions, by=operator)
runs.count(run_id=run.pk, by=operator, today=today)
asked = runs.ask_approval(run_id=run.pk, by=operator, reason="架空の一斉催告")
approvals.decide(approval_id=asked.pk, decision="approved", by=director)
runs.start(run_id=run.pk, by=operator)
"""


@pytest.fixture
def city(folder: Path) -> Iterator[Start]:
    start = Start(folder, DEMO="1", DEMO_DEBTORS=str(DEBTORS))
    try:
        yield start.wait_until_ready(900)
    finally:
        start.stop()


class Letters(Watched):
    """How far the letters are."""

    def verified(self) -> int:
        return int(self.value("SELECT count(*) FROM notices_letter WHERE state = 'verified'") or 0)

    def state(self) -> object:
        return self.value("SELECT state FROM notices_printrun")


def kill_a_worker(start: Start, moments: random.Random) -> None:
    """The parent of the workers or one of its children."""
    workers = sorted(pid for pid, command in start.processes().items() if "celery" in command and " worker " in command)
    os.kill(moments.choice(workers), signal.SIGKILL)


def test_one_verified_letter_each_whatever_dies(city: Start):
    database, moments = Letters(city), random.Random(SEED)
    subprocess.run([ROOT / "bin/manage", "shell", "-v0", "-c", BEGIN], env=city.environment, check=True, timeout=300)
    kills = 0
    for kill in range(KILLS):
        # Spread over the whole run: the next one when so many more letters are verified.
        enough = LETTERS * (kill + 1) // (KILLS + 2)
        assert wait_for(lambda goal=enough: database.verified() >= goal, PATIENCE, step=0.2), database.verified()
        time.sleep(moments.uniform(0, 3))
        if database.state() != "rendering":
            break
        kill_a_worker(city, moments)
        kills += 1
        if kill == KILLS // 3:
            flush(city)
        if kill == 2 * KILLS // 3:
            kill_database(city)
    assert kills == KILLS, "the run was over before the tenth kill"
    assert wait_for(lambda: database.state() in ("verified", "failed"), PATIENCE, step=1)

    assert database.state() == "verified", database.value("SELECT problem FROM notices_printrun")
    targets = database.value("SELECT counts->>'letters' FROM notices_printrun")
    assert int(targets) == LETTERS
    ((letters, people, numbers, serials),) = database.rows(
        "SELECT count(*), count(DISTINCT person_id), count(DISTINCT number), max(serial) FROM notices_letter"
    )
    assert letters == people == numbers == serials == LETTERS
    states = dict(database.rows("SELECT state, count(*) FROM notices_letter GROUP BY state"))
    assert set(states) <= {"verified", "failed"}
    assert states["verified"] >= 0.95 * LETTERS
    assert database.value("SELECT count(*) FROM notices_letter WHERE state = 'failed' AND failure = ''") == 0
    the_print_files_hold_each_letter_once(city, database)


def the_print_files_hold_each_letter_once(city: Start, database: Watched) -> None:
    for path, sha256 in database.rows("SELECT path, sha256 FROM notices_printchunk WHERE path <> ''"):
        assert hashlib.sha256((city.folder / "files" / path).read_bytes()).hexdigest() == sha256
    (manifest,) = (city.folder / "files/runs").rglob("*.csv")
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    in_files = sorted(row["number"] for row in rows)
    verified = sorted(
        number for (number,) in database.rows("SELECT number FROM notices_letter WHERE state = 'verified'")
    )
    assert in_files == verified
    assert len({(row["file"], row["page"]) for row in rows}) == len(rows)
    # A bundle that was made twice leaves one set of slips.
    assert sum(len(json.loads(row["slips"])) for row in rows) == database.value(LETTER_SLIPS)
    assert not list((city.folder / "files/runs").rglob("*.part"))
