"""Of which tables somebody has no row at all: most people have no plan, no hold, no letter of their own, and need not be asked for them.

One question for all tables that apps call rare (``registry.rare``) takes the place of many.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model, QuerySet

from debtors.models import Person, SourceIdentity
from toyota_collect.held import is_held, once
from toyota_collect.registry import registry

FEW = 30  # of more people, who owes what is not followed to the tables below their claims
DIRECT = 'EXISTS (SELECT FROM "{table}" t WHERE t."{column}" = ANY(%(people)s))'
BY_IDENTITY = (
    'EXISTS (SELECT FROM debtors_sourceidentity i JOIN "{table}" t ON t."{column}" = i.id'
    " WHERE i.person_id = ANY(%(people)s))"
)
BY_CLAIM = (
    'EXISTS (SELECT FROM debtors_sourceidentity i JOIN "{above}" c ON c.identity_id = i.id'
    ' JOIN "{table}" t ON t."{column}" = c.id WHERE i.person_id = ANY(%(people)s))'
)


def nothing_of(model: type[Model], people: Collection[int], *, by: str = "person") -> bool:
    """Whether it is known that none of the people has a row of the model.

    ``by``: the key that leads to them, straight, by an identity or by a claim. Known only inside ``held()``, where all
    rare tables are asked at once for the same people; elsewhere False, and each caller asks its own question.

    Raises:
        KeyError: no app has called that key rare.
    """
    key = f"{model._meta.label_lower}.{by}"
    if key not in registry.rare:
        raise KeyError(key)
    return is_held() and not _has_rows(frozenset(people)).get(key, True)


def rows_of(rows: QuerySet[Any], people: Collection[int], *, by: str = "person") -> QuerySet[Any]:
    """The rows, which are the people's; where none of them has a row of the model, no question is asked for them."""
    return rows.none() if nothing_of(rows.model, people, by=by) else rows


@once
def _has_rows(people: frozenset[int]) -> Mapping[str, bool]:
    questions = {key: sql for key in sorted(registry.rare) if (sql := _question(key, few=len(people) <= FEW))}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(questions.values())}", {"people": list(people)})
        return dict(zip(questions, cursor.fetchone(), strict=True))


def _question(key: str, *, few: bool) -> str:
    app, model, name = key.split(".")
    table = apps.get_model(app, model)._meta
    field = table.get_field(name)
    above = field.related_model
    assert isinstance(above, type)
    if above is Person:
        sql = DIRECT
    elif few:
        sql = BY_IDENTITY if above is SourceIdentity else BY_CLAIM
    else:
        return ""
    return sql.format(table=table.db_table, column=field.column, above=above._meta.db_table)
