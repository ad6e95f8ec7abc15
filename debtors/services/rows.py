"""Rows that hang on a person: taken along when two are found to be one, given back or divided when they are parted."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model, Q

from toyota_collect.registry import ByHand, Parting, PersonTable, registry

Kept = dict[str, list[Any]]


def take_along(*, from_id: int, to_id: int) -> tuple[Kept, Kept]:
    """Let every row that moves stand under the other person.

    Returns the rows moved, ``table → [[pk, fields as they were]]``, and those the other had, ``table → pks``.
    """
    moved: Kept = {}
    had: Kept = {}
    for table, model, name in _tables():
        if not table.title:
            continue
        had[table.key] = list(model.objects.filter(**{name: to_id}).order_by("pk").values_list("pk", flat=True))
        if table.moves is None:
            continue
        for row in model.objects.filter(table.moves, **{name: from_id}).order_by("pk"):
            if (former := _put(row, name, to_id, table)) is not None:
                moved.setdefault(table.key, []).append([row.pk, former])
    return moved, {key: pks for key, pks in had.items() if pks}


def give_back(moved: Kept, *, from_id: int, to_id: int) -> None:
    """Let the rows stand where and as they stood; one that somebody has moved on since stays where it is."""
    for table, model, name in _tables():
        for pk, former in moved.get(table.key, []):
            model.objects.filter(pk=pk, **{name: from_id}).update(**{f"{name}_id": to_id}, **former)


def divide(parting: Parting, *, known: Kept) -> list[ByHand]:
    """Divide the rows of the person that are not ``known`` (pks by table): each to whose identities it is about.

    Returns what a row that is about both, or about no identity, leaves to decide; such a row stays.
    """
    left: list[ByHand] = []
    for table, model, name in _tables():
        if table.moves is None and not table.decide:
            continue
        rows = model.objects.filter(**{name: parting.person_id}).exclude(pk__in=known.get(table.key, []))
        found = list(rows.order_by("pk"))
        about = table.concerns([row.pk for row in found]) if table.concerns and found else {}
        unsure = []
        for row in found:
            side = _side(about.get(row.pk, set()), parting, concerned=table.concerns is not None)
            if side == "other" and table.moves is not None and parting.other_id is not None:
                _put(row, name, parting.other_id, table)
            elif side != "stays":
                unsure.append(row.pk)
        left += _by_hand(table, model, unsure)
    for check in registry.parting_checks:
        left += check(parting)
    return left


def _side(about: set[int], parting: Parting, *, concerned: bool) -> str:
    if about and about <= parting.identities:
        return "other"
    return "stays" if concerned and about and not about & parting.identities else "both"


def _by_hand(table: PersonTable, model: type[Model], pks: list[int]) -> Iterator[ByHand]:
    if not table.decide or not pks:
        return
    rows = list(model._default_manager.filter(table.matters or Q(), pk__in=pks).order_by("pk"))
    if table.as_one and rows:
        yield ByHand(table.key, f"{table.title}{len(rows)}件が、どちらの人のものか決まりません", table.decide)
    elif rows:
        for row in rows:
            reason = f"{table.title}（{table.name(row)}）が、どちらの人のものか決まりません"
            yield ByHand(f"{table.key}:{row.pk}", reason, table.decide, table.url(row))


def _put(row: Any, name: str, person_id: int, table: PersonTable) -> dict[str, Any] | None:
    """Let the row stand under the person; the fields as they were, or none where it has to stay."""
    changes = table.fit(row, person_id) if table.fit else {}
    if changes is None:
        return None
    former = {field: getattr(row, field) for field in changes}
    type(row)._default_manager.filter(pk=row.pk).update(**{f"{name}_id": person_id}, **changes)
    return former


def _tables() -> Iterator[tuple[PersonTable, Any, str]]:
    for key, table in sorted(registry.person_tables.items()):
        app, model, name = key.split(".")
        yield table, apps.get_model(app, model), name


def known_rows(moved: Kept, had: Kept) -> Kept:
    """The pks, by table, of which it is known whose they are."""
    return {key: [pk for pk, _ in moved.get(key, [])] + had.get(key, []) for key in moved.keys() | had.keys()}
