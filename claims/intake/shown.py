"""How a refused row is shown to staff: by columns, without address and phone, which may be protected."""

import re
import unicodedata
from collections.abc import Sequence

from claims.intake.fields import SECRET_IN_RAW
from claims.intake.layout import FieldSpec, Layout
from claims.intake.parse import split_cells

HIDDEN = "（表示しません）"
Cells = list[tuple[str, str]]  # label, text
# A place or a telephone may stand in a column that is not meant for it (様方, 送付先, remarks in a name).
LOOKS_LIKE_A_PLACE = re.compile(
    r"[都道府県市区町村郡字].*[0-9一二三四五六七八九十]|[0-9一二三四五六七八九十]+(丁目|番地?|号)"
    r"|[0-9]{3}-[0-9]{4}|[0-9]+-[0-9]+-[0-9]+|^0[5-9]0[0-9]{8}$"
)


def shown_cells(layout: Layout, titles: Sequence[str], raw: bytes) -> Cells | None:
    """The fields of a row with their Japanese names, as written; ``None`` where the columns cannot be told apart.

    ``titles`` is the file's header, or an empty title for each column where it has none. Bytes that are no text are
    shown as U+FFFD. Columns with an address are hidden, and so is any cell that reads like one; a row whose columns
    are shifted is not shown at all: an address could stand anywhere in it.
    """
    if layout.format == "fixed":
        if len(raw) != layout.record_bytes:
            return None
        cells = [raw[spec.start : spec.start + spec.width].decode(layout.codec, "replace") for spec in layout.placed]
    else:
        row = split_cells(layout.format, raw.decode(layout.codec, "replace"))
        if not row or len(row) != len(titles):
            return None
        cells = [row[layout.place(spec, titles)] for spec in layout.placed]
    return [(spec.canonical.label, _text(spec, cell)) for spec, cell in zip(layout.placed, cells, strict=True)]


def reads_like_a_place(text: str) -> bool:
    return bool(LOOKS_LIKE_A_PLACE.search(unicodedata.normalize("NFKC", text)))


def _text(spec: FieldSpec, cell: str) -> str:
    text = cell.strip()
    secret = spec.canonical.name in SECRET_IN_RAW or reads_like_a_place(text)
    return HIDDEN if text and secret else text
