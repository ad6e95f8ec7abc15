"""The slips handed over at the counter: what they are for on the first sheet, then the slips of the letter's design.

One slip with few claims stands on the first sheet itself, below what it is for; otherwise the claims go on as long as
they need, and sheets with the letter's guide and slips follow.
"""

from toyota_collect import wareki
from toyota_collect.money import comma

from . import layout, table
from .blocks import Area, Block, Ink, Sheet, Text, figures, fit
from .model import DeskSlips, Unprintable
from .run_words import broken, run_words, subject
from .sheets import ROW_MM, TABLE_HEAD_MM
from .slip_sheets import PANEL_TOPS_MM, slip_panel, slip_sheets
from .verify import verify_sheets

FRONT_MM = (11, 62.5)
LEAD_MM = 65
TABLE_MM = 80  # its head is 10 high, each line 5.8
BODY_END_MM = 285
SLIP_BELOW_MM = PANEL_TOPS_MM[-1]
NOTE_LINE_MM = 5.1
PLACES_MM = 13.5
HARD_MM = 42
CONTINUED_MM = 31


def render_desk(data: DeskSlips) -> tuple[bytes, int]:
    """The paper as PDF, read back and found right, and its pages.

    Raises:
        Unprintable: it cannot be printed; the reason says what to mend.
    """
    pages = desk_sheets(data)
    document = layout.document_of(layout.html_of(pages, f"納付書 {data.number}"))
    for page in document.pages:
        layout.check_room(page._page_box)
    pdf: bytes = document.write_pdf()
    if faults := verify_sheets(pdf, pages, data.slips):
        raise Unprintable(faults[0].code, faults[0].text)
    return pdf, len(pages)


def desk_sheets(data: DeskSlips) -> tuple[Sheet, ...]:
    """The pages in printing order.

    Raises:
        Unprintable: a name, a text or an amount does not fit or has no glyph.
    """
    return _Desk(data).sheets()


class _Desk:
    def __init__(self, data: DeskSlips) -> None:
        if not data.slips or sum(slip.amount_yen for slip in data.slips) != data.total_yen:
            raise Unprintable("sum", "納付書の合計が内訳と合いません。もう一度作ってください。")
        self.data = data
        self.run = run_words(data.city, data.issued_on, data.issued_on, data.deadline_on)
        self.wording = self.run.w
        self.fixed = (("run", self.run),)
        self.number = fit(data.number, 60, 8.5, what="文書番号", face="ud")
        self.addressee = f"{data.name_lines[0]}　{data.honorific if len(data.name_lines) == 1 else '御中'}"
        self.notes = tuple(broken(f"※ {note}", 179, 10.5) for note in self._note_texts())
        self.notes_mm = NOTE_LINE_MM * sum(map(len, self.notes)) + 1.5

    def sheets(self) -> tuple[Sheet, ...]:
        lines = table.lines_of(self.data)
        below = self.notes_mm + PLACES_MM + HARD_MM
        if len(self.data.slips) == 1 and len(lines) <= _room(SLIP_BELOW_MM - 1 - below):
            made = [self._with_the_slip(lines)]
        else:
            rest = self.notes_mm + HARD_MM
            pages = table.paginate(lines, _room(BODY_END_MM - 6), _room(BODY_END_MM - rest))
            made = [self._page(page, at, len(pages)) for at, page in enumerate(pages)]
            made += slip_sheets(self.run, self.data.slips, self.addressee, self.data.slip_policy)
        count = len(made)
        return tuple(
            Sheet(kind, (*areas, self._foot(kind, place, count)), tuple(inks), place, count, 1, 1)
            for place, (kind, areas, inks) in enumerate(made, 1)
        )

    # --- pages ----------------------------------------------------------------------------------------

    def _with_the_slip(self, lines: list[table.Line]) -> tuple[str, tuple[Area, ...], tuple[Ink, ...]]:
        (slip,) = self.data.slips
        panel, inks = slip_panel(self.run, slip, self.addressee, SLIP_BELOW_MM)
        text = self.wording.desk_places if slip.number else self.wording.desk_places_no_cvs
        places = text.format(counter=self.run.city.counter, reason=slip.reason_no_barcode)
        after = (Block("desk_places", {}, (*self.fixed, ("places", places))), self._hard())
        top = TABLE_MM + _height(len(lines)) + 1.5
        areas = (*self._front(), self._table(lines, TABLE_MM), self._notes(top, *after, end=SLIP_BELOW_MM), panel)
        return "desk", areas, tuple(inks)

    def _page(self, lines: list[table.Line], at: int, count: int) -> tuple[str, tuple[Area, ...], tuple[Ink, ...]]:
        head = self._front() if at == 0 else (self._running(),)
        top = TABLE_MM if at == 0 else CONTINUED_MM
        below = top + _height(len(lines)) + 1.5
        if at == count - 1:
            foot = self._notes(below, self._hard(), end=BODY_END_MM + 1)
        else:
            foot = Area("notes", below, BODY_END_MM + 1, (Block("go", {}, self.fixed),))
        return "table", (*head, self._table(lines, top), foot), ()

    def _foot(self, kind: str, place: int, count: int) -> Area:
        static = (("sample", self.wording.sample if self.data.city.sample_mark else ""),)
        slots = {"number": self.number, "place": Text(f"{place} ／ {count}ページ")}
        # Where a slip stands at the foot of the sheet, the line is at its head.
        top = 287 if kind == "table" else 4
        return Area("foot", top, top + 5, (Block("foot", slots, static),))

    # --- parts ----------------------------------------------------------------------------------------

    def _front(self) -> tuple[Area, ...]:
        data, wording, (top, limit) = self.data, self.wording, FRONT_MM
        note = wording.desk_total_note.format(count=len(data.lines), slips=len(data.slips))
        slots = {
            "name": fit(self.addressee, 93, 14, 0.6, what="氏名"),
            "title": fit(wording.desk_title.format(subject=subject(data)), 66, 16.5, what="表題", face="ud-bold"),
            "total": figures(comma(data.total_yen), 41, 24, "合計"),
            "note": fit(note, 46, 10.5, what="件数", face="ud"),
        }
        lead = tuple(part.format(as_of=wareki.long_text(data.as_of)) for part in wording.desk_lead)
        return (
            Area("desk-front", top, limit, (Block("desk_front", slots, self.fixed),)),
            Area("sender", top, limit, (Block("sender", {"number": self.number}, self.fixed),)),
            Area("desk-lead", LEAD_MM, TABLE_MM, (Block("desk_lead", {}, (("lead", lead),)),)),
        )

    def _running(self) -> Area:
        static = (("title", self.wording.table_title), ("more", self.wording.continued), ("large", ""))
        name = fit(self.addressee, 90, 10.5, 0.5, what="氏名")
        return Area("running", 14, 30, (Block("running", {"name": name, "number": self.number}, static),))

    def _table(self, lines: list[table.Line], top: float) -> Area:
        rows = (table.unmarked(table.block(line, self.wording)) for line in lines)
        limit = top + _height(len(lines)) + 0.5
        return Area("claims", top, limit, (Block("claims_head", {}, (), "claims"), *rows))

    def _notes(self, top: float, *after: Block, end: float) -> Area:
        return Area("notes", top, end, (Block("notes", {}, (("notes", self.notes), ("large", ""))), *after))

    def _hard(self) -> Block:
        return Block("desk_hard", {}, self.fixed)

    def _note_texts(self) -> list[str]:
        as_of = self.wording.note_as_of.format(as_of=wareki.long_text(self.data.as_of))
        return [as_of, *filter(None, [self.data.estimate]), self.wording.desk_old_slips]


def _height(lines: int) -> float:
    return TABLE_HEAD_MM + ROW_MM * lines


def _room(end: float) -> int:
    """Lines of the table that end above ``end`` mm; further pages keep to what the first one holds."""
    return int((end - TABLE_MM - TABLE_HEAD_MM - 1.5) / ROW_MM)
