"""A letter of one text (来庁案内, 残高のお知らせ, 相続人代表届の依頼, 福祉相談のご案内): its data, its sheets, its PDF.

One at a time and through the full layout, where speed is nothing; the blocks, the window and the fonts are the letter's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from toyota_collect import wareki
from toyota_collect.money import comma
from toyota_collect.places import fill

from . import layout, plain, table
from .blocks import Area, Block, Ink, Sheet, Text, figures, fit
from .kind_words import city_values
from .model import CityProfile, ClaimLine, KindText, Unprintable, Variant
from .run_words import broken, run_words
from .sheets import (
    BODY_END_MM,
    LINES_PER_PAGE,
    NOTE_LINE_MM,
    NOTES_END_MM,
    ROW_MM,
    TABLE_HEAD_MM,
    TABLE_TOP_MM,
)
from .verify import verify_sheets
from .window import head_of, post_code, post_ink

MOST_PAYMENTS = 8
WELFARE = "welfare"
STEPS_TITLE = "お願いしたいこと"
PHONE_TITLE = "お電話はこちらへ"
FORM_LINES = (
    ("亡くなった方の氏名", ""),
    ("亡くなった方の最後の住所", ""),
    ("亡くなった日", ""),
    ("代表になる方の氏名", "自分で書いてください"),
    ("代表になる方の住所", "〒"),
    ("代表になる方の電話", "昼間つながる番号"),
    ("亡くなった方との続柄", "配偶者・子・兄弟姉妹など"),
    ("書いた日", "令和　　年　　月　　日"),
    ("ほかの相続人の氏名と続柄", "分かる範囲で"),
    ("", ""),
    ("", ""),
)


@dataclass(frozen=True)
class Paid:
    """What was paid on a day, and for what (充当)."""

    on: date
    title: str
    yen: int


@dataclass(frozen=True)
class SingleData:
    """Everything a letter of one text prints. ``keys`` are large boxes (caption, words); ``values`` fill the places."""

    number: str
    issued_on: date
    postal_code: str
    address_lines: tuple[str, ...]
    name_lines: tuple[str, ...]
    honorific: str
    customer_code: str
    city: CityProfile
    text: KindText
    values: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None
    lines: tuple[ClaimLine, ...] = ()
    paid: tuple[Paid, ...] = ()
    variant: Variant = "normal"
    language: str = ""

    @property
    def total_yen(self) -> int:
        return sum(line.total_yen for line in self.lines)

    @property
    def deadline_on(self) -> date:
        """Of the words a run shares, which this letter has no use for."""
        return self.issued_on


Made = tuple[str, tuple[Area, ...], tuple[Ink, ...]]


def render_single(data: SingleData) -> tuple[bytes, int]:
    """The letter as PDF, its pages and fonts checked, and its pages.

    Raises:
        Unprintable: it cannot be printed; the reason says what to mend.
    """
    pages = single_sheets(data)
    document = layout.document_of(layout.html_of(pages, f"{data.text.part('document')} {data.number}"))
    for page in document.pages:
        layout.check_room(page._page_box)
    pdf: bytes = document.write_pdf()
    if faults := verify_sheets(pdf, pages, ()):
        raise Unprintable(faults[0].code, faults[0].text)
    return pdf, len(pages)


def single_sheets(data: SingleData) -> tuple[Sheet, ...]:
    """The pages in printing order.

    Raises:
        Unprintable: a name, a text or an amount does not fit or has no glyph.
    """
    return _Single(data).sheets()


class _Single:
    def __init__(self, data: SingleData) -> None:
        self.data = data
        city = _welfare_window(data.city) if data.text.kind == WELFARE else data.city
        self.run = run_words(city, data.issued_on, data.issued_on, data.deadline_on)
        self.fixed = (("run", self.run),)
        self.values = city_values(data.city) | {"発付日": self.run.issued} | dict(data.values)
        self.number = fit(data.number, 60, 8.5, what="文書番号", face="ud")

    def sheets(self) -> tuple[Sheet, ...]:
        made = [*self._front(), *self._claims(), *self._form(), *self._languages()]
        return tuple(
            Sheet(kind, (*areas, self._foot(kind, place, len(made))), inks, place, len(made), 1, 1)
            for place, (kind, areas, inks) in enumerate(made, 1)
        )

    def _part(self, name: str) -> str:
        return fill(self.data.text.part(name), self.values)

    def _front(self) -> list[Made]:
        data = self.data
        head = head_of(data, self.number, self.fixed)
        post = post_ink(post_code(data.customer_code), data.customer_code)
        if data.variant == "plain":
            return [("plain", (*head, Area("plain", 61, BODY_END_MM, (self._plain(), *self._paid()))), post)]
        title = Block(
            "single_title", {}, (("document", data.text.part("document")), ("headline", data.text.part("headline")))
        )
        keys = [Block("single_key", {}, (("caption", caption), ("words", words))) for caption, words in data.keys]
        body = Block("single_body", {}, (("paragraphs", tuple(re.split(r"\n\n", self._part("body")))),))
        steps = Block("single_steps", {}, (("title", STEPS_TITLE), ("steps", tuple(self._part("steps").split("\n")))))
        if data.variant == "large":
            # Two pages: what it is about, then what to do and whom to call.
            return [
                ("single", (*head, Area("single", 61, BODY_END_MM, (title, *keys, body), density="large-print")), post),
                (
                    "single",
                    (Area("single", 20, BODY_END_MM, (*self._paid(), steps, self._phone()), density="large-print"),),
                    (),
                ),
            ]
        parts = (title, *keys, body, *self._paid(), steps, self._phone())
        return [("single", (*head, Area("single", 61, BODY_END_MM, parts)), post)]

    def _phone(self) -> Block:
        city = self.run.city
        words = (("phone", city.phone), ("office", f"{city.office}　{city.counter}"), ("hours", city.hours))
        return Block("single_phone", {}, (("title", PHONE_TITLE), *words))

    def _plain(self) -> Block:
        phone = dict(self._phone().static)
        page = plain.page(False, self.data.text)
        static = (
            ("document", self.data.text.part("document")),
            ("p", page),
            ("keys", self.data.keys),
            ("phone", phone["phone"]),
            ("office", phone["office"]),
        )
        return Block("single_plain", {}, static)

    def _paid(self) -> tuple[Block, ...]:
        if not self.data.paid:
            return ()
        rows = (
            Block(
                "paid_row",
                {
                    "on": Text(wareki.long_text(one.on)),
                    "title": fit(one.title, 91, 13 if self.data.variant == "large" else 11, 0.6, what="充てた債権"),
                    "amount": figures(comma(one.yen), 34, 13, "金額"),
                },
                table="paid",
            )
            for one in self.data.paid[:MOST_PAYMENTS]
        )
        return (Block("paid_head", {}, (), "paid"), *rows)

    def _claims(self) -> list[Made]:
        """The claims as the letter's table has them; the notes stand below the last lines."""
        if not self.data.lines:
            return []
        as_of = wareki.long_text(self.data.as_of or self.data.issued_on)
        note = broken(f"※ {self.run.w.note_as_of.format(as_of=as_of)}", 179, 10.5)
        top = NOTES_END_MM - NOTE_LINE_MM * len(note)
        last = int((top - 1.5 - TABLE_TOP_MM - TABLE_HEAD_MM) / ROW_MM)
        pages = table.paginate(table.lines_of(self.data), LINES_PER_PAGE, last)
        return [self._claim_page(page, at, at == len(pages) - 1, note) for at, page in enumerate(pages)]

    def _claim_page(self, lines: Sequence[table.Line], at: int, is_last: bool, note: tuple[str, ...]) -> Made:
        wording = self.run.w
        rows = (Block("claims_head", {}, (), "claims"), *(table.unmarked(table.block(line, wording)) for line in lines))
        below = Block("notes", {}, (("notes", (note,)), ("large", ""))) if is_last else Block("go", {}, self.fixed)
        top = round(NOTES_END_MM - NOTE_LINE_MM * len(note), 2) if is_last else 279
        title = ("title", "未納の内訳")
        name = fit(f"{self.data.name_lines[0]}　{self.data.honorific}", 90, 10.5, 0.5, what="氏名")
        static = (title, ("more", wording.continued if at else ""), ("large", ""))
        running = Area("running", 14, 30, (Block("running", {"name": name, "number": self.number}, static),))
        return (
            "table",
            (running, Area("claims", TABLE_TOP_MM, 284, rows), Area("notes", top, NOTES_END_MM + 1, (below,))),
            (),
        )

    def _form(self) -> list[Made]:
        """What the heirs fill in and send back."""
        if self.data.text.kind != "heirs":
            return []
        city = self.data.city
        static = (
            ("city", city.name),
            ("lines", FORM_LINES),
            ("back", f"出す所　{city.office}　{city.counter}　電話 {city.phone}"),
        )
        return [("form", (Area("form", 20, BODY_END_MM, (Block("heirs_form", {}, static),)),), ())]

    def _languages(self) -> list[Made]:
        data = self.data
        if data.variant == "plain":
            block = Block("single_languages", {}, (*self.fixed, ("languages", plain.languages(data.text))))
            return [("languages", (Area("languages", 20, BODY_END_MM, (block,)),), ())]
        if not data.language:
            return []
        block = Block("foreign", {}, (*self.fixed, ("language", plain.language(data.language, data.text))))
        density = "large-print" if data.variant == "large" else ""
        return [("foreign", (Area("foreign", 20, BODY_END_MM, (block,), density=density),), ())]

    def _foot(self, kind: str, place: int, count: int) -> Area:
        static = (("sample", self.run.w.sample if self.data.city.sample_mark else ""),)
        slots = {"number": self.number, "place": Text(f"{place} ／ {count}ページ")}
        return Area("foot", 287, 292, (Block("foot", slots, static),))


def _welfare_window(city: CityProfile) -> CityProfile:
    """A guide to the welfare office shows its number and no other, so that nobody calls the one who collects."""
    return replace(city, phone=city.welfare_phone, office=city.welfare, counter=city.welfare_place, hours="", fax="")
