"""Keeping layouts that staff made on the page."""

from typing import Any

from django.db import transaction

from claims.intake.layout import layout_of
from claims.models import SourceLayout
from debtors.models import SourceSystem
from toyota_collect import audit
from toyota_collect.models import Section, User


class CodeTaken(Exception):
    """Another layout has this code; the message says what to do, in Japanese."""


@transaction.atomic
def keep_layout(
    table: dict[str, Any], *, by: User, new: bool, known: set[str], source: tuple[str, str, Section] | None = None
) -> SourceLayout:
    """Keep a layout; it holds from the next import on. The history keeps what it was.

    ``known``: codes of all layouts in use. ``source``: code, name and section of a business system to register with it.

    Raises:
        LayoutError: it cannot be used as it is.
        CodeTaken: ``new``, and a layout of this code is in use.
    """
    layout_of("レイアウト", table)
    if new and table["code"] in known:
        raise CodeTaken("このコードのレイアウトは使われています。別のコードにするか、一覧から選んで直してください。")
    if source:
        code, name, section = source
        made = SourceSystem.objects.create(code=code, name=name, section=section)
        audit.record(event="source_system.created", by=by, target=made)
    layout, _ = SourceLayout.objects.update_or_create(code=table["code"], defaults={"table": table, "by": by})
    audit.record(event="layout.kept", by=by, target=layout, key=layout.code)
    return layout
