"""The tables of an installation follow the migrations of the code."""

import hashlib
import sys
from collections.abc import Mapping

from toyota_collect.embedded.environment import PYTHON
from toyota_collect.embedded.processes import run
from toyota_collect.embedded.state import ROOT, Refused, State, locked, say


def ensure_migrated(state: State, variables: Mapping[str, str]) -> None:
    """Apply the migrations that the database lacks.

    Asking Django takes seconds, so the embedded database remembers which migrations it has seen; a database from
    elsewhere may change without us and is always asked.

    Raises:
        Refused: a migration failed.
    """
    embedded = str(state.sockets("postgres")) in variables["DATABASE_URL"]
    with locked(state.locks / "migrate"):
        wanted = _migrations()
        if embedded and state.migrated.exists() and state.migrated.read_text() == wanted:
            return
        if embedded:
            say("applying the migrations")
        if run([PYTHON, ROOT / "manage.py", "migrate", "-v0", "--skip-checks"], env=variables, stdout=sys.stderr):
            raise Refused("the migrations could not be applied; the message above says why.")
        state.migrated.write_text(wanted)


def _migrations() -> str:
    """A digest of the names of our migrations and the versions of everybody else's."""
    names = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("*/migrations/*.py"))
    return hashlib.sha256("\n".join([*names, (ROOT / "requirements.txt").read_text()]).encode()).hexdigest()
