"""Documents made from templates: number drawn, PDF rendered once, exact bytes kept with their hash."""

import hashlib
import os
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import value_on
from toyota_collect.models import Document, DocumentCounter
from toyota_collect.wareki import fiscal_year_text


class Altered(Exception):
    """A kept file is not what it was."""


class DocumentLost(Exception):
    """The kept file is gone or is not what was kept; the message says what to do, in Japanese."""


@transaction.atomic
def draw_numbers(*, series: str, year: int, count: int) -> int:
    """Take ``count`` consecutive numbers of a fiscal year's series; return the first."""
    DocumentCounter.objects.bulk_create([DocumentCounter(fiscal_year=year, series=series)], ignore_conflicts=True)
    counter = DocumentCounter.objects.select_for_update().get(fiscal_year=year, series=series)
    first = counter.last_number + 1
    counter.last_number += count
    counter.save(update_fields=["last_number"])
    return first


def draw_number(*, series: str, mark: str, on: date) -> str:
    """The next 文書番号 of the series in the fiscal year of ``on``: ``令和8年度 豊債管還第12号`` for the mark ``豊債管還``."""
    return draw_many(series=series, mark=mark, on=on, count=1)[0]


def draw_many(*, series: str, mark: str, on: date, count: int) -> list[str]:
    """The next ``count`` 文書番号 of the series, in order."""
    year = fiscal_year(on)
    first = draw_numbers(series=series, year=year, count=count)
    return [f"{fiscal_year_text(year)} {mark}第{number}号" for number in range(first, first + count)]


def letterhead(on: date) -> dict[str, Any]:
    """What ``documents/base.html`` says of the city and the day in every document. Raises ``SettingMissing``."""
    return {"city_name": settings.CITY_NAME, "city": value_on("city.profile", on), "demo": settings.DEMO, "on": on}


@transaction.atomic
def make_document(
    *, template: str, context: dict[str, Any], kind: str, number: str, subject_type: str, subject_key: str, by: Any
) -> Document:
    """Render the template to PDF and keep it under ``number``; the folder is named after the kind."""
    content, pages = render_pdf(template, context | {"number": number})
    return keep_document(
        number=number,
        kind=kind,
        subject_type=subject_type,
        subject_key=subject_key,
        path=f"documents/{kind}/{hashlib.sha256(content).hexdigest()}.pdf",
        content=content,
        pages=pages,
        by=by,
    )


def keep_document(
    *, number: str, kind: str, subject_type: str, subject_key: str, path: str, content: bytes, pages: int, by: Any
) -> Document:
    """Store a PDF below MEDIA_ROOT and write down what was stored. Call it inside the transaction of the act."""
    write_private(Path(settings.MEDIA_ROOT) / path, content)
    return Document.objects.create(
        number=number,
        kind=kind,
        subject_type=subject_type,
        subject_key=subject_key,
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        pages=pages,
        made_by=by,
    )


def document_bytes(document: Document) -> bytes:
    """The kept bytes. Raises ``DocumentLost`` where they are gone or altered."""
    try:
        return kept_bytes(document.path, sha256=document.sha256)
    except FileNotFoundError as error:
        raise DocumentLost("保存した文書が見つかりません。管理者に連絡してください。") from error
    except Altered as error:
        raise DocumentLost("保存した文書が、作ったときと違います。管理者に連絡してください。") from error


def kept_bytes(path: str, *, sha256: str) -> bytes:
    """The bytes kept below MEDIA_ROOT, as they were when their SHA-256 (hex) was written down.

    Raises:
        FileNotFoundError: they are gone.
        Altered: they are others by now.
    """
    content = (Path(settings.MEDIA_ROOT) / path).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Altered(path)
    return content


def render_pdf(template: str, context: dict[str, Any]) -> tuple[bytes, int]:
    """PDF bytes and pages of an HTML template that extends ``documents/base.html``; nothing is loaded from outside."""
    from weasyprint import HTML  # heavy, and only for who prints

    made = HTML(string=render_to_string(template, context), url_fetcher=_refuse).render(
        stylesheets=[_style()], font_config=_fonts()
    )
    return made.write_pdf(), len(made.pages)


@cache
def _style() -> Any:
    from weasyprint import CSS

    rules = (Path(settings.ROOT) / "static" / "css" / "documents.css").read_text(encoding="utf-8")
    return CSS(string=_faces() + rules, font_config=_fonts())


def _faces() -> str:
    """The fonts of other languages, by their very files: no machine need have them installed."""
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
        f'src: url("{(settings.LETTER_FONTS / file).as_uri()}") }}\n'
        for family, weight, file in (
            ("Letter Latin", 400, "LetterLatin-Regular.ttf"),
            ("Letter Latin", 700, "LetterLatin-Bold.ttf"),
            ("Letter Chinese", 400, "LetterChinese-Regular.otf"),
        )
    )


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def _refuse(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    raise ValueError(f"a document loads nothing: {url}")


def write_private(target: Path, content: bytes) -> None:
    """Put the bytes in their place whole or not at all, readable by our own account alone."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.replace(beside(target, content), target)


def beside(target: Path, content: bytes) -> Path:
    """The bytes on the disk, in a file beside their place; on a full disk nothing is left of it."""
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.unlink(file.name)
            raise
    return Path(file.name)
