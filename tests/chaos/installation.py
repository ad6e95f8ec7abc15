"""A whole installation in a folder of its own, for tests that kill its parts."""

import os
import re
import subprocess
import urllib.request
from pathlib import Path

from toyota_collect.embedded.state import ROOT, State, wait_for


class Start:
    """A bin/start on a state of its own, without the demo city, until the test ends."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.output = folder.with_suffix(".out")
        clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        settings = {"TC_STATE": str(folder), "DEMO": "0", "HTTPS": "0", "PORT": "8123"} | variables
        self.environment = clean | settings
        with self.output.open("wb") as out:
            self.process = subprocess.Popen([ROOT / "bin/start"], env=self.environment, stdout=out, stderr=out)

    def wait_until_ready(self, seconds: float = 180) -> "Start":
        assert wait_for(lambda: "is ready" in self.said or self.process.poll() is not None, seconds), self.said
        assert self.process.poll() is None, self.said
        return self

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def url(self) -> str:
        found = re.search(r"is ready: (\S+)", self.said)
        assert found, self.said
        return found[1]

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}healthz", timeout=5) as response:
                return response.status == 200
        except OSError:
            return False

    def processes(self) -> dict[int, str]:
        """Every process of this installation, by its command line or environment."""
        mine, found = str(self.folder).encode(), {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command, variables = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue  # it ended meanwhile
            if state != "Z" and (mine in command or b"TC_STATE=" + mine in variables):
                found[int(process.name)] = command.replace(b"\0", b" ").decode()
        return found

    def sockets(self) -> list[Path]:
        state = State(self.folder)
        return [path for path in (state.sockets("postgres"), state.sockets("valkey")) if path.exists()]

    def pid_of(self, part: str) -> int:
        """The oldest process whose command line holds the part."""
        return min(pid for pid, command in self.processes().items() if part in command)
