"""The pages of one case of a packet: its sheets, and its papers as numbered exhibits."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from claims.services.charges import kind_terms
from claims.services.evidence import EvidenceRefused
from lawyers.disclosure import Withheld, fact_of
from lawyers.models import Mandate
from lawyers.rules import disclosure
from lawyers.services.packet_file import Part
from lawyers.services.packet_pages import Paper, PaperBroken, as_pdf, case_part, is_unread, texts
from lawyers.services.packet_sheets import Sheets, ranges_text
from toyota_collect.documents.store import Altered, DocumentLost, letterhead, render_pdf
from toyota_collect.registry import Exhibit
from toyota_collect.wareki import short_text

WIDE_YEN = 10_000_000  # from here on the columns of the claim table take smaller figures
GONE = (EvidenceRefused, DocumentLost, PaperBroken, Altered, FileNotFoundError)


@dataclass
class Notes:
    """What the city has to know of the cases that were made: left out, not readable, faulty."""

    withheld: list[dict[str, Any]] = field(default_factory=list)
    unread: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)


def make_case(sheets: Sheets, *, mandate: Mandate, target: Path, first: int, on: date, notes: Notes) -> Part:
    """Write the pages of the case to ``target``; ``first``: the page of the packet it begins on, from 1."""
    number = sheets.case.number
    given = _papers(sheets, notes)
    papers = [paper for paper, _, _ in given]
    notes.withheld += [_left_out(number, one) for one in sheets.told.withheld]
    front, _ = render_pdf("documents/packet_case.html", _context(sheets, mandate, given, on=on))
    total = case_part(
        target, front=front, papers=[(paper, pdf) for paper, _, pdf in given], case=number, before=first - 1
    )
    notes.unread += [
        {"case": number, "what": f"{paper.label} {paper.title}（{paper.name}）", "pages": paper.unread}
        for paper in papers
        if paper.unread or sheets.told.hidden
    ]
    return Part(
        number=number,
        name=sheets.name,
        claims=len(sheets.lines),
        total_yen=sheets.sums()["total_yen"],
        path=target,
        pages=total,
        first=first,
        papers=tuple(papers),
    )


def _papers(sheets: Sheets, notes: Notes) -> list[tuple[Paper, Exhibit, bytes]]:
    """The papers that go in, in order; what can be read on them is judged as their names were."""
    classes = {line.claim.pk: str(kind_terms().of(line.claim).legal_class) for line in sheets.lines}
    found: list[tuple[Paper, Exhibit, bytes]] = []
    for one in sheets.papers:
        try:
            content = as_pdf(one.read(), one.content_type)  # type: ignore[misc]  # papers have it
        except GONE as error:
            what = f"{short_text(one.day)} {one.title}（{one.name}）"
            notes.faults.append({"case": sheets.case.number, "what": what, "text": str(error)})
            continue
        pages = list(texts(content))
        text = "\n".join(pages)
        fact = fact_of(one, classes=classes, hidden=bool(sheets.told.hidden), text=text)
        if why := disclosure.why_withheld(fact, sheets.told.scope):
            notes.withheld.append(_left_out(sheets.case.number, Withheld(one, why)))
            continue
        paper = Paper(
            number=len(found) + 1,
            key=one.key,
            kind=one.kind,
            title=one.title,
            name=one.name,
            sha256=one.sha256,
            pages=len(pages),
            text=text,
            unread=sum(is_unread(page) for page in pages),
        )
        found.append((paper, one, content))
    return found


def _left_out(number: str, one: Withheld) -> dict[str, Any]:
    return {"case": number, "what": one.what, "why": one.why, "key": one.exhibit.key}


def _context(
    sheets: Sheets, mandate: Mandate, given: list[tuple[Paper, Exhibit, bytes]], *, on: date
) -> dict[str, Any]:
    places = {line.claim.pk: line.place for line in sheets.lines}
    sums = sheets.sums()
    return letterhead(on) | {
        "sheets": sheets,
        "mandate": mandate,
        "sums": sums,
        "wide": max(sums.values()) >= WIDE_YEN,
        "ledger": [_row(one, places) for one in sorted(sheets.of("ledger"), key=lambda one: places[min(one.claims)])],
        "acts": _acts(sheets.of("letter", "event"), places),
        "contacts": [_row(one, places) for one in sheets.of("contact")],
        "papers": [
            {
                "label": paper.label,
                "title": paper.title,
                "name": paper.name,
                "places": _places(one.claims, places),
                "pages": paper.pages,
                "hash": paper.sha256[:16],
            }
            for paper, one, _ in given
        ],
    }


def _acts(found: Iterable[Exhibit], places: dict[int, int]) -> list[dict[str, Any]]:
    """What was done for several claims on one day with one result stands in one row."""
    claims: dict[tuple[date, str, str], set[int]] = defaultdict(set)
    for one in found:
        claims[one.day, one.title, one.text] |= one.claims
    return [
        {"day": day, "places": _places(of, places), "title": title, "text": text}
        for (day, title, text), of in claims.items()
    ]


def _row(one: Exhibit, places: dict[int, int]) -> dict[str, Any]:
    return {"day": one.day, "places": _places(one.claims, places), "title": one.title, "text": one.text, "yen": one.yen}


def _places(claims: Iterable[int], places: dict[int, int]) -> str:
    found = sorted(places[claim] for claim in claims if claim in places)
    return "全部" if len(found) == len(places) > 1 else ranges_text(found)
