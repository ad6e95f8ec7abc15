"""Barcodes as rectangles on whole printer dots, drawn alike as SVG and as PDF operators.

Everything is counted in dots of 300 dpi (two dots of 600 dpi), so that no bar ever falls between two dots: a printer
rounds such a bar to one side or the other, and readers then fail now and again.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import zxingcpp

from toyota_collect.documents import barcodes

DPI = 300
DOT_MM = 25.4 / DPI
DOT_PT = 72 / DPI

GS1_MODULE, GS1_HEIGHT = 2, 142  # 0.169 mm and 12.02 mm: 48.8 mm of bars, 52.2 mm with the quiet zones
POST_PITCH, POST_BAR, POST_THIRD = 10, 5, 11  # 0.847, 0.423, 0.931 mm: the 8-point class of the customer barcode
MARK_MODULE = 5  # 0.423 mm
QR_MODULE_MAX, QR_MODULE_MIN = 6, 3  # 0.508 mm and 0.254 mm

# Customer barcode: first third and number of thirds of a long, upper, lower and timing bar.
_POST_BARS = {"1": (0, 3), "2": (0, 2), "3": (1, 2), "4": (1, 1)}
_DARK = re.compile(rb"\x00+")


@dataclass(frozen=True)
class Drawing:
    """Black rectangles (left, top, width, height) in dots, y downwards, within ``width`` × ``height``."""

    width: int
    height: int
    rectangles: tuple[tuple[int, int, int, int], ...]

    @cached_property
    def operators(self) -> bytes:
        """PDF path operators, to be painted in a space of one unit a dot, y downwards, origin at the upper left."""
        return b" ".join([b"%d %d %d %d re" % rectangle for rectangle in self.rectangles])

    def svg(self) -> str:
        """The drawing as an ``<svg>`` of its true size."""
        path = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in self.rectangles)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width * DOT_MM:.4f}mm" height="{self.height * DOT_MM:.4f}mm"><path d="{path}"/></svg>'
        )


def gs1_128(number: str) -> Drawing:
    """The GS1-128 symbol of the 44 digits of a payment slip.

    Raises:
        ValueError: not 44 digits, or a wrong check digit: a barcode that cannot be right is never drawn.
    """
    left, bars = 0, []
    for place, width in enumerate(barcodes.code128_widths(number)):
        if place % 2 == 0:
            bars.append((left, 0, width * GS1_MODULE, GS1_HEIGHT))
        left += width * GS1_MODULE
    return Drawing(left, GS1_HEIGHT, tuple(bars))


def customer_barcode(code: str) -> Drawing | None:
    """The customer barcode (カスタマバーコード), 67 bars, 56.3 × 2.79 mm, or None where none may be printed.

    Args:
        code: seven digits of the postal code, then the address number (``47100341-15-3A203``).

    Raises:
        ValueError: the code holds a character that the barcode does not know.
    """
    made = barcodes.customer_barcode(code[:7], "", number=code[7:])
    if made is None:
        return None
    bars = []
    for place, state in enumerate(made.bars):
        first, thirds = _POST_BARS[state]
        bars.append((place * POST_PITCH, first * POST_THIRD, POST_BAR, thirds * POST_THIRD))
    return Drawing(bars[-1][0] + POST_BAR, 3 * POST_THIRD, tuple(bars))


def data_matrix(text: str) -> Drawing:
    """A DataMatrix of the smallest size, for the machine that fills the envelopes."""
    return _matrix(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix), MARK_MODULE)


def qr_code(text: str, max_dots: int) -> Drawing:
    """A QR code of ``text``, unchanged, with the largest module that stays within ``max_dots``.

    Raises:
        ValueError: it would need modules below 0.25 mm.
    """
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    size = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False).shape[0]
    module = min(QR_MODULE_MAX, max_dots // size)
    if module < QR_MODULE_MIN:
        raise ValueError(f"QRコードが大きすぎて納付書に入りません（{len(text)}文字）。")
    return _matrix(made, module)


def _matrix(made: zxingcpp.Barcode, module: int) -> Drawing:
    image = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False)
    rows, columns = image.shape
    pixels = bytes(memoryview(image))
    runs = tuple(
        (run.start() * module, row * module, (run.end() - run.start()) * module, module)
        for row in range(rows)
        for run in _DARK.finditer(pixels[row * columns : (row + 1) * columns])
    )
    return Drawing(columns * module, rows * module, runs)
