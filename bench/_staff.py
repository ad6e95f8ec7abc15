"""Staff at work, played by one process: each thinks, asks for a page, reads it, thinks again.

A page is asked for as a browser does it: the panels of a person's page are fetched once the page is there.
"""

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from time import perf_counter
from urllib.parse import quote

from django.urls import reverse

THINKING = 5.0  # seconds between two acts of one person, on average (exponential)
AT_ONCE = 6  # connections of a browser to one server
MIX = {"person": 30, "search": 25, "typing": 10, "day": 15, "calls": 12, "board": 8}
PAUSE = 0.25  # seconds between two letters, as the page waits before it asks
_PANELS = re.compile(rb'hx-get="([^"]+)" hx-trigger="load"')


@dataclass
class Seen:
    """Seconds by page; ``wrong``: answers that were neither a page nor a redirect."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def percentile(self, page: str, percent: int) -> float:
        ordered = sorted(self.seconds[page])
        return ordered[-(-percent * len(ordered) // 100) - 1]


@dataclass(frozen=True)
class Staff:
    """One person at work: the session's cookie, the numbers of those they look after, what they search for by kind, and
    how often they do what."""

    cookie: str
    may_see_board: bool
    own: Sequence[str]
    others: Sequence[str]
    words: dict[str, Sequence[str]]
    mix: Mapping[str, int] = field(default_factory=lambda: MIX)


def work(port: int, staff: Sequence[Staff], *, seconds: float, seed: int) -> Seen:
    """Let all of them work for so long, and say how long each page took."""
    seen = Seen()
    asyncio.run(_all(port, staff, seconds, seed, seen))
    return seen


def warm_up(port: int, staff: Sequence[Staff]) -> None:
    """Ask for every page some times, so that no process of the server meets one for the first time."""
    asyncio.run(_warm(port, staff))


async def _warm(port: int, staff: Sequence[Staff]) -> None:
    for turn in range(4):
        for page in dict.fromkeys(page for one in staff for page in one.mix):
            await asyncio.gather(
                *(_act(_Browser(port, one.cookie), page, one, random.Random(turn), Seen()) for one in staff[-4:])
            )


async def _all(port: int, staff: Sequence[Staff], seconds: float, seed: int, seen: Seen) -> None:
    end = perf_counter() + seconds
    await asyncio.gather(*(_days_work(port, one, random.Random(seed + n), end, seen) for n, one in enumerate(staff)))


async def _days_work(port: int, one: Staff, rng: random.Random, end: float, seen: Seen) -> None:
    browser = _Browser(port, one.cookie)
    while True:
        thinking = rng.expovariate(1 / THINKING)
        if perf_counter() + thinking > end:
            return
        await asyncio.sleep(thinking)
        (page,) = rng.choices(list(one.mix), list(one.mix.values()))
        await _act(browser, page, one, rng, seen)


async def _act(browser: "_Browser", page: str, one: Staff, rng: random.Random, seen: Seen) -> None:
    if page == "board" and not one.may_see_board:
        page = "day"
    await ACTS[page](browser, one, rng, seen)


async def _person(browser: "_Browser", one: Staff, rng: random.Random, seen: Seen) -> None:
    number = rng.choice(one.own if rng.random() < 0.8 else one.others)
    began = perf_counter()
    body = await browser.get(reverse("debtors:person", args=[number]), "person", seen)
    panels = [unescape(url.decode()) for url in _PANELS.findall(body)]
    if not panels:
        seen.wrong.append(f"no panels on the page of {number}")
    await asyncio.gather(*(browser.get(url, "panels", seen) for url in panels))
    seen.seconds["person, all panels"].append(perf_counter() - began)


async def _search(browser: "_Browser", one: Staff, rng: random.Random, seen: Seen) -> None:
    kind = rng.choice(list(one.words))
    began = perf_counter()
    await browser.get(f"{reverse('debtors:search')}?q={quote(rng.choice(one.words[kind]))}", "search", seen)
    seen.seconds[f"search by {kind}"].append(perf_counter() - began)


async def _typing(browser: "_Browser", one: Staff, rng: random.Random, seen: Seen) -> None:
    """The letters of a reading, one after another; each answer is waited for, as a slow typist does."""
    word = rng.choice(one.words["reading"])[:4]
    for length in range(1, len(word) + 1):
        await browser.get(f"{reverse('debtors:search-as-typed')}?q={quote(word[:length])}", "typing", seen)
        await asyncio.sleep(PAUSE)


def _plain(url_name: str, page: str) -> Callable[..., Awaitable[None]]:
    async def act(browser: "_Browser", one: Staff, rng: random.Random, seen: Seen) -> None:
        await browser.get(reverse(url_name), page, seen)

    return act


ACTS: dict[str, Callable[..., Awaitable[None]]] = {
    "person": _person,
    "search": _search,
    "typing": _typing,
    "day": _plain("debtors:day", "day"),
    "calls": _plain("claims:calls", "calls"),
    "board": _plain("claims:board", "board"),
    "untouched": _plain("claims:untouched", "untouched"),
    "overdue": _plain("claims:overdue", "overdue"),
    "countdown": _plain("claims:countdown", "countdown"),
    "work": _plain("debtors:work", "work"),
    "performance": _plain("claims:performance", "performance"),
    "forecast": _plain("claims:forecast", "forecast"),
    "programme": _plain("claims:programme", "programme"),
    "closing": _plain("claims:closing", "closing"),
}


class _Browser:
    """A connection a request, no more than six at a time."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie, self.room = port, cookie, asyncio.Semaphore(AT_ONCE)

    async def get(self, url: str, page: str, seen: Seen) -> bytes:
        async with self.room:
            began = perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            lines = (f"GET {url} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: sessionid={self.cookie}", "Connection: close")
            writer.write("\r\n".join((*lines, "", "")).encode())
            answer = await reader.read()
            writer.close()
            seen.seconds[page].append(perf_counter() - began)
        status = answer[9:12]
        if status not in (b"200", b"302"):
            seen.wrong.append(f"{status.decode()} {url}")
        return answer
