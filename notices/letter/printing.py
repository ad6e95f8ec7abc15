"""Many letters into one PDF: the fast engine, and the full layout for what it cannot set."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import pikepdf

from . import layout, press
from .blocks import Sheet
from .layout import render_one
from .model import LetterData, Rendered, Unprintable
from .press import render_fast

CHUNK = 500
"""Letters worth rendering together: fonts are embedded once for each PDF, memory grows with its pages."""


def render_many(letters: Sequence[LetterData], title: str = "催告書") -> Rendered:
    """Every letter, in order, in one PDF; a letter that cannot be printed fails alone.

    The same letters give the same bytes, in any process.
    """
    rendered, unsuitable = render_fast(letters, title)
    if not unsuitable:
        return rendered
    full: dict[int, bytes] = {}
    failures = dict(rendered.failures)
    for index in unsuitable:
        try:
            full[index] = render_one(letters[index])
        except Unprintable as error:
            failures[index] = error
    return Rendered(*_merged(rendered, full), failures)


def check_fit(pages: Iterable[Sheet]) -> None:
    """Lay the sheets out and throw them away.

    Raises:
        Unprintable: a text does not fit its place.
    """
    chunk = press._Chunk(press.engine())
    for sheet in pages:
        try:
            chunk.page(sheet)
        except press.Unsuitable:
            document = layout.document_of(layout.html_of([sheet], ""))
            layout.check_room(document.pages[0]._page_box)


def _merged(rendered: Rendered, full: dict[int, bytes]) -> tuple[bytes, list[tuple[int, int] | None]]:
    """The fast pages and the letters of the full layout, in the order of the letters."""
    if not full:
        return rendered.pdf, rendered.pages
    merged, pages = pikepdf.new(), []
    fast = pikepdf.open(BytesIO(rendered.pdf)) if rendered.pdf else None
    opened = {index: pikepdf.open(BytesIO(pdf)) for index, pdf in full.items()}
    for index, place in enumerate(rendered.pages):
        start = len(merged.pages)
        if index in opened:
            merged.pages.extend(opened[index].pages)
        elif place and fast:
            merged.pages.extend(fast.pages[place[0] : sum(place)])
        pages.append((start, len(merged.pages) - start) if len(merged.pages) > start else None)
    output = BytesIO()
    merged.save(output, deterministic_id=True)
    return output.getvalue(), pages
