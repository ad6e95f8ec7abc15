"""Reading the PDF back: sound letters have no fault, and every planted one is found."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pytest

from notices.letter import render_many, samples, slips
from notices.letter.verify import verify


def _codes(pdf, letters, pages=None):
    return {fault.code for fault in verify(pdf, letters, pages)}


def _changed(pdf: bytes, page: int, change: Callable[[bytes], bytes]) -> bytes:
    """The PDF with the content of a page rewritten."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        content = document.pages[page].Contents
        before = content.read_bytes()
        after = change(before)
        assert after != before
        content.write(after)
        output = io.BytesIO()
        document.save(output)
    return output.getvalue()


@pytest.fixture(scope="module")
def fourteen() -> bytes:
    return render_many([samples.fourteen()]).pdf


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_sound_letters_have_no_fault(name):
    letter = samples.SAMPLES[name]()
    assert verify(render_many([letter]).pdf, [letter]) == []


def test_sound_letters_together_have_no_fault():
    letters = samples.many(25, seed=4)
    rendered = render_many(letters)
    assert verify(rendered.pdf, letters, rendered.pages) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"customer_code": "47100341-15-3A204"}, "post", id="customer barcode of another address"),
        pytest.param({"serial": 1003}, "mark", id="mark of another letter"),
        pytest.param({"serial": 1003}, "gs1", id="slips of another letter"),
        pytest.param({"name_lines": ("架空　次郎",)}, "address", id="another name"),
        pytest.param({"address_lines": ("愛知県豊田市小坂本町架空一丁目１５番地４",)}, "address", id="another address"),
        pytest.param({"run_number": 802}, "gs1", id="slips of another run"),
        pytest.param({"slip_policy": "claim"}, "pages", id="another number of pages"),
    ],
)
def test_a_letter_that_is_not_the_one_expected_is_found(fourteen, change, code):
    assert code in _codes(fourteen, [replace(samples.fourteen(), **change)])


def test_a_claim_that_differs_by_one_yen_is_found(fourteen):
    letter = samples.fourteen()
    lines = (*letter.lines[:-1], replace(letter.lines[-1], principal_yen=letter.lines[-1].principal_yen + 1))
    assert {"row", "total", "sum", "gs1"} <= _codes(fourteen, [replace(letter, lines=lines)])


def test_letters_in_the_wrong_order_are_found():
    letters = [samples.fourteen(), replace(samples.fourteen(), serial=1009)]
    rendered = render_many(letters)
    assert {"mark", "gs1"} <= _codes(rendered.pdf, letters[::-1], rendered.pages)


def _moved(dx: float, dy: float) -> Callable[[bytes], bytes]:
    """The whole page moved by millimetres."""
    return lambda content: b"q 1 0 0 1 %.3f %.3f cm\n" % (dx * 72 / 25.4, -dy * 72 / 25.4) + content + b"\nQ"


@pytest.mark.parametrize(
    ("page", "change", "code"),
    [
        pytest.param(0, _moved(0, 12), "window", id="block 12 mm lower"),
        pytest.param(0, _moved(-10, 0), "window", id="block 10 mm to the left"),
        pytest.param(0, lambda content: content + b"\n0 g 250 720 20 20 re f", "window", id="ink beside the address"),
        pytest.param(2, _moved(0.1, 0), "dots", id="bars between the dots of the printer"),
        pytest.param(2, _moved(0, 4), "dots", id="slips moved away from their places"),
        pytest.param(2, lambda content: content + b"\n1 g 350 310 200 25 re f", "dots", id="bars covered"),
        pytest.param(0, lambda content: content + b"\n1 g 0 0 100 842 re f", "post", id="customer barcode cut"),
        pytest.param(2, lambda content: content + b"\n1 g 350 300 200 55 re f", "gs1", id="bars gone"),
        pytest.param(1, lambda content: content + b"\n1 g 0 500 40 40 re f", "mark", id="mark covered"),
        pytest.param(
            2, lambda content: re.sub(rb"(\d+) 0 4 142 re", rb"\1 0 3 142 re", content), "dots", id="some bars too thin"
        ),
    ],
)
def test_a_damaged_page_is_found(fourteen, page, change, code):
    assert code in _codes(_changed(fourteen, page, change), [samples.fourteen()])


def test_a_code_too_many_is_found_on_the_whole_page(fourteen):
    with pikepdf.open(io.BytesIO(fourteen)) as document:
        content = document.pages[2].Contents.read_bytes()
    bars = re.search(rb"q 1 0 0 1 1512 \d+ cm ([^Q]*) f Q", content)[1]
    second = b"\nq .24 0 0 -.24 0 841.89 cm q 1 0 0 1 700 120 cm " + bars + b" f Q Q"
    codes = _codes(_changed(fourteen, 2, lambda content: content + second), [samples.fourteen()])
    assert codes == {"codes"}


def test_a_font_left_out_is_found(fourteen):
    with pikepdf.open(io.BytesIO(fourteen)) as document:
        font = next(o for o in document.objects if isinstance(o, pikepdf.Dictionary) and "/FontFile2" in o)
        del font["/FontFile2"]
        output = io.BytesIO()
        document.save(output)
    assert "font" in _codes(output.getvalue(), [samples.fourteen()])


def test_a_page_left_out_or_too_many_is_found(fourteen):
    with pikepdf.open(io.BytesIO(fourteen)) as document:
        document.pages.append(document.pages[0])
        more = io.BytesIO()
        document.save(more)
        del document.pages[3:]
        fewer = io.BytesIO()
        document.save(fewer)
    assert "pages" in _codes(more.getvalue(), [samples.fourteen()])
    assert "pages" in _codes(fewer.getvalue(), [samples.fourteen()])


def test_an_el_qr_is_read_back_unchanged():
    letter = samples.three()
    pdf = render_many([letter]).pdf
    assert slips(letter)[0].el_qr == letter.lines[0].el_qr
    other = replace(letter.lines[0], el_qr=letter.lines[0].el_qr + "1")
    assert "qr" in _codes(pdf, [replace(letter, lines=(other, *letter.lines[1:]))])
