"""Temporary tables, which set-based statements hand on to each other within a transaction."""

from typing import Any


def fresh_table(cursor: Any, name: str, columns: str) -> None:
    """Make an empty temporary table that ends with the transaction."""
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")


def table_from(cursor: Any, name: str, query: str, params: dict[str, Any]) -> None:
    """Make a temporary table from a query, with statistics for the statements that follow."""
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", params)
    cursor.execute(f"ANALYZE {name}")
