"""How letters are written to a person: the one code kept with the person, taken apart."""

from typing import NamedTuple

LANGUAGES = ("en", "pt", "zh", "vi")


class Form(NamedTuple):
    """``variant``: normal, large or plain; ``language``: besides Japanese, "" for none."""

    variant: str
    language: str


def form_of(code: str) -> Form:
    """``large.pt`` → large print with Portuguese. An unknown code is the ordinary letter."""
    variant, _, language = code.partition(".")
    if variant in LANGUAGES:
        return Form("normal", variant)
    return Form(variant if variant in ("large", "plain") else "normal", language if language in LANGUAGES else "")
