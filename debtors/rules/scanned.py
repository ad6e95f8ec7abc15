"""What a scanner, or a hand that copies a printed number, puts into the search field."""

import re
import unicodedata

_IDENTIFIER = re.compile(r"^\]?C1(?=\d{44}$)")  # what some scanners send before the data of a GS1-128
_SLIP = re.compile(r"91\d{42}")
_BETWEEN = re.compile(r"[()\s\-\x1d]")  # printed below the bars: (91)912345-…  0-261204-0-034300-5


def scanned_number(text: str) -> str:
    """The 44 digits of a slip's barcode, read by a scanner or copied from below the bars; otherwise the text as it is.

    Both lines of figures are needed: one alone is returned as it is.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    digits = _IDENTIFIER.sub("", _BETWEEN.sub("", plain))
    return digits if _SLIP.fullmatch(digits) else text
