"""Debian and Ubuntu packages, installed by root or unpacked by anybody else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from toyota_collect.embedded.state import IS_ROOT, Command


def may_install() -> bool:
    """Whether this user may install packages into the system."""
    return IS_ROOT and shutil.which("apt-get") is not None


def install(packages: list[str]) -> bool:
    """Install packages into the system; the lists are fetched only when they are missing or old."""
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", "install", "--no-install-recommends", *packages]
    update: Command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "update"]
    return _run(command, quiet=True) or (_run(update) and _run(command))


def unpack(packages: list[str], into: Path) -> bool:
    """Unpack packages, and those they need that the system lacks, into a folder; needs no rights at all.

    The machine's own lists are tried first, then freshly fetched private ones.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return False
    work = into / "apt"
    debs, lists, cache = work / "debs", work / "lists", work / "cache"
    for folder in (debs, lists / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    for private in (False, True):
        options = ["-o", f"Dir::Cache={cache}", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]
        if private:
            options += ["-o", f"Dir::State::lists={lists}"]
            if not _run(["apt-get", "-q", *options, "update"]):
                continue
        names = _to_install(packages, options)
        if names and _run(["apt-get", "-q", *options, "download", *names], cwd=debs):
            done = all(_run(["dpkg", "-x", deb, into]) for deb in debs.glob("*.deb"))
            shutil.rmtree(work, ignore_errors=True)
            return done
    return False


def _to_install(packages: list[str], options: list[str]) -> list[str]:
    """Ask apt, without doing it, which packages it would install."""
    command = ["apt-get", "-s", *options, "install", "--no-install-recommends", *packages]
    plan = subprocess.run(command, capture_output=True, text=True, env=_environment())
    return re.findall(r"^Inst (\S+)", plan.stdout, re.MULTILINE) if plan.returncode == 0 else []


def _run(command: Command, cwd: Path | None = None, *, quiet: bool = False) -> bool:
    """Run a command whose output matters only if it fails."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment())
    if done.returncode and not quiet:
        sys.stderr.buffer.write(done.stdout[-2000:])
    return done.returncode == 0


def _environment() -> dict[str, str]:
    return os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
