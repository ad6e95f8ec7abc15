"""CP932 as others write it: the NEC選定IBM拡張 characters stand in the code page twice, and systems disagree which to use.

Python reads both forms and writes the NEC one (髙 EEE0, 﨑 ED95); Windows and iconv write the IBM one (FBFC, FAB1). A
receiver that compares bytes, or lacks the rows ED and EE, knows only one of them.
"""

import re
from typing import Literal

Form = Literal["ibm", "nec"]
FORMS = ("ibm", "nec")


def _ibm_forms() -> dict[str, bytes]:
    forms = {}
    for lead in (0xFA, 0xFB, 0xFC):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            pair = bytes((lead, trail))
            sign = pair.decode("cp932", "ignore")
            if len(sign) == 1 and sign.encode("cp932")[0] in (0xED, 0xEE):
                forms[sign] = pair
    return forms


IBM_FORMS = _ibm_forms()
_DOUBLE = re.compile("([" + "".join(IBM_FORMS) + "])")


def encode(text: str, form: Form = "ibm") -> bytes:
    """Encode text with the characters that stand twice in the form the receiver knows; 外字 U+E000… become F040….

    Raises:
        UnicodeEncodeError: a character outside CP932.
    """
    if form == "nec" or not _DOUBLE.search(text):
        return text.encode("cp932")
    return b"".join(IBM_FORMS.get(part) or part.encode("cp932") for part in _DOUBLE.split(text))
