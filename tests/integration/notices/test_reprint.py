"""再印刷: a letter's copy is its pages in the print file, in text and dot by dot, whatever has changed since."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.conf import settings
from django.urls import reverse
from PIL import ImageChops

from claims.models import Slip
from claims.services.slips import issue_slip
from notices.letter import fonts, layout, press
from notices.models import Letter, PrintRun
from notices.services import engine, rendering, texts
from notices.services.documents import CopyWithheld, letter_document
from notices.services.rendering import render_chunk
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, user
from tests.integration.notices.conftest import DAY
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import AuditEvent, Document

pytestmark = pytest.mark.django_db
DPI = 150
SHAPES: dict[str, dict[str, Any]] = {
    "a few claims and their slips": {},
    "several pages in two envelopes": {"claims": 25},
    "large print": {"letter_variant": "large"},
    "easy Japanese": {"letter_variant": "plain"},
    "Portuguese": {"letter_variant": "pt"},
    "large print and Vietnamese": {"letter_variant": "large.vi"},
    "Chinese": {"letter_variant": "zh"},
    "a name that only Mincho spells": {"name": "𠮷野　架空子"},
    "a name that only the full layout sets": {"name": "架空　か\u3099子"},
    "no barcode above the shops' limit": {"yen": 400_000},
}


@pytest.fixture
def letters(kept, frozen_run) -> dict[str, Letter]:
    """A letter of each shape, printed by the real engine in one bundle, with a slip for each claim."""
    return kept(lambda: letters_of_each_shape(frozen_run))


def letters_of_each_shape(frozen_run) -> dict[str, Letter]:
    people = {}
    for n, (shape, facts) in enumerate(SHAPES.items()):
        given = {"name": f"架空　{n}子", "name_key": f"架空{n}", "kana_key": f"カ{n}"} | facts
        count, yen = given.pop("claims", 2), given.pop("yen", 10_000 + n)
        people[shape] = person(**given)
        for place in range(count):
            claim(people[shape], principal_yen=yen + place, due_on=date(2025, 10, 31))
    run = printed(frozen_run(slip_policy="claim"))
    return {shape: run.letters.get(person=someone) for shape, someone in people.items()}


def printed(run: PrintRun) -> PrintRun:
    for chunk in run.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    run.refresh_from_db()
    assert (run.state, list(run.letters.exclude(state="verified").values_list("failure", flat=True))) == (
        "verified",
        [],
    )
    return run


def copy_of(letter: Letter) -> bytes:
    return document_bytes(letter_document(letter_id=letter.pk, by=user("collector"), today=DAY))


def pages(pdf: bytes | Path, first: int = 0, count: int | None = None) -> Iterator[tuple[str, Any]]:
    """Text and picture of each page."""
    document = pdfium.PdfDocument(pdf)
    for at in range(first, len(document) if count is None else first + count):
        page = document[at]
        words = page.get_textpage().get_text_bounded()
        yield words, page.render(scale=DPI / 72).to_pil().convert("RGB")


def in_the_print_file(letter: Letter) -> list[tuple[str, Any]]:
    assert letter.chunk is not None
    assert letter.first_page is not None
    return list(pages(Path(settings.MEDIA_ROOT) / letter.chunk.path, letter.first_page - 1, letter.sheets))


def assert_same(copy: bytes, wanted: list[tuple[str, Any]]) -> None:
    found = list(pages(copy))
    assert [words for words, _ in found] == [words for words, _ in wanted]
    assert len(found) > 0
    for (_, one), (_, other) in zip(found, wanted, strict=True):
        assert one.size == other.size
        assert ImageChops.difference(one, other).getbbox() is None


def _a_newer_text() -> None:
    """Another version of the kind's words is in force."""
    by = user("supervisor")
    text = texts.draft(kind="consolidated", by=by, today=DAY)
    words = text.parts | {"headline": "{債権}の件で、ご連絡ください", "hardship": "分けて支払う相談ができます。"}
    texts.change(text_id=text.pk, parts=words, starts_on=DAY, note="短く", by=by, today=DAY)
    asked = texts.ask(text_id=text.pk, by=by, today=DAY)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))


def _another_table_of_glyphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new release of the fonts: every character has another number and another width."""
    real = fonts.Face._find

    def moved(face: fonts.Face, char: str, selector: str) -> fonts.Glyph | None:
        glyph = real(face, char, selector)
        return glyph and fonts.Glyph(glyph.number + 1, glyph.width - 40)

    monkeypatch.setattr(fonts.Face, "_find", moved)
    fonts.faces.cache_clear()
    press.reset()


def _no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a copy is laid out anew")

    for module, name in ((engine, "render_letter"), (engine, "render"), (layout, "document_of")):
        monkeypatch.setattr(module, name, refused)


def test_a_copy_has_the_very_pages_of_the_print_file_whatever_changed_since(letters, monkeypatch):
    wanted = {shape: in_the_print_file(letter) for shape, letter in letters.items()}
    assert letters["several pages in two envelopes"].sheets > 8
    assert len({len(found) for found in wanted.values()}) > 2
    plain = letters["a few claims and their slips"]
    assert_same(copy_of(plain), wanted["a few claims and their slips"])  # at once, with nothing changed
    _a_newer_text()
    try:
        _another_table_of_glyphs(monkeypatch)
        other = engine.render_letter(rendering.frozen_letter(plain))[0]
        assert ImageChops.difference(next(pages(other))[1], wanted["a few claims and their slips"][0][1]).getbbox()
        _no_layout(monkeypatch)
        for shape, letter in letters.items():
            assert_same(copy_of(letter), wanted[shape])
            assert len(copy_of(letter)) < 1_000_000
    finally:
        monkeypatch.undo()
        fonts.faces.cache_clear()
        press.reset()


def test_a_copy_asked_for_twice_is_one_document_and_the_same_bytes(letters):
    letter = letters["Portuguese"]
    first = copy_of(letter)
    pay(letter.claims.first().claim, 1_000, on=DAY)
    assert copy_of(letter) == first
    assert Document.objects.filter(kind="consolidated_demand").count() == 1
    assert AuditEvent.objects.get(event="letter.document_made").detail["from"] == letter.chunk.path


@pytest.mark.parametrize(
    "harm", [pytest.param(Path.unlink, id="gone"), pytest.param(lambda path: path.write_bytes(b"other"), id="altered")]
)
def test_no_copy_is_made_of_a_print_file_that_is_not_what_was_checked(harm: Callable[[Path], Any], finished_run):
    claim(person())
    letter = finished_run().letters.get()
    harm(Path(settings.MEDIA_ROOT) / letter.chunk.path)
    with pytest.raises(CopyWithheld, match="管理者"):
        copy_of(letter)
    assert not Document.objects.exists()


def test_what_is_not_printed_has_no_copy(frozen_run, quick):
    claim(person(), principal_yen=10_000)
    claim(person(), principal_yen=20_000)
    run = frozen_run()
    waiting = run.letters.first()
    with pytest.raises(CopyWithheld, match="まだ作成中"):
        copy_of(waiting)
    quick.broken = {waiting.total_yen}
    for chunk in run.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    with pytest.raises(CopyWithheld, match="フォント"):
        copy_of(waiting)


def test_a_new_slip_takes_the_old_ones_out_of_use_and_the_page_says_so_while_the_copy_stays(
    finished_run, client, settings
):
    settings.DEMO, settings.BASE_DATE = True, DAY
    someone = person()
    owed, other = claim(someone, principal_yen=41_000), claim(someone, kind="water_charge", source="suido")
    letter = finished_run().letters.get()
    client.force_login(user("collector"))
    url, pdf = reverse("notices:letter", args=[letter.pk]), reverse("notices:letter-pdf", args=[letter.pk])
    before = client.get(pdf)
    assert before.status_code == 200
    assert "使えない納付書" not in client.get(url).content.decode()

    days: dict[str, Any] = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    new = issue_slip(person_id=someone.pk, claim_ids=[owed.pk], by=user("collector"), **days)
    old, beside = (Slip.objects.get(origin="letter", lines__claim=one) for one in (owed, other))
    assert (old.voided_on, old.replaced_by, beside.voided_on) == (DAY, new, None)
    shown = client.get(url).content.decode()
    assert "使えない納付書が付いています" in shown
    assert "控えを開く（使えない納付書あり）" in shown
    assert new.reference in shown
    assert old.reference in shown
    assert beside.reference not in shown
    assert client.get(pdf).content == before.content
