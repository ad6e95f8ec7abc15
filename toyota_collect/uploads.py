"""Files that somebody brings: what they are by their content, and whether they are fit to be kept and opened.

Everything is looked at before anything of it is kept. Messages are Japanese: what is wrong, and what to do.
"""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import pikepdf
from PIL import Image, UnidentifiedImageError

MEBIBYTE = 2**20
# The first bytes of the papers that are taken in; a name's ending proves nothing.
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif"}

# Bounds of what one file may become when it is opened; papers of an office stay far below them.
MOST_PAGES = 1_000
MOST_PIXELS = 150_000_000  # A3 in colour at 600 dpi has 70 million
MOST_TIMES = 100  # unpacked bytes to packed ones
ALWAYS_FINE = 64 * MEBIBYTE  # unpacked; however small the file is
MOST_MEMBERS = 1_000
DEEPEST = 3  # packed within packed
READ, CHUNK = 2**14, 2**18  # bytes at a time, packed and unpacked
ZLIB = b"\x78"  # what nearly every packed stream begins with

# What a PDF does by itself, or carries along: nothing of it belongs to a paper that is read and printed.
ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound"}
ACTIVE_KEYS = ("/JS", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA")
_STREAM = re.compile(rb"stream\r?\n")


class UploadRefused(Exception):
    """The file is not taken in; the message says why and what to do, in Japanese."""


def content_type(content: bytes) -> str | None:
    """What a paper is by its first bytes; ``None`` for anything that is not taken in as one."""
    return next((kind for start, kind in SIGNATURES if content.startswith(start)), None)


def refuse_size(name: str, size: int, most_mebibytes: int) -> None:
    """Raises ``UploadRefused`` for an empty file, or one of more than so many MiB; ``size`` is in bytes."""
    shown = shown_name(name)
    if not size:
        raise UploadRefused(f"「{shown}」は空のファイルです。もとの書類を読み取り直してください。")
    if size > most_mebibytes * MEBIBYTE:
        raise UploadRefused(
            f"「{shown}」は{size / MEBIBYTE:.1f}MiBあり、上限の{most_mebibytes}MiBを超えています。"
            "読み取りの解像度を下げるか、分けて登録してください。"
        )


def paper_type(content: bytes, name: str, *, most_mebibytes: int) -> str:
    """The type of a paper (PDF, JPEG, PNG or TIFF) that opens as what it begins as, and only shows what it shows.

    Raises:
        UploadRefused: another type, damaged, locked, empty, too large, larger still once unpacked, or a PDF that does things.
    """
    refuse_size(name, len(content), most_mebibytes)
    shown, type_ = shown_name(name), content_type(content)
    if type_ is None:
        raise UploadRefused(
            f"「{shown}」の中身は、PDF・JPEG・PNG・TIFFのどれでもありません。名前の終わりを変えても登録できません。"
            "PDFにするか、紙から読み取ってください。"
        )
    try:
        problem = _problem_of_pdf(content) if type_ == "application/pdf" else _problem_of_image(content, type_)
    except pikepdf.PasswordError as error:
        raise UploadRefused(f"「{shown}」はパスワードで守られています。外してから登録してください。") from error
    except (pikepdf.PdfError, UnidentifiedImageError, EOFError, OSError, SyntaxError, ValueError) as error:
        raise UploadRefused(f"「{shown}」は壊れていて開けません。もとの書類を読み取り直してください。") from error
    if problem:
        raise UploadRefused(f"「{shown}」は{problem}")
    return type_


def refuse_packed(content: bytes, name: str) -> None:
    """Raises ``UploadRefused`` for a zip (an XLSX is one) that is damaged, or becomes far more than it is once unpacked."""
    shown = shown_name(name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            members = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UploadRefused(f"「{shown}」は壊れていて開けません。もう一度書き出してください。") from error
    unpacked = sum(one.file_size for one in members)  # no more of a member is ever read than it declares
    if len(members) > MOST_MEMBERS or unpacked > _most_unpacked(len(content)):
        raise UploadRefused(f"「{shown}」は開くと大きくなりすぎます。分けるか、CSVで書き出してください。")


def shown_name(name: str) -> str:
    """The file's own name without folders and control characters, at most 120 characters, its ending kept."""
    plain = "".join(char for char in PurePosixPath(name.replace("\\", "/")).name if char.isprintable()).strip()
    if len(plain) > 120:
        ending = PurePosixPath(plain).suffix[:10]
        plain = plain[: 120 - len(ending)] + ending
    return plain or "名前のないファイル"


def _problem_of_pdf(content: bytes) -> str:
    """What is wrong with a PDF that can be opened, or ``""``; streams are measured before any parser unpacks them."""
    if _unpacks_beyond(content, _most_unpacked(len(content))):
        return "開くと大きくなりすぎます。紙に印刷して読み取り直してください。"
    with pikepdf.open(io.BytesIO(content)) as opened:
        if not opened.pages:
            raise ValueError("no pages")
        if len(opened.pages) > MOST_PAGES:
            return f"{len(opened.pages):,}ページあります。{MOST_PAGES:,}ページまでに分けて登録してください。"
        if any(_does_things(one) for one in opened.objects):
            return (
                "開くと動くもの（スクリプト、外部への送信など）か、添付ファイルが入ったPDFです。"
                "紙に印刷して読み取るか、PDFとして印刷し直してから登録してください。"
            )
    return ""


def _does_things(whole: pikepdf.Object) -> bool:
    """Whether an object of a PDF, with what stands directly in it, acts or carries a file."""
    waiting = [whole]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            inner = list(one)
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            if any(key in one for key in ACTIVE_KEYS) or str(one.get("/S", "")) in ACTIONS:
                return True
            inner = [part for _, part in one.items()]
        else:
            continue
        waiting += [part for part in inner if isinstance(part, pikepdf.Object) and not part.is_indirect]
    return False


def _most_unpacked(size: int) -> int:
    return max(ALWAYS_FINE, MOST_TIMES * size)


def _unpacks_beyond(content: bytes, most: int) -> bool:
    """Whether the packed streams of a file, also such as are packed again, hold more than so many bytes altogether."""
    view, left = memoryview(content), most
    for found in _STREAM.finditer(content):
        for depth in range(1, DEEPEST + 1):
            pieces: Iterator[bytes | memoryview] = (view[at : at + READ] for at in range(found.end(), len(view), READ))
            for _ in range(depth):
                pieces = _unpacked(pieces)
            first = b""
            for piece in pieces:
                left -= len(piece)
                first = first or bytes(piece[:1])
                if left < 0:
                    return True
            if first != ZLIB:
                break
    return False


def _unpacked(pieces: Iterator[bytes | memoryview]) -> Iterator[bytes]:
    """What a zlib stream unpacks to, a piece at a time, up to its end or to what is no such stream."""
    unpacker = zlib.decompressobj()
    try:
        for piece in pieces:
            rest: bytes | memoryview = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, CHUNK)
                rest = unpacker.unconsumed_tail
            if unpacker.eof:
                return
    except zlib.error:
        return


def _problem_of_image(content: bytes, type_: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a large scan is no attack; what is too large is told below
        try:
            with Image.open(io.BytesIO(content), formats=[type_.removeprefix("image/").upper()]) as image:
                if image.width * image.height > MOST_PIXELS:
                    return _TOO_FINE
                if getattr(image, "n_frames", 1) > MOST_PAGES:
                    return f"{MOST_PAGES:,}ページを超えています。分けて登録してください。"
                image.seek(0)
                image.verify()
        except Image.DecompressionBombError:
            return _TOO_FINE
    return ""


_TOO_FINE = "画素が多すぎます。読み取りの解像度を下げてください。"
