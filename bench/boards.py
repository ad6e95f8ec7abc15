"""The supervisor's boards at a city's size: 20 supervisors at once, each opening one every 5 seconds on average.

The size is in people; the cities are those of ``pages``. A page is compared with itself in a city of a tenth of the people
(ratio of times). The last peer is the board as one writes it in Django without kept figures: the same sums, and where
everybody stands, asked of the database in the request; the figures are the same, and the ratio is of speeds. Told on
stderr: median and 95th percentile of each page with its queries, what each count costs the worker, and the files.
"""

import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from bench import Ratio, Result
from bench._city import ON, officers
from bench._staff import Staff
from bench.pages import _logged_in, _queries, in_two_cities
from claims import board, standing
from claims.closing import kept as closing
from claims.forecast import kept as forecast
from claims.models import Claim, Entry
from claims.performance import kept as performance
from debtors.models import Contact, Person, WorkItem

SIZE = 400_000
# Every board with the list behind its figures that is asked for most; how often each is opened.
BOARDS = {
    "board": "claims:board",
    "untouched": "claims:untouched",
    "overdue": "claims:overdue",
    "countdown": "claims:countdown",
    "work": "debtors:work",
    "performance": "claims:performance",
    "forecast": "claims:forecast",
    "programme": "claims:programme",
    "closing": "claims:closing",
}
FILES = ("board", "performance", "forecast", "programme", "closing")
COUNTS: dict[str, Callable[..., Any]] = {
    "board": board.counted,
    "closing": closing.counted,
    "forecast": forecast.counted,
    "performance": performance.counted,
}
STAFF = 20


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield one result a page, 95th percentiles in seconds, and last the board beside its peer, in pages a second."""
    plain = {}

    def ready(people: int) -> list[Staff]:
        _count(people)
        plain[people] = _plainly(people)
        _say_queries(people)
        return supervisors()

    found = in_two_cities(size, folder, ready)
    few, many = found
    for page in BOARDS:
        ours, peer = found[many].percentile(page, 95), found[few].percentile(page, 95)
        yield Result(f"boards_{page}", size, ours, peer, f"{page} in a city of {few:,} people, p95", Ratio.OF_TIMES)
    ours = 1 / found[many].percentile("board", 95)
    yield Result("boards", size, ours, 1 / plain[many], "the board's figures asked for in the request", Ratio.OF_SPEEDS)


def supervisors() -> list[Staff]:
    """Twenty sessions of a supervisor, who opens boards alone."""
    boss = officers()[-1]
    one = Staff("", True, (), (), {}, dict.fromkeys(BOARDS, 1))
    return [replace(one, cookie=_logged_in(boss).cookies[settings.SESSION_COOKIE_NAME].value) for _ in range(STAFF)]


def _count(people: int) -> None:
    """As the worker does: the time of each count, and the most memory this process ever had."""
    for name, counted in COUNTS.items():
        began = perf_counter()
        counted(on=ON, anew=True)
        took, memory = perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{people:,} people, counting {name}: {took:.1f} s, {memory} MB at most so far", file=sys.stderr)


def _plainly(people: int) -> float:
    """Seconds of the peer, which must find what the board shows."""
    began = perf_counter()
    rows = board.owed(on=ON)
    months = board.collected_by_month(on=ON)
    clocks = board.clocks(on=ON)
    places = places_of_people(ON)
    took = perf_counter() - began
    kept = board.counted(on=ON).value
    assert kept["standing"].people == places
    assert (kept["yen"], kept["months"], kept["clocks"]) == (sum(row["yen"] for row in rows), months, clocks)
    print(f"{people:,} people, the board's figures in the request: {took:.1f} s", file=sys.stderr)
    return took


def places_of_people(on: date) -> dict[str, int]:
    """Where everybody stands, as one asks Django's ORM: a condition a question, for each person."""
    since = on - timedelta(days=standing.untouched_days(on))
    mine = Q(identity__person=OuterRef("pk"))
    owed = Claim.objects.overdue(on=on).alive(on=on).filter(mine)
    steps = WorkItem.objects.filter(person=OuterRef("pk"), closed_at=None)
    work_ = Contact.objects.in_force().filter(person=OuterRef("pk"), on__gt=since).exclude(outcome__in=standing.NO_WORK)
    money = Entry.objects.filter(
        claim__identity__person=OuterRef("pk"), kind="receipt", on__gt=since, on__lte=on, reversed_by=None
    )
    left = Person.objects.filter(Exists(owed))
    questions = {
        standing.HELD: ~Exists(Claim.objects.reachable_by("call", on=on).filter(mine)),
        standing.OVERDUE: Exists(steps.filter(due_on__lt=on)),
        standing.STEP: Exists(steps),
        standing.TOUCHED: Exists(work_) | Exists(money),
        standing.NEW: ~Exists(owed.filter(due_on__lte=since)),
    }
    places = {}
    for place, question in questions.items():
        places[place] = left.filter(question).count()
        left = left.exclude(question)
    places[standing.UNTOUCHED] = left.count()
    return {place: places[place] for place in standing.PLACES}


def _say_queries(people: int) -> None:
    boss = _logged_in(officers()[-1])
    for page, url_name in BOARDS.items():
        print(f"{people:,} people, {page}: {_queries(boss, reverse(url_name))} queries", file=sys.stderr)
    for page in FILES:
        for form in ("csv", "xlsx", "pdf"):
            began = perf_counter()
            _queries(boss, reverse(f"{BOARDS[page]}-{form}"))
            print(f"{people:,} people, {page}.{form}: {1000 * (perf_counter() - began):.0f} ms", file=sys.stderr)
