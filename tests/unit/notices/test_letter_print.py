"""The printed pages: the fast engine equals the full layout, and what is printed can be read back."""

import io
from dataclasses import replace

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import ImageChops

from notices.letter import Unprintable, press, printing, render_many, render_one, samples
from notices.letter.blocks import fit
from notices.letter.verify import verify

# Text may differ by a tenth of a point. The edge of a tint may be smoothed differently, a letter or a line never.
POINT = 0.1
GREY = 128


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    return {name: render_many([make()]).pdf for name, make in samples.SAMPLES.items()}


Place = tuple[float, float, float, float]


def _words(page: pdfium.PdfPage) -> dict[str, list[Place]]:
    """Where each character stands."""
    words = page.get_textpage()
    found: dict[str, list[Place]] = {}
    for at in range(words.count_chars()):
        if (char := words.get_text_range(at, 1)).strip():
            found.setdefault(char, []).append(words.get_charbox(at))
    words.close()
    return found


def _apart(places: list[Place], others: list[Place]) -> list[Place]:
    """The places that have none of the others within a tenth of a point."""
    left = list(others)
    apart = []
    for place in places:
        near = [it for it in left if max(abs(x - y) for x, y in zip(place, it, strict=True)) <= POINT]
        if near:
            left.remove(near[0])
        else:
            apart.append(place)
    return apart


def _picture(page: pdfium.PdfPage):
    bitmap = page.render(scale=100 / 72, grayscale=True)
    picture = bitmap.to_pil().convert("L")
    bitmap.close()
    return picture


def _assert_equal(one: bytes, other: bytes) -> None:
    left, right = pdfium.PdfDocument(one), pdfium.PdfDocument(other)
    try:
        assert len(left) == len(right)
        for number in range(len(left)):
            a, b = left[number], right[number]
            words, others = _words(a), _words(b)
            assert {char: len(found) for char, found in words.items()} == {c: len(f) for c, f in others.items()}, number
            for char, places in words.items():
                assert not _apart(places, others[char]), (number, char)
            different = ImageChops.difference(_picture(a), _picture(b)).point(lambda value: 255 * (value > GREY))
            assert different.getbbox() is None, (number, different.getbbox())
            a.close()
            b.close()
    finally:
        left.close()
        right.close()


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_the_fast_engine_prints_what_the_full_layout_prints(name, printed):
    _assert_equal(printed[name], render_one(samples.SAMPLES[name]()))


def test_the_engines_agree_on_letters_as_a_city_has_them():
    for letter in samples.many(5, seed=11):
        _assert_equal(render_many([letter]).pdf, render_one(letter))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name_lines": ("髙﨑　邉濵德",)}, id="variants BIZ UDGothic has"),
        pytest.param({"name_lines": ("𠮷野　葛\U000e0102子",)}, id="beyond the basic plane, with a selector"),
        pytest.param({"name_lines": ("葛\U000e0100城　辻\U000e0101子",)}, id="selectors"),
        pytest.param({"name_lines": ("ﾆｯﾎﾟﾝ　太郎",)}, id="half-width kana"),
        pytest.param({"name_lines": ("José-María O'Neill & Söhne",)}, id="Latin name with signs of HTML"),
        pytest.param({"name_lines": ("架空" * 9,)}, id="condensed name"),
        pytest.param({"name_lines": (" 見本  花子　",)}, id="blanks at the ends and doubled"),
        pytest.param({"name_lines": ("か\u309aくう　花子",)}, id="combining mark"),
        pytest.param({"customer_code": ""}, id="no customer barcode"),
        pytest.param({"estimated": True}, id="estimated"),
        pytest.param({"number": "豊債管第000123号の2"}, id="longer document number"),
    ],
)
def test_the_engines_agree_on_unusual_names(change):
    letter = replace(samples.three(), **change)
    _assert_equal(render_many([letter]).pdf, render_one(letter))


def test_a_letter_among_others_looks_as_it_does_alone(printed):
    letters = [make() for make in samples.SAMPLES.values()]
    together = render_many(letters)
    for index, name in enumerate(samples.SAMPLES):
        first, count = together.pages[index]
        with pikepdf.open(io.BytesIO(together.pdf)) as whole, pikepdf.new() as part:
            part.pages.extend(whole.pages[first : first + count])
            cut = io.BytesIO()
            part.save(cut)
        _assert_equal(cut.getvalue(), printed[name])


def test_printing_again_gives_the_same_bytes_in_a_fresh_engine(monkeypatch):
    letters = [samples.fourteen(), samples.organisation()]
    once = render_many(letters).pdf
    render_many([samples.every_kind()])
    again = render_many(letters).pdf
    monkeypatch.setattr(press, "_engine", None)
    assert once == again == render_many(letters).pdf


def test_a_letter_that_cannot_be_printed_fails_alone():
    bad = replace(samples.three(), name_lines=("外字\ue123",))
    rendered = render_many([samples.three(), bad, samples.fourteen()])
    assert [place is None for place in rendered.pages] == [False, True, False]
    assert rendered.pages[2] == (4, 5)
    assert rendered.failures[1].code == "gaiji"
    assert verify(rendered.pdf, [samples.three(), bad, samples.fourteen()], rendered.pages) == []


def test_a_city_text_that_does_not_fit_is_refused_by_both_engines():
    city = replace(samples.CITY, welfare="長い窓口の名前" * 40)
    letter = replace(samples.fourteen(), city=city)
    assert render_many([letter]).failures[0].code == "overflow"
    with pytest.raises(Unprintable) as refused:
        render_one(letter)
    assert refused.value.code == "overflow"


def test_what_the_engine_cannot_set_goes_through_the_full_layout():
    # One of the marks of the engine within a text of the city.
    odd = replace(samples.three(), city=replace(samples.CITY, office="㋐係"))
    letters = [samples.fourteen(), odd, samples.three()]
    assert press.render_fast(letters)[1] == [1]
    rendered = render_many(letters)
    assert rendered.pages == [(0, 5), (5, 4), (9, 4)]
    assert verify(rendered.pdf, letters, rendered.pages) == []


def test_only_unsuitable_letters():
    odd = replace(samples.three(), name_lines=("か\u309aくう　花子",))
    assert press.render_fast([odd])[1] == [0]
    rendered = printing.render_many([odd])
    _assert_equal(rendered.pdf, render_one(odd))


def test_an_accessible_copy_is_tagged():
    with pikepdf.open(io.BytesIO(render_one(samples.three(), pdf_variant="pdf/ua-1"))) as document:
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "ja"


@pytest.mark.parametrize(("text", "face"), [("髙﨑", "ud"), ("𠮷野", "mj"), ("葛\U000e0102", "mj"), ("山田", "ud")])
def test_a_name_is_set_in_one_face(text, face):
    assert fit(text, 60, 10).face == face
