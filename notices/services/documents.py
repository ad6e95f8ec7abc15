"""One person's letter as a document of its own: made from the frozen snapshot when first asked for, then kept."""

import hashlib
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from debtors.protection import hidden_people
from notices.letter import Unprintable
from notices.models import Letter
from notices.services import engine
from notices.services.rendering import frozen_letter
from toyota_collect import audit
from toyota_collect.models import Document

KIND = "consolidated_demand"


class LetterWithheld(Exception):
    """The letter may not be shown now; the message says why and what to do, in Japanese."""


@transaction.atomic
def letter_document(*, letter_id: int, by: Any, today: date) -> Document:
    """The stored PDF of a letter, made now if nobody has asked before. Receipts since then change nothing in it.

    Raises:
        Letter.DoesNotExist: no such letter.
        LetterWithheld: the person is under protection measures now, or the letter cannot be printed.
    """
    letter = Letter.objects.select_for_update(of=("self",)).select_related("person", "document").get(pk=letter_id)
    if hidden_people([letter.person_id], on=today):
        raise LetterWithheld(
            "支援措置の登録がある人か、その人かもしれない人です。住所が載るため、この画面では開けません。"
        )
    if letter.document is not None:
        return letter.document
    try:
        content, pages = engine.render_letter(frozen_letter(letter))
    except Unprintable as error:
        raise LetterWithheld(f"この催告書は作れません。{error.text}") from error
    letter.document = keep_document(
        number=letter.number,
        kind=KIND,
        person_number=letter.person.number,
        path=f"runs/{letter.run_id}/letters/{letter.serial:06d}.pdf",
        content=content,
        pages=pages,
        by=by,
    )
    letter.save(update_fields=["document"])
    audit.record(event="letter.document_made", by=by, target=letter, detail={"sha256": letter.document.sha256})
    return letter.document


def keep_document(
    *, number: str, kind: str, person_number: str, path: str, content: bytes, pages: int, by: Any
) -> Document:
    """Store a person's PDF below MEDIA_ROOT and write down what was stored. Call it inside the transaction of the act."""
    _store(Path(settings.MEDIA_ROOT) / path, content)
    return Document.objects.create(
        number=number,
        kind=kind,
        subject_type="debtors.person",
        subject_key=person_number,
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        pages=pages,
        made_by=by,
    )


def document_bytes(document: Document) -> bytes:
    """The stored bytes of a document.

    Raises:
        LetterWithheld: the file is gone or is not what was stored.
    """
    try:
        content = (Path(settings.MEDIA_ROOT) / document.path).read_bytes()
    except FileNotFoundError as error:
        raise LetterWithheld("保存した文書が見つかりません。管理者に連絡してください。") from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise LetterWithheld("保存した文書が、作ったときと違います。管理者に連絡してください。")
    return content


def _store(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, target)
