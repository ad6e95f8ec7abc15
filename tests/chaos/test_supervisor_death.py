"""However bin/start ends, nothing of it is left; whatever dies under it comes back."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.installation import Start
from toyota_collect.embedded.state import ROOT, wait_for

pytestmark = pytest.mark.chaos


@pytest.fixture
def started(folder: Path) -> Iterator[Start]:
    start = Start(folder)
    try:
        yield start.wait_until_ready()
    finally:
        start.process.send_signal(signal.SIGTERM)
        start.process.wait(60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_process_outlives_bin_start(started: Start, number: signal.Signals):
    names = " ".join(started.processes().values())
    assert all(part in names for part in ("gunicorn", "celery", "beat", "postgres", "valkey"))
    started.process.send_signal(number)
    code = started.process.wait(60)
    assert code == (-number if number == signal.SIGKILL else 0)
    patience = 30 if number == signal.SIGKILL else 0  # a killed one clears up after itself, the others before they end
    assert wait_for(lambda: not started.processes(), patience), started.processes()
    assert not started.sockets()


@pytest.mark.parametrize("part", ["gunicorn", "celery:app worker", " beat "])
def test_a_killed_service_is_started_again(started: Start, part: str):
    killed = started.pid_of(part)
    os.kill(killed, signal.SIGKILL)
    assert wait_for(lambda: "is started again" in started.said, 20)
    assert wait_for(started.is_healthy, 60, step=0.5)
    assert started.pid_of(part) != killed


def test_a_killed_database_comes_back_under_the_web(started: Start):
    pid_file = started.folder / "pgdata/postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    time.sleep(1)
    assert wait_for(started.is_healthy, 60, step=0.5)


def test_a_killed_keeper_takes_its_server_along(started: Start):
    """Then the installation is not healthy and says so, but nothing runs that nobody watches."""
    os.kill(started.pid_of("keep valkey"), signal.SIGKILL)
    assert wait_for(lambda: not any("valkey-server" in command for command in started.processes().values()), 20)


def test_a_second_bin_start_is_refused_and_harms_nothing(started: Start):
    variables = os.environ | {"TC_STATE": str(started.folder), "DEMO": "0", "HTTPS": "0"}
    second = subprocess.run([ROOT / "bin/start"], env=variables, capture_output=True, text=True)
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert started.is_healthy()


def test_two_installations_run_side_by_side_on_two_ports(started: Start, folder: Path):
    other = Start(folder.with_name(f"other-{folder.name}"))
    try:
        other.wait_until_ready()
        assert other.url != started.url
        assert "port 8123 cannot be used" in other.said
        assert other.is_healthy()
        assert started.is_healthy()
    finally:
        other.process.send_signal(signal.SIGINT)
        other.process.wait(60)
        other.output.unlink()
        shutil.rmtree(other.folder)


def test_a_command_beside_bin_start_leaves_its_servers_alone(started: Start):
    variables = os.environ | {"TC_STATE": str(started.folder), "DEMO": "0", "HTTPS": "0"}
    done = subprocess.run([ROOT / "bin/manage", "version"], env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "5.2.19\n")
    assert started.is_healthy()
