"""Pages of a PDF as dots, words and pictures: what a scanner sees, and what staff are shown of a fault."""

from io import BytesIO

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from toyota_collect.documents import drawing
from toyota_collect.documents.drawing import DPI

from .fonts import faces, is_private, is_selector
from .model import Where
from .sheets import MARK_AT

MM_PT = 72 / 25.4
PAGE_MM = (210.0, 297.0)
MARK_DOTS = drawing.MARK_MODULE * 14  # 15 figures always make 14 × 14 modules
Box = tuple[float, float, float, float]  # mm from the upper left corner: left, top, right, bottom
_SHOWN_DPI = 80
_RED = (196, 0, 0)
_MARGIN = 24
_PX_MM = 10  # of the picture of a line


def picture(page: pdfium.PdfPage, left: int, top: int, width: int, height: int, dpi: int = DPI) -> Image.Image:
    """A part of the page in dots of ``dpi``, exactly on their grid: the page is not stretched to whole pixels."""
    bitmap = pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_Gray)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    scale = dpi / 72
    matrix = raw.FS_MATRIX(scale, 0, 0, scale, -left, -top)
    clip = raw.FS_RECTF(0, 0, width, height)
    raw.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, raw.FPDF_GRAYSCALE)
    made: Image.Image = bitmap.to_pil().convert("L")
    bitmap.close()
    return made


def read(seen: Image.Image, code: zxingcpp.BarcodeFormat | None = None) -> list[zxingcpp.Barcode]:
    """The codes in a picture, upright and dark on light."""
    formats = {} if code is None else {"formats": code}
    found: list[zxingcpp.Barcode] = zxingcpp.read_barcodes(
        seen, try_rotate=False, try_invert=False, text_mode=zxingcpp.TextMode.Plain, **formats
    )
    return found


def marks(document: pdfium.PdfDocument) -> list[str]:
    """The mark for the inserter on every page; "" where none can be read."""
    left, top = MARK_AT
    side = MARK_DOTS + 2 * _MARGIN
    texts = []
    for page in document:
        found = read(picture(page, left - _MARGIN, top - _MARGIN, side, side), zxingcpp.BarcodeFormat.DataMatrix)
        texts.append(found[0].text if len(found) == 1 else "")
        page.close()
    return texts


def page_with_frame(page: pdfium.PdfPage, box: Box) -> bytes:
    """The page as a PNG, small enough for the screen, with a red frame where something is wrong."""
    scale = _SHOWN_DPI / 25.4
    shown = picture(page, 0, 0, round(PAGE_MM[0] * scale), round(PAGE_MM[1] * scale), _SHOWN_DPI).convert("RGB")
    left, top, right, bottom = (round(value * scale) for value in box)
    pen = ImageDraw.Draw(shown)
    pen.rectangle((max(left - 5, 1), max(top - 5, 1), right + 5, bottom + 5), outline=_RED, width=3)
    return _png(shown)


def words_with_frame(where: Where) -> bytes:
    """Lines that cannot be set, as a PNG: the room they have, and a red frame around what is at fault."""
    size = where.pt / MM_PT * _PX_MM
    font = ImageFont.truetype(str(faces()["ud"].path), round(size))
    small = ImageFont.truetype(str(faces()["ud"].path), max(12, round(size / 3)))
    step, edge = round(size * 1.7), _PX_MM * 3
    drawn = [_characters(line) for line in where.lines]
    widest = max([where.mm * _PX_MM, *(sum(_width(shown, size) for shown, _ in line) for line in drawn)])
    sheet = Image.new("RGB", (round(widest) + 2 * edge, step * len(drawn) + 2 * edge), "white")
    pen = ImageDraw.Draw(sheet)
    if where.mm:
        pen.rectangle((edge, edge, edge + where.mm * _PX_MM, edge + step * len(drawn)), outline=(90, 90, 90), width=2)
    for number, line in enumerate(drawn):
        x, y = float(edge), edge + number * step + (step - size) / 2
        end = len(where.lines[number]) if where.end is None else where.end
        faulty: list[float] = []
        for shown, at in line:
            width = _width(shown, size)
            wrong = number == where.line and where.start <= at < end
            if shown.startswith("U+"):
                pen.rectangle((x + 2, y, x + width - 2, y + size), outline=_RED, width=1)
                pen.multiline_text((x + 5, y + 2), shown.replace(" ", "\n"), font=small, fill=_RED)
            else:
                pen.text((x, y), shown, font=font, fill=_RED if wrong else "black")
            if wrong:
                faulty += [x, x + width]
            x += width
        if faulty:
            pen.rectangle((faulty[0] - 3, y - 5, faulty[-1] + 3, y + size + 5), outline=_RED, width=4)
    return _png(sheet)


def _characters(line: str) -> list[tuple[str, int]]:
    """What is drawn and where it stands in the line: the character, or its code where no font here has it."""
    made: list[tuple[str, int]] = []
    for at, char in enumerate(line):
        if is_selector(char) and made:
            shown, place = made[-1]
            made[-1] = (f"{shown if shown.startswith('U+') else _code(shown)} {_code(char)}", place)
        elif is_private(char) or not faces()["ud"].glyph(char):
            made.append((_code(char), at))
        else:
            made.append((char, at))
    return made


def _code(text: str) -> str:
    return f"U+{ord(text):04X}"


def _width(shown: str, size: float) -> float:
    return size * 2 if shown.startswith("U+") else faces()["ud"].width_mm(shown, size * MM_PT)


def _png(made: Image.Image) -> bytes:
    """Sixteen greys and the red of the frame: an adaptive palette would lose the few red dots."""
    palette = Image.new("P", (1, 1))
    palette.putpalette([grey for level in range(16) for grey in (level * 17,) * 3] + list(_RED))
    out = BytesIO()
    made.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
