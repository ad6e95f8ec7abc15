"""The fast engine: every block is laid out once, and only the words that change are painted for each letter.

A block (see ``blocks``) is laid out by WeasyPrint with a mark in each slot. What it draws without the marks is kept
as a form of the PDF; where the marks stood, the text of each letter is set with the same fonts. The fonts have one
width for each character and no rules that move them, so that setting a line is a sum. ``tests`` prove that the pages
equal the full layout.

WeasyPrint's box tree, its stream and its font embedding are private: the version is pinned, and the proof runs with
every change.
"""

import copy
import hashlib
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pydyf
from django.utils.safestring import SafeString
from weasyprint import DEFAULT_OPTIONS, VERSION
from weasyprint.draw import draw_page
from weasyprint.formatting_structure import boxes
from weasyprint.pdf.fonts import build_fonts_dictionary
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import ffi, harfbuzz_subset

from toyota_collect.documents.drawing import DOT_PT

from .blocks import Area, Block, Ink, Sheet, Text
from .fonts import Face, clusters, faces, is_selector
from .layout import MM_PX, SLACK_MM, area_html, block_html, document_of, page_html, table_html
from .model import LetterData, Rendered, Unprintable
from .sheets import sheets

# 209.97 mm: a hair under A4, so that at 300 dpi a page is a whole number of dots wide. Viewers round a fraction up and stretch
# the page to it, and then every bar stands across two pixels.
PAGE_PT = (595.190551, 841.889764)
PAGE_PX = (793.700787, 1122.519685)
ORIGIN_MM = 20.0
MAX_STAMPS = 1500
MAX_LINES = 20_000
# One character a slot, so that a mark is never wider than the words it stands for. Nothing the city prints has them.
_MARKS = "㋐㋑㋒㋓㋔㋕㋖㋗㋘㋙㋚㋛㋜㋝㋞㋟㋠㋡㋢㋣㋥㋩㋬㋭"
_MARK = re.compile(f"([{_MARKS}])")
_JOINING = ("Mn", "Mc", "Me", "Cf", "Cc")
_ALIGN = {"left": 0.0, "start": 0.0, "justify": 0.0, "center": 0.5, "right": 1.0, "end": 1.0}


class Unsuitable(Exception):
    """The engine cannot set this block; the letter goes through the full layout."""


@dataclass(slots=True)
class Run:
    """Words of one style within a line: fixed parts and slot names in turn."""

    parts: list[str]
    font: str  # resource name
    face: Face
    size: float  # px
    color: bytes
    gap: float  # px between the end of the run before and this one
    baseline: float


@dataclass(slots=True)
class SlotLine:
    """A line that holds at least one slot, from ``left`` over ``width`` px."""

    runs: list[Run]
    left: float
    width: float
    align: float  # 0 left, 0.5 centre, 1 right


@dataclass(slots=True)
class Stamp:
    """A block laid out once: its fixed ink as a form, its lines with slots, its height in px."""

    name: str
    ink: bytes
    states: dict[str, Any]
    used: dict[str, dict[int, str]]  # glyphs of the fixed ink, by font
    lines: list[SlotLine]
    height: float


@dataclass(slots=True)
class _Set:
    """A string set in a face: hexadecimal glyph numbers and width in thousandths of an em."""

    operator: bytes
    width: int


@dataclass
class Engine:
    """Stamps and fonts of this process. Not for several threads at once."""

    stamps: "OrderedDict[Any, Stamp]" = field(default_factory=OrderedDict)
    fonts: dict[Any, Any] = field(default_factory=dict)  # WeasyPrint's, shared by all stamps
    set_lines: dict[tuple[Face, str], _Set] = field(default_factory=dict)

    # --- stamps -------------------------------------------------------------------------------------

    def stamp(self, area: Area, block: Block) -> Stamp:
        """The stamp of a block within its kind of area."""
        mincho = tuple(name for name, text in block.slots.items() if text.face == "mj")
        key = (area.name, area.density, block.name, block.table, block.static, tuple(block.slots), mincho)
        found = self.stamps.get(key)
        if found is None:
            if len(self.stamps) >= MAX_STAMPS:
                self.stamps.popitem(last=False)
            found = self.stamps[key] = self._lay_out(area, block)
        return found

    def _lay_out(self, area: Area, block: Block) -> Stamp:
        marks = dict(zip(block.slots, _MARKS, strict=False))
        if len(block.slots) > len(_MARKS) or _MARK.search(block_html(block, lambda name, text: SafeString(""))):
            raise Unsuitable(block.name)
        content = block_html(block, lambda name, text: _slot_mark(marks[name], text))
        if block.table:
            content = table_html(block.table, [content], headed=block.name.endswith("_head"))
        section = {"kind": "stamp", "body": area_html(area, content, ORIGIN_MM)}
        document = document_of(page_html([section], ""))
        if len(document.pages) != 1:
            raise Unsuitable(block.name)
        page = document.pages[0]._page_box
        box = next(box for box in page.descendants(placeholders=True) if _is_area(box))
        lines = self._slot_lines(page, tuple(block.slots))
        for font in self.fonts.values():
            font.to_unicode = {}
        stream = self._stream()
        draw_page(page, stream)
        used = {font.hash: dict(font.to_unicode) for font in self.fonts.values() if font.to_unicode}
        if harfbuzz_subset:
            # The subsetter reads the font from its file; 46 MB of IPAmj Mincho need not stay here too.
            for font in self.fonts.values():
                font.file_content = font.file_content[:4]
        if any(stream._resources[kind] for kind in ("XObject", "Pattern", "Shading")):
            raise Unsuitable(block.name)
        ink = b"\n".join(pydyf._to_bytes(item) for item in stream.stream)
        # Named by what it draws, so that the same letters make the same file in every process.
        name = "S" + hashlib.sha256(ink).hexdigest()[:16]
        return Stamp(name, ink, dict(stream._resources["ExtGState"]), used, lines, box.margin_height())

    def _stream(self) -> Stream:
        kinds = ("ExtGState", "XObject", "Pattern", "Shading")
        resources = pydyf.Dictionary({kind: pydyf.Dictionary() for kind in kinds} | {"ColorSpace": None})
        return Stream(self.fonts, (0, 0, *PAGE_PX), resources, {}, None, {}, None)

    def _slot_lines(self, page: boxes.Box, names: tuple[str, ...]) -> list[SlotLine]:
        """Take every line with a mark out of the page and say how to set it."""
        found: list[SlotLine] = []

        def visit(box: Any, block: Any) -> None:
            box = getattr(box, "_box", box)  # absolute boxes stand behind a placeholder
            if isinstance(box, boxes.LineBox) and any(_MARK.search(text.text) for text in _inline_texts(box)):
                found.append(self._slot_line(box, block, names))
            if isinstance(box, boxes.BlockContainerBox):
                block = box
            for child in getattr(box, "children", ()):
                visit(child, block)

        visit(page, page)
        if any(_MARK.search(getattr(box, "text", "")) for box in page.descendants(placeholders=True)):
            raise Unsuitable("a slot outside a line")
        return found

    def _slot_line(self, line: Any, block: Any, names: tuple[str, ...]) -> SlotLine:
        runs: list[Run] = []
        texts = list(_inline_texts(line))
        first = next(place for place, text in enumerate(texts) if _MARK.search(text.text))
        align = _ALIGN[line.style["text_align_all"]]
        # What stands before the first mark of a left-aligned line never moves: it stays fixed ink.
        moving = texts if align else texts[first:]
        if any(box.position_x > moving[0].position_x or align for box in _atoms(line)):
            raise Unsuitable("a box within the words of a slot")
        end: float | None = None
        for text in moving:
            font, size = self._font_of(text)
            runs.append(
                Run(
                    parts=_parts(text.text, names),
                    font=font.hash,
                    face=_face_of(font),
                    size=size,
                    color=_color(text.style["color"]),
                    gap=0.0 if end is None else text.position_x - end,
                    baseline=text.position_y + text.baseline,
                )
            )
            if text.style["letter_spacing"] not in ("normal", 0) or text.style["visibility"] != "visible":
                raise Unsuitable("letter-spacing")
            end = text.position_x + text.width
            text.text = ""
        left = moving[0].position_x if not align else block.content_box_x()
        width = block.content_box_x() + block.width - left
        return SlotLine(runs, left, width, align)

    def _font_of(self, text: Any) -> tuple[Any, float]:
        """The font WeasyPrint takes for a text, and its size in px."""
        text.pango_layout.reactivate(text.style)
        line, _ = text.pango_layout.get_first_line()
        stream, found, run = self._stream(), [], line.runs[0]
        while run != ffi.NULL:  # one item for each script, all of one font
            found.append(stream.add_font(run.data.item.analysis.font))
            run = run.next
        text.pango_layout.deactivate()
        if any(font is not found[0][0] for font, _ in found):
            raise Unsuitable("two fonts in a line")
        return found[0]

    # --- setting ------------------------------------------------------------------------------------

    def _set(self, face: Face, text: str) -> _Set:
        key = (face, text)
        found = self.set_lines.get(key)
        if found is None:
            if len(self.set_lines) > MAX_LINES:
                self.set_lines.clear()
            glyphs = [face.glyph(char, selector) for char, selector in clusters(text)]
            if None in glyphs or any(_joins(char) for char in text):
                raise Unsuitable(text)
            numbers = "".join(f"{glyph.number:04x}" for glyph in glyphs)  # type: ignore[union-attr]
            width = sum(glyph.width for glyph in glyphs)  # type: ignore[union-attr]
            found = self.set_lines[key] = _Set(f"<{numbers}> Tj".encode(), width)
        return found


class _Chunk:
    """One PDF in the making."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.pdf = pydyf.PDF()
        self.stamps: dict[str, pydyf.Stream] = {}
        self.texts: dict[str, set[str]] = {}  # font resource → strings set with it
        self.glyphs: dict[str, dict[int, str]] = {}  # font resource → glyphs of the fixed ink
        self.faces: dict[str, Face] = {}
        self.resources = pydyf.Dictionary({"Font": None, "XObject": pydyf.Dictionary()})
        self.pdf.add_object(self.resources)

    def page(self, sheet: Sheet) -> pydyf.Stream:
        """The content of one page."""
        ink: list[bytes] = []
        text: list[bytes] = []
        for area in sheet.areas:
            top = area.top * MM_PX
            for block in area.blocks:
                stamp = self.engine.stamp(area, block)
                shift = top - ORIGIN_MM * MM_PX
                self._use(stamp)
                ink.append(b"q 1 0 0 1 0 %.6f cm /%s Do Q" % (shift, stamp.name.encode()))
                for line in stamp.lines:
                    self._line(text, line, block.slots, shift)
                top += stamp.height
            if top > (area.limit + SLACK_MM) * MM_PX:
                raise Unprintable(
                    "overflow", f"文言が枠（{area.name}）に入りません。文言や市の設定を短くしてください。"
                )
        body = [b"q .75 0 0 -.75 0 %.6f cm" % PAGE_PT[1], *ink, b"BT", *text, b"ET Q"]
        return pydyf.Stream([*body, *_inks(sheet.inks)], compress=True)

    def _use(self, stamp: Stamp) -> None:
        if stamp.name in self.stamps:
            return
        resources = pydyf.Dictionary({"Font": None, "ExtGState": pydyf.Dictionary(stamp.states)})
        extra = pydyf.Dictionary(
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array((0, 0, *PAGE_PX)),
                "Resources": resources,
            }
        )
        form = pydyf.Stream([stamp.ink], extra, compress=True)
        self.pdf.add_object(form)
        self.stamps[stamp.name] = form
        self.resources["XObject"][stamp.name] = form.reference
        for font, glyphs in stamp.used.items():
            self.glyphs.setdefault(font, {}).update(glyphs)

    def _line(self, out: list[bytes], line: SlotLine, slots: dict[str, Text], shift: float) -> None:
        """Set one line; a condensed slot takes ``Tz``, which also shortens its advance."""
        pieces: list[tuple[Run, _Set, float, float]] = []  # run, glyphs, squeeze, width px
        total = 0.0
        for run in line.runs:
            total += run.gap
            for text, squeeze in _filled(run.parts, slots):
                glyphs = self.engine._set(run.face, text)
                self.texts.setdefault(run.font, set()).add(text)
                self.faces[run.font] = run.face
                width = glyphs.width * run.size * squeeze / 1000
                pieces.append((run, glyphs, squeeze, width))
                total += width
        x = line.left + (line.width - total) * line.align if line.align else line.left
        last: Run | None = None
        for run, glyphs, squeeze, width in pieces:
            if run is not last:
                x += run.gap
                last = run
            color = b"" if run.color == b"0 g" else run.color + b" "
            out.append(
                b"%s/%s %.3f Tf 1 0 0 -1 %.3f %.3f Tm %s%s%s%s"
                % (
                    color,
                    run.font.encode(),
                    run.size,
                    x,
                    run.baseline + shift,
                    b"" if squeeze == 1 else b"%.1f Tz " % (squeeze * 100),
                    glyphs.operator,
                    b"" if squeeze == 1 else b" 100 Tz",
                    b"" if not color else b" 0 g",
                )
            )
            x += width

    def finish(self, title: str) -> bytes:
        """Embed the fonts with exactly the glyphs of this PDF and write it."""
        fonts = {}
        for key, font in sorted(self.engine.fonts.items(), key=lambda item: item[1].hash):
            to_unicode = dict(self.glyphs.get(font.hash, {}))
            widths = {number: font.widths[number] for number in to_unicode}
            face = self.faces.get(font.hash)
            for text in sorted(self.texts.get(font.hash, ())):
                for char, selector in clusters(text):
                    glyph = face.glyph(char, selector) if face else None
                    if glyph and glyph.number not in to_unicode:
                        to_unicode[glyph.number] = char + selector
                        widths[glyph.number] = glyph.width
            if to_unicode:
                fonts[key] = copy.copy(font)
                fonts[key].to_unicode = dict(sorted(to_unicode.items()))
                fonts[key].widths = widths
        table = build_fonts_dictionary(self.pdf, fonts, True, True, dict(DEFAULT_OPTIONS))
        self.pdf.add_object(table)
        self.resources["Font"] = table.reference
        for form in self.stamps.values():
            form.extra["Resources"]["Font"] = table.reference
        self.pdf.info["Producer"] = pydyf.String(f"WeasyPrint {VERSION}")
        self.pdf.info["Title"] = pydyf.String(title)
        self.pdf.catalog["Lang"] = pydyf.String("ja")
        output = BytesIO()
        self.pdf.write(output)
        return output.getvalue()

    def add(self, stream: pydyf.Stream) -> None:
        self.pdf.add_object(stream)
        page = pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": self.pdf.pages.reference,
                "MediaBox": pydyf.Array((0, 0, *PAGE_PT)),
                "Contents": stream.reference,
                "Resources": self.resources.reference,
            }
        )
        self.pdf.add_page(page)


def _slot_mark(mark: str, text: Text) -> SafeString:
    return SafeString(f'<span class="mj">{mark}</span>' if text.face == "mj" else mark)  # our own marks  # nosec B703


def _parts(text: str, names: tuple[str, ...]) -> list[str]:
    """Fixed words and slot names in turn."""
    return [names[_MARKS.index(part)] if place % 2 else part for place, part in enumerate(_MARK.split(text))]


def _is_area(box: Any) -> bool:
    element = getattr(box, "element", None)
    return element is not None and box.element_tag == "div" and "data-limit" in element.attrib


def _inline_texts(box: Any) -> Iterator[Any]:
    """The text boxes of a line, without those of boxes that stand within it."""
    for child in box.children:
        if isinstance(child, boxes.TextBox):
            yield child
        elif isinstance(child, boxes.InlineBox):
            yield from _inline_texts(child)


def _atoms(box: Any) -> Iterator[Any]:
    """Boxes that stand within a line like a word. Floats keep to their side and do not count."""
    for child in box.children:
        if isinstance(child, boxes.InlineBox):
            yield from _atoms(child)
        elif not isinstance(child, boxes.TextBox) and child.is_in_normal_flow():
            yield child


def _color(color: Any) -> bytes:
    red, green, blue = color.to("srgb").coordinates
    return b"%g g" % red if red == green == blue else b"%g %g %g rg" % (red, green, blue)


def _face_of(font: Any) -> Face:
    if "MJ" in font.family:
        return faces()["mj"]
    return faces()["ud-bold" if font.weight >= 600 else "ud"]


def _joins(char: str) -> bool:
    """Whether a character changes its neighbours: the fonts have rules for combining marks only."""
    return unicodedata.category(char) in _JOINING and not is_selector(char)


def _filled(parts: list[str], slots: dict[str, Text]) -> Iterator[tuple[str, float]]:
    """The words of a run; what is not condensed comes in one piece."""
    plain = ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            plain += part
            continue
        text = slots[part]
        if text.squeeze == 1:
            plain += text.text
            continue
        if plain:
            yield plain, 1.0
            plain = ""
        yield text.text, text.squeeze
    if plain:
        yield plain, 1.0


def _inks(inks: Iterable[Ink]) -> Iterator[bytes]:
    """Codes, in dots from the upper left corner."""
    yield b"q %.2f 0 0 -%.2f 0 %.6f cm" % (DOT_PT, DOT_PT, PAGE_PT[1])
    for ink in inks:
        yield b"q 1 0 0 1 %d %d cm %s f Q" % (ink.left, ink.top, ink.drawing.operators)
    yield b"Q"


_engine: Engine | None = None


def engine() -> Engine:
    """The engine of this process."""
    global _engine
    if _engine is None:
        _engine = Engine()
    return _engine


def reset() -> None:
    """Forget all stamps, as at the start of a process."""
    global _engine
    _engine = None


def render_fast(letters: Sequence[LetterData], title: str = "催告書") -> tuple[Rendered, list[int]]:
    """Letters in one PDF, and the indexes of those that need the full layout."""
    chunk = _Chunk(engine())
    pages: list[tuple[int, int] | None] = []
    failures: dict[int, Unprintable] = {}
    unsuitable: list[int] = []
    count = 0
    for index, letter in enumerate(letters):
        try:
            streams = [chunk.page(sheet) for sheet in sheets(letter)]
        except Unprintable as error:
            failures[index] = error
            pages.append(None)
            continue
        except Unsuitable:
            unsuitable.append(index)
            pages.append(None)
            continue
        for stream in streams:
            chunk.add(stream)
        pages.append((count, len(streams)))
        count += len(streams)
    return Rendered(chunk.finish(title) if count else b"", pages, failures), unsuitable
