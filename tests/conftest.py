"""Fixtures that more than one folder uses."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connection

# A busy machine is slow now and then; that says nothing about the code. The same tree always gets the same examples,
# so that a clean clone gives one answer; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

TEMPLATE = "tc_migrated"
MAKING_IT = 4_710_099  # an advisory lock


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Migrations take a minute: they run once a server, and each process copies the database that they made."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [MAKING_IT])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            server.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}_half")
            server.execute(f"CREATE DATABASE {TEMPLATE}_half")
            migrate = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
            half = urlsplit(url)._replace(path=f"/{TEMPLATE}_half").geturl()
            subprocess.run(migrate, cwd=Path(__file__).parents[1], env=os.environ | {"DATABASE_URL": half}, check=True)
            server.execute(f"ALTER DATABASE {TEMPLATE}_half RENAME TO {TEMPLATE}")
    connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    """WhiteNoise warns about a missing folder; tests serve the sources and collect nothing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_append_only_tables() -> Iterator[None]:
    """Between transactional tests Django truncates all tables; append-only ones refuse that, so triggers rest then.

    What migrations loaded is loaded again at once: the next test may be any. For the whole session: pytest-django
    flushes after the fixtures of a test are gone.
    """
    from django.apps import apps
    from django.db.backends.postgresql.creation import DatabaseCreation
    from django.db.backends.postgresql.operations import DatabaseOperations

    from claims import reference as claims_reference
    from notices import reference as notices_reference
    from toyota_collect import reference

    real = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        real(self, ["SET session_replication_role = replica", *sql_list, "SET session_replication_role = origin"])
        reference.load(apps)
        claims_reference.load(apps)
        notices_reference.load(apps)

    def drop(self: DatabaseCreation, test_database_name: str, verbosity: int) -> None:
        with self._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        # The last request of a browser may still hold a session when its test is over.
        patch.setattr(DatabaseCreation, "_destroy_test_db", drop)
        yield


@pytest.fixture
def restored_reference_data(transactional_db: None) -> None:
    """Transactional tests begin and end with the reference data that migrations load."""
    from django.apps import apps

    from claims import reference as claims_reference
    from toyota_collect import reference

    reference.load(apps)
    claims_reference.load(apps)
