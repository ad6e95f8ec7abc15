"""封緘証明書: one page that says what the pile holds and why it is right, and beside it the hash of every letter."""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from notices.models import PrintRun, Pull
from notices.rules.pulling import Reason
from notices.services.piles import Pile, PileFile
from toyota_collect.dated import value_on
from toyota_collect.documents.store import draw_number, keep_document, letterhead, make_document
from toyota_collect.models import Document

KIND, HASHES, COUNTS = "seal", "seal_hashes", "seal_counts"
SUBJECT = "notices.printrun"
MARK = "seal.number_mark"
COLUMNS = ["serial", "number", "state", "pages", "file", "page", "letter_sha256", "file_sha256"]
FILES_ON_THE_PAGE = 1  # hashes of more stand on the counts sheet alone, whose own hash stands on the page


@dataclass(frozen=True)
class Papers:
    certificate: Document
    hash_list: Document
    counts_sheet: Document


def issue(run: PrintRun, sums: dict[str, Any], pile: Pile, *, by: Any, now: datetime, today: date) -> Papers:
    """Draw a number, keep the list of hashes and the counts of the bundles, and print the certificate with their hashes."""
    number = draw_number(series=KIND, mark=value_on(MARK, today), on=today)
    content = hash_list(run, pile)
    sha256 = hashlib.sha256(content).hexdigest()
    hashes = keep_document(
        number=f"{number} 照合値一覧",
        kind=HASHES,
        subject_type=SUBJECT,
        subject_key=str(run.pk),
        path=f"documents/{HASHES}/{sha256}.csv",
        content=content,
        pages=0,
        by=by,
    )
    counts = make_document(
        template="documents/counts_sheet.html",
        context=letterhead(today)
        | {"run": run, "sums": sums, "bundles": pile.bundles, "files": _named(pile), "sealed_at": now},
        kind=COUNTS,
        number=f"{number} 区分票",
        subject_type=SUBJECT,
        subject_key=str(run.pk),
        by=by,
    )
    context = letterhead(today) | {
        "run": run,
        "sums": sums,
        "made": sums["printed"] + sums["merged"] + sums["split"],
        "counts": counts,
        "files": _named(pile) if len(pile.files) <= FILES_ON_THE_PAGE else [],
        "reasons": _in_columns(reasons_in_words(sums), 2),
        "sources": _in_columns(sources_in_words(sums), 2),
        "vouched": any(row["vouched"] for row in sums["sources"]),
        "pulled_at": run.pulled_at,
        "sealed_at": now,
        "sealed_by": by,
        "hashes": hashes,
        "letters": sums["printed"] + sums["merged"] + sums["split"] + sums["failed"],
    }
    certificate = make_document(
        template="documents/seal_certificate.html",
        context=context,
        kind=KIND,
        number=number,
        subject_type=SUBJECT,
        subject_key=str(run.pk),
        by=by,
    )
    return Papers(certificate, hashes, counts)


def _named(pile: Pile) -> list[tuple[str, PileFile]]:
    return [(Path(one.path).name, one) for one in pile.files]


def _in_columns(rows: list[Any], columns: int) -> list[tuple[Any, ...]]:
    """So that sixteen reasons and twenty-six sources still leave one page; the last row is filled with None."""
    return list(zip_longest(*[iter(rows)] * columns))


def hash_list(run: PrintRun, pile: Pile) -> bytes:
    """Every letter of the run in its order, with what became of it, its hash, and the sealed file it lies in (UTF-8 CSV).

    It may lie beside the pile in strange hands: no names, no amounts, and not why a letter was pulled.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    hashes = {name: one.sha256 for name, one in _named(pile)}
    rows = run.letters.order_by("serial").values_list("pk", "serial", "number", "state", "sheets", "snapshot_sha256")
    for pk, serial, number, state, sheets, sha256 in rows.iterator(2_000):
        file, page = pile.places.get(pk, ("", ""))
        writer.writerow([serial, number, state, sheets, file, page, sha256, hashes.get(file, "")])
    return buffer.getvalue().encode()


def reasons_in_words(sums: dict[str, Any]) -> list[tuple[str, int]]:
    """Why letters were pulled, in the order of the reasons, with how many."""
    labels = dict(Pull.Reason.choices)
    return [(str(labels[code.value]), sums["reasons"][code]) for code in Reason if code in sums["reasons"]]


def sources_in_words(sums: dict[str, Any]) -> list[dict[str, Any]]:
    """Each source once, with the moments in which its contents came."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in sums["sources"]:
        came_at = datetime.fromisoformat(row["came_at"]) if row["came_at"] else None
        by_name.setdefault(row["name"], []).append(row | {"came_at": came_at})
    return [{"name": name, "parts": parts} for name, parts in by_name.items()]
