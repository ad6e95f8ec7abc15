"""Reading the finished PDF back: what a scanner, a post-sorting machine and the person would find in it.

For every letter the codes, the window, the addressee and every printed total are read from the rendered page; whole
pages are read for one letter in a hundred and for the first sheet of each shape. A fault names the letter and its page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import zxingcpp
from PIL import Image

from toyota_collect.documents import barcodes
from toyota_collect.documents.drawing import DOT_MM, DPI, POST_BAR, POST_PITCH, POST_THIRD
from toyota_collect.money import comma

from .blocks import Area, Ink, Sheet
from .model import LetterData, Slip, Unprintable
from .sheets import FOLDS_MM, ROW_MM, TABLE_HEAD_MM, TABLE_TOP_MM, sheets
from .slips import slips

MM_PT = 72 / 25.4
PAGE_MM = (210.0, 297.0)
WINDOW_MM = (20.0, 12.0, 110.0, 57.0)  # left, top, right, bottom, on the envelope
SLACK_MM = ((2.0, 23.0), (2.0, 13.0))  # where the sheet may lie in the envelope: across, down
ADDRESS_MM = (20.0, 11.5, 87.0, 42.5)  # on the sheet: in the window wherever the sheet lies
QUIET_MM = 2.0  # the customer barcode keeps this from the edge of the window
WHOLE_EVERY = 100
_WINDOW_DPI = 100
_DARK = 128
_GREY = 40

_FORMATS = {
    "gs1": zxingcpp.BarcodeFormat.Code128,
    "mark": zxingcpp.BarcodeFormat.DataMatrix,
    "qr": zxingcpp.BarcodeFormat.QRCode,
}
_NAMES = {"gs1": "コンビニ用バーコード", "mark": "封入用の記号", "qr": "eL-QR", "post": "郵便カスタマバーコード"}


@dataclass(frozen=True)
class Fault:
    """What is wrong: index of the letter (-1 for the file), page of the PDF from 0, a stable code, Japanese text."""

    letter: int
    page: int
    code: str
    text: str


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
        at = 0
        for index, letter in enumerate(letters):
            if pages is not None and pages[index] is None:
                continue
            try:
                expected = sheets(letter)
            except Unprintable as error:
                faults.append(Fault(index, at, "unprintable", error.text))
                continue
            first, count = (pages[index] if pages is not None else None) or (at, len(expected))
            at = first + count
            if count != len(expected) or at > len(document):
                faults.append(
                    Fault(
                        index, first, "pages", f"{len(expected)}枚のはずが{min(count, len(document) - first)}枚です。"
                    )
                )
                continue
            whole = [index % whole_every == 0 or _shape(sheet) not in shapes for sheet in expected]
            shapes.update(map(_shape, expected))
            faults += _letter_faults(document, index, letter, expected, first, whole)
        if at != len(document):
            faults.append(Fault(-1, at, "pages", f"PDFは{len(document)}ページですが、催告書は{at}ページです。"))
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
            faults += [Fault(0, number, code, text) for code, text in found]
            page.close()
    finally:
        document.close()
    return faults


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
        faults += [Fault(index, number, code, text) for code, text in found]
    if letter.variant != "large" and sum(printed) != letter.total_yen:
        text = f"内訳の計の合計{comma(sum(printed))}円が請求額{comma(letter.total_yen)}円と違います。"
        faults.append(Fault(index, first, "sum", text))
    return faults


# --- codes ---------------------------------------------------------------------------------------------


def _code_faults(page: pdfium.PdfPage, sheet: Sheet, by_number: dict[str, Slip]) -> Iterator[tuple[str, str]]:
    for ink in sheet.inks:
        margin = 24
        left, top = ink.left - margin, ink.top - margin
        picture = _picture(page, left, top, ink.drawing.width + 2 * margin, ink.drawing.height + 2 * margin)
        if ink.kind == "post":
            read = _read_post(picture, margin)
            wanted = barcodes.customer_barcode(ink.text[:7], "", number=ink.text[7:])
            if wanted is None or read != wanted.bars:
                yield "post", f"{_NAMES['post']}を読み取れません。"
            continue
        if ink.kind == "gs1" and not _crisp(picture, margin, ink):
            yield "dots", f"{_NAMES['gs1']}の線が、あるべき点の上に印字されていません。"
        found = zxingcpp.read_barcodes(
            picture, formats=_FORMATS[ink.kind], try_rotate=False, try_invert=False, text_mode=zxingcpp.TextMode.Plain
        )
        if len(found) != 1:
            yield ink.kind, f"{_NAMES[ink.kind]}を読み取れません。"
        elif found[0].text != ink.text:
            yield ink.kind, f"{_NAMES[ink.kind]}の内容が違います: {found[0].text}"
        elif ink.kind == "gs1":
            yield from _slip_faults(found[0], by_number)
        bottom = ink.top + ink.drawing.height
        if any((ink.top - margin) * DOT_MM < fold < (bottom + margin) * DOT_MM for fold in FOLDS_MM):
            yield "fold", f"{_NAMES[ink.kind]}が折り目にかかります。"


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


def _whole_faults(page: pdfium.PdfPage, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The whole page as a scanner sees it: the codes that should be there and no other."""
    width, height = round(PAGE_MM[0] / DOT_MM), round(PAGE_MM[1] / DOT_MM)
    found = zxingcpp.read_barcodes(
        _picture(page, 0, 0, width, height), try_rotate=False, try_invert=False, text_mode=zxingcpp.TextMode.Plain
    )
    read = sorted(code.text for code in found)
    wanted = sorted(ink.text for ink in sheet.inks if ink.kind != "post")
    if read != wanted:
        yield "codes", f"ページ全体から読み取れる符号が違います（{len(wanted)}個のはずが{len(read)}個）。"


# --- window and text -------------------------------------------------------------------------------------


def _window_faults(
    page: pdfium.PdfPage, words: pdfium.PdfTextPage, letter: LetterData, sheet: Sheet
) -> Iterator[tuple[str, str]]:
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
    picture = _picture(page, 0, 0, round(seen[2] * scale), round(seen[3] * scale), _WINDOW_DPI)
    left, top, right, bottom = (round(value * scale) for value in ADDRESS_MM)
    picture.paste(255, (left, top, right, bottom))
    if picture.getextrema()[0] < _DARK:
        yield "window", "封筒の窓から、宛先のほかのものが見えることがあります。"
    read = _squeezed(_text(words, *ADDRESS_MM))
    wanted = _squeezed("".join((*letter.address_lines, *letter.name_lines, letter.honorific)))
    if not read.endswith(wanted):
        yield "address", "宛先の印字が違います。"
    for ink in sheet.inks:
        if ink.kind == "post":
            edges = (ink.left * DOT_MM, ink.top * DOT_MM)
            ends = ((ink.left + ink.drawing.width) * DOT_MM, (ink.top + ink.drawing.height) * DOT_MM)
            clear = (
                edges[0] + near_x - QUIET_MM >= WINDOW_MM[0]
                and edges[1] + near_y - QUIET_MM >= WINDOW_MM[1]
                and ends[0] + far_x + QUIET_MM <= WINDOW_MM[2]
                and ends[1] + far_y + QUIET_MM <= WINDOW_MM[3]
            )
            if not clear:
                yield "window", "郵便カスタマバーコードが窓の縁に近すぎます。"


def _total_faults(
    words: pdfium.PdfTextPage, letter: LetterData, sheet: Sheet, printed: list[int]
) -> Iterator[tuple[str, str]]:
    """The totals on the cover and in the claim table, read from the page; rows are added to ``printed``."""
    if sheet.kind == "cover" and f"{comma(letter.total_yen)}円" not in _squeezed(_text(words, 15, 70, 119, 105)):
        yield "total", "1ページ目の合計が請求額と違います。"
    table = next((area for area in sheet.areas if area.name == "claims"), None)
    if table is None:
        return
    for block, top in _table_lines(table):
        read = _squeezed(_text(words, 169.2, top + 0.6, 195.2, top + ROW_MM - 0.6))
        if read != block.slots["total"].text:
            yield "row", f"内訳の計が違います: {read}"
        if block.name == "row":
            printed.append(int(re.sub(r"\D", "", read) or 0))
        elif dict(block.static).get("css") == "total" and read != comma(letter.total_yen):
            yield "total", "内訳の合計が請求額と違います。"


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


def _picture(page: pdfium.PdfPage, left: int, top: int, width: int, height: int, dpi: int = DPI) -> Image.Image:
    """A part of the page in dots of ``dpi``, exactly on their grid: the page is not stretched to whole pixels."""
    bitmap = pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_Gray)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    scale = dpi / 72
    matrix = raw.FS_MATRIX(scale, 0, 0, scale, -left, -top)
    clip = raw.FS_RECTF(0, 0, width, height)
    raw.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, raw.FPDF_GRAYSCALE)
    picture: Image.Image = bitmap.to_pil().convert("L")
    bitmap.close()
    return picture
