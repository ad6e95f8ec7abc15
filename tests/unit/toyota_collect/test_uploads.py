"""What somebody brings is looked at by its content: what it is, how large it becomes, and whether it does things."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from tests.integration.toyota_collect.hostile import FILES, pdf_of, zip_of
from toyota_collect import uploads
from toyota_collect.uploads import UploadRefused, content_type, paper_type, refuse_packed, shown_name

MOST = 20  # MiB


def image(form: str, frames: int = 1) -> bytes:
    out, one = io.BytesIO(), Image.new("RGB", (8, 8))
    more = {"save_all": True, "append_images": [one] * (frames - 1)} if frames > 1 else {}
    one.save(out, form, **more)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n..", "image/png"),
        (b"II*\x00..", "image/tiff"),
        (b"MM\x00*..", "image/tiff"),
        (b"<html>%PDF-", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_the_content_says_what_a_file_is(content, kind):
    assert content_type(content) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf_of(), "application/pdf"),
        (pdf_of(pages=uploads.MOST_PAGES), "application/pdf"),
        (pdf_of("/OpenAction[4 0 R/Fit]"), "application/pdf"),  # where to begin reading does nothing
        (pdf_of(page="/Annots[<</Subtype/Link/A<</S/URI/URI(https://example.invalid)>>>>]"), "application/pdf"),
        (pdf_of(stream=b"\0" * (uploads.ALWAYS_FINE - 1)), "application/pdf"),
        (image("JPEG"), "image/jpeg"),
        (image("PNG"), "image/png"),
        (image("TIFF", 3), "image/tiff"),
    ],
)
def test_a_paper_that_only_shows_what_it_shows_is_taken_in(content: bytes, kind: str) -> None:
    assert paper_type(content, "架空.bin", most_mebibytes=MOST) == kind


ACTIVE = "開くと動くもの"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空のファイル"),
        (b"%PDF-" + b"0" * (MOST * 2**20), "上限の20MiB"),
        (FILES["SVG"](), "どれでもありません"),
        (FILES["Shift_JIS"](), "どれでもありません"),
        (FILES["zip"](), "どれでもありません"),
        (FILES["PDF cut"](), "壊れていて"),
        (FILES["PDF head"](), "壊れていて"),
        (FILES["TIFF head"](), "壊れていて"),
        (FILES["PDF script"](), ACTIVE),
        (FILES["PDF launch"](), ACTIVE),
        (pdf_of("/Names<</EmbeddedFiles<</Names[]>>>>"), ACTIVE),
        (pdf_of(page="/Annots[<</Subtype/Widget/A<</S/SubmitForm/F(https://example.invalid)>>>>]"), ACTIVE),
        (pdf_of("/AcroForm<</XFA[]/Fields[]>>"), ACTIVE),
        (pdf_of(pages=uploads.MOST_PAGES + 1), "1,001ページ"),
        (pdf_of(stream=b"\0" * (uploads.ALWAYS_FINE + 1)), "開くと大きくなりすぎます"),
        (pdf_of(stream=b"\0" * (uploads.ALWAYS_FINE + 1), filters=3), "開くと大きくなりすぎます"),
        (FILES["PNG huge"](), "画素が多すぎます"),
    ],
)
def test_what_is_no_plain_paper_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(UploadRefused, match=said):
        paper_type(content, "架空.pdf", most_mebibytes=MOST)


def test_a_script_that_is_packed_into_an_object_stream_is_found() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(FILES["PDF script"]())) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    assert b"JavaScript" not in out.getvalue()
    with pytest.raises(UploadRefused, match=ACTIVE):
        paper_type(out.getvalue(), "架空.pdf", most_mebibytes=MOST)


def test_pages_of_a_tiff_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_PAGES", 2)
    assert paper_type(image("TIFF", 2), "架空.tif", most_mebibytes=MOST) == "image/tiff"
    with pytest.raises(UploadRefused, match="2ページを超えています"):
        paper_type(image("TIFF", 3), "架空.tif", most_mebibytes=MOST)


def test_a_zip_is_measured_before_it_is_unpacked() -> None:
    refuse_packed(FILES["zip"](), "架空.xlsx")
    refuse_packed(zip_of({"a": b"0" * uploads.ALWAYS_FINE}), "架空.xlsx")
    for bomb in (zip_of({"a": b"0" * uploads.ALWAYS_FINE, "b": b"0"}), zip_of({str(one): b"" for one in range(1_001)})):
        with pytest.raises(UploadRefused, match="開くと大きくなりすぎます"):
            refuse_packed(bomb, "架空.xlsx")
    with pytest.raises(UploadRefused, match="壊れていて"):
        refuse_packed(FILES["zip cut"](), "架空.xlsx")
    assert zipfile.is_zipfile(io.BytesIO(FILES["zip"]()))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/架空.pdf", "架空.pdf"),
        ("C:\\Users\\架空.pdf", "架空.pdf"),
        ("架\x00空\r\n.pdf", "架空.pdf"),
        ("\u202eあfdp.exe", "あfdp.exe"),
        ("", "名前のないファイル"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(given: str, shown: str) -> None:
    assert shown_name(given) == shown
