"""bin/manage: a Django command inside the environment and the servers of TC_STATE."""

from toyota_collect.embedded import environment, libraries
from toyota_collect.embedded.database import ensure_migrated
from toyota_collect.embedded.environment import PYTHON
from toyota_collect.embedded.processes import run as run_child
from toyota_collect.embedded.processes import stop_on_signals
from toyota_collect.embedded.session import session
from toyota_collect.embedded.state import ROOT, State

# Commands that look at the code or make the tables themselves.
BEFORE_TABLES = {
    "check", "collectstatic", "diffsettings", "flush", "help", "makemigrations", "migrate", "optimizemigration",
    "restore", "showmigrations", "sqlmigrate", "squashmigrations", "version", "--help", "--version",
}  # fmt: skip


def run(arguments: list[str]) -> int:
    """Run ``manage.py`` with the arguments; stdout is the command's alone, and so is the exit code."""
    stop_on_signals()
    environment.ensure()
    libraries.ensure()
    state = State.of_environment()
    with session(state) as variables:
        if arguments and arguments[0] not in BEFORE_TABLES:
            ensure_migrated(state, variables)
        return run_child([PYTHON, ROOT / "manage.py", *arguments], env=variables)
