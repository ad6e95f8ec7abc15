"""Pages of a packet: papers of any kind onto A4, stamped with their number, marked so that they are found again."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageOps, ImageSequence

from toyota_collect.documents.pdf import joined
from toyota_collect.documents.store import render_pdf
from toyota_collect.tax_words import squeezed

A4 = (595.28, 841.89)
FRAME = pikepdf.Rectangle(
    36, 40, A4[0] - 36, A4[1] - 52
)  # where a paper stands: below the stamp, above the page number
WHOLE = pikepdf.Rectangle(0, 0, *A4)
LONGEST = 3_508  # pixels: A4 at 300 dpi
READABLE = 12  # characters; a page with fewer was scanned
MARK = "/ToyotaCollect"


class PaperBroken(Exception):
    """A paper cannot be made into pages; the message says what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An exhibit with its number in the case (from 1), the text that can be read on it, and its pages."""

    number: int
    key: str
    kind: str
    title: str
    name: str
    sha256: str
    pages: int
    text: str
    unread: int  # pages without readable text

    @property
    def label(self) -> str:
        return f"甲第{self.number}号証"


def as_pdf(content: bytes, content_type: str) -> bytes:
    """The paper as PDF; an image becomes a page a frame.

    Raises:
        PaperBroken: it opens no more, or is of a type that is not taken in.
    """
    try:
        if content_type == "application/pdf":
            return _plain(content)
        if content_type in ("image/jpeg", "image/png", "image/tiff"):
            return _pictures(content, content_type.removeprefix("image/").upper())
    except (pikepdf.PdfError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PaperBroken("ファイルを開けません。もとの書類を読み取り直し、登録し直してください。") from error
    raise PaperBroken("PDF・JPEG・PNG・TIFF のどれでもありません。PDFにして登録し直してください。")


def _plain(content: bytes) -> bytes:
    """What is filled in or noted on a page becomes part of the page: only pages go into the packet."""
    out = BytesIO()
    with pikepdf.open(BytesIO(content)) as opened:
        if not opened.pages:
            raise ValueError("no pages")
        if "/AcroForm" in opened.Root:
            opened.generate_appearance_streams()
        opened.flatten_annotations("print")
        opened.save(out)
    return out.getvalue()


def _pictures(content: bytes, form: str) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a large scan is no attack
        with Image.open(BytesIO(content), formats=[form]) as image:
            return joined([_page(_frame(frame)) for frame in ImageSequence.Iterator(image)])[0]


def _page(image: Image.Image) -> bytes:
    out = BytesIO()
    facts = {} if image.mode == "1" else {"quality": 88}  # black and white is kept as it is (CCITT group 4)
    image.save(out, "PDF", resolution=150, **facts)
    return out.getvalue()


def _frame(image: Image.Image) -> Image.Image:
    made: Image.Image = ImageOps.exif_transpose(image.copy())
    if made.mode in ("RGBA", "LA", "PA", "P"):
        ground = Image.new("RGB", made.size, "white")
        layer = made.convert("RGBA")
        ground.paste(layer, mask=layer.getchannel("A"))
        made = ground
    elif made.mode not in ("1", "L", "RGB"):
        made = made.convert("RGB")
    if max(made.size) > LONGEST:
        if made.mode == "1":
            made = made.convert("L")
        made.thumbnail((LONGEST, LONGEST))
    return made


def texts(source: bytes | Path, password: str | None = None) -> Iterator[str]:
    """The text of each page as it can be read; none is kept in memory longer than its turn."""
    document = pdfium.PdfDocument(source, password=password)
    try:
        for place in range(len(document)):
            page = document[place]
            text = page.get_textpage()
            yield text.get_text_range()
            text.close()
            page.close()
    finally:
        document.close()


def is_unread(text: str) -> bool:
    """Whether a page shows too little text to be checked by reading."""
    return len(squeezed(text)) < READABLE


def case_part(target: Path, *, front: bytes, papers: Sequence[tuple[Paper, bytes]], case: str, before: int) -> int:
    """Write the pages of one case: its sheets, then its exhibits, stamped; return how many they are.

    ``before``: pages of the packet that stand before. Every page is marked with what it is of.
    """
    with pikepdf.open(BytesIO(front)) as sheets:
        own = len(sheets.pages)
        total = own + sum(paper.pages for paper, _ in papers)
        marks = _marks(own, [paper for paper, _ in papers], case)
        stamps, _ = render_pdf(
            "documents/packet_stamps.html", {"pages": stamped(marks, label=case, total=total, before=before)}
        )
        with pikepdf.open(BytesIO(stamps)) as made:
            if len(made.pages) != total:
                raise PaperBroken("ページの番号を付けられません。管理者に連絡してください。")
            for place, page in enumerate(sheets.pages):
                made.pages[place].add_underlay(page, WHOLE)
            place = own
            for _, content in papers:
                with pikepdf.open(BytesIO(content)) as source:
                    for page in source.pages:
                        made.pages[place].add_underlay(page, FRAME)
                        place += 1
            for page, mark in zip(made.pages, marks, strict=True):
                page.obj[MARK] = pikepdf.Dictionary({f"/{key}": value for key, value in mark.items()})
            made.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return total


def _marks(own: int, papers: Sequence[Paper], case: str) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = [{"Case": case} for _ in range(own)]
    for paper in papers:
        facts = {"Case": case, "Number": paper.number, "Kind": paper.kind, "Sha256": paper.sha256, "Of": paper.pages}
        marks += [facts | {"Page": page} for page in range(1, paper.pages + 1)]
    return marks


def stamped(marks: Sequence[dict[str, Any]], *, label: str, total: int, before: int) -> list[dict[str, Any]]:
    """What is printed over each page: number of the page and, of an exhibit, its own."""
    return [
        {
            "foot": f"{label}　{place}/{total}",
            "whole": before + place,
            "exhibit": f"甲第{mark['Number']}号証" if "Number" in mark else "",
            "of": f"{mark['Page']}/{mark['Of']}" if mark.get("Of", 1) > 1 else "",
        }
        for place, mark in enumerate(marks, 1)
    ]


def marks_of(page: pikepdf.Page) -> dict[str, Any]:
    """What :func:`case_part` marked the page with; nothing of a page of the cover."""
    found = page.obj.get(MARK)
    return {} if found is None else {key[1:]: _value(value) for key, value in found.items()}


def _value(value: Any) -> Any:
    return int(value) if isinstance(value, int) else str(value)


@contextmanager
def opened(path: Path, key: str) -> Iterator[pikepdf.Pdf]:
    """The finished packet, with the firm's key."""
    with pikepdf.open(path, password=key) as pdf:
        yield pdf
