"""外字の字形: characters of a run that ordinary fonts lack, drawn, for who has to print them elsewhere.

They are embedded in the print files already; the pictures let a printer compare what came out of the press.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from .fonts import clusters, faces


@dataclass(frozen=True, slots=True)
class Drawn:
    """A character, with its variation selector: ``code`` as ``U+845B U+E0102``, the font, its outline as SVG."""

    code: str
    font: str
    svg: str

    @property
    def name(self) -> str:
        """For a file."""
        return self.code.replace("U+", "").replace(" ", "_")


def drawn_characters(words: Iterable[str]) -> list[Drawn]:
    """Every character of the words that BIZ UDGothic cannot print, once, in the order of their codes."""
    rare: set[tuple[str, str]] = set()
    for text in words:
        if faces()["ud"].missing(text):
            rare.update(one for one in clusters(text) if not faces()["ud"].glyph(*one))
    face = faces().get("mj")
    if face is None or not rare:
        return []
    with TTFont(face.path, lazy=True) as font:
        return [_drawn(font, *one) for one in sorted(rare) if face.glyph(*one)]


def _drawn(font: TTFont, char: str, selector: str) -> Drawn:
    glyph = faces()["mj"].glyph(char, selector)
    assert glyph is not None
    shapes = font.getGlyphSet()
    name = font.getGlyphName(glyph.number)
    pen = SVGPathPen(shapes)
    shapes[name].draw(pen)
    em = font["head"].unitsPerEm
    top = font["hhea"].ascent
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {em} {top - font["hhea"].descent}">'
        f'<path transform="translate(0 {top}) scale(1 -1)" d="{pen.getCommands()}"/></svg>'
    )
    return Drawn(" ".join(f"U+{ord(one):04X}" for one in char + selector), "IPAmj明朝", svg)
