"""The cover and table sheets of our letters set by typst and by ReportLab: the same words in the same font.

Words are taken from our own sheets, so that no way may leave one out; places, rules and colours of the design are ours alone:
the peers set plain paragraphs and tables, which is less work. No codes, no slips.
"""

import json
import re
from collections.abc import Sequence
from html import unescape
from io import BytesIO
from unittest.mock import patch

import reportlab.lib.pagesizes
import typst
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from notices.letter import LetterData, Rendered, layout, render_many
from notices.letter import sheets as sheets_of
from notices.letter.fonts import HERE as FONTS

MM = 72 / 25.4
FONT = "BIZUDGothic-Regular"
COLUMNS = 8
Part = tuple[str, list[str]]  # "text" and one paragraph, or "row" and its cells
Page = list[Part]
TYPST = """
#set page(paper: "a4", margin: 15mm)
#set text(font: "BIZ UDGothic", size: 9pt, lang: "ja", cjk-latin-spacing: none)
#let pages = json(bytes(sys.inputs.pages))
#for page in pages [
  #for (kind, cells) in page {
    if kind == "text" { par(cells.at(0)) } else {
      table(columns: (21mm, 19mm, 26mm, 25mm, 24mm, 15mm, 24mm, 26mm), inset: 2pt, stroke: 0.3pt, ..cells)
    }
  }
  #pagebreak(weak: true)
]
"""


def without_slips(letters: Sequence[LetterData]) -> Rendered:
    """Our engine on covers and tables alone."""
    with patch("notices.letter.sheets.slip_sheets", lambda *_: ()):
        return render_many(letters)


def words_of(letter: LetterData) -> list[Page]:
    """What stands on each cover and table sheet, rows that follow each other as one table."""
    with patch("notices.letter.sheets.slip_sheets", lambda *_: ()):
        found = sheets_of(letter)
    return [_parts(sheet) for sheet in found]


def _parts(sheet: object) -> Page:
    parts: Page = []
    for area in sheet.areas:  # type: ignore[attr-defined]
        for block in area.blocks:
            html = str(layout.block_html(block, lambda _, text: layout.slot_html(text)))
            if not block.table:
                parts += [("text", [words]) for words in map(_plain, re.split(r"</(?:p|div|h\d|li)>", html)) if words]
                continue
            cells = [_plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", html, re.S)]
            row = (cells + [""] * COLUMNS)[:COLUMNS]
            if parts and parts[-1][0] == "row":
                parts[-1][1].extend(row)
            else:
                parts.append(("row", row))
    return parts


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def by_typst(letters: Sequence[list[Page]]) -> bytes:
    pages = [page for letter in letters for page in letter]
    made = typst.compile(
        TYPST.encode(), font_paths=[str(FONTS)], ignore_system_fonts=True, sys_inputs={"pages": json.dumps(pages)}
    )
    assert isinstance(made, bytes)
    return made


def by_reportlab(letters: Sequence[list[Page]]) -> bytes:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(FONTS / f"{FONT}.ttf")))
    style = ParagraphStyle("ja", fontName=FONT, fontSize=9, leading=13, wordWrap="CJK")
    grid = [("FONT", (0, 0), (-1, -1), FONT, 8), ("GRID", (0, 0), (-1, -1), 0.3, "#000000")]
    flow: list[object] = []
    for letter in letters:
        for page in letter:
            for kind, cells in page:
                if kind == "text":
                    flow.append(Paragraph(cells[0].replace("&", "&amp;").replace("<", "&lt;"), style))
                else:
                    rows = [cells[at : at + COLUMNS] for at in range(0, len(cells), COLUMNS)]
                    flow.append(Table(rows, colWidths=[w * MM for w in (21, 19, 26, 25, 24, 15, 24, 26)], style=grid))
            flow.append(PageBreak())
    out = BytesIO()
    SimpleDocTemplate(out, pagesize=reportlab.lib.pagesizes.A4, margin=15 * MM).build(flow)
    return out.getvalue()
