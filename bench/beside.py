"""Typing into the search box while an import and a print run go on, on the real web server.

The size is in people: the city of ``pages``, in a copy that is thrown away. Twenty staff act as there, except that every
fourth does nothing but type names, letter after letter. Beside them run an import of 100,000 claim rows, of people who are
known, and a print run of 500 letters, in processes of the worker's low priority; what ends begins again with the next
instalments until the staff go home. The peer is the same staff with neither. Told on stderr: median and 95th percentile of each page
both ways, how often the jobs ended, and whether what is found while typing keeps the budget.
"""

import csv
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection

from bench import Ratio, Result
from bench._city import ON, city
from bench._staff import Seen, Staff, warm_up, work
from bench.imports import TITLES
from bench.pages import SECONDS, SEED, serving, staff_of_city
from claims.demo.formats import era7

SIZE = 400_000
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))  # of each import
LETTERS = int(os.environ.get("BENCH_LETTERS", "500"))  # of each print run
BUDGET = 0.150  # seconds, 95th percentile
TYPES_ONLY = 4  # every so many of the staff
INSTALMENTS = 4
ROUNDS = 6  # imports that bring something new
SETTLING = 0.2  # of the time: whatever a copy has not in memory yet is read before anything is measured
PAGES = ("search", "typing")


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield one result for the search and, last, one for typing: 95th percentiles in seconds."""
    with copy_of(size) as url:
        extracts = [write(folder / f"import_{number}", number) for number in range(ROUNDS)]
        staff = staff_who_type()
        with serving(url, folder) as port:
            warm_up(port, staff)
            work(port, staff, seconds=SECONDS * SETTLING, seed=SEED - 1)
            quiet = work(port, staff, seconds=SECONDS, seed=SEED)
            with _jobs(url, folder, extracts) as jobs:
                busy = work(port, staff, seconds=SECONDS, seed=SEED)
    for seen in (quiet, busy):
        if seen.wrong:
            raise RuntimeError(f"{len(seen.wrong)} wrong answers, the first: {seen.wrong[0]}")
    _say(quiet, busy, jobs)
    for page in PAGES:
        ours, peer = busy.percentile(page, 95), quiet.percentile(page, 95)
        yield Result(f"beside_{page}", size, ours, peer, f"{page} with no import and no print run, p95", Ratio.OF_TIMES)


def staff_who_type() -> list[Staff]:
    """The staff of ``pages``; every fourth types and does nothing else."""
    staff = staff_of_city()
    return [replace(one, mix={"typing": 1}) if n % TYPES_ONLY == 0 else one for n, one in enumerate(staff)]


@contextmanager
def copy_of(people: int) -> Iterator[str]:
    """A copy of the city that bears being written to; inside, it is Django's own. Yields its address."""
    with city(people) as url:
        pass  # made, if need be
    name, own = f"bench_beside_{people}", connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE bench_city_{people} STRATEGY file_copy")
        connection.settings_dict["NAME"] = name
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.close()
            connection.settings_dict["NAME"] = own
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def write(folder: Path, number: int) -> Path:
    """An extract of the tax section about people of the city, in a levy year of its own, with the section's totals."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.person_number, i.atena_number, i.name, i.kana, i.birth_on, i.sex, i.postal_code, i.address, i.phone
            FROM debtors_sourceidentity i JOIN debtors_sourcesystem s ON s.id = i.source_id AND s.code = 'zei'
            ORDER BY hashint8(i.id) LIMIT %s
            """,
            [-(-ROWS // INSTALMENTS)],
        )
        people = cursor.fetchall()
    year = ON.year - 10 + number  # before those of the city, which nobody has paid by now
    written: Counter[tuple[int, int]] = Counter()
    folder.mkdir(exist_ok=True)
    path = folder / "zei_tainou_20261120.csv"
    with path.open("w", encoding="cp932", newline="\r\n") as file:
        file.write(TITLES + "\n")
        for place in range(min(ROWS, len(people) * INSTALMENTS)):
            who, part = divmod(place, INSTALMENTS)
            person_number, atena, name, kana, birth_on, sex, postal_code, address, phone = people[who]
            due_on, yen = ON.replace(year=year, month=(6, 8, 10, 12)[part], day=25), 4_000 + place % 90 * 100
            cells = (
                person_number, atena, "", name, kana, era7(birth_on), sex, postal_code, address, phone, "01", "11",
                era7(due_on)[:3], era7(due_on)[:3], f"B{who:07d}-{year}", "", f"{part + 1:02d}", "", "", era7(due_on),
                str(yen), "", "0", "0", "", "0", "",
            )  # fmt: skip
            file.write(",".join(cells) + "\n")
            written[part + 1, yen] += 1
    _write_totals(path, year, written)
    return folder


def _write_totals(path: Path, year: int, written: Counter[tuple[int, int]]) -> None:
    with path.with_name(f"{path.name}.control.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["kind", "levy_year", "instalment", "rows", "yen"])
        for instalment in range(1, INSTALMENTS + 1):
            of = [(yen, rows) for (part, yen), rows in written.items() if part == instalment]
            if of:
                rows, total = sum(rows for _, rows in of), sum(yen * rows for yen, rows in of)
                lines.writerow(["resident_tax", year, instalment, rows, total])


class Job(Thread):
    """A command of ``manage.py`` after another, as the worker runs them, until it is stopped."""

    def __init__(self, name: str, commands: Sequence[Sequence[str]], env: dict[str, str], log: Path) -> None:
        super().__init__(name=name)
        self.commands, self.env, self.log = commands, env, log
        self.ended, self.code, self.stopping = 0, 0, Event()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        from toyota_collect.embedded.commands.start import LOW_PRIORITY

        with self.log.open("w") as log:
            for command in cycle(self.commands):
                whole = [*LOW_PRIORITY, sys.executable, "manage.py", *command]
                self.process = subprocess.Popen(
                    whole, env=self.env, cwd=settings.ROOT, stdout=log, stderr=log, start_new_session=True
                )
                self.code = self.process.wait()
                if self.stopping.is_set() or self.code:
                    return
                self.ended += 1

    def stop(self) -> None:
        self.stopping.set()
        while self.is_alive():
            with suppress(ProcessLookupError, AttributeError):
                os.killpg(self.process.pid, signal.SIGTERM)  # type: ignore[union-attr]
            self.join(0.5)


@contextmanager
def _jobs(url: str, folder: Path, extracts: Sequence[Path]) -> Iterator[list[Job]]:
    """The import and the print run, for as long as the block runs; their files are the bench's own."""
    env = os.environ | {"DATABASE_URL": url, "TC_STATE": str(folder / "state")}
    letters = ["print_run", "--as-of", ON.isoformat(), "--limit", str(LETTERS), "--out", str(folder / "letters")]
    jobs = [
        Job("import", [["import_extracts", str(extract)] for extract in extracts], env, folder / "import.log"),
        Job("print run", [[*letters, "--workers", "1"]], env, folder / "print.log"),
    ]
    with running(jobs):
        yield jobs


@contextmanager
def running(jobs: Sequence[Job]) -> Iterator[None]:
    """Let the jobs go on for as long as the block runs.

    Raises:
        RuntimeError: one of them failed; it would have measured an idle machine.
    """
    for job in jobs:
        job.start()
    try:
        yield
        for job in jobs:
            if not job.is_alive():
                raise RuntimeError(f"the {job.name} failed with {job.code}; see {job.log}")
    finally:
        for job in jobs:
            job.stop()


def _say(quiet: Seen, busy: Seen, jobs: Sequence[Job]) -> None:
    for page in sorted(quiet.seconds.keys() & busy.seconds.keys()):
        told = [
            f"p50 {1000 * seen.percentile(page, 50):.0f} ms, p95 {1000 * seen.percentile(page, 95):.0f} ms of"
            f" {len(seen.seconds[page])}"
            for seen in (quiet, busy)
        ]
        print(f"{page}: {told[0]}; beside import and print run {told[1]}", file=sys.stderr)
    print("; ".join(f"{job.name}: {job.ended} ended, one under way" for job in jobs), file=sys.stderr)
    kept = busy.percentile("typing", 95) <= BUDGET
    print(f"budget of typing, p95 {1000 * BUDGET:.0f} ms: {'kept' if kept else 'not kept'}", file=sys.stderr)
