"""Faults planted in a run that is really printed and read back: each stops its own letter, says why and shows where.

The other letters of the bundle go on. The receipt that comes one minute before the seal is caught by the ledger, not by
the page: its letter is pulled, and the seal refused until it is.
"""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import pikepdf
import pytest
from django.urls import reverse
from PIL import Image

from notices.letter import LetterData, Rendered, sheets
from notices.letter.fonts import faces
from notices.models import Letter, PrintRun
from notices.services import engine
from notices.services.rendering import render_chunk
from notices.services.seals import SealRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.mailing import delivered
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import pulled, seal
from toyota_collect.documents import barcodes, drawing
from toyota_collect.models import AccessLog

pytestmark = pytest.mark.django_db
RED = (196, 0, 0)
Change = Callable[[pikepdf.Pdf, int, LetterData], None]


@pytest.fixture
def three(frozen_run: Callable[..., PrintRun]) -> Callable[..., PrintRun]:
    """Three letters that wait; ``facts`` are the middle one's person, ``claims`` how many instalments it asks for."""

    def make(claims: int = 1, **facts: Any) -> PrintRun:
        for n in range(3):
            mine = facts if n == 1 else {}
            someone = person(
                **({"name_key": f"架空{n}", "kana_key": f"カ{n}", "name": f"架空　{'一二三'[n]}子"} | mine)
            )
            for place in range(claims if n == 1 else 1):
                claim(someone, principal_yen=10_000 + 1_000 * n + place)
        return frozen_run(slip_policy="claim")

    return make


def made(run: PrintRun) -> tuple[Letter, list[Letter]]:
    """The letter in the middle, and the others, once the bundle is made."""
    for chunk in run.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    run.refresh_from_db()
    assert run.state == "verified"
    first, middle, last = run.letters.order_by("serial")
    return middle, [first, last]


def stopped_alone(run: PrintRun, client: Any, *, code: str, why: str) -> Image.Image:
    """The letter in the middle stopped, and only it; its page says why and shows where, in words too."""
    middle, others = made(run)
    assert (middle.state, middle.failure_code) == ("failed", code)
    assert re.search(why, middle.failure), middle.failure
    assert {one.state for one in others} == {"verified"}
    client.force_login(user("print_operator"))
    shown = client.get(reverse("notices:letter", args=[middle.pk])).content.decode()
    picture = reverse("notices:letter-fault", args=[middle.pk])
    assert f'src="{picture}" alt="作れなかったところを赤い枠で示した画像。理由：' in shown
    answer = client.get(picture)
    assert (answer["Content-Type"], answer["Content-Disposition"][:6]) == ("image/png", "inline")
    assert AccessLog.objects.filter(action="letter.fault", person_key=middle.person.number).count() == 1
    image = Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert any(near(pixel) for pixel in image.get_flattened_data()), "no frame"
    return image


def near(pixel: tuple[int, int, int]) -> bool:
    return pixel[0] > 150 and pixel[1] < 60 and pixel[2] < 60


def framed(image: Image.Image) -> tuple[float, float, float, float]:
    """The frame in millimetres of an A4 page."""
    points = [divmod(at, image.width) for at, pixel in enumerate(image.get_flattened_data()) if near(pixel)]
    rows, columns = [y for y, _ in points], [x for _, x in points]
    mm = 210 / image.width
    return min(columns) * mm, min(rows) * mm, max(columns) * mm, max(rows) * mm


def plant(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """Damage the finished pages of the letter with serial 2, as a fault of the press would."""
    real = engine.render

    def render(letters: Sequence[LetterData]) -> Rendered:
        rendered = real(letters)
        at = next((place for place, data in enumerate(letters) if data.serial == 2), None)
        if at is None or rendered.pages[at] is None:
            return rendered
        with pikepdf.open(io.BytesIO(rendered.pdf)) as document:
            change(document, rendered.pages[at][0], letters[at])
            out = io.BytesIO()
            document.save(out)
        return Rendered(out.getvalue(), rendered.pages, rendered.failures)

    monkeypatch.setattr(engine, "render", render)


def rewritten(page: pikepdf.Page, change: Callable[[bytes], bytes]) -> None:
    before = page.Contents.read_bytes()
    after = change(before)
    assert after != before
    page.Contents.write(after)


def slip(data: LetterData) -> tuple[int, Any]:
    """The page of the first slip within the letter, and its barcode."""
    return next((n, ink) for n, sheet in enumerate(sheets(data)) for ink in sheet.inks if ink.kind == "gs1")


def test_without_a_fault_every_letter_is_verified(three):
    middle, others = made(three())
    assert {one.state for one in (middle, *others)} == {"verified"}
    assert {one.failure_picture for one in (middle, *others)} == {""}


def test_one_digit_of_a_barcode(three, client, monkeypatch):
    """A sound barcode with its check digit, of another number."""

    def other_digit(document, first, data):
        page, ink = slip(data)
        body = ink.text[:12] + str((int(ink.text[12]) + 1) % 10) + ink.text[13:43]
        other = next(n for n in (body + str(d) for d in range(10)) if sound(n))
        rewritten(
            document.pages[first + page],
            lambda content: content.replace(ink.drawing.operators, drawing.gs1_128(other).operators),
        )

    def sound(number):
        try:
            return bool(barcodes.read_slip(number))
        except ValueError:
            return False

    plant(monkeypatch, other_digit)
    run = three()
    image = stopped_alone(run, client, code="gs1", why=r"コンビニ用バーコードの内容が違います: 91\d{42}")
    _, ink = slip(engine_data(run))
    left, top, right, bottom = framed(image)
    assert abs(left - ink.left * drawing.DOT_MM) < 3
    assert abs(top - ink.top * drawing.DOT_MM) < 3
    assert right > left + 40
    assert bottom > top + 10


def engine_data(run: PrintRun) -> LetterData:
    from notices.services.rendering import frozen_letter

    return frozen_letter(run.letters.get(serial=2))


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_clipped_quiet_zone(side, three, client, monkeypatch):
    """Ink a hair's breadth from the first or last bar, between the heights at which the bars are measured."""

    def clip(document, first, data):
        page, ink = slip(data)
        x = ink.left - 12 if side == "left" else ink.left + ink.drawing.width + 6
        ours = b"\nq .24 0 0 -.24 0 841.889764 cm 0 g %d %d 4 20 re f Q" % (x, ink.top + 30)
        rewritten(document.pages[first + page], lambda content: content + ours)

    plant(monkeypatch, clip)
    stopped_alone(three(), client, code="quiet", why="コンビニ用バーコードのまわりの余白に、ほかの印字")


def test_a_private_use_character_in_a_name(three, client):
    stopped_alone(three(name="架空　\ue000子"), client, code="gaiji", why=r"外字（U\+E000）は印刷できません")


@pytest.mark.skipif("mj" not in faces(), reason="IPAmj Mincho is not installed")
def test_an_ivs_that_the_font_lacks(three, client):
    stopped_alone(
        three(name="葛\U000e01ef　花子"),
        client,
        code="variant",
        why=r"異体字（U\+845B U\+E01EF）がフォントにありません",
    )


def test_an_address_that_overflows_its_window(three, client):
    long = "愛知県豊田市" + "架空町" * 30 + "一丁目1番地"
    stopped_alone(three(address=long), client, code="long", why="住所が長すぎて枠に入りません")


def test_a_letter_of_twelve_sheets_whose_second_envelope_is_missing(three, client, monkeypatch):
    def lose(document, first, data):
        pages = sheets(data)
        assert (len(pages), [page.envelope for page in pages]) == (12, [1] * 8 + [2] * 4)
        del document.pages[first + 8 : first + 12]

    plant(monkeypatch, lose)
    image = stopped_alone(
        three(claims=25), client, code="pages", why="12枚のうち、2通目の封筒の9・10・11・12枚目がありません"
    )
    assert framed(image)[0] < 5  # the mark in the margin, on the last sheet that is there


def test_a_receipt_booked_one_minute_before_the_seal(three, operator):
    run = three()
    middle, others = made(run)
    delivered()
    pulled(run, operator)
    pay(middle.claims.get().claim, 1_000, on=DAY)
    with pytest.raises(SealRefused, match="最後に引抜を調べたあとに、1通に納付など"):
        seal(run)
    pulled(run, operator)
    sealed = seal(run)
    middle.refresh_from_db()
    assert (middle.state, middle.pull.reason) == ("pulled", "paid")
    assert middle.pull.details[0][1] != ""  # which claim
    assert (sealed.going, sealed.sums["difference"]) == (2, 0)
    file = sealed.files.get()
    assert file.pages == sum(one.sheets for one in others)


def test_the_picture_of_somebody_protected_since_is_not_shown(three, client):
    run = three(name="架空　\ue000子")
    middle, _ = made(run)
    protect(middle.person, starts_on=DAY)
    client.force_login(user("print_operator"))
    assert client.get(reverse("notices:letter-fault", args=[middle.pk])).status_code == 403


def test_made_again_after_mending_it_shows_no_old_picture(three, client, operator, monkeypatch):
    from notices.services import runs

    real = engine.render

    def lose(document, first, data):
        del document.pages[first]

    with monkeypatch.context() as broken:
        plant(broken, lose)
        run = three()
        middle, _ = made(run)
    assert middle.failure_picture
    assert engine.render is real
    runs.retry(run_id=run.pk, by=operator)
    for chunk in run.chunks.filter(state="waiting"):
        render_chunk(chunk_id=chunk.pk)
    middle.refresh_from_db()
    assert (middle.state, middle.failure_picture) == ("verified", "")
