"""A version of a text on paper before it is used: as pictures with 見本 across them, on a real person, never sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from debtors.models import Person
from debtors.protection import hidden_people
from notices.letter import KindText, LetterData, SingleData, Unprintable, layout, samples, sheets
from notices.letter.fonts import PT_MM, faces
from notices.letter.kind_words import headline
from notices.letter.printing import check_fit
from notices.letter.single import single_sheets
from notices.rules.kinds import FORMS, KINDS, Medium
from notices.rules.text_checks import Problem
from notices.services import single_data, text_papers
from notices.services.letter_data import LetterWithheld, kind_text
from toyota_collect.letter_forms import form_of
from toyota_collect.models import NoticeText
from toyota_collect.notice_text import text_on

NUMBER = "見本（送りません）"
DPI = 90
OPENING = frozenset({"cover", "front", "large1", "large2", "plain", "languages", "foreign"})
DOCUMENT_MM, HEADLINE_MM, SUBJECT_MM = 24.0, 152.5, 41.0
TITLE_MM = 151.0  # of a letter of one text
DEADLINE = timedelta(days=24)
VISIT = "令和8年12月15日（火）午前10時30分"


def pictures(text: NoticeText, *, person: Person | None, form: str, on: date) -> list[bytes]:
    """The pages as PNG, with the person's own name, address and claims, or somebody's who does not exist.

    Raises:
        LetterWithheld: the person is under protection measures, or may be: their address is shown nowhere.
        Unprintable: the text does not fit, or a name cannot be printed.
        SettingMissing, ProfileIncomplete: a text of the city is not set.
    """
    if person and hidden_people([person.pk], on=on):
        raise LetterWithheld("支援措置の登録がある人か、その人かもしれない人です。ほかの人で見てください。")
    return _stamped_pages(_pdf(text, person=person, form=form, on=on))


def single_pictures(person: Person, wish: single_data.Wish, *, on: date) -> list[bytes]:
    """The letter that would be made for the person now, as PNG without slips; nothing is kept.

    Raises:
        Unprintable: a text or a name does not fit.
        SettingMissing, ProfileIncomplete: a text of the city or the kind is not set.
    """
    words = kind_text(text_on(wish.kind, on))
    told = single_data.claims_of(person, wish, on=on)
    if KINDS[wish.kind].medium is Medium.SHEET:
        made = single_data.single_data(told, wish, text=words, number=NUMBER, on=on)
        return _stamped_pages(_laid_out(replace(made, customer_code="")))
    base = single_data.letter_data(told, wish, text=words, number=NUMBER, serial=1, on=on)
    return _stamped_pages(_covers(replace(base, customer_code="")))


def fit_problems(text: NoticeText) -> list[Problem]:
    """What does not fit its place, in any form, on the fullest letter."""
    if text.kind not in KINDS:
        return []
    kind = KINDS[text.kind]
    if kind.medium is Medium.PAPER:
        return list(text_papers.fit_problems(text.kind, text.parts))
    words = kind_text(text)
    found = list(_lines_too_long(words, kind.medium))
    if kind.medium is Medium.DEMAND:
        faults = dict(_demand_faults(words))
    else:
        faults = dict(_single_faults(words))
    return [*found, *(Problem("", f"{FORMS[code]}：{fault}") for code, fault in faults.items())]


def _demand_faults(words: KindText) -> Iterator[tuple[str, str]]:
    """The pages before the table; the others do not have the kind's words."""
    for code in FORMS:
        variant, language = form_of(code)
        try:
            pages = sheets(samples.fullest(words, variant=variant, language=language))
            check_fit(sheet for sheet in pages if sheet.kind in OPENING)
        except Unprintable as error:
            yield code, error.text


def _single_faults(words: KindText) -> Iterator[tuple[str, str]]:
    for code in FORMS:
        variant, language = form_of(code)
        try:
            check_fit(single_sheets(samples.single(words, variant=variant, language=language)))
        except Unprintable as error:
            yield code, error.text


def _lines_too_long(words: KindText, medium: Medium) -> Iterator[Problem]:
    """Lines that nothing breaks: the black band and the headline."""
    bold = faces()["ud-bold"]
    if bold.width_mm(words.part("document"), 13) + 13 * 0.1 * PT_MM * len(words.part("document")) > DOCUMENT_MM:
        yield Problem("document", "見出しの帯に入りません。短くしてください。")
    if medium is Medium.SHEET:
        if bold.width_mm(words.part("headline"), 17) > TITLE_MM:
            yield Problem("headline", "表題が1行に入りません。短くしてください。")
        return
    before, joint, after = headline(words.part("headline"))
    large = max(bold.width_mm(before + "市" * 7 + joint, 24), bold.width_mm(after, 24))
    if bold.width_mm(before + joint + after, 16.5) + SUBJECT_MM > HEADLINE_MM or large > 180:
        yield Problem("headline", "表題が1行に入りません。短くしてください。")


def _pdf(text: NoticeText, *, person: Person | None, form: str, on: date) -> bytes:
    kind, words = KINDS[text.kind], kind_text(text)
    if kind.medium is Medium.PAPER:
        return text_papers.sample_pdf(text.kind, text.parts, person=person, form=form, on=on)
    shape: Mapping[str, Any] = dict(zip(("variant", "language"), form_of(form), strict=True))
    if person is None:
        if kind.medium is Medium.SHEET:
            return _laid_out(replace(samples.single(words), number=NUMBER, customer_code="", **shape))
        return _covers(replace(samples.fullest(words), number=NUMBER, customer_code="", **shape))
    wish = single_data.Wish(text.kind, on + DEADLINE, details={"visit": VISIT, "deceased": "（亡くなった方の氏名）"})
    told = single_data.open_claims(person, on=on)
    base = single_data.letter_data(told, wish, text=words, number=NUMBER, serial=1, on=on)
    if kind.medium is Medium.SHEET:
        made = single_data.single_data(told, wish, text=words, number=NUMBER, on=on)
        return _laid_out(replace(made, customer_code="", text=words, **shape))
    lines = [line for line in base.lines if line.legal == "A" or not kind.seizes]
    return _covers(replace(base, lines=tuple(lines) or samples.three().lines, customer_code="", text=words, **shape))


def _laid_out(data: SingleData) -> bytes:
    return _printed(single_sheets(data))


def _covers(data: LetterData) -> bytes:
    """The letter without its slips: nobody shall pay with a preview."""
    return _printed([sheet for sheet in sheets(data) if sheet.kind != "slips"])


def _printed(pages: Sequence[Any]) -> bytes:
    document = layout.document_of(layout.html_of(pages, NUMBER))
    for page in document.pages:
        layout.check_room(page._page_box)
    made: bytes = document.write_pdf()
    return made


def _stamped_pages(pdf: bytes) -> list[bytes]:
    document = pdfium.PdfDocument(pdf)
    try:
        return [_stamped(page) for page in document]
    finally:
        document.close()


def _stamped(page: Any) -> bytes:
    bitmap = page.render(scale=DPI / 72)
    picture = bitmap.to_pil().convert("RGB")
    bitmap.close()
    page.close()
    mark = _mark(picture.size)
    picture.paste((190, 190, 190), (0, 0), mark)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def _mark(size: tuple[int, int]) -> Image.Image:
    """見本 across the page, as a mask: what is printed stays readable."""
    layer = Image.new("L", size, 0)
    pen = ImageDraw.Draw(layer)
    font = ImageFont.truetype(str(faces()["ud-bold"].path), size[0] // 4)
    pen.text((size[0] / 2, size[1] / 2), "見　本", font=font, fill=110, anchor="mm")
    return layer.rotate(35, center=(size[0] / 2, size[1] / 2))
