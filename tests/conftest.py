"""Fixtures that more than one folder uses."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

# A busy machine is slow now and then; that says nothing about the code. The same tree always gets the same examples,
# so that a clean clone gives one answer; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


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
    from toyota_collect import reference

    real = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        real(self, ["SET session_replication_role = replica", *sql_list, "SET session_replication_role = origin"])
        reference.load(apps)
        claims_reference.load(apps)

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
