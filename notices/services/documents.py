"""再印刷（控え）: the very pages of one letter as they lie in the print file, as a document of its own.

Nothing is laid out again: texts, fonts and templates may have changed since, the paper that went has not.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction

from debtors.protection import hidden_people
from notices.letter import Unprintable
from notices.models import Letter, Seal
from notices.services import engine
from notices.services.engine import Part
from notices.services.piles import sealed_manifest
from notices.services.rendering import frozen_letter
from toyota_collect import audit
from toyota_collect.documents.store import Altered, keep_document, kept_bytes
from toyota_collect.models import Document

KIND = "consolidated_demand"
LOST = "印刷ファイルが見つからないか、検査したときと違います。管理者に連絡してください。"


class CopyWithheld(Exception):
    """The copy may not be shown now; the message says why and what to do, in Japanese."""


class Origin(NamedTuple):
    """Where a letter's pages lie (``first`` from 0), and what sets a copy of them apart from other copies."""

    path: str  # below MEDIA_ROOT
    sha256: str
    first: int
    mark: str = ""  # 合封: the seal in whose files the paper that goes lies; its marks count the sheets of both


@transaction.atomic
def letter_document(*, letter_id: int, by: Any, today: date) -> Document:
    """The stored PDF of a letter's pages, copied now if nobody has asked before. Nothing that came since changes it.

    Raises:
        Letter.DoesNotExist: no such letter.
        CopyWithheld: the person is under protection measures now, the letter is not printed, or its print file is gone.
    """
    rows = Letter.objects.select_for_update(of=("self",)).select_related("person", "document", "chunk", "run")
    letter = rows.get(pk=letter_id)
    if hidden_people([letter.person_id], on=today):
        raise CopyWithheld(
            "支援措置の登録がある人か、その人かもしれない人です。住所が載るため、この画面では開けません。"
        )
    if letter.state not in Letter.PRINTED:
        raise CopyWithheld(letter.failure or "まだ作成中です。検査が済んでから開いてください。")
    origin = _origin(letter)
    number, name = f"{letter.number}{origin.mark}", f"{letter.serial:06d}{origin.mark}.pdf"
    kept = Document.objects.filter(number=number).first() or _keep(letter, origin, number, name, by)
    if letter.document_id != kept.pk:
        letter.document = kept
        letter.save(update_fields=["document"])
    return kept


def _keep(letter: Letter, origin: Origin, number: str, name: str, by: Any) -> Document:
    try:
        frozen_letter(letter)
        kept_bytes(origin.path, sha256=origin.sha256)
        content = engine.assemble([Part(Path(settings.MEDIA_ROOT) / origin.path, origin.first, letter.sheets)])
    except Unprintable as error:
        raise CopyWithheld(error.text) from error
    except (FileNotFoundError, Altered) as error:
        raise CopyWithheld(LOST) from error
    made = keep_document(
        number=number,
        kind=KIND,
        subject_type="debtors.person",
        subject_key=letter.person.number,
        path=f"runs/{letter.run_id}/letters/{name}",
        content=content,
        pages=letter.sheets,
        by=by,
    )
    detail = {"sha256": made.sha256, "from": origin.path}
    audit.record(event="letter.document_made", by=by, target=letter, detail=detail)
    return made


def _origin(letter: Letter) -> Origin:
    """The print file of the letter; of one that shares an envelope, the sealed one, whose marks are its own."""
    if letter.travels_with_id or letter.guests.exists():
        run = letter.travels_with.run if letter.travels_with else letter.run
        if seal := run.seals.filter(broken_at=None).exclude(sheet_list="").first():
            return _sealed_origin(letter, seal)
    assert letter.chunk is not None  # it lies in a print file
    return Origin(letter.chunk.path, letter.chunk.sha256, (letter.first_page or 1) - 1)


def _sealed_origin(letter: Letter, seal: Seal) -> Origin:
    try:
        with sealed_manifest(seal).open(encoding="utf-8", newline="") as file:
            row = next((row for row in csv.DictReader(file) if row["number"] == letter.number), None)
    except FileNotFoundError as error:
        raise CopyWithheld(LOST) from error
    if row is None:
        raise CopyWithheld(LOST)
    lies_in = next(one for one in seal.files.all() if Path(one.path).name == row["file"])
    return Origin(lies_in.path, lies_in.sha256, int(row["page"]) - 1, f"-seal{seal.pk}")
