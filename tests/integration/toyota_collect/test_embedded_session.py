"""The servers of an installation: shared while used, gone after the last user, however it ended."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from toyota_collect.embedded import state
from toyota_collect.embedded.session import session
from toyota_collect.embedded.state import ROOT, Refused, State

USER = """
import sys; sys.path.insert(0, {root!r})
from toyota_collect.embedded.session import session
from toyota_collect.embedded.state import State
with session(State.named({folder!r}, durable=False)):
    print("in", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """An installation of its own, beside the one that the tests use."""
    folder = Path("/tmp") / f"tc-session-{tmp_path.name}-{tmp_path.parent.parent.name}"
    monkeypatch.setenv("TC_SERVERS_OF", "/nowhere")  # so that the addresses of the tests' servers are not used
    yield State.named(str(folder), durable=False)
    shutil.rmtree(folder, ignore_errors=True)


def _user(installation: State) -> "subprocess.Popen[str]":
    program = USER.format(root=str(ROOT), folder=str(installation.folder))
    user = subprocess.Popen(
        [sys.executable, "-P", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout
    assert user.stdout.readline() == "in\n"
    return user


def _server_running(installation: State) -> bool:
    return any(state.is_locked(installation.locks / f"{name}.alive") for name in ("postgres", "valkey"))


def test_both_servers_answer_inside_and_are_gone_outside(installation: State):
    with session(installation) as variables:
        with psycopg.connect(variables["DATABASE_URL"]) as connection:
            assert connection.execute(
                "SELECT current_database(), show_jit FROM current_setting('jit') show_jit"
            ).fetchone() == ("app", "off")
        with redis.Redis.from_url(variables["REDIS_URL"]) as broker:
            assert broker.ping()
    assert not _server_running(installation)
    assert not installation.sockets("postgres").exists()
    assert not installation.sockets("valkey").exists()


def test_japanese_trigrams_exist_in_a_fresh_cluster(installation: State):
    """LC_CTYPE=C gives none, and every name search finds nothing."""
    with session(installation) as variables, psycopg.connect(variables["DATABASE_URL"]) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('豊田市民'))").fetchone() == (5,)


def test_the_servers_stay_as_long_as_anybody_uses_them(installation: State):
    first, second = _user(installation), _user(installation)
    first.communicate("")
    assert _server_running(installation)
    second.communicate("")
    assert not _server_running(installation)


def test_a_killed_user_leaves_no_server(installation: State):
    user = _user(installation)
    user.send_signal(signal.SIGKILL)
    user.communicate()
    assert state.wait_for(lambda: not _server_running(installation), 20)


def test_a_killed_database_comes_back_for_its_users(installation: State):
    with session(State(installation.folder, durable=True)) as variables:
        url = variables["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (yen int)")
            connection.execute("INSERT INTO kept VALUES (1200)")
        cluster = next(installation.folder.glob("pgdata/postmaster.pid"))
        postmaster = int(cluster.read_text().split()[0])
        subprocess.run(["kill", "-9", str(postmaster)], check=True)
        ready = installation.locks / "postgres.ready"
        assert state.wait_for(lambda: _other_postmaster(cluster, postmaster) and ready.exists(), 30)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT yen FROM kept").fetchone() == (1200,)


def _other_postmaster(file: Path, old: int) -> bool:
    text = file.read_text() if file.exists() else ""
    return bool(text) and int(text.split()[0]) != old


def test_a_server_that_cannot_start_is_said_in_one_sentence(installation: State):
    (installation.folder / "pgdata").mkdir()
    (installation.folder / "pgdata" / "PG_VERSION").write_text("9\n")
    with pytest.raises(Refused, match="is of PostgreSQL 9"), session(installation):
        pass
    assert not _server_running(installation)
