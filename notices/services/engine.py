"""The letter engine behind one narrow door: a bundle, its faults, one letter alone."""

from collections.abc import Sequence

from notices.letter import DeskSlips, LetterData, Rendered, Unprintable, render_desk, render_many, verify


class BundleFault(Exception):
    """The print file itself is wrong (its structure, a font, its pages), not one of its letters."""


def render(letters: Sequence[LetterData]) -> Rendered:
    """One PDF of the letters in order; a letter that cannot be printed is left out and named."""
    return render_many(letters)


def faults(made: Rendered, letters: Sequence[LetterData]) -> dict[int, Unprintable]:
    """What reads wrong in the finished pages, by the letter's place: its first fault.

    Raises:
        BundleFault: the file as a whole is wrong.
    """
    if not made.pdf:
        return {}
    found: dict[int, Unprintable] = {}
    for fault in verify(made.pdf, letters, made.pages):
        if fault.letter < 0:
            raise BundleFault(fault.text)
        found.setdefault(fault.letter, Unprintable(fault.code, fault.text))
    return found


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
