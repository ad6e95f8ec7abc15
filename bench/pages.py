"""Pages of the desk at a city's size: 20 staff at once, each acting every 5 seconds on average, on the real web server.

The size is in people, with two and a half claims each. The peer is a city of a tenth of the people, so a ratio is how much
slower a page becomes as the city grows tenfold; each officer looks after 600 people in both. Told on stderr: median and
95th percentile of each page, its queries to the database, and searches by what was searched for. The cities are kept in
databases of their own beside the installation's (``bench_city_…``); worker and beat do not run.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import Ratio, Result
from bench._city import city, officers
from bench._staff import Seen, Staff, warm_up, work

SIZE = 400_000
SECONDS = float(os.environ.get("BENCH_SECONDS", "120"))
SEED = 7
SAMPLES = 200  # people of whom the words of searches are taken
PAGES = ("board", "calls", "typing", "search", "day", "panels", "person")
QUERIES_OF = 5  # different people, words or officers
REDIS_DATABASE = 9  # not the installation's: its cache holds figures of its lawyers


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield one result a page, 95th percentiles in seconds, the person's page last."""
    found = in_two_cities(size, folder, _staff)
    few, many = found
    for page in PAGES:
        ours, peer = found[many].percentile(page, 95), found[few].percentile(page, 95)
        yield Result(f"pages_{page}", size, ours, peer, f"{page} in a city of {few:,} people, p95", Ratio.OF_TIMES)


def in_two_cities(size: int, folder: Path, ready: Callable[[int], list[Staff]]) -> dict[int, Seen]:
    """What staff saw in a city of a tenth of the people, and in one of all; ``ready``, in each, gives those who work there.

    Raises:
        RuntimeError: a page answered with an error; times of such answers would mean nothing.
    """
    found: dict[int, Seen] = {}
    for people in (max(1, size // 10), size):
        with city(people) as url:
            staff = ready(people)
            with serving(url, folder) as port:
                warm_up(port, staff)
                found[people] = seen = work(port, staff, seconds=SECONDS, seed=SEED)
        if seen.wrong:
            raise RuntimeError(f"{len(seen.wrong)} wrong answers, the first: {seen.wrong[0]}")
        _say(people, seen)
    return found


def _staff(people: int) -> list[Staff]:
    staff = staff_of_city()
    _say_queries(people, staff)
    return staff


def staff_of_city() -> list[Staff]:
    """Everybody logged in, with people to open and words to search for; the same in every run."""
    numbers, words = _numbers(), _words()
    return [
        Staff(
            cookie=_logged_in(user).cookies[settings.SESSION_COOKIE_NAME].value,
            may_see_board=user.role == "supervisor",
            own=numbers[user.pk],
            others=numbers[None],
            words=words,
        )
        for user in officers()
    ]


def queries_of(staff: list[Staff]) -> dict[str, tuple[int, int]]:
    """Fewest and most queries of each page over some people, words and officers."""
    users = officers()
    collector, supervisor = _logged_in(users[0]), _logged_in(users[-1])
    searched = [word for words in staff[0].words.values() for word in words[:QUERIES_OF]]
    people = [*staff[0].own[:QUERIES_OF], *staff[0].others[:QUERIES_OF]]
    asked: dict[str, list[tuple[Client, str]]] = {
        "person": [(collector, reverse("debtors:person", args=[number])) for number in people],
        "search": [(collector, f"{reverse('debtors:search')}?q={word}") for word in searched],
        "typing": [(collector, f"{reverse('debtors:search-as-typed')}?q={word[:2]}") for word in searched],
        "day": [(_logged_in(user), reverse("debtors:day")) for user in users[:QUERIES_OF]],
        "calls": [(collector, reverse("claims:calls"))],
        "board": [(supervisor, reverse("claims:board"))],
    }
    asked["panels"] = [(collector, reverse("debtors:panels", args=[number])) for number in people]
    found = {}
    for page, requests in asked.items():
        counts = [_queries(client, url) for client, url in requests]
        found[page] = min(counts), max(counts)
    return found


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    assert answer.status_code in (200, 302), f"{answer.status_code} {url}"
    return len(queries)


def _logged_in(user: Any) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _numbers() -> dict[int | None, list[str]]:
    """Numbers of some people by who looks after them (None: nobody)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT officer_id, number FROM (
                SELECT a.officer_id, p.number, row_number() OVER (PARTITION BY a.officer_id ORDER BY hashint8(p.id)) AS place
                FROM debtors_person p LEFT JOIN debtors_assignment a ON a.person_id = p.id
            ) numbered WHERE place <= %s ORDER BY place
            """,
            [SAMPLES],
        )
        found: dict[int | None, list[str]] = {}
        for officer, number in cursor.fetchall():
            found.setdefault(officer, []).append(number)
    return found


def _words() -> dict[str, list[str]]:
    """What is searched for, by kind, taken from people of the city."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.name, p.kana, p.phone, p.atena_number, p.address, c.notice_number FROM (
                SELECT * FROM debtors_person WHERE phone <> '' ORDER BY hashint8(id) LIMIT %s
            ) p JOIN debtors_sourceidentity s ON s.person_id = p.id JOIN claims_claim c ON c.identity_id = s.id
            AND c.instalment = 1 ORDER BY p.id
            """,
            [SAMPLES],
        )
        people = cursor.fetchall()
    words: dict[str, list[str]] = {}
    for name, kana, phone, atena, address, notice in people:
        town = address.removeprefix("愛知県豊田市")
        for kind, word in (
            ("one letter", kana[:1]),
            ("two letters", kana[:2]),
            ("three letters", kana[:3]),
            ("reading", kana.replace("　", "")),
            ("inside of a reading", kana.split("　")[1]),
            ("one character", name[:1]),
            ("family name", name.split("　")[0]),
            ("name", name),
            ("no such name", kana[::-1]),
            ("place", town),
            ("town", town.split("丁目")[0][:-1]),
            ("phone", phone),
            ("宛名番号", atena),
            ("通知書番号", notice),
        ):
            words.setdefault(kind, []).append(word)
    return words


@contextmanager
def serving(url: str, folder: Path) -> Iterator[int]:
    """The web server of bin/start on the city; yields its port."""
    from toyota_collect.embedded.commands.start import web_server

    with socket.socket() as listener, (folder / "web.log").open("w") as log:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        redis = f"{os.environ['REDIS_URL']}?db={REDIS_DATABASE}"
        _forget_figures(redis)
        own = os.environ | {"DATABASE_URL": url, "REDIS_URL": redis}
        web = subprocess.Popen(
            web_server(listener), env=own, cwd=settings.ROOT, pass_fds=[listener.fileno()], stdout=log, stderr=log
        )
        try:
            _wait(port, web)
            yield port
        finally:
            web.terminate()
            web.wait(30)


def _forget_figures(url: str) -> None:
    import redis

    redis.Redis.from_url(url).flushdb()


def _wait(port: int, web: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if web.poll() is not None:
            break
        try:
            with urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=10) as answer:
                if answer.status == 200:
                    return
        except OSError:
            sleep(0.2)
    raise RuntimeError("the web server does not answer; see web.log in the bench's folder")


def _say_queries(people: int, staff: list[Staff]) -> None:
    for page, (fewest, most) in queries_of(staff).items():
        print(f"{people:,} people, {page}: {fewest}–{most} queries", file=sys.stderr)


def _say(people: int, seen: Seen) -> None:
    for page in sorted(seen.seconds):
        p50, p95 = (1000 * seen.percentile(page, percent) for percent in (50, 95))
        print(
            f"{people:,} people, {page}: p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(seen.seconds[page])}",
            file=sys.stderr,
        )
