"""The full layout: every sheet through WeasyPrint. It is the reference that the fast engine must equal."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from django.template import Context, Engine, Template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from toyota_collect.documents.drawing import DOT_MM

from .blocks import Area, Block, Ink, Sheet, Text
from .fonts import font_face_css
from .model import LetterData, Unprintable
from .sheets import sheets

ROOT = Path(__file__).resolve().parent.parent.parent
MM_PX = 96 / 25.4
COLUMNS_MM = {
    "sum": (30, 58, 12, 27, 26, 27),
    "claims": (21, 19, 26, 25, 24, 15, 24, 26),
    "list": (20, 100, 30, 30),
    "paid": (46, 96, 38),
}
SLACK_MM = 0.05

_engine = Engine(dirs=[str(ROOT / "templates")])


@lru_cache(maxsize=128)
def _template(name: str) -> Template:
    return _engine.get_template(f"notices/letter/{name}.html")


@cache
def font_configuration() -> FontConfiguration:
    """One for the process: reading the fonts costs more than a letter."""
    return FontConfiguration()


@cache
def stylesheet() -> CSS:
    css = (Path(__file__).parent / "letter.css").read_text(encoding="utf-8")
    return CSS(string=font_face_css() + css, font_config=font_configuration(), url_fetcher=_fetcher())


def _fetcher() -> URLFetcher:
    """Only files of this machine (the fonts): nothing is ever loaded from outside."""
    return URLFetcher(allowed_protocols={"file"})


def slot_html(text: Text) -> SafeString:
    """A filled slot: plain text, or a span where it needs the other face or is condensed."""
    if text.squeeze == 1 and text.face != "mj":
        return format_html("{}", text.text)
    if text.squeeze == 1:
        return format_html('<span class="mj">{}</span>', text.text)
    css = "fit mj" if text.face == "mj" else "fit"
    style = f"width: {text.mm}mm; transform: scaleX({text.squeeze:.3f})"
    return format_html('<span class="{}" style="{}">{}</span>', css, style, text.text)


def block_html(block: Block, slot: Callable[[str, Text], SafeString]) -> SafeString:
    """The block with its slots filled by ``slot(name, text)``."""
    slots = {name: slot(name, text) for name, text in block.slots.items()}
    html = _template(f"blocks/{block.name}").render(Context({**dict(block.static), "s": slots}))
    return SafeString(html)  # the template escapes  # nosec B703


def table_html(table: str, rows: Iterable[SafeString], *, headed: bool) -> SafeString:
    """Rows in the table of their class; the first is its head if ``headed``."""
    columns = "".join(f'<col style="width:{width}mm">' for width in COLUMNS_MM[table])
    rows = list(rows)
    head = f"<thead>{rows[0]}</thead>" if headed else ""
    body = "".join(rows[1:] if headed else rows)
    html = f'<table class="{table}"><colgroup>{columns}</colgroup>{head}<tbody>{body}</tbody></table>'
    return SafeString(html)  # of rows that are safe  # nosec B703


def area_html(area: Area, content: str, top: float | None = None) -> SafeString:
    """Blocks already rendered, at the place of their area (or at ``top`` mm)."""
    place = area.top if top is None else top
    begins = f'<div class="area {area.name} {area.density}" style="top:{place}mm" data-limit="{area.limit}">'
    html = f"{begins}{content}</div>"
    return SafeString(html)  # of blocks that are safe  # nosec B703


def _area(area: Area) -> SafeString:
    parts: list[SafeString] = []
    for table, group in groupby(area.blocks, key=lambda block: block.table):
        blocks = list(group)
        rendered = [block_html(block, lambda _, text: slot_html(text)) for block in blocks]
        if table:
            parts.append(table_html(table, rendered, headed=blocks[0].name.endswith("_head")))
        else:
            parts += rendered
    return area_html(area, "".join(parts))


def _ink(ink: Ink) -> str:
    place = f"left:{ink.left * DOT_MM:.4f}mm;top:{ink.top * DOT_MM:.4f}mm"
    return f'<div class="ink" style="{place}">{ink.drawing.svg()}</div>'


def page_html(sections: Sequence[dict[str, str]], title: str) -> str:
    """An HTML document of pages: ``kind`` and ``body`` of each."""
    return _template("letter").render(Context({"title": title, "sections": sections}))


def html_of(pages: Sequence[Sheet], title: str) -> str:
    """The sheets as one HTML document."""
    bodies = ["".join([*map(_area, sheet.areas), *map(_ink, sheet.inks)]) for sheet in pages]
    safe = [SafeString(body) for body in bodies]  # of safe parts  # nosec B703
    return page_html([{"kind": s.kind, "body": body} for s, body in zip(pages, safe, strict=True)], title)


def document_of(html: str) -> Document:
    return HTML(string=html, url_fetcher=_fetcher()).render(
        font_config=font_configuration(), stylesheets=[stylesheet()]
    )


def check_room(page_box: boxes.Box, what: str = "文言") -> None:
    """Refuse a page where an area runs past its limit.

    Raises:
        Unprintable: ``overflow``.
    """
    for box in page_box.descendants(placeholders=True):
        element = getattr(box, "element", None)
        if element is None or box.element_tag != "div" or "data-limit" not in element.attrib:
            continue
        bottom = (box.position_y + box.margin_height()) / MM_PX
        if bottom > float(element.attrib["data-limit"]) + SLACK_MM:
            name = element.attrib["class"].split()[1]
            raise Unprintable("overflow", f"{what}が枠（{name}）に入りません。文言や市の設定を短くしてください。")


def render_one(data: LetterData, *, pdf_variant: str | None = None) -> bytes:
    """One letter in full layout. ``pdf_variant="pdf/ua-1"`` tags it for readers of the screen.

    Raises:
        Unprintable: the letter cannot be printed; the reason says what to mend.
    """
    pages = sheets(data)
    document = document_of(html_of(pages, f"催告書 {data.number}"))
    for page in document.pages:
        check_room(page._page_box)
    if len(document.pages) != len(pages):
        raise Unprintable("overflow", f"{len(pages)}枚のはずの催告書が{len(document.pages)}枚になりました。")
    return document.write_pdf(pdf_variant=pdf_variant)
