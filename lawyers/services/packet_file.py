"""The packet as one file: cover, index, the cases, bookmarks and the claim table as CSV, encrypted for the firm."""

import csv
import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf

from lawyers.models import LegalCase, Mandate
from lawyers.services.packet_pages import WHOLE, Paper, stamped
from lawyers.services.packet_sheets import Sheets
from toyota_collect.csv_out import as_text
from toyota_collect.documents.store import letterhead, render_pdf
from toyota_collect.wareki import fiscal_year_text

CSV_NAME = "債権目録.csv"
HEADER = (
    "件の番号", "氏名・名称", "番号", "種目", "年度", "期別", "通知書番号", "納期限", "元金", "支払済", "残元金",
    "遅延損害金の起算日", "率", "遅延損害金", "督促手数料", "費用", "計",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One case in the packet: where its pages lie, how many they are, and what the index says of it."""

    number: str
    name: str
    claims: int
    total_yen: int
    path: Path
    pages: int
    first: int  # page of the packet, from 1
    papers: tuple[Paper, ...]


def cases_of(mandate: Mandate) -> list[LegalCase]:
    """The cases of the mandate that were not dropped, ended or taken back, in the order of the packet."""
    return list(mandate.cases.in_hand().select_related("person", "mandate__firm").order_by("pk"))


def front(mandate: Mandate, parts: Sequence[Part], *, on: date, pages: int = 0) -> tuple[bytes, int]:
    """Cover and index; ``pages``: how many they are, once that is known. Page numbers are those of ``parts``."""
    total = sum(part.total_yen for part in parts)
    made, count = render_pdf(
        "documents/packet_front.html",
        letterhead(on)
        | {
            "mandate": mandate,
            "parts": parts,
            "total_yen": total,
            "claims": sum(part.claims for part in parts),
            "papers": sum(len(part.papers) for part in parts),
            "number": str(mandate),
        },
    )
    if not pages:
        return made, count
    stamps, _ = render_pdf(
        "documents/packet_stamps.html",
        {"pages": stamped([{}] * count, label=f"委任第{mandate.number}号", total=count, before=0)},
    )
    with pikepdf.open(io.BytesIO(made)) as sheets, pikepdf.open(io.BytesIO(stamps)) as over:
        for page, stamp in zip(sheets.pages, over.pages, strict=True):
            page.add_overlay(stamp, WHOLE)
        out = io.BytesIO()
        sheets.save(out)
    return out.getvalue(), count


def rows_of(sheets: Sheets) -> list[list[str]]:
    """The claim table of a case for a spreadsheet; yen without commas, days as ISO."""
    return [
        [
            as_text(sheets.case.number),
            as_text(sheets.name),
            str(line.place),
            as_text(line.claim.kind.name),
            fiscal_year_text(line.claim.levy_year),
            as_text(line.claim.instalment_label),
            as_text(line.claim.notice_number),
            line.claim.due_on.isoformat(),
            str(line.levied_yen),
            str(line.paid_yen),
            str(line.left_yen),
            line.late_from.isoformat() if line.late_from else "",
            line.rate,
            str(line.late_yen),
            str(line.fee_yen),
            str(line.cost_yen),
            str(line.total_yen),
        ]
        for line in sheets.lines
    ]


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with BOM, CRLF, as spreadsheets read it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def join(target: Path, *, cover: bytes, parts: Sequence[Part], table: bytes, title: str, key: str) -> int:
    """Write the encrypted packet and return its pages. AES-256 (R 6); nobody knows the owner's password."""
    open_files: list[Any] = []
    try:
        with pikepdf.new() as whole:
            with pikepdf.open(io.BytesIO(cover)) as sheets:
                whole.pages.extend(sheets.pages)
            for part in parts:
                opened = pikepdf.open(part.path)
                open_files.append(opened)
                whole.pages.extend(opened.pages)
            _outline(whole, parts)
            whole.attachments[CSV_NAME] = pikepdf.AttachedFileSpec(
                whole, table, filename=CSV_NAME, mime_type="text/csv", description="債権目録"
            )
            whole.docinfo["/Title"] = title
            count = len(whole.pages)
            whole.save(
                target,
                encryption=pikepdf.Encryption(owner=secrets.token_urlsafe(32), user=key, R=6),
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
    finally:
        for opened in open_files:
            opened.close()
    return count


def _outline(whole: pikepdf.Pdf, parts: Sequence[Part]) -> None:
    with whole.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("表紙・件の一覧", 0))
        for part in parts:
            item = pikepdf.OutlineItem(f"{part.number}　{part.name}", part.first - 1)
            place = part.first - 1 + part.pages - sum(paper.pages for paper in part.papers)
            for paper in part.papers:
                item.children.append(pikepdf.OutlineItem(f"{paper.label}　{paper.title}", place))
                place += paper.pages
            item.is_closed = True
            outline.root.append(item)
