"""Posting receipts: 20 sessions at once, each with a connection of its own, each receipt a committed transaction.

The size is in receipts a scenario. Ours is ``claims_post_receipt``, the database function the services call: receipt,
entry, balances by trigger, audit row. The peer keeps a balance in a column that is changed in place, with a row of
payments beside it, no audit row and no history; told on stderr is also the way that reads the balance, subtracts and
writes it back, which loses money, and ours while the hash chains of ledger and logs are sealed every second (the product seals
every five minutes). Sessions are spread over processes as many as cores, several threads in each.

It runs in a scratch database of the installation's own server, as durable as that is. Every yen is counted afterwards.
Speeds are the best of some turns in which all ways take part, so that a busy machine slows all alike.
"""

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import psycopg
from django.db import connection

from bench import Ratio, Result
from claims.services.seal import seal_new_entries
from toyota_collect.log_seals import seal_logs

SIZE = 6_000
SESSIONS = 20
CLAIMS = 2_000
OF_ONE_PERSON = 20
EARLIER = 5_000  # receipts and payments that are there before: no city begins with empty tables
TURNS = 3
SEALED_EVERY = 1.0  # seconds
WARM = 10  # receipts of each session before the clock starts: connections of the product live long
LEVIED_YEN = 1_000_000_000
DAY = "2026-11-20"
PEER_TABLES = """
CREATE TABLE bench_balance (id bigint PRIMARY KEY, balance_yen bigint NOT NULL CHECK (balance_yen >= 0));
CREATE TABLE bench_payment (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL UNIQUE,
    claim_id bigint NOT NULL REFERENCES bench_balance, amount_yen bigint NOT NULL CHECK (amount_yen > 0),
    paid_on date NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON bench_payment (claim_id);
"""
LEFT = {
    "ours": "SELECT coalesce(sum(principal_yen), 0) FROM claims_claim",
    "sealed": "SELECT coalesce(sum(principal_yen), 0) FROM claims_claim",
    "peer": "SELECT coalesce(sum(balance_yen), 0) FROM bench_balance",
    "naive": "SELECT coalesce(sum(balance_yen), 0) FROM bench_balance",
}


@dataclass(frozen=True)
class Work:
    """What one session does: a receipt on each claim in turn, ``yen[n]`` of it, numbered from ``first``."""

    way: str
    first: int
    claims: tuple[int, ...]
    yen: tuple[int, ...]
    source: int
    by: int


@dataclass(frozen=True)
class Run:
    """Receipts a second; yen paid that no balance shows; deadlocks that the server broke."""

    speed: float
    lost_yen: int
    deadlocks: int

    def better(self, other: "Run") -> "Run":
        """The speed of the faster one; what went wrong in either counts."""
        return Run(max(self.speed, other.speed), self.lost_yen + other.lost_yen, self.deadlocks + other.deadlocks)


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield one result a scenario, the spread one last; lost yen and deadlocks of all ways are told on stderr."""
    with _scratch_database() as facts:
        scenarios = {
            "one claim": facts["claims"][:1],
            f"{OF_ONE_PERSON} claims of one person": facts["claims"][:OF_ONE_PERSON],
            f"spread over {CLAIMS:,} claims": facts["claims"],
        }
        for name, claims in scenarios.items():
            runs = {way: Run(0, 0, 0) for way in WAYS}
            for _ in range(TURNS):
                for way, former in runs.items():
                    runs[way] = former.better(_measure(way, size // TURNS, claims, facts))
            for way, found in runs.items():
                print(
                    f"{name}, {way}: {found.speed:.0f}/s, lost {found.lost_yen} yen, {found.deadlocks} deadlocks",
                    file=sys.stderr,
                )
            for way in ("ours", "sealed"):
                assert (runs[way].lost_yen, runs[way].deadlocks) == (0, 0)
            kept = runs["sealed"].speed / runs["ours"].speed
            print(f"{name}: while sealing, {kept:.2f} of the speed without; {_sealed}", file=sys.stderr)
            yield Result(
                "posting", size, runs["ours"].speed, runs["peer"].speed, f"a balance changed in place, {name}",
                Ratio.OF_SPEEDS,
            )  # fmt: skip


def _measure(way: str, size: int, claims: list[int], facts: dict[str, Any]) -> Run:
    rng, each = random.Random(size), WARM + max(1, size // SESSIONS)
    works = []
    for session in range(SESSIONS):
        works.append(
            Work(
                way, facts["next"] + session * each, tuple(rng.choice(claims) for _ in range(each)),
                tuple(rng.randint(1, 900) for _ in range(each)), facts["source"], facts["by"],
            )
        )  # fmt: skip
    facts["next"] += SESSIONS * each
    before, deadlocks = _number(LEFT[way]), _deadlocks()
    cores = os.cpu_count() or 1
    dealt = [tuple(works[core::cores]) for core in range(cores)]
    context = get_context("spawn")
    together = context.Barrier(SESSIONS)
    with (
        _sealing(way),
        ProcessPoolExecutor(cores, mp_context=context, initializer=_remember, initargs=(together,)) as pool,
    ):
        spans = [span for found in pool.map(_sessions, [facts["connect"]] * cores, dealt) for span in found]
    seconds = max(end for _, end in spans) - min(begin for begin, _ in spans)
    paid = sum(sum(work.yen) for work in works)
    lost = paid - (before - _number(LEFT[way]))
    return Run(SESSIONS * (each - WARM) / seconds, lost, _deadlocks() - deadlocks)


_sealed = Counter[str]()


@contextmanager
def _sealing(way: str) -> Iterator[None]:
    """For ``sealed``, the beat's sealing of all chains every second, in a thread with a connection of its own."""
    if way != "sealed":
        yield
        return
    over = Event()

    def beats() -> None:
        while not over.wait(SEALED_EVERY):
            rows = seal_new_entries() + seal_logs()
            _sealed.update({"rows sealed": rows, "beats": 1, "beats that found no gap": int(rows == 0)})
        connection.close()

    thread = Thread(target=beats)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


_together: Any = None


def _remember(barrier: Any) -> None:
    """Called once in each process: where its sessions wait for those of the others."""
    global _together
    _together = barrier


def _sessions(connect: dict[str, Any], works: tuple[Work, ...]) -> list[tuple[float, float]]:
    """Run in a process of its own, each work in a thread; return when each began and ended (the machine's clock)."""
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(lambda work: _act(connect, work), works))


def _act(connect: dict[str, Any], work: Work) -> tuple[float, float]:
    post = WAYS[work.way]
    with psycopg.connect(**connect, autocommit=True) as own, own.cursor() as cursor:
        for n in range(WARM):
            post(cursor, work, n)
        _together.wait(60)
        began = monotonic()
        for n in range(WARM, len(work.claims)):
            post(cursor, work, n)
        return began, monotonic()


def _ours(cursor: psycopg.Cursor, work: Work, n: int) -> None:
    yen = work.yen[n]
    receipt = {
        "source": work.source, "number": f"B{work.first + n}", "paid_on": DAY, "booked_on": DAY, "channel": "counter",
        "yen": yen, "ground": "tax",
    }  # fmt: skip
    line = {"kind": "receipt", "component": "principal", "yen": -yen, "on": DAY, "claim": work.claims[n], "note": ""}
    cursor.execute(
        "SELECT claims_post_receipt(%s, %s, %s, %s)",
        [json.dumps(receipt), json.dumps([line]), work.by, json.dumps({"yen": yen})],
    )


def _peer(cursor: psycopg.Cursor, work: Work, n: int) -> None:
    with cursor.connection.transaction():
        cursor.execute(
            "UPDATE bench_balance SET balance_yen = balance_yen - %s WHERE id = %s", [work.yen[n], work.claims[n]]
        )
        _payment(cursor, work, n)


def _naive(cursor: psycopg.Cursor, work: Work, n: int) -> None:
    with cursor.connection.transaction():
        cursor.execute("SELECT balance_yen FROM bench_balance WHERE id = %s", [work.claims[n]])
        (balance,) = cursor.fetchone() or (0,)
        _payment(cursor, work, n)
        cursor.execute(
            "UPDATE bench_balance SET balance_yen = %s WHERE id = %s", [balance - work.yen[n], work.claims[n]]
        )


def _payment(cursor: psycopg.Cursor, work: Work, n: int) -> None:
    cursor.execute(
        "INSERT INTO bench_payment (number, claim_id, amount_yen, paid_on) VALUES (%s, %s, %s, %s)",
        [f"{work.first + n}", work.claims[n], work.yen[n], DAY],
    )


WAYS: dict[str, Callable[[psycopg.Cursor, Work, int], None]] = {
    "ours": _ours,
    "sealed": _ours,
    "peer": _peer,
    "naive": _naive,
}


@contextmanager
def _scratch_database() -> Iterator[dict[str, Any]]:
    """A new database with claims that owe enough; yields how to connect to it and whom to pay."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"SHOW {setting}")
                print(f"{setting} = {cursor.fetchone()[0]}", file=sys.stderr)
            cursor.execute(PEER_TABLES)
        yield _claims()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _claims() -> dict[str, Any]:
    from claims.models import Claim, ClaimKind, Entry
    from claims.services.posting import OWN_SOURCE
    from debtors.models import Person, SourceIdentity, SourceSystem
    from toyota_collect.models import User

    kind, source = ClaimKind.objects.get(code="resident_tax"), SourceSystem.objects.get(code="zei")
    by = User.objects.get(username="system.intake")
    count = CLAIMS // OF_ONE_PERSON
    people = Person.objects.bulk_create(
        Person(number=f"B{n:08d}", name=f"架空 太郎{n}", name_key=f"架空太郎{n}") for n in range(count)
    )
    identities = SourceIdentity.objects.bulk_create(
        SourceIdentity(source=source, person=one, person_number=one.number, name=one.name, ground="tax")
        for one in people
    )
    claims = Claim.objects.bulk_create(
        Claim(
            source=source, kind=kind, identity=identities[n // OF_ONE_PERSON], levy_year=2026, taxation_year=2026,
            notice_number=f"N{n:09d}", instalment=n % OF_ONE_PERSON + 1, nominal_due_on=DAY, due_on=DAY,
            section_id=kind.section_id, ground="tax",
        )
        for n in range(CLAIMS)
    )  # fmt: skip
    Entry.objects.bulk_create(
        Entry(claim=one, kind="levy", component="principal", amount_yen=LEVIED_YEN, on=DAY, by=by) for one in claims
    )
    keys = [one.pk for one in claims]
    parameters = connection.get_connection_params()
    connect = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    own = SourceSystem.objects.get(code=OWN_SOURCE).pk
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_balance VALUES (%s, %s)", [(key, LEVIED_YEN) for key in keys])
    earlier = tuple(keys[n % CLAIMS] for n in range(EARLIER))
    with psycopg.connect(**connect) as one, one.cursor() as cursor:
        for way, post in WAYS.items():
            if way == "sealed":  # works on the same tables as ours
                continue
            work = Work(way, EARLIER, earlier, (100,) * EARLIER, own, by.pk)
            for n in range(EARLIER if way != "naive" else 0):
                post(cursor, work, n)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"claims": keys, "source": own, "by": by.pk, "connect": connect, "next": 2 * EARLIER}


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _deadlocks() -> int:
    """Counted by the server; sessions report it when they end."""
    sleep(0.5)
    return _number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
