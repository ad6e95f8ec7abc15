"""Every kind of notice in every form, as a picture: a changed template, style or font shows before anybody prints it.

References lie in ``pictures/``: grey, 60 dpi, 16 shades, the letter's own fonts (none of the system). Each pixel is compared:
it may differ by ``TOLERANCE`` of 255, for the edges of letters are smoothed a little differently now and then; none more.

When a change is meant, look at the new pages and renew the references:

    TC_RENEW_PICTURES=1 bin/test tests/integration/notices/test_pictures.py
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.conf import settings
from django.template.loader import render_to_string
from PIL import Image, ImageChops
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from notices.letter import KindText, render_many, samples, sheets
from notices.letter.fonts import font_face_css
from notices.letter.single import render_single
from notices.reference import first_texts
from notices.rules.kinds import FORMS as RULED
from notices.rules.kinds import KINDS, Medium
from notices.services.text_papers import context_of, pages_of
from toyota_collect.letter_forms import form_of

PICTURES = Path(__file__).parent / "pictures"
DPI, SHADES = 60, 16
TOLERANCE = 64
MOST_BYTES = 2_200_000
OPENING = {"cover", "front", "large1", "large2", "plain", "languages", "foreign"}
FORMS = {"consolidated": "en", "demand": "pt", "final_demand": "zh", "seizure_notice": "large.vi"}
FORMS |= {"visit": "en", "balance": "pt", "heirs": "zh", "welfare": "large.vi"}
CASES = [
    (kind.code, form)
    for kind in KINDS.values()
    if kind.medium is not Medium.PAPER
    for form in ("normal", "large", "plain", FORMS[kind.code])
]
# 督促状 in every form; for the others a language each, once in large print.
PAPER_FORMS = {
    "dunning": [form for form in RULED if form != "normal"],
    "plan_broken": ["zh"],
    "handover_notice": ["large.vi"],
}
PAPERS = [
    (kind, form) for kind, forms in PAPER_FORMS.items() for form in dict.fromkeys(("normal", "large", "plain", *forms))
]


@cache
def _words(kind: str) -> KindText:
    return KindText(kind, 1, tuple(sorted(first_texts()[kind].items())))


def _picture(page: Any) -> Image.Image:
    bitmap = page.render(scale=DPI / 72, grayscale=True)
    picture = bitmap.to_pil().convert("L")
    bitmap.close()
    page.close()
    step = 255 // (SHADES - 1)
    return picture.point(lambda value: round(value / step) * step)


def _pages(pdf: bytes, wanted: Any = None) -> Iterator[Image.Image]:
    document = pdfium.PdfDocument(pdf)
    try:
        for number in range(len(document)):
            if wanted is None or number in wanted:
                yield _picture(document[number])
    finally:
        document.close()


def _compare(name: str, pages: Iterator[Image.Image], tmp_path: Path) -> None:
    for number, page in enumerate(pages, 1):
        file = PICTURES / f"{name}-{number}.png"
        if os.environ.get("TC_RENEW_PICTURES"):
            PICTURES.mkdir(exist_ok=True)
            page.save(file, optimize=True)
            continue
        assert file.exists(), f"{file.name}: no reference; look at the page, then renew (see the head of this file)"
        with Image.open(file) as stored:
            reference = stored.convert("L")
        assert page.size == reference.size, file.name
        different = ImageChops.difference(page, reference).point(lambda value: 255 * (value > TOLERANCE))
        if different.getbbox():
            page.save(tmp_path / file.name)
            different.save(tmp_path / f"difference-{file.name}")
            pytest.fail(f"{file.name} differs at {different.getbbox()}; see {tmp_path}")


@pytest.mark.parametrize(("kind", "form"), CASES)
def test_a_kind_in_a_form_looks_as_it_did(kind, form, tmp_path):
    variant, language = form_of(form)
    if KINDS[kind].medium is Medium.SHEET:
        pdf, _ = render_single(samples.single(_words(kind), variant=variant, language=language))
        _compare(f"{kind}-{form}", _pages(pdf), tmp_path)
        return
    # The first letter of a run shows its table and slips too.
    letter = replace(samples.three(), text=_words(kind), variant=variant, language=language)
    whole = kind == "consolidated" and form in ("normal", "large")
    wanted = {at for at, sheet in enumerate(sheets(letter)) if whole or sheet.kind in OPENING}
    _compare(f"{kind}-{form}", _pages(render_many([letter]).pdf, wanted), tmp_path)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "form"), PAPERS)
def test_a_document_of_its_own_looks_as_it_did(kind, form, tmp_path):
    context = context_of(kind, first_texts()[kind], person=None, form=form, on=date(2026, 12, 1))
    html = render_to_string(f"documents/{kind}.html", context)
    fonts = FontConfiguration()
    style = (Path(settings.ROOT) / "static" / "css" / "documents.css").read_text(encoding="utf-8")
    for family in (
        '"BIZ UDPGothic", "BIZ UDGothic", "Letter Latin", sans-serif',
        '"BIZ UDPGothic", "BIZ UDGothic", sans-serif',
    ):
        style = style.replace(family, '"Letter UD"')
    assert "sans-serif" not in style
    sheet = CSS(string=font_face_css() + style, font_config=fonts)
    pdf = HTML(string=html).render(stylesheets=[sheet], font_config=fonts).write_pdf()
    # What is explained follows as in the ordinary or the large form, whose pictures show it.
    explained = pages_of(form) - pages_of(form_of(form).variant.replace("plain", "normal"))
    _compare(f"{kind}-{form}", _pages(pdf, range(explained) if explained else None), tmp_path)


def test_the_pictures_are_small_and_all_of_them_are_used():
    if os.environ.get("TC_RENEW_PICTURES"):
        pytest.skip("renewing, perhaps in several processes")
    files = list(PICTURES.glob("*.png"))
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    names = {f"{kind}-{form}" for kind, form in (*CASES, *PAPERS)}
    assert {file.stem.rpartition("-")[0] for file in files} == names


def test_a_moved_line_is_seen(tmp_path):
    """The comparison itself: two millimetres are more than any smoothing."""
    if os.environ.get("TC_RENEW_PICTURES"):
        pytest.skip("renewing")
    pdf, _ = render_single(samples.single(_words("visit")))
    moved = (ImageChops.offset(page, 0, 5) for page in _pages(pdf))
    with pytest.raises(pytest.fail.Exception, match="differs"):
        _compare("visit-normal", moved, tmp_path)
