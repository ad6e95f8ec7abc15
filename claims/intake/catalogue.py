"""All layouts in use: those made on the page stand before built-in ones of the same code."""

import tomllib
from functools import cache
from typing import Any

from claims.intake.layout import LAYOUTS, Layout, LayoutError, layout_of, read_layouts
from claims.models import SourceLayout

Table = dict[str, Any]


def layouts() -> list[Layout]:
    """Every layout, by code.

    Raises:
        LayoutError: one of them cannot be used.
    """
    found = {layout.code: layout for layout in _built_in()}
    for made in SourceLayout.objects.all():
        found[made.code] = layout_of(made.code, made.table)
    return [found[code] for code in sorted(found)]


@cache
def _built_in() -> tuple[Layout, ...]:
    return tuple(read_layouts())


def find(code: str) -> Layout | None:
    """The layout of a code as it is now; ``None`` if it is no more or cannot be used."""
    try:
        return next((one for one in layouts() if one.code == code), None)
    except LayoutError:
        return None


def tables() -> dict[str, Table]:
    """The layouts as tables, by code, in the form in which they are written down."""
    found = {}
    for path in LAYOUTS.glob("*.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        found[table["code"]] = table
    return found | {made.code: made.table for made in SourceLayout.objects.all()}
