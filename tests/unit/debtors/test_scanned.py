"""What a scanner sends, and what a hand copies from below the bars, is the same 44 digits."""

from datetime import date

import pytest

from debtors.rules.scanned import scanned_number
from toyota_collect.documents.barcodes import slip_number, slip_text

CODE = slip_number(company="912345", free="123456789012345", amount_yen=34_300, due_on=date(2026, 12, 4))
LINES = slip_text(CODE)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(CODE, id="plain"),
        pytest.param(f"]C1{CODE}", id="with the symbology identifier"),
        pytest.param(f"\x1d{CODE}", id="with FNC1"),
        pytest.param(f" {CODE[:20]} {CODE[20:]}", id="in two groups"),
        pytest.param("　".join(LINES), id="copied from below the bars"),
        pytest.param(CODE.translate(str.maketrans("0123456789", "０１２３４５６７８９")), id="by a Japanese keyboard"),
    ],
)
def test_a_slip_is_read(typed):
    assert scanned_number(typed) == CODE


@pytest.mark.parametrize("typed", ["やまもと", "0565-00-0000", "M-00000012", LINES[0], CODE[:-1], f"{CODE}1", ""])
def test_anything_else_stays_as_it_is(typed):
    assert scanned_number(typed) == typed
