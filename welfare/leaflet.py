"""案内の紙: where one can talk about one's living, the same for everybody; nobody's name is on it."""

from datetime import date

from toyota_collect.dated import value_on
from toyota_collect.documents.store import letterhead, render_pdf
from welfare.sheet import TROUBLES, WORDS, choices


def leaflet_pdf(*, on: date) -> bytes:
    """The PDF. Raises ``SettingMissing`` where the city has not set its desks."""
    context = letterhead(on) | {"troubles": choices(TROUBLES, on=on), "words": value_on(WORDS, on), "number": ""}
    return render_pdf("documents/welfare_leaflet.html", context)[0]
