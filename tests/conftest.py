"""Fixtures that more than one folder uses."""

import gc
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

from tests import pristine
from tests.kept import Kept

# A busy machine is slow now and then; that says nothing about the code. The same tree always gets the same examples,
# so that a clean clone gives one answer; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def pytest_collection_finish() -> None:
    """What was imported stays until the end: looking through it for rubbish again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


TEMPLATE = "tc_migrated"
MAKING_IT = 4_710_099  # an advisory lock


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Migrations take a quarter of a minute: they run once a server, and each process copies the database that they made."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [MAKING_IT])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            server.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}_half")
            server.execute(f"CREATE DATABASE {TEMPLATE}_half")
            migrate = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
            half = urlsplit(url)._replace(path=f"/{TEMPLATE}_half").geturl()
            subprocess.run(migrate, cwd=Path(__file__).parents[1], env=os.environ | {"DATABASE_URL": half}, check=True)
            with psycopg.connect(half) as made:
                made.execute(pristine.SQL.read_text(encoding="utf-8"))
            server.execute(f"ALTER DATABASE {TEMPLATE}_half RENAME TO {TEMPLATE}")
    connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE


@pytest.fixture(scope="session", autouse=True)
def _static_root() -> None:
    """WhiteNoise warns about a missing folder; tests serve the sources and collect nothing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_remembered_from_another_test() -> Iterator[None]:
    """The navigation keeps its question for minutes; a test begins without what another asked."""
    from toyota_collect import context

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "_question", context._question.__wrapped__)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """As the database of tests, files of tests outlive no power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _transactional_tests_end_as_they_began() -> Iterator[None]:
    """Emptying and filling 200 tables again by the ORM takes seconds; most tests fill a handful (``pristine.sql``)."""
    from django.db.backends.postgresql.creation import DatabaseCreation
    from django.test import TransactionTestCase

    def drop(self: DatabaseCreation, test_database_name: str, verbosity: int) -> None:
        with self._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: pristine.restore())
        # The last request of a browser may still hold a session when its test is over.
        patch.setattr(DatabaseCreation, "_destroy_test_db", drop)
        yield


@pytest.fixture(scope="session")
def kept_by_process(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"))
