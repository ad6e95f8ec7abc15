"""Fifty staff at work for ten minutes while a run of 20,000 letters renders at low priority, on the real web server.

The size is in people: the city of ``pages``, in a copy that is thrown away. The peer is the same staff with nothing beside
them, just before. Told on stderr: median and 95th percentile of each page both ways, answers in all, errors, and how often
the run ended meanwhile. A wrong answer fails the bench. ``BENCH_SECONDS``: how long the run is measured (600).
"""

import os
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from bench import Ratio, Result
from bench._city import ON
from bench._staff import Seen, warm_up, work
from bench.beside import Job, copy_of, running
from bench.pages import PAGES, SEED, serving, staff_of_city

SIZE = 400_000
STAFF = 50
SECONDS = float(os.environ.get("BENCH_SECONDS", "600"))
IDLE = 0.2  # of the time: the same staff before the run begins
LETTERS = int(os.environ.get("BENCH_LETTERS", "20000"))
MOST = 2.0  # times the idle 95th percentile


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield one result a page, 95th percentiles in seconds beside the run and without it, the person's page last.

    Raises:
        RuntimeError: an answer was no page, or the run failed.
    """
    with copy_of(size) as url:
        staff = list(islice(cycle(staff_of_city()), STAFF))
        with serving(url, folder) as port:
            warm_up(port, staff)
            work(port, staff, seconds=SECONDS * IDLE / 2, seed=SEED - 1)
            quiet = work(port, staff, seconds=SECONDS * IDLE, seed=SEED)
            job = _print_run(url, folder)
            with running([job]):
                busy = work(port, staff, seconds=SECONDS, seed=SEED)
            ended = job.ended
    for seen in (quiet, busy):
        if seen.wrong:
            raise RuntimeError(f"{len(seen.wrong)} wrong answers, the first: {seen.wrong[0]}")
    _say(quiet, busy, ended)
    for page in PAGES:
        ours, peer = busy.percentile(page, 95), quiet.percentile(page, 95)
        yield Result(f"load_{page}", size, ours, peer, f"{page} with no print run, p95", Ratio.OF_TIMES)


def _print_run(url: str, folder: Path) -> Job:
    """The run, at the worker's low priority; where it ends before the staff go home, it begins again."""
    env = os.environ | {"DATABASE_URL": url, "TC_STATE": str(folder / "state")}
    command = ["print_run", "--as-of", ON.isoformat(), "--limit", str(LETTERS), "--out", str(folder / "letters")]
    return Job("print run", [command], env, folder / "print.log")


def _say(quiet: Seen, busy: Seen, ended: int) -> None:
    worst = 0.0
    for page in sorted(quiet.seconds.keys() & busy.seconds.keys()):
        idle, beside = (seen.percentile(page, 95) for seen in (quiet, busy))
        worst = max(worst, beside / idle if page in PAGES else 0.0)
        print(
            f"{page}: p50 {1000 * quiet.percentile(page, 50):.0f}, p95 {1000 * idle:.0f} ms; beside the run"
            f" p50 {1000 * busy.percentile(page, 50):.0f}, p95 {1000 * beside:.0f} ms of {len(busy.seconds[page])}",
            file=sys.stderr,
        )
    answers = sum(len(times) for page, times in busy.seconds.items() if page in PAGES)
    print(
        f"{STAFF} staff, {SECONDS:.0f} s, {answers} answers, 0 errors; runs ended meanwhile: {ended}", file=sys.stderr
    )
    print(f"p95 at most {MOST:.0f} x idle: {'kept' if worst <= MOST else 'not kept'} ({worst:.2f} x)", file=sys.stderr)
