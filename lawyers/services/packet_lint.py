"""Whether a finished packet is whole: every case, every section, every paper a claim needs, under the pages the index tells."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pikepdf

from claims.models import Claim, ClaimEvidence, EvidenceKind, EvidenceNeed
from claims.rules.evidence import needed
from claims.services.charges import kind_terms
from claims.services.evidence import EvidenceRefused, content_of
from lawyers.models import LegalCase, LegalClaim, Packet
from lawyers.services.packet_file import CSV_NAME, cases_of
from lawyers.services.packet_pages import marks_of, opened, texts
from toyota_collect.tax_words import squeezed

SECTIONS = ("1当事者", "2債権目録", "3台帳の写し", "4督促・催告・送達の記録", "5交渉の経過", "6証拠の一覧")  # squeezed
AGAIN = "束を作り直してください。続くときは管理者に連絡してください。"


def gaps(packet: Packet, path: Path, key: str) -> list[dict[str, str]]:
    """What the file lacks: ``{"case", "what", "text"}`` each, in Japanese; none if it is whole."""
    cases = cases_of(packet.mandate)
    claims: dict[int, list[Claim]] = defaultdict(list)
    rows = LegalClaim.objects.filter(case__in=cases, is_open=True).select_related("claim__kind", "claim__identity")
    for row in rows:
        claims[row.case_id].append(row.claim)
    with opened(path, key) as pdf:
        marks = [marks_of(page) for page in pdf.pages]
        marked, table = _bookmarks(pdf), _table(pdf)
    pages, index = [], ""
    for text, mark in zip(texts(path, key), marks, strict=True):
        pages.append(squeezed(text))
        index += "" if mark else f"{text}\n"
    papers = _Papers([claim for of_case in claims.values() for claim in of_case], packet)
    found: list[dict[str, str]] = []
    for case in cases:
        mine = [place for place, mark in enumerate(marks) if mark.get("Case") == case.number]
        if not mine:
            found.append(_fault(case, "件", f"この件のページが束にありません。{AGAIN}"))
            continue
        found += _pages(case, mine, index, marked)
        own = [place for place in mine if "Number" not in marks[place]]
        found += _sections(case, "".join(pages[place] for place in own), claims[case.pk], table)
        found += papers.missing(case, claims[case.pk], [marks[place] | {"Text": pages[place]} for place in mine])
    strangers = {str(mark["Case"]) for mark in marks if mark} - {case.number for case in cases}
    return found + [{"case": one, "what": "件", "text": f"束にない件のページがあります。{AGAIN}"} for one in strangers]


def _pages(case: LegalCase, mine: Sequence[int], index: str, marked: dict[str, int]) -> list[dict[str, str]]:
    """The pages lie together, begin where the index and the bookmark say, and are numbered by the index."""
    found = []
    if list(mine) != list(range(mine[0], mine[0] + len(mine))):
        found.append(_fault(case, "ページ", f"この件のページが離れています。{AGAIN}"))
    told = re.search(rf"(?<!\S){re.escape(case.number)}\s.*?(?<!\d)(\d+)ページ", normalize("NFKC", index), re.DOTALL)
    if told is None or int(told[1]) != mine[0] + 1:
        found.append(_fault(case, "件の一覧", f"一覧のページ番号が、この件の始まるページと違います。{AGAIN}"))
    if marked.get(case.number) != mine[0]:
        found.append(_fault(case, "しおり", f"しおりが、この件の始まるページを指していません。{AGAIN}"))
    return found


def _sections(
    case: LegalCase, text: str, claims: Sequence[Claim], table: dict[str, list[list[str]]]
) -> list[dict[str, str]]:
    found = [_fault(case, title[1:], f"この欄が束にありません。{AGAIN}") for title in SECTIONS if title not in text]
    rows = table.get(case.number, [])
    numbers = sorted(row[6].removeprefix("'") for row in rows)
    if numbers != sorted(claim.notice_number for claim in claims):
        found.append(_fault(case, CSV_NAME, f"添付の表の債権が、この件の債権と違います。{AGAIN}"))
    for claim in claims:
        if squeezed(claim.notice_number) not in text:
            what = f"{claim.kind.short_name} {claim.instalment_label}"
            found.append(_fault(case, what, f"この債権が債権目録にありません。{AGAIN}"))
    return found


class _Papers:
    """The papers that each claim needs, those that are kept for it, and why one was left out; four queries."""

    def __init__(self, claims: Sequence[Claim], packet: Packet) -> None:
        terms, rows = kind_terms(), [row.as_need() for row in EvidenceNeed.objects.all()]
        self.needs = {
            claim.pk: needed(rows, legal_class=terms.of(claim).legal_class, kind=claim.kind_id, on=packet.as_of)
            for claim in claims
        }
        self.kept: dict[int, list[ClaimEvidence]] = defaultdict(list)
        for row in ClaimEvidence.objects.in_force().filter(claim__in=claims).order_by("claim", "kind", "pk"):
            self.kept[row.claim_id].append(row)
        told = {str(one.get("key", "")): str(one["why"]) for one in packet.withheld}
        ids = [int(key.removeprefix("evidence:")) for key in told if key.startswith("evidence:")]
        self.why = {
            (row.sha256, row.kind): told[f"evidence:{pk}"] for pk, row in ClaimEvidence.objects.in_bulk(ids).items()
        }
        self._found: dict[tuple[str, str, str], str] = {}

    def missing(
        self, case: LegalCase, claims: Sequence[Claim], marks: Sequence[dict[str, Any]]
    ) -> list[dict[str, str]]:
        """What is needed and not there, what is kept and neither there nor left out, and what is there and not whole."""
        there: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for mark in marks:
            if "Sha256" in mark:
                there[str(mark["Sha256"]), str(mark["Kind"])].append(mark)
        found = _whole(case, there.values())
        for claim in claims:
            name = f"{claim.kind.short_name} {claim.instalment_label}"
            kept = self.kept[claim.pk]
            for kind in self.needs[claim.pk]:
                rows = [row for row in kept if row.kind == kind]
                if not any((row.sha256, row.kind) in there for row in rows):
                    found.append(_fault(case, f"{name} {EvidenceKind(kind).label}", self._text(rows)))
            for row in kept:
                if (row.sha256, row.kind) in there:
                    if problem := self._problem(case, row, there[row.sha256, row.kind]):
                        found.append(_fault(case, f"{name} {row.name}", problem))
                elif (row.sha256, row.kind) not in self.why:
                    what = f"{name} {row.get_kind_display()}（{row.name}）"
                    found.append(_fault(case, what, f"登録されている書類が束に入っていません。{AGAIN}"))
        return found

    def _text(self, rows: Sequence[ClaimEvidence]) -> str:
        """Why none of the rows, which all show what is needed, is in the file."""
        if not rows:
            return "要る書類がありません。証拠書類に登録し、束を作り直してください。"
        if why := next((self.why[row.sha256, row.kind] for row in rows if (row.sha256, row.kind) in self.why), ""):
            return f"要る書類ですが、載せられません。{why}この件の債権だけを示す書類を登録し、束を作り直してください。"
        return f"要る書類が束に入っていません。{AGAIN}"

    def _problem(self, case: LegalCase, row: ClaimEvidence, marks: Sequence[dict[str, Any]]) -> str:
        """Why the kept file is not what was registered, or its pages in the packet are not those of the file."""
        key = (case.number, row.sha256, row.kind)
        if key not in self._found:
            try:
                same = _same(content_of(row), row.content_type, marks)
                self._found[key] = "" if same else f"束のページが、登録されている書類と違います。{AGAIN}"
            except EvidenceRefused as error:
                self._found[key] = str(error)
        return self._found[key]


def _same(content: bytes, content_type: str, marks: Sequence[dict[str, Any]]) -> bool:
    """Whether all that can be read on each page of a PDF can be read on its page of the packet; of a picture nothing can."""
    if content_type != "application/pdf":
        return True
    source = [Counter(squeezed(text)) for text in texts(content)]
    return len(source) == len(marks) and not any(
        one - Counter(str(mark["Text"])) for one, mark in zip(source, marks, strict=True)
    )


def _whole(case: LegalCase, papers: Iterable[list[dict[str, Any]]]) -> list[dict[str, str]]:
    """Every exhibit has all of its pages, in order."""
    found = []
    for marks in papers:
        by_number: dict[int, list[int]] = defaultdict(list)
        for mark in marks:
            by_number[int(mark["Number"])].append(int(mark["Page"]))
        for number, pages in by_number.items():
            if pages != list(range(1, int(marks[0]["Of"]) + 1)):
                found.append(_fault(case, f"甲第{number}号証", f"この証拠のページが足りません。{AGAIN}"))
    return found


def _bookmarks(pdf: pikepdf.Pdf) -> dict[str, int]:
    """By case number the page (from 0) its bookmark leads to."""
    places = {page.obj.objgen: place for place, page in enumerate(pdf.pages)}
    found = {}
    with pdf.open_outline() as outline:
        for item in outline.root:
            target = item.destination
            if isinstance(target, pikepdf.Array):
                found[item.title.split("　")[0]] = places.get(target[0].objgen, -1)
    return found


def _table(pdf: pikepdf.Pdf) -> dict[str, list[list[str]]]:
    if CSV_NAME not in pdf.attachments:
        return {}
    text = pdf.attachments[CSV_NAME].get_file().read_bytes().decode("utf-8-sig")
    found: dict[str, list[list[str]]] = defaultdict(list)
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        found[row[0].removeprefix("'")].append(row)
    return found


def _fault(case: LegalCase, what: str, text: str) -> dict[str, str]:
    return {"case": case.number, "what": what, "text": text}
