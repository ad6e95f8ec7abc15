"""The letter engine behind one narrow door: a bundle, its faults, one letter alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium

from notices.letter import DeskSlips, Fault, LetterData, Rendered, Unprintable, raster, render_desk, render_many, verify


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of a print file: ``count`` from ``first`` (from 0)."""

    path: Path
    first: int
    count: int


class BundleFault(Exception):
    """The print file itself is wrong (its structure, a font, its pages), not one of its letters."""


def render(letters: Sequence[LetterData]) -> Rendered:
    """One PDF of the letters in order; a letter that cannot be printed is left out and named."""
    return render_many(letters)


def faults(made: Rendered, letters: Sequence[LetterData]) -> dict[int, Unprintable]:
    """What reads wrong in the finished pages, by the letter's place: its first fault, with a picture of it.

    Raises:
        BundleFault: the file as a whole is wrong.
    """
    if not made.pdf:
        return {}
    found: dict[int, Fault] = {}
    for fault in verify(made.pdf, letters, made.pages):
        if fault.letter < 0:
            raise BundleFault(fault.text)
        found.setdefault(fault.letter, fault)
    if not found:
        return {}
    document = pdfium.PdfDocument(made.pdf)
    try:
        return {
            place: Unprintable(fault.code, fault.text, picture=_shown(document, fault))
            for place, fault in found.items()
        }
    finally:
        document.close()


def picture(error: Unprintable) -> bytes:
    """A PNG of where a letter went wrong, on its page or in its words; empty where the reason lies in neither."""
    return error.picture or (raster.words_with_frame(error.where) if error.where else b"")


def assemble(parts: Sequence[Part]) -> bytes:
    """One PDF of these pages in order, copied as they are. The same parts give the same bytes."""
    made, opened = pikepdf.new(), {}
    try:
        for part in parts:
            if part.path not in opened:
                opened[part.path] = pikepdf.open(part.path)
            made.pages.extend(opened[part.path].pages[part.first : part.first + part.count])
        out = BytesIO()
        made.save(out, deterministic_id=True)
        return out.getvalue()
    finally:
        for source in opened.values():
            source.close()


def marks_of(pdf: bytes) -> list[str]:
    """The mark for the inserter on every page, read from the rendered page; "" where none can be read."""
    document = pdfium.PdfDocument(pdf)
    try:
        return raster.marks(document)
    finally:
        document.close()


def render_letter(letter: LetterData) -> tuple[bytes, int]:
    """One letter as a PDF of its own, and its pages.

    Raises:
        Unprintable: the letter cannot be printed; the reason says what to mend.
    """
    made = render_many([letter])
    if made.failures:
        raise made.failures[0]
    return made.pdf, sum(count for _, count in filter(None, made.pages))


def render_read(letter: LetterData) -> tuple[bytes, int]:
    """One letter as a PDF that was read back and found right, and its pages.

    Raises:
        Unprintable: it cannot be printed, or reads wrong; the reason says what to mend.
        BundleFault: the file itself is wrong.
    """
    made = render_many([letter])
    if made.failures:
        raise made.failures[0]
    if found := faults(made, [letter]):
        raise found[0]
    return made.pdf, sum(count for _, count in filter(None, made.pages))


def render_slips(paper: DeskSlips) -> tuple[bytes, int]:
    """The slips of the counter as a PDF that was read back, and its pages.

    Raises:
        Unprintable: they cannot be printed; the reason says what to mend.
    """
    return render_desk(paper)


def _shown(document: pdfium.PdfDocument, fault: Fault) -> bytes:
    page = document[min(fault.page, len(document) - 1)]
    try:
        return raster.page_with_frame(page, fault.box)
    finally:
        page.close()
