"""Reading the finished PDF back: what a scanner, a post-sorting machine and the person would find in it.

For every letter the codes, the window, the addressee and every printed total are read from the rendered page; whole
pages are read for one letter in a hundred and for the first sheet of each shape. A fault names the letter and its page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf
import pypdfium2 as pdfium
import zxingcpp
from PIL import Image

from toyota_collect.documents import barcodes
from toyota_collect.documents.drawing import DOT_MM, MARK_MODULE, POST_BAR, POST_PITCH, POST_THIRD
from toyota_collect.money import comma

from .blocks import Area, Ink, Sheet
from .model import LetterData, Slip, Unprintable
from .raster import MARK_DOTS, MM_PT, PAGE_MM, Box, marks, picture, read
from .sheets import FOLDS_MM, MARK_AT, ROW_MM, TABLE_HEAD_MM, TABLE_TOP_MM, sheets
from .slips import slips

WINDOW_MM = (20.0, 12.0, 110.0, 57.0)  # left, top, right, bottom, on the envelope
SLACK_MM = ((2.0, 23.0), (2.0, 13.0))  # where the sheet may lie in the envelope: across, down
ADDRESS_MM = (20.0, 11.5, 87.0, 42.5)  # on the sheet: in the window wherever the sheet lies
QUIET_MM = 2.0  # the customer barcode keeps this from the edge of the window
WHOLE_EVERY = 100
_WINDOW_DPI = 100
_DARK = 128
_GREY = 40
_MARGIN = 24  # dots around a code that are looked at with it
# Dots that stay white left and right, and above and below: 10 modules of GS1-128, 1 of the mark.
_QUIET = {"gs1": (20, 0), "mark": (MARK_MODULE, MARK_MODULE)}
_TOTAL_MM: Box = (15, 70, 119, 105)
_PAGE_BOX: Box = (2, 2, PAGE_MM[0] - 2, PAGE_MM[1] - 2)
_MARK_BOX: Box = (
    MARK_AT[0] * DOT_MM,
    MARK_AT[1] * DOT_MM,
    (MARK_AT[0] + MARK_DOTS) * DOT_MM,
    (MARK_AT[1] + MARK_DOTS) * DOT_MM,
)

_FORMATS = {
    "gs1": zxingcpp.BarcodeFormat.Code128,
    "mark": zxingcpp.BarcodeFormat.DataMatrix,
    "qr": zxingcpp.BarcodeFormat.QRCode,
}
_NAMES = {"gs1": "コンビニ用バーコード", "mark": "封入用の記号", "qr": "eL-QR", "post": "郵便カスタマバーコード"}


@dataclass(frozen=True)
class Fault:
    """What is wrong: index of the letter (-1 for the file), page of the PDF from 0, a stable code, Japanese text, where."""

    letter: int
    page: int
    code: str
    text: str
    box: Box = _PAGE_BOX


class Found(NamedTuple):
    """A fault of one page."""

    code: str
    text: str
    box: Box = _PAGE_BOX


def verify(
    pdf: bytes,
    letters: Sequence[LetterData],
    pages: Sequence[tuple[int, int] | None] | None = None,
    *,
    whole_every: int = WHOLE_EVERY,
) -> list[Fault]:
    """Every fault of a PDF of these letters; an empty list means that it may be printed.

    Args:
        pages: where each letter stands, as ``Rendered.pages`` says (None for a letter that is not in the file); without
            it the letters follow one another.
        whole_every: whole pages are read for one letter in so many, and for the first sheet of each shape.
    """
    faults = list(_file_faults(pdf))
    document = pdfium.PdfDocument(pdf)
    try:
        shapes: set[tuple[Any, ...]] = set()
        every: dict[int, tuple[Sheet, ...]] = {}
        for index, letter in enumerate(letters):
            if pages is None or pages[index] is not None:
                try:
                    every[index] = sheets(letter)
                except Unprintable as error:
                    faults.append(Fault(index, 0, "unprintable", error.text))
        places, lost = _places(document, every, pages)
        faults += lost
        for index, first in places.items():
            expected = every[index]
            whole = [index % whole_every == 0 or _shape(sheet) not in shapes for sheet in expected]
            shapes.update(map(_shape, expected))
            faults += _letter_faults(document, index, letters[index], expected, first, whole)
    finally:
        document.close()
    return faults


def verify_sheets(pdf: bytes, pages: Sequence[Sheet], printed: Sequence[Slip]) -> list[Fault]:
    """Every fault of a PDF of these sheets and slips that has no addressee: its file, its size, its codes."""
    faults = list(_file_faults(pdf))
    by_number = {slip.number: slip for slip in printed if slip.number}
    document = pdfium.PdfDocument(pdf)
    try:
        if len(document) != len(pages):
            return [*faults, Fault(-1, 0, "pages", f"{len(pages)}枚のはずが{len(document)}枚になりました。")]
        for number, (page, sheet) in enumerate(zip(document, pages, strict=True)):
            found = [*_code_faults(page, sheet, by_number), *_whole_faults(page, sheet)]
            faults += [Fault(0, number, *one) for one in found]
            page.close()
    finally:
        document.close()
    return faults


def _places(
    document: pdfium.PdfDocument,
    every: dict[int, tuple[Sheet, ...]],
    pages: Sequence[tuple[int, int] | None] | None,
) -> tuple[dict[int, int], list[Fault]]:
    """The first page of each letter that is there in full, and the faults of those that are not.

    Where the file has as many pages as its letters have sheets, each stands where it is said to stand; what is printed
    there is read afterwards. Otherwise the marks tell whose pages are there, so that one letter's loss is not another's.
    """
    if sum(map(len, every.values())) == len(document):
        found, at = {}, 0
        for index, expected in every.items():
            found[index] = pages[index][0] if pages is not None and pages[index] else at  # type: ignore[index]
            at = found[index] + len(expected)
        if all(first + len(every[index]) <= len(document) for index, first in found.items()):
            return found, []
    read_from = marks(document)
    at_page: dict[str, list[int]] = {}
    for page, text in enumerate(read_from):
        at_page.setdefault(text, []).append(page)
    found, faults, known = {}, [], set()
    for index, expected in every.items():
        wanted = [_mark_of(sheet) for sheet in expected]
        there = [at_page.get(text, []) for text in wanted]
        known.update(wanted)
        if reason := _incomplete(expected, there):
            last = max((places[-1] for places in there if places), default=0)
            faults.append(Fault(index, last, "pages", reason, _MARK_BOX))
        else:
            found[index] = there[0][0]
    strange = [page for page, text in enumerate(read_from) if text not in known]
    if strange and not faults:
        text = f"PDFの{strange[0] + 1}ページは、どの催告書のものでもありません（{len(strange)}ページ）。"
        faults.append(Fault(-1, strange[0], "pages", text))
    return found, faults


def _incomplete(expected: Sequence[Sheet], there: Sequence[Sequence[int]]) -> str:
    """Why the sheets of a letter are not there once each and in order, named by envelope; "" where they are."""
    lost = [sheet for sheet, places in zip(expected, there, strict=True) if not places]
    if lost:
        envelopes = sorted({sheet.envelope for sheet in lost})
        parts = "、".join(
            f"{envelope}通目の封筒の" * (expected[0].envelopes > 1)
            + "・".join(str(sheet.place) for sheet in lost if sheet.envelope == envelope)
            + "枚目"
            for envelope in envelopes
        )
        return f"{len(expected)}枚のうち、{parts}がありません。"
    if any(len(places) > 1 for places in there):
        return "同じ紙が2枚以上あります。"
    first = there[0][0]
    return "" if [places[0] for places in there] == list(range(first, first + len(expected))) else "紙の順が違います。"


def _mark_of(sheet: Sheet) -> str:
    return next(ink.text for ink in sheet.inks if ink.kind == "mark")


def _shape(sheet: Sheet) -> tuple[Any, ...]:
    """What a sheet is made of, without its words: its areas, its codes, and whether its envelope is the first."""
    return (
        tuple((area.name, area.density, area.blocks[0].name) for area in sheet.areas),
        tuple((ink.kind, ink.left) for ink in sheet.inks),
        sheet.envelope > 1,
    )


def _file_faults(pdf: bytes) -> Iterator[Fault]:
    """Structure, size of the pages, and that every font is inside."""
    with pikepdf.open(BytesIO(pdf)) as document:
        for problem in document.check_pdf_syntax():
            yield Fault(-1, 0, "structure", f"PDFの構造に誤りがあります: {problem}")
        for number, page in enumerate(document.pages):
            box = [float(value) for value in page.mediabox]
            if abs(box[2] - box[0] - PAGE_MM[0] * MM_PT) > 0.1 or abs(box[3] - box[1] - PAGE_MM[1] * MM_PT) > 0.1:
                yield Fault(-1, number, "size", f"{number + 1}ページがA4ではありません。")
        seen: set[tuple[int, int]] = set()
        for item in document.objects:
            if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/Font" or item.objgen in seen:
                continue
            seen.add(item.objgen)
            if not _embedded(item):
                yield Fault(-1, 0, "font", f"フォントが埋め込まれていません: {item.get('/BaseFont')}")


def _embedded(font: pikepdf.Object) -> bool:
    if "/DescendantFonts" in font:
        return all(_embedded(child) for child in font.DescendantFonts)
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(f"/FontFile{suffix}" in descriptor for suffix in ("", "2", "3"))


def _letter_faults(
    document: pdfium.PdfDocument,
    index: int,
    letter: LetterData,
    expected: Sequence[Sheet],
    first: int,
    whole: Sequence[bool],
) -> list[Fault]:
    by_number = {slip.number: slip for slip in slips(letter) if slip.number}
    faults: list[Fault] = []
    printed: list[int] = []
    for number, sheet in enumerate(expected, first):
        page = document[number]
        words = page.get_textpage()
        try:
            found = list(_code_faults(page, sheet, by_number))
            found += _window_faults(page, words, letter, sheet)
            found += _total_faults(words, letter, sheet, printed)
            if whole[number - first]:
                found += _whole_faults(page, sheet)
        finally:
            words.close()
            page.close()
        faults += [Fault(index, number, *one) for one in found]
    if letter.variant != "large" and sum(printed) != letter.total_yen:
        text = f"内訳の計の合計{comma(sum(printed))}円が請求額{comma(letter.total_yen)}円と違います。"
        faults.append(Fault(index, first, "sum", text))
    return faults


# --- codes ---------------------------------------------------------------------------------------------


def _code_faults(page: pdfium.PdfPage, sheet: Sheet, by_number: dict[str, Slip]) -> Iterator[Found]:
    for ink in sheet.inks:
        box = _box_of(ink)
        yield from (Found(code, text, box) for code, text in _ink_faults(page, ink, by_number))


def _box_of(ink: Ink) -> Box:
    right, bottom = ink.left + ink.drawing.width, ink.top + ink.drawing.height
    return (ink.left * DOT_MM, ink.top * DOT_MM, right * DOT_MM, bottom * DOT_MM)


def _ink_faults(page: pdfium.PdfPage, ink: Ink, by_number: dict[str, Slip]) -> Iterator[tuple[str, str]]:
    left, top = ink.left - _MARGIN, ink.top - _MARGIN
    seen = picture(page, left, top, ink.drawing.width + 2 * _MARGIN, ink.drawing.height + 2 * _MARGIN)
    if ink.kind == "post":
        wanted = barcodes.customer_barcode(ink.text[:7], "", number=ink.text[7:])
        if wanted is None or _read_post(seen, _MARGIN) != wanted.bars:
            yield "post", f"{_NAMES['post']}を読み取れません。"
        return
    found = read(seen, _FORMATS[ink.kind])
    if len(found) != 1:
        yield ink.kind, f"{_NAMES[ink.kind]}を読み取れません。"
    elif found[0].text != ink.text:
        yield ink.kind, f"{_NAMES[ink.kind]}の内容が違います: {found[0].text}"
    elif ink.kind == "gs1":
        yield from _slip_faults(found[0], by_number)
    if not _quiet(seen, ink):
        yield "quiet", f"{_NAMES[ink.kind]}のまわりの余白に、ほかの印字がかかっています。"
    if ink.kind == "gs1" and not _crisp(seen, _MARGIN, ink):
        yield "dots", f"{_NAMES['gs1']}の線が、あるべき点の上に印字されていません。"
    bottom = ink.top + ink.drawing.height
    if any((ink.top - _MARGIN) * DOT_MM < fold < (bottom + _MARGIN) * DOT_MM for fold in FOLDS_MM):
        yield "fold", f"{_NAMES[ink.kind]}が折り目にかかります。"


def _quiet(seen: Image.Image, ink: Ink) -> bool:
    """Whether the quiet zone of a code is white: a scanner may fail where another reader still reads."""
    if ink.kind == "qr":  # 4 modules, as far as the margin shows them
        across = down = min(4 * min(height for *_, height in ink.drawing.rectangles), _MARGIN)
    else:
        across, down = _QUIET[ink.kind]
    left, top = _MARGIN - across, _MARGIN - down
    right, bottom = _MARGIN + ink.drawing.width, _MARGIN + ink.drawing.height
    bands = [(left, top, _MARGIN, bottom + down), (right, top, right + across, bottom + down)]
    bands += [(left, top, right + across, _MARGIN), (left, bottom, right + across, bottom + down)] if down else []
    return all(seen.crop(band).getextrema()[0] >= 255 - _GREY for band in bands)


def _slip_faults(found: zxingcpp.Barcode, by_number: dict[str, Slip]) -> Iterator[tuple[str, str]]:
    if found.symbology_identifier != "]C1":
        yield "gs1", "コンビニ用バーコードがGS1-128ではありません（FNC1がありません）。"
        return
    try:
        fields = barcodes.read_slip(found.text)
    except ValueError as error:
        yield "gs1", str(error)
        return
    slip = by_number.get(found.text)
    if slip is None or slip.amount_yen != fields.amount or f"{slip.due_on:%y%m%d}" != fields.due:
        yield "gs1", f"コンビニ用バーコードの金額か期限が納付書と違います: {comma(fields.amount)}円"


def _read_post(picture: Image.Image, margin: int) -> str:
    """The customer barcode from its pixels: 1 long, 2 upper, 3 lower, 4 timing, ? for anything else."""
    states = {(1, 1, 1): "1", (1, 1, 0): "2", (0, 1, 1): "3", (0, 1, 0): "4"}
    bars = (picture.width - 2 * margin - POST_BAR) // POST_PITCH + 1
    read = ""
    for bar in range(bars):
        x = margin + bar * POST_PITCH + POST_BAR // 2
        thirds = tuple(
            int(picture.getpixel((x, margin + third * POST_THIRD + POST_THIRD // 2)) < _DARK) for third in range(3)
        )
        read += states.get(thirds, "?")
    return read


def _crisp(picture: Image.Image, margin: int, ink: Ink) -> bool:
    """Whether the bars stand dot by dot where they belong, black on white, over their whole height."""
    expected = bytearray(b"\xff" * picture.width)
    for left, _, width, _ in ink.drawing.rectangles:
        expected[margin + left : margin + left + width] = bytes(width)
    for y in (2, ink.drawing.height // 2, ink.drawing.height - 3):
        row = picture.crop((0, margin + y, picture.width, margin + y + 1)).tobytes()
        if row != expected and any(abs(seen - wanted) > _GREY for seen, wanted in zip(row, expected, strict=True)):
            return False
    return True


def _whole_faults(page: pdfium.PdfPage, sheet: Sheet) -> Iterator[Found]:
    """The whole page as a scanner sees it: the codes that should be there and no other."""
    width, height = round(PAGE_MM[0] / DOT_MM), round(PAGE_MM[1] / DOT_MM)
    seen = sorted(code.text for code in read(picture(page, 0, 0, width, height)))
    wanted = sorted(ink.text for ink in sheet.inks if ink.kind != "post")
    if seen != wanted:
        text = f"ページ全体から読み取れる符号が違います（{len(wanted)}個のはずが{len(seen)}個）。"
        yield Found("codes", text)


# --- window and text -------------------------------------------------------------------------------------


def _window_faults(
    page: pdfium.PdfPage, words: pdfium.PdfTextPage, letter: LetterData, sheet: Sheet
) -> Iterator[Found]:
    """Nothing but the address can show in the window, and all of it always does."""
    if not any(area.name == "addr" for area in sheet.areas):
        return
    (near_x, far_x), (near_y, far_y) = SLACK_MM
    seen = (
        max(0.0, WINDOW_MM[0] - far_x),
        max(0.0, WINDOW_MM[1] - far_y),
        WINDOW_MM[2] - near_x,
        WINDOW_MM[3] - near_y,
    )
    scale = _WINDOW_DPI / 25.4
    shown = picture(page, 0, 0, round(seen[2] * scale), round(seen[3] * scale), _WINDOW_DPI)
    left, top, right, bottom = (round(value * scale) for value in ADDRESS_MM)
    shown.paste(255, (left, top, right, bottom))
    if shown.getextrema()[0] < _DARK:
        yield Found("window", "封筒の窓から、宛先のほかのものが見えることがあります。", seen)
    printed = _squeezed(_text(words, *ADDRESS_MM))
    wanted = _squeezed("".join((*letter.address_lines, *letter.name_lines, letter.honorific)))
    if not printed.endswith(wanted):
        yield Found("address", "宛先の印字が違います。", ADDRESS_MM)
    for ink in sheet.inks:
        if ink.kind == "post":
            box = _box_of(ink)
            clear = (
                box[0] + near_x - QUIET_MM >= WINDOW_MM[0]
                and box[1] + near_y - QUIET_MM >= WINDOW_MM[1]
                and box[2] + far_x + QUIET_MM <= WINDOW_MM[2]
                and box[3] + far_y + QUIET_MM <= WINDOW_MM[3]
            )
            if not clear:
                yield Found("window", "郵便カスタマバーコードが窓の縁に近すぎます。", box)


def _total_faults(words: pdfium.PdfTextPage, letter: LetterData, sheet: Sheet, printed: list[int]) -> Iterator[Found]:
    """The totals on the cover and in the claim table, read from the page; rows are added to ``printed``."""
    if sheet.kind == "cover" and f"{comma(letter.total_yen)}円" not in _squeezed(_text(words, *_TOTAL_MM)):
        yield Found("total", "1ページ目の合計が請求額と違います。", _TOTAL_MM)
    table = next((area for area in sheet.areas if area.name == "claims"), None)
    if table is None:
        return
    for block, top in _table_lines(table):
        box = (169.2, top + 0.6, 195.2, top + ROW_MM - 0.6)
        shown = _squeezed(_text(words, *box))
        if shown != block.slots["total"].text:
            yield Found("row", f"内訳の計が違います: {shown}", box)
        if block.name == "row":
            printed.append(int(re.sub(r"\D", "", shown) or 0))
        elif dict(block.static).get("css") == "total" and shown != comma(letter.total_yen):
            yield Found("total", "内訳の合計が請求額と違います。", box)


def _table_lines(table: Area) -> Iterator[tuple[Any, float]]:
    top = TABLE_TOP_MM + TABLE_HEAD_MM
    for block in table.blocks[1:]:
        if "total" in block.slots:
            yield block, top
        top += ROW_MM


def _text(words: pdfium.PdfTextPage, left: float, top: float, right: float, bottom: float) -> str:
    """Words within a rectangle of millimetres from the upper left corner."""
    height = PAGE_MM[1]
    return words.get_text_bounded(left * MM_PT, (height - bottom) * MM_PT, right * MM_PT, (height - top) * MM_PT)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u3000]", "", text)
