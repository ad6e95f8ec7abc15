"""bin/check: everything that can be said about the code without running its tests."""

import re
import secrets
import time
from collections.abc import Mapping

from toyota_collect.embedded import environment, libraries
from toyota_collect.embedded.commands.test import throw_away_state
from toyota_collect.embedded.environment import PYTHON
from toyota_collect.embedded.processes import run as run_child
from toyota_collect.embedded.processes import stop_on_signals
from toyota_collect.embedded.servers import VENV
from toyota_collect.embedded.session import session
from toyota_collect.embedded.state import ROOT, Command, Refused, say

PRODUCT = ("toyota_collect", "debtors", "claims", "notices", "welfare", "lawyers")
# What the embedded PostgreSQL lacks, and therefore no migration may need (docs/adr/0001-embedded-servers.md).
FORBIDDEN_IN_MIGRATIONS = re.compile(r"-x-icu|pgcrypto", re.IGNORECASE)


def run(arguments: list[str]) -> int:
    """Run every check, also after one has failed; exit 0 only if all pass."""
    if arguments:
        raise Refused("bin/check takes no arguments.")
    stop_on_signals()
    environment.ensure()
    libraries.ensure()
    with throw_away_state() as state, session(state) as variables:
        production = {name: value for name, value in variables.items() if name not in {"DEMO", "DEBUG", "HTTPS"}}
        production |= {"SECRET_KEY": secrets.token_urlsafe(64), "ALLOWED_HOSTS": "collect.example"}
        manage = [str(PYTHON), str(ROOT / "manage.py")]
        checks: dict[str, tuple[Command, Mapping[str, str]]] = {
            "lint": (["ruff", "check", "--quiet", "."], variables),
            "format": (["ruff", "format", "--check", "--quiet", "."], variables),
            "types": (["mypy"], variables),
            "imports": (["lint-imports"], variables),
            "security": (["bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", *PRODUCT], variables),
            "deployment": ([*manage, "check", "--deploy", "--database", "default", "--fail-level", "INFO"], production),
            "migrations": ([*manage, "makemigrations", "--check", "--dry-run"], variables),
        }
        failed = [name for name, (command, given) in checks.items() if not _passes(name, command, given)]
    failed += ["portable migrations"] if _unportable() else []
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def _passes(name: str, command: Command, variables: Mapping[str, str]) -> bool:
    started = time.monotonic()
    program = VENV / "bin" / command[0]  # an absolute path stays as it is
    code = run_child([program, *command[1:]], env=dict(variables), cwd=ROOT)
    say(f"{name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - started:.1f} s)")
    return code == 0


def _unportable() -> bool:
    """Name the migrations that need what only some PostgreSQL builds have."""
    files = [file for file in ROOT.glob("*/migrations/*.py") if FORBIDDEN_IN_MIGRATIONS.search(file.read_text())]
    for file in files:
        say(f"{file.relative_to(ROOT)} uses an ICU collation or pgcrypto, which the embedded PostgreSQL lacks.")
    return bool(files)
