"""The parts of the house that need no server."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toyota_collect.embedded import environment, libraries, servers, session, state
from toyota_collect.embedded.commands import check, start
from toyota_collect.embedded.commands import test as testing
from toyota_collect.embedded.processes import Restarts, Running, Service
from toyota_collect.embedded.state import ROOT, Refused, State


@pytest.fixture
def installation(tmp_path: Path) -> State:
    return State.named(str(tmp_path / "var"))


def test_two_installations_never_share_a_socket(tmp_path: Path):
    one, other = State.named(str(tmp_path / "a")), State.named(str(tmp_path / "b"))
    assert one.sockets("postgres") != other.sockets("postgres")
    assert one.sockets("postgres") != one.sockets("valkey")


def test_socket_paths_fit_the_kernel_however_deep_the_state_lies(tmp_path: Path):
    deep = State.named(str(tmp_path.joinpath(*["deep" * 10] * 4)))
    assert len(str(deep.sockets("postgres") / ".s.PGSQL.5432.lock")) < 107


def test_a_symlink_and_its_target_are_the_same_installation(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert State.named(str(tmp_path / "link")).key == State.named(str(tmp_path / "real")).key


def test_a_state_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot be used as the state folder"):
        State.named(str(tmp_path / "file"))


def test_the_secret_is_made_once_and_is_for_its_owner_only(installation: State):
    secret = installation.secret_key()
    assert len(secret) >= 50
    assert installation.secret_key() == secret
    assert (installation.folder / "secret_key").stat().st_mode & 0o077 == 0


def test_a_socket_folder_laid_by_somebody_else_is_refused(installation: State):
    folder = installation.sockets("valkey")
    folder.symlink_to("/tmp")
    try:
        with pytest.raises(Refused, match="belongs to somebody else"):
            servers.socket_folder(installation, "valkey")
    finally:
        folder.unlink()


def test_a_lock_is_seen_by_others_and_gone_with_its_holder(tmp_path: Path):
    file = tmp_path / "lock"
    with file.open("a") as handle:
        assert state.try_lock(handle, fcntl.LOCK_EX)
        assert state.is_locked(file)
    assert not state.is_locked(file)


# --- what Django is told -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "demo"),
    [
        pytest.param({}, "1", id="nothing configured: a demo"),
        pytest.param({"DEMO": "0"}, "0", id="the operator's DEMO wins"),
        pytest.param({"SECRET_KEY": "s"}, None, id="a configured secret means a real installation"),
        pytest.param({"HTTPS": "1"}, None, id="HTTPS means a real installation"),
    ],
)
def test_demo_is_the_default_only_where_nothing_is_configured(installation: State, given, demo):
    assert session.django_environment(installation, given).get("DEMO") == demo


def test_addresses_of_another_installation_are_not_inherited(installation: State, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://other")
    monkeypatch.setenv("TC_SERVERS_OF", "/somewhere/else")
    assert "DATABASE_URL" not in session._given(installation)
    monkeypatch.setenv("TC_SERVERS_OF", str(installation.folder))
    assert session._given(installation)["DATABASE_URL"] == "postgres://other"


def test_dotenv_gives_what_the_environment_lacks(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("# comment\nexport SECRET_KEY='a=b'\n\nALLOWED_HOSTS=one,two\nnonsense\n")
    assert session._dotenv(file) == {"SECRET_KEY": "a=b", "ALLOWED_HOSTS": "one,two"}
    assert session._dotenv(tmp_path / "absent") == {}


def test_unpacked_packages_are_found_by_children(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(libraries, "UNPACKED", tmp_path)
    (tmp_path / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    (tmp_path / "usr/lib/x86_64-linux-gnu/libpango-1.0.so.0").touch()
    libraries._write_fonts_conf()
    variables = libraries.environment({"PATH": "/bin", "LD_LIBRARY_PATH": "/mine"})
    assert variables["LD_LIBRARY_PATH"] == f"{tmp_path}/usr/lib/x86_64-linux-gnu:/mine"
    assert variables["FONTCONFIG_FILE"] == f"{tmp_path}/fonts.conf"
    assert f"{tmp_path}/usr/share/fonts" in (tmp_path / "fonts.conf").read_text()


def test_only_missing_packages_are_named(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(libraries, "UNPACKED", tmp_path)
    missing = [libraries.Part("libnowhere1", "libnowhere.so.1"), libraries.Part("fonts-nowhere", "nowhere.ttf")]
    monkeypatch.setattr(libraries, "PARTS", [libraries.Part("libc6", "libc.so.6"), *missing])
    assert libraries._missing() == ["libnowhere1", "fonts-nowhere"]


def test_changed_requirements_are_noticed(tmp_path: Path, monkeypatch):
    file = tmp_path / "requirements.txt"
    file.write_text("django==5.2.19\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", [file])
    before = environment._wanted()
    file.write_text("django==5.2.20\n")
    assert environment._wanted() != before


# --- children ----------------------------------------------------------------------------------------


def test_stopping_kills_a_service_that_does_not_listen_and_its_children(installation: State):
    script = "trap '' TERM; sleep 1000 & echo child $!; while :; do sleep 1000; done"
    running = Running(Service("deaf", ["bash", "-c", script], grace=0.3), installation.log("deaf"))
    log = installation.logs / "deaf.log"
    assert state.wait_for(lambda: log.read_text().startswith("child"), 10)
    child = int(log.read_text().split()[1])
    running.stop()
    assert running.ended
    assert state.wait_for(lambda: not _is_running(child), 5)


def test_the_guard_ends_what_a_killed_supervisor_leaves(installation: State):
    deaf = "trap '' TERM; sleep 1000 & echo child $!; while :; do sleep 1000; done"
    program = f"""
import sys, time; sys.path.insert(0, {str(ROOT)!r})
from toyota_collect.embedded.processes import Service
from toyota_collect.embedded.state import State
from toyota_collect.embedded.supervisor import Supervisor
Supervisor(State.named({str(installation.folder)!r})).start(Service("deaf", ["bash", "-c", {deaf!r}], grace=0.3))
time.sleep(1000)
"""
    supervisor = subprocess.Popen([sys.executable, "-P", "-c", program])
    log = installation.logs / "deaf.log"
    assert state.wait_for(lambda: log.exists() and log.read_text().startswith("child"), 10)
    child = int(log.read_text().split()[1])
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    assert state.wait_for(lambda: not _is_running(child), 10)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_restarting_is_given_up_when_it_is_pointless():
    restarts = Restarts(most=2, within=60)
    assert [restarts.allow() for _ in range(3)] == [True, True, False]
    quick = Restarts(most=1, within=0.01)
    assert quick.allow()
    time.sleep(0.02)
    assert quick.allow()


# --- the commands ------------------------------------------------------------------------------------


def test_a_taken_port_is_replaced_by_a_free_one(monkeypatch, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with start._listener(any_port=False) as listener:
            assert listener.getsockname()[1] != port
    assert f"port {port} cannot be used" in capsys.readouterr().err


def test_a_port_that_is_no_number_is_refused(monkeypatch):
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(Refused, match="PORT must be a number"):
        start._listener(any_port=False)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], "not chaos and not long", id="every day"),
        pytest.param(["--long"], "not chaos", id="long"),
        pytest.param(["--chaos"], "chaos", id="chaos"),
    ],
)
def test_marks_are_chosen_by_our_flags(arguments, expected):
    options = testing._options(arguments)
    assert options[options.index("-m") + 1] == expected
    assert not {"--long", "--chaos"} & set(options)


def test_a_callers_own_marks_win():
    assert testing._options(["-m", "e2e"]) == ["-ra", "-m", "e2e"]


def test_a_killed_runs_folder_is_removed_and_a_running_ones_is_kept(tmp_path: Path):
    for name in ("old", "used", "new"):
        (tmp_path / f"{testing.FOLDERS}{name}" / "locks").mkdir(parents=True)
    with (tmp_path / f"{testing.FOLDERS}used" / "locks" / "postgres.users").open("a") as users:
        assert state.try_lock(users, fcntl.LOCK_SH)
        for name in ("old", "used"):
            os.utime(tmp_path / f"{testing.FOLDERS}{name}", (0, 0))
        testing._remove_forgotten(tmp_path)
    assert {folder.name for folder in tmp_path.iterdir()} == {f"{testing.FOLDERS}used", f"{testing.FOLDERS}new"}


@pytest.mark.parametrize("text", ['db_collation="ja-x-icu"', "CREATE EXTENSION pgcrypto"])
def test_migrations_that_need_more_than_the_embedded_server_has_are_found(tmp_path: Path, monkeypatch, text):
    (tmp_path / "claims/migrations").mkdir(parents=True)
    (tmp_path / "claims/migrations/0001_initial.py").write_text("operations = []")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    assert not check._unportable()
    (tmp_path / "claims/migrations/0002_more.py").write_text(text)
    assert check._unportable()
