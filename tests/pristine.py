"""The database of the tests as the migrations left it: see ``pristine.sql``."""

from pathlib import Path

from django.db import connection

SQL = Path(__file__).with_suffix(".sql")


def restore() -> None:
    """Empty all tables that hold rows and fill in again what migrations loaded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pristine.restore()")
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM (TRUNCATE) {table}")
