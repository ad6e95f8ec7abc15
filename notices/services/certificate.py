"""封緘証明書: one page that says what the pile holds and why it is right, and beside it the hash of every letter."""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from notices.models import Letter, PrintRun, Pull
from notices.rules.pulling import Reason
from toyota_collect.dated import value_on
from toyota_collect.documents.store import draw_number, keep_document, letterhead, make_document
from toyota_collect.models import Document

KIND, HASHES = "seal", "seal_hashes"
SUBJECT = "notices.printrun"
MARK = "seal.number_mark"
COLUMNS = ["serial", "number", "state", "pages", "file", "page", "letter_sha256", "file_sha256"]


@dataclass(frozen=True)
class Papers:
    certificate: Document
    hash_list: Document


def issue(run: PrintRun, sums: dict[str, Any], *, by: Any, now: datetime, today: date) -> Papers:
    """Draw a number, keep the list of hashes, and print the certificate with the list's hash on it."""
    number = draw_number(series=KIND, mark=value_on(MARK, today), on=today)
    content = hash_list(run)
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
    context = letterhead(today) | {
        "run": run,
        "sums": sums,
        "reasons": _in_columns(reasons_in_words(sums), 2),
        "sources": _in_columns(sources_in_words(sums), 2),
        "vouched": any(row["vouched"] for row in sums["sources"]),
        "pulled_at": run.pulled_at,
        "sealed_at": now,
        "sealed_by": by,
        "hashes": hashes,
        "letters": sums["printed"] + sums["failed"],
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
    return Papers(certificate, hashes)


def _in_columns(rows: list[Any], columns: int) -> list[tuple[Any, ...]]:
    """So that sixteen reasons and twenty-six sources still leave one page; the last row is filled with None."""
    return list(zip_longest(*[iter(rows)] * columns))


def hash_list(run: PrintRun) -> bytes:
    """Every letter of the run in its order, with what became of it and its hash (UTF-8 CSV).

    It may lie beside the pile in strange hands: no names, no amounts, and not why a letter was pulled.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    facts = ["sheets", "chunk__path", "first_page", "snapshot_sha256", "chunk__sha256"]
    rows = run.letters.order_by("serial").values_list("serial", "number", "state", *facts)
    for serial, number, state, sheets, path, page, sha256, file_sha256 in rows.iterator(2_000):
        if state not in Letter.PRINTED:
            path, page, file_sha256 = "", "", ""
        writer.writerow([serial, number, state, sheets, Path(path).name, page, sha256, file_sha256])
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
