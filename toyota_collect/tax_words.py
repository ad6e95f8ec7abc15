"""Words that tell of somebody's tax where nobody may know of it (地方税法22条)."""

from collections.abc import Iterable
from unicodedata import normalize

# What a short note would tell of somebody's tax by; 税 alone is in every name of one.
TAX_WORDS = ("税", "国保", "国民健康保険", "督促", "滞納処分", "差押", "差し押さえ")
DUNNING = (
    "督促"  # every claim of the city is dunned: of a paper about other claims it tells nothing (地方自治法施行令171条)
)
# On every bill: the tax on what was bought, not somebody's own.
ON_EVERY_BILL = ("消費税", "税込", "税抜", "税別")


def squeezed(text: str) -> str:
    """The text without blanks, whatever width it was written in."""
    return "".join(normalize("NFKC", text).split())


def tax_words_in(text: str, *, words: Iterable[str] = TAX_WORDS, harmless: Iterable[str] = ()) -> list[str]:
    """Words of the text that tell of tax, however they are spaced or whatever width they have.

    ``harmless``: what is taken out before (the person's own name and address, 消費税 …); the longest first.
    """
    plain = squeezed(text)
    for one in sorted(map(squeezed, harmless), key=len, reverse=True):
        if one:
            plain = plain.replace(one, "\n")
    return [word for word in words if word in plain]
