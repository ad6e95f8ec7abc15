"""Papers of any kind become pages, or say why not."""

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from lawyers.services.packet_pages import LONGEST, PaperBroken, as_pdf, is_unread, texts
from tests.factories.lawyers import page


def picture(mode: str, form: str, *, size: tuple[int, int] = (60, 90), frames: int = 1, **facts: object) -> bytes:
    images = [Image.new(mode, size) for _ in range(frames)]
    out = BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(out, form, **more, **facts)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "type_", "pages"),
    [
        (picture("RGB", "JPEG"), "image/jpeg", 1),
        (picture("CMYK", "JPEG"), "image/jpeg", 1),
        (picture("L", "PNG"), "image/png", 1),
        (picture("RGBA", "PNG"), "image/png", 1),
        (picture("P", "PNG"), "image/png", 1),
        (picture("1", "PNG"), "image/png", 1),
        (picture("1", "TIFF", frames=3, compression="group4"), "image/tiff", 3),
        (picture("RGB", "TIFF", frames=2), "image/tiff", 2),
        (picture("1", "TIFF", size=(LONGEST + 500, 100)), "image/tiff", 1),
    ],
    ids=["jpeg", "cmyk", "grey", "alpha", "palette", "bits", "fax", "tiff", "wide"],
)
def test_a_picture_becomes_a_page_a_frame(content, type_, pages):
    with pikepdf.open(BytesIO(as_pdf(content, type_))) as pdf:
        assert len(pdf.pages) == pages


def test_what_is_written_into_a_form_is_part_of_the_page():
    with pikepdf.open(BytesIO(page("契約書"))) as pdf:
        form = pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 200, 30])
        form.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(
                F1=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                )
            )
        )
        look = pdf.make_stream(b"BT /F1 12 Tf 2 5 Td (FILLED IN BY HAND) Tj ET", form)
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[50, 50, 250, 80], F=4,
            AP=pikepdf.Dictionary(N=look),
        )  # fmt: skip
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note)]))
        out = BytesIO()
        pdf.save(out)
    (text,) = texts(as_pdf(out.getvalue(), "application/pdf"))
    assert "FILLED IN BY HAND" in text
    assert "契約書" in text


@pytest.mark.parametrize(
    ("content", "type_"),
    [(b"%PDF-1.7 broken", "application/pdf"), (b"\x89PNG\r\n\x1a\n broken", "image/png"), (b"x", "text/plain")],
)
def test_what_opens_no_more_says_what_to_do(content, type_):
    with pytest.raises(PaperBroken, match="登録し直してください"):
        as_pdf(content, type_)


def test_a_scan_is_told_from_a_page_with_text():
    assert is_unread("")
    assert is_unread(" 1 / 3 \n")
    assert not is_unread("納入通知書の控え（市営住宅使用料）")
