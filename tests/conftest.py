"""Fixtures that more than one folder uses."""

import pytest


@pytest.fixture(autouse=True)
def _flush_may_empty_append_only_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between transactional tests Django truncates all tables; append-only ones refuse that, so triggers rest then."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    real = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        real(self, ["SET session_replication_role = replica", *sql_list, "SET session_replication_role = origin"])

    monkeypatch.setattr(DatabaseOperations, "execute_sql_flush", flush)


@pytest.fixture
def restored_reference_data(transactional_db: None) -> None:
    """Transactional tests begin and end with the reference data that migrations load."""
    from django.apps import apps

    from claims import reference as claims_reference
    from toyota_collect import reference

    reference.load(apps)
    claims_reference.load(apps)
