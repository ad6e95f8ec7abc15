"""What a scanner or a hand gives, and whose letter it names."""

import pytest

from notices.letter import samples, slips
from notices.letter.sheets import MAX_SHEETS, sheets
from notices.rules.marks import Mark, Unreadable, envelopes_of, read_mark

LETTERS = [samples.three(), samples.sixty(), samples.two_envelopes(), samples.large(), samples.plain()]


@pytest.mark.parametrize("letter", LETTERS, ids=["3 claims", "60 claims", "two envelopes", "large", "plain"])
def test_every_sheet_and_every_slip_names_its_letter(letter):
    printed = sheets(letter)
    for sheet in printed:
        (mark,) = [ink.text for ink in sheet.inks if ink.kind == "mark"]
        assert read_mark(mark) == Mark(letter.run_number, letter.serial, envelope=sheet.envelope)
    for slip in slips(letter):
        assert read_mark(slip.reference) == Mark(letter.run_number, letter.serial)
        if slip.number:
            assert read_mark(slip.number) == Mark(letter.run_number, letter.serial)
    assert envelopes_of(len(printed), most=MAX_SHEETS) == printed[-1].envelope


@pytest.mark.parametrize(
    ("sheet_count", "envelopes"), [(0, 1), (1, 1), (8, 1), (10, 2), (16, 2), (18, 3), (24, 3), (26, 4)]
)
def test_so_many_envelopes_does_a_letter_fill(sheet_count, envelopes):
    assert envelopes_of(sheet_count, most=8) == envelopes


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        pytest.param("000200000120113", Mark(2, 12, envelope=1), id="封入用の記号"),
        pytest.param(" ０００２０００００１２０１１３\n", Mark(2, 12, envelope=1), id="full width, as an IME types it"),
        pytest.param("]d1000200000120213", Mark(2, 12, envelope=2), id="with the scanner's own prefix"),
        pytest.param("0002-0000012-003", Mark(2, 12), id="照会番号"),
        pytest.param("0002ー0000012－003", Mark(2, 12), id="with the dashes of a Japanese keyboard"),
        pytest.param("8豊債管第000012号", Mark(number="8豊債管第000012号"), id="文書番号"),
        pytest.param("８豊債管第０００００１号", Mark(number="8豊債管第000001号"), id="in full width"),
        pytest.param("8豊債管第000012号/2", Mark(number="8豊債管第000012号", envelope=2), id="its second envelope"),
        pytest.param("0002-0000012-003／2", Mark(2, 12, envelope=2), id="the second envelope of a 照会番号"),
    ],
)
def test_what_may_be_read_or_typed(text, mark):
    assert read_mark(text) == mark


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("  ", "何も", id="nothing"),
        pytest.param("4901234567894", "13桁", id="the barcode of something bought"),
        pytest.param("000200000120153", "数字が合いません", id="sheet 5 of 3"),
        pytest.param("000200000120013", "数字が合いません", id="envelope 0"),
        pytest.param(
            "91912345" + "00000000000012" + "1" + "0" * 21, "催告書の番号ではありません", id="a slip of the counter"
        ),
    ],
)
def test_what_no_letter_bears_is_refused_with_what_to_do(text, why):
    with pytest.raises(Unreadable, match=why):
        read_mark(text)


def test_a_barcode_with_its_marks_of_the_standard_is_the_same():
    number = next(slip.number for slip in slips(samples.three()) if slip.number)
    plain = read_mark(number)
    assert read_mark(f"]C1{number}") == read_mark(f"({number[:2]}){number[2:]}") == read_mark(f"\x1d{number}") == plain
