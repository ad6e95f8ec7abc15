"""The Python environment: .venv with exactly the pinned and hashed libraries."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from toyota_collect.embedded import apt
from toyota_collect.embedded.processes import run
from toyota_collect.embedded.servers import VENV
from toyota_collect.embedded.state import ROOT, Command, Refused, locked, say

PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]


def ensure() -> None:
    """Make .venv hold what the requirements name; nothing happens when it already does.

    Raises:
        Refused: Python cannot make an environment here, or the libraries cannot be had.
    """
    wanted = _wanted()
    if _is_fresh(wanted):
        return
    with locked(REQUIREMENTS[0]):  # there may be no .venv yet to hold a lock
        if _is_fresh(wanted):
            return
        if not _works():
            say("making the Python environment .venv")
            _make()
        say("installing the libraries into .venv (about a minute)")
        _install()
        STAMP.write_text(wanted)


def _wanted() -> str:
    """A digest that changes when the requirements change or the project moves."""
    content = b"".join(file.read_bytes() for file in REQUIREMENTS)
    return hashlib.sha256(content + os.fsencode(ROOT)).hexdigest()


def _is_fresh(wanted: str) -> bool:
    return STAMP.exists() and STAMP.read_text() == wanted and PYTHON.exists()


def _works() -> bool:
    try:
        return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def _make() -> None:
    """Make .venv with pip in it, also where the distribution keeps ensurepip in a package of its own."""
    make: list[str | Path] = [_base_python(), "-m", "venv", "--clear", VENV]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if _succeeds(make):
        return
    if apt.may_install() and apt.install([f"{version}-venv"]) and _succeeds(make):
        return
    if _succeeds([*make, "--without-pip"]):
        for pip in _other_pips():
            if _succeeds([*pip, "--python", PYTHON, "install", "pip"]):
                return
    raise Refused(f"Python cannot make an environment: install {version}-venv (or pip), then start again.")


def _other_pips() -> Iterator[list[str | Path]]:
    """Give pips outside .venv that can install into it: the system's, or the one in the distribution's package."""
    yield [_base_python(), "-m", "pip"]
    with tempfile.TemporaryDirectory() as folder:
        apt.unpack(["python3-pip-whl"], Path(folder))
        for place in (Path("/"), Path(folder)):
            for wheel in place.glob("usr/share/python-wheels/pip-*.whl"):
                yield [_base_python(), wheel / "pip"]


def _base_python() -> str:
    """The interpreter outside any environment, so that .venv may be cleared while we run."""
    return getattr(sys, "_base_executable", "") or sys.executable


def _succeeds(command: Command) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def _install() -> None:
    # --no-deps: the files name every library, so an old pip has nothing to resolve. PIP_USER cannot work in .venv.
    files: list[str | Path] = [part for file in REQUIREMENTS for part in ("-r", file)]
    command = [PYTHON, "-m", "pip", "install", "-qq", "--require-hashes", "--no-deps", *files]
    if run(command, stdout=sys.stderr, env=os.environ | {"PIP_USER": "0"}):
        raise Refused("The libraries could not be installed; pip's message above says why.")
