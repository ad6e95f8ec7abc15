"""A grouped query joined to the rows it is about, so that each group is worked out once, whatever asks for it.

The ORM has subqueries that are asked row by row, which is right for the rows of a page, and joins of tables. A condition or
an order over hundreds of thousands of rows needs the whole of it at once: ``LEFT JOIN (SELECT … GROUP BY key) ON key = id``.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Col
from django.db.models.sql.constants import LOUTER

KEY = "key"  # what a grouped query calls the id of the rows it is joined to


def join_grouped(rows: QuerySet[Any], grouped: QuerySet[Any], *, alias: str) -> tuple[QuerySet[Any], dict[str, Col]]:
    """Join the grouped query to the rows by their id, under a name of its own.

    Args:
        grouped: ``….values(key=…).annotate(name=…)``, one row for each key.

    Returns:
        The rows, as many as before, and an expression for each annotation, by name; NULL where there is no group.
    """
    joined = rows.all()
    query = joined.query
    parent = query.get_initial_alias()
    query.alias_map[alias] = _GroupedJoin(grouped.query, parent, query.get_meta().pk.column, alias)
    query.alias_refcount[alias] = 1
    query.table_map[alias] = [alias]
    return joined, {
        name: Col(alias, _field(name, one)) for name, one in grouped.query.annotations.items() if name != KEY
    }


def _field(name: str, annotation: Any) -> Any:
    field = copy(annotation.output_field)
    field.column = name
    return field


class _GroupedJoin:
    """An entry of a query's ``alias_map``, with what Django asks of one (``django.db.models.sql.datastructures.Join``)."""

    join_type = LOUTER
    nullable = True
    filtered_relation = None
    join_field = None

    def __init__(self, grouped: Any, parent: str, column: str, alias: str) -> None:
        self.grouped, self.parent_alias, self.column = grouped, parent, column
        self.table_name = self.table_alias = alias

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = self.grouped.get_compiler(connection=connection).as_sql()
        name = connection.ops.quote_name
        alias, parent = name(self.table_alias), compiler.quote_name_unless_alias(self.parent_alias)
        on = f"{parent}.{name(self.column)} = {alias}.{name(KEY)}"
        return f"{LOUTER} ({sql}) {alias} ON ({on})", params

    def relabeled_clone(self, change_map: Mapping[str, str]) -> "_GroupedJoin":
        parent = change_map.get(self.parent_alias, self.parent_alias)
        return _GroupedJoin(self.grouped, parent, self.column, change_map.get(self.table_alias, self.table_alias))

    def promote(self) -> "_GroupedJoin":
        return self

    def demote(self) -> "_GroupedJoin":
        """A row without a group is still a row."""
        return self
