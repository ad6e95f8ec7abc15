"""From a letter to its sheets: what stands on each page and at which place, without laying anything out.

Measures are millimetres on A4 and those of the stylesheet; docs/adr/0004 tells why they are what they are.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

from notices.rules.marks import mark_text
from notices.rules.takers import RANK, SHORT, Role
from toyota_collect import wareki
from toyota_collect.documents import drawing
from toyota_collect.money import comma

from . import plain, table
from .blocks import Area, Block, Ink, Sheet, Static, Text, figures, fit, listed
from .model import ClaimLine, LetterData, Slip, Unprintable
from .run_words import broken, run_words, subject
from .slip_sheets import slip_sheets
from .slips import ordered, slips
from .window import head_of, post_code, post_ink
from .wording import Wording

MAX_SHEETS = 8
"""Sheets one envelope holds; a longer letter goes on in the next."""

FOLDS_MM = (105, 201)
ROW_MM = 5.8
TABLE_TOP_MM = 31
TABLE_HEAD_MM = 10
LINES_PER_PAGE = 40
NOTE_LINE_MM = 5.1
NOTES_END_MM = 285
CARDS_PER_PAGE = 7
BODY_END_MM = 285

# Codes, in dots of 300 dpi.
MARK_AT = (59, 1323)  # x 5, y 112


def sheets(data: LetterData) -> tuple[Sheet, ...]:
    """The pages of a letter in printing order; further envelopes begin with their own cover.

    Raises:
        Unprintable: the letter cannot be printed; the reason says what to mend.
    """
    if not data.lines:
        raise Unprintable("empty", "請求する債権がありません。")
    if not (0 <= data.run_number <= 9999 and 0 < data.serial <= 9_999_999):
        raise Unprintable("serial", f"印刷番号が範囲の外です（{data.run_number}-{data.serial}）。")
    return _Letter(data).sheets()


class _Letter:
    """The parts of one letter that several sheets share."""

    def __init__(self, data: LetterData) -> None:
        self.data = data
        self.run = run_words(
            data.city, data.issued_on, data.confirmed_on, data.deadline_on, data.text, data.as_of if data.text else None
        )
        self.wording: Wording = self.run.w
        self.fixed: Static = (("run", self.run),)
        self.slips: tuple[Slip, ...] = slips(data)
        self.number = fit(data.number, 60, 8.5, what="文書番号", face="ud")
        first = data.name_lines[0] if data.name_lines else ""
        self.addressee = f"{first}　{data.honorific if len(data.name_lines) == 1 else '御中'}"
        self.post = post_code(data.customer_code)

    # --- sheets and envelopes ---------------------------------------------------------------------

    def sheets(self) -> tuple[Sheet, ...]:
        data = self.data
        inside = [
            *self._opening()[1:],
            *self._claims(),
            *slip_sheets(self.run, self.slips, self.addressee, data.slip_policy),
        ]
        # The first envelope holds its cover and what comes next; each further one a cover of its own and the rest.
        room = MAX_SHEETS - 1
        packs = [inside[at : at + room] for at in range(0, len(inside), room)] or [[]]
        count = len(inside) + len(packs)
        made: list[Sheet] = []
        for envelope, pack in enumerate(packs, 1):
            cover = self._opening(len(packs))[0] if envelope == 1 else self._next_cover(envelope, len(packs))
            for at, (kind, areas, inks) in enumerate([cover, *pack], 1):
                place = len(made) + 1
                foot = self._foot(kind, place, count)
                mark = self._mark(envelope, at, len(pack) + 1)
                made.append(
                    Sheet(
                        kind,
                        (*areas, foot),
                        (*inks, mark),
                        place,
                        count,
                        envelope,
                        len(packs),
                    )
                )
        return tuple(made)

    def _opening(self, envelopes: int = 1) -> list[tuple[str, tuple[Area, ...], tuple[Ink, ...]]]:
        """The pages before the claims: one cover, two in large print and in plain Japanese."""
        if self.data.variant == "large":
            return [
                (
                    "large1",
                    (*self._head(), self._large_front(envelopes)),
                    self._post_ink(),
                ),
                ("large2", (self._large_back(),), ()),
                *self._large_foreign(),
            ]
        if self.data.variant == "plain":
            return [
                (
                    "plain",
                    (*self._head(), self._plain_front(envelopes)),
                    self._post_ink(),
                ),
                *self._roles_page(),
                ("languages", (self._languages(),), ()),
            ]
        main, body = self._front(envelopes)
        if self.data.language:
            # Page 2 says the same in Japanese; the letter is the Japanese one.
            key = self._key()
            key = replace(key, name="foreign_key", static=(*key.static, ("language", self._language())))
            main = Area("main", 61, 105, (self._title(), key))
            foreign = Area("foreign", 108, BODY_END_MM, (self._foreign(),))
            second = replace(body, top=32)
            return [
                ("cover", (*self._head(), main, foreign), self._post_ink()),
                ("front", (self._running(False, self.wording.document), second), ()),
            ]
        return [("cover", (*self._head(), main, body), self._post_ink())]

    def _mark(self, envelope: int, sheet: int, of: int) -> Ink:
        """The mark for the inserter: run 4, serial 7, envelope 2, sheet 1, sheets 1. No name, no amount."""
        if envelope > 99:
            raise Unprintable(
                "envelopes",
                "封筒が99通を超えます。納付書を種類ごとか1枚にしてください。",
            )
        run, serial = self.data.run_number, self.data.serial
        if self.data.enclosure:
            run, serial, first, of = self.data.enclosure
            sheet += first - 1
        code = mark_text(run=run, serial=serial, envelope=envelope, sheet=sheet, of=of)
        return Ink(*MARK_AT, drawing.data_matrix(code), "mark", code)

    def _foot(self, kind: str, place: int, count: int) -> Area:
        top = kind == "slips"
        static = (("sample", self.wording.sample if self.data.city.sample_mark else ""),)
        block = Block(
            "foot",
            {"number": self.number, "place": Text(f"{place} ／ {count}ページ")},
            static,
        )
        return Area("foot", 4 if top else 287, 9 if top else 292, (block,))

    # --- address, sender ---------------------------------------------------------------------------

    def _head(self) -> tuple[Area, Area]:
        return head_of(self.data, self.number, self.fixed)

    def _post_ink(self) -> tuple[Ink, ...]:
        return post_ink(self.post, self.data.customer_code)

    # --- the cover ----------------------------------------------------------------------------------

    def _key(self) -> Block:
        data, wording = self.data, self.wording
        note = wording.total_note.format(count=len(data.lines), as_of=wareki.long_text(data.as_of))
        return Block(
            "key",
            {
                "total": figures(comma(data.total_yen), 88, 30, "合計"),
                "note": fit(note, 96, 10.5, what="件数", face="ud"),
            },
            self.fixed,
        )

    def _title(self) -> Block:
        return Block(
            "title",
            {"subject": fit(subject(self.data), 41, 16.5, what="表題", face="ud-bold")},
            self.fixed,
        )

    def _front(self, envelopes: int) -> tuple[Area, ...]:
        groups = self._groups()
        roles = self._roles()
        classes = {line.legal for line in self.data.lines}
        # The larger setting has room for two groups and two classes, or for the line on several envelopes.
        few = not roles and len(groups) <= 2 and len(classes) <= 2 and len(groups) + len(classes) + (envelopes > 1) <= 4
        density = "roomy" if few else ""
        pt = 11 if density else 10.5
        table_blocks = [Block("sum_head", {}, (), "sum")]
        for name, rows in groups:
            extra = sum(line.fee_yen + line.late_yen for line in rows)
            principal = sum(line.principal_yen for line in rows)
            kinds = list(dict.fromkeys(line.kind_short for line in rows))
            table_blocks.append(
                Block(
                    "sum_row",
                    {
                        "name": fit(name, 27, pt, what="分野", face="ud-bold"),
                        "kinds": listed(kinds, 55, pt),
                        "count": Text(str(len(rows))),
                        **_amounts(principal, extra, pt),
                    },
                    table="sum",
                )
            )
        data = self.data
        total = _amounts(data.principal_yen, data.total_yen - data.principal_yen, pt)
        table_blocks.append(Block("sum_foot", {"count": Text(str(len(data.lines))), **total}, table="sum"))
        lead = Block("lead", {}, (*self.fixed, ("envelopes", self._envelopes_note(envelopes))))
        after = (
            Block("consequence", {}, self.fixed),
            *self._legal(),
            Block("hard", {}, self.fixed),
            Block("crossed", {}, self.fixed),
        )
        return (
            Area("main", 61, 105, (self._title(), self._key())),
            Area("body", 108, BODY_END_MM, (lead, *table_blocks, *roles, *after), density=density),
        )

    def _groups(self) -> list[tuple[str, list[ClaimLine]]]:
        """The lines of the cover with their names: by field; where claims of others are asked for, by role."""
        lines, roles = ordered(self.data.lines), self._taken()
        if not roles:
            return [(rows[0].group_name, rows) for rows in _runs(lines, lambda line: line.group)]
        rows_by_role = _runs(lines, lambda line: line.role)
        return [(SHORT[Role(rows[0].role)] if rows[0].role else self.wording.own, rows) for rows in rows_by_role]

    def _taken(self) -> list[Role]:
        """As what others' claims are asked for, in order; none where all are the person's own."""
        found = {line.role for line in self.data.lines}
        return [role for role in RANK if role in found]

    def _role_names(self) -> str:
        return "".join(f"「{SHORT[role]}」" for role in self._taken())

    def _roles(self) -> tuple[Block, ...]:
        """One line of the cover; what it means in full stands with the notes."""
        if not self._taken():
            return ()
        return (Block("roles", {}, (("text", self.wording.roles_cover.format(names=self._role_names())),)),)

    def _roles_page(self) -> list[tuple[str, tuple[Area, ...], tuple[Ink, ...]]]:
        """A page of its own in plain Japanese; in all forms the notes say it too."""
        roles = tuple(map(str, self._taken()))
        if not roles:
            return []
        block = Block("plain_roles", {}, (("texts", plain.roles(roles)),))
        return [("roles", (Area("plain", 20, BODY_END_MM, (block,)),), ())]

    def _envelopes_note(self, envelopes: int) -> str:
        return self.wording.several_envelopes.format(count=envelopes) if envelopes > 1 else ""

    def _legal(self) -> tuple[Block, ...]:
        found = []
        for mark in "ABC":
            kinds = list(dict.fromkeys(line.kind_short for line in ordered(self.data.lines) if line.legal == mark))
            if kinds:
                static = (("mark", mark), ("text", self.wording.legal(mark)))
                found.append(Block("legal", {"kinds": listed(kinds, 170, 11.5, "、")}, static))
        return tuple(found)

    def _next_cover(self, envelope: int, envelopes: int) -> tuple[str, tuple[Area, ...], tuple[Ink, ...]]:
        """The cover of a further envelope: the same window, and what the first envelope says in full."""
        title = self.wording.envelope_title.format(count=envelopes, place=envelope)
        body = (
            Block(
                "next_cover",
                {"title": fit(title, 180, 14, what="封筒の番号", face="ud-bold")},
                self.fixed,
            ),
            Block("hard", {}, self.fixed),
        )
        areas = (
            *self._head(),
            Area("main", 61, 105, (self._title(), self._key())),
            Area("body", 108, BODY_END_MM, body, density="roomy"),
        )
        return "cover", areas, self._post_ink()

    # --- the claims ----------------------------------------------------------------------------------

    def _notes(self, mm: float, pt: float) -> tuple[tuple[str, ...], ...]:
        """The notes, each broken into lines of ``mm``."""
        data, wording, rates = self.data, self.wording, self.data.rates
        as_of = wareki.long_text(data.as_of)
        notes = [wording.note_as_of.format(as_of=as_of)]
        if any(line.legal == "A" and not line.late_none for line in data.lines):
            year = wareki.fiscal_year_text(rates.year).removesuffix("度")
            notes.append(
                wording.note_rates.format(
                    year=year,
                    months=rates.first_months,
                    first=rates.first_rate,
                    after=rates.after_rate,
                )
            )
        civil = list(dict.fromkeys(line.kind_short for line in ordered(data.lines) if line.late_civil))
        if civil:
            notes.append(wording.note_civil.format(kinds="・".join(civil), rule=rates.civil))
        notes += rates.extra
        if data.estimated:
            year = wareki.fiscal_year_text(rates.year).removesuffix("度")
            notes.append(rates.estimate or wording.note_estimated.format(year=year))
        if roles := self._taken():
            share = wording.roles_share if Role.HEIR in roles else ""
            notes.insert(0, wording.note_roles.format(names=self._role_names(), share=share))
        notes.append(wording.note_marks)
        return tuple(broken(f"※ {note}", mm, pt) for note in notes)

    def _claims(self) -> list[tuple[str, tuple[Area, ...], tuple[Ink, ...]]]:
        large = self.data.variant == "large"
        notes = self._notes(180, 14) if large else self._notes(179, 10.5)
        height = sum(len(note) for note in notes) * (7.6 if large else NOTE_LINE_MM)
        notes_top = NOTES_END_MM - height
        lines = table.lines_of(self.data)
        if large:
            pages = table.paginate(lines, CARDS_PER_PAGE, max(1, int((notes_top - 34) / 33)))
        else:
            last = min(
                LINES_PER_PAGE,
                int((notes_top - 1.5 - TABLE_TOP_MM - TABLE_HEAD_MM) / ROW_MM),
            )
            pages = table.paginate(lines, LINES_PER_PAGE, last)
        made = []
        for at, page in enumerate(pages):
            running = self._running(at > 0)
            if at < len(pages) - 1:
                below = Area("notes", 279, NOTES_END_MM + 1, (Block("go", {}, self.fixed),))
            else:
                below = Area(
                    "notes",
                    round(notes_top, 2),
                    NOTES_END_MM + 1,
                    (Block("notes", {}, (("notes", notes), ("large", "large" if large else ""))),),
                )
            if large:
                rows = Area(
                    "cards",
                    32,
                    284,
                    tuple(table.card(line, self.wording) for line in page),
                )
                made.append(("cards", (running, rows, below), ()))
            else:
                blocks = (
                    Block("claims_head", {}, (), "claims"),
                    *(table.block(line, self.wording) for line in page),
                )
                made.append(
                    (
                        "table",
                        (
                            running,
                            Area("claims", TABLE_TOP_MM, 284, blocks),
                            below,
                        ),
                        (),
                    )
                )
        return made

    def _running(self, more: bool, title: str = "") -> Area:
        large = self.data.variant == "large"
        title = title or (self.wording.large_table_title if large else self.wording.table_title)
        size = "large" if large else ""
        static = (("title", title), ("more", self.wording.continued if more else ""), ("large", size))
        name = fit(self.addressee, 90, 14 if large else 10.5, 0.5, what="氏名")
        return Area(
            "running",
            14,
            30,
            (Block("running", {"name": name, "number": self.number}, static),),
        )

    # --- large print, plain Japanese ------------------------------------------------------------------

    def _large_front(self, envelopes: int) -> Area:
        slots = {
            "subject": fit(subject(self.data), 70, 24, what="表題", face="ud-bold"),
            "total": figures(comma(self.data.total_yen), 80, 34, "合計"),
        }
        static = (*self.fixed, ("envelopes", self._envelopes_note(envelopes)))
        return Area("large", 61, BODY_END_MM, (Block("large_front", slots, static),))

    def _large_back(self) -> Area:
        blocks = [
            Block("large_hard", {}, self.fixed),
            Block("large_consequence", {}, self.fixed),
        ]
        for legal in self._legal():
            kinds = legal.slots["kinds"].text.split("、")
            blocks.append(Block("large_legal", {"kinds": listed(kinds, 160, 18, "、")}, legal.static))
        blocks.append(Block("large_crossed", {}, self.fixed))
        return Area("large", 20, BODY_END_MM, tuple(blocks))

    def _language(self) -> plain.Language:
        return plain.language(self.data.language, self.data.text)

    def _foreign(self) -> Block:
        return Block("foreign", {}, (*self.fixed, ("language", self._language())))

    def _large_foreign(self) -> list[tuple[str, tuple[Area, ...], tuple[Ink, ...]]]:
        """The language the person reads, in large print, on a page of its own."""
        if not self.data.language:
            return []
        area = Area("foreign", 20, BODY_END_MM, (self._foreign(),), density="large-print")
        return [("foreign", (area,), ())]

    def _plain_front(self, envelopes: int) -> Area:
        seizure = any(line.legal == "A" for line in self.data.lines)
        slots = {"total": figures(comma(self.data.total_yen), 88, 30, "合計")}
        static = (
            *self.fixed,
            ("p", plain.page(seizure, self.data.text)),
            ("envelopes", self._envelopes_note(envelopes)),
        )
        return Area("plain", 61, BODY_END_MM, (Block("plain", slots, static),))

    def _languages(self) -> Area:
        slots = {"total": figures(comma(self.data.total_yen), 80, 30, "合計")}
        return Area(
            "languages",
            20,
            BODY_END_MM,
            (Block("languages", slots, (*self.fixed, ("languages", plain.languages(self.data.text)))),),
        )


def _runs(lines: list[ClaimLine], key: Callable[[ClaimLine], str]) -> list[list[ClaimLine]]:
    return [list(rows) for _, rows in groupby(lines, key=key)]


def _amounts(principal: int, extra: int, pt: float) -> dict[str, Text]:
    return {
        "principal": figures(comma(principal), 24, pt, "本税・元金"),
        "extra": figures(comma(extra), 23, pt, "手数料・延滞金"),
        "total": figures(comma(principal + extra), 24, pt, "計"),
    }
