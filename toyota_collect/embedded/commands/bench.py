"""bin/bench: one measured comparison in the environment and on the servers of TC_STATE."""

from toyota_collect.embedded import environment, libraries
from toyota_collect.embedded.database import ensure_migrated
from toyota_collect.embedded.environment import PYTHON
from toyota_collect.embedded.processes import run as run_child
from toyota_collect.embedded.processes import stop_on_signals
from toyota_collect.embedded.session import session
from toyota_collect.embedded.state import ROOT, State


def run(arguments: list[str]) -> int:
    """Run ``python -m bench`` with the arguments."""
    stop_on_signals()
    environment.ensure()
    libraries.ensure()
    state = State.of_environment()
    with session(state) as variables:
        ensure_migrated(state, variables)
        return run_child([PYTHON, "-m", "bench", *arguments], env=variables, cwd=ROOT)
