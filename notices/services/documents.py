"""One person's letter as a document of its own: made from the frozen snapshot when first asked for, then kept."""

from datetime import date
from typing import Any

from django.db import transaction

from debtors.protection import hidden_people
from notices.letter import Unprintable
from notices.models import Letter
from notices.services import engine
from notices.services.rendering import frozen_letter
from toyota_collect import audit
from toyota_collect.documents.store import keep_document
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
        subject_type="debtors.person",
        subject_key=letter.person.number,
        path=f"runs/{letter.run_id}/letters/{letter.serial:06d}.pdf",
        content=content,
        pages=pages,
        by=by,
    )
    letter.save(update_fields=["document"])
    audit.record(event="letter.document_made", by=by, target=letter, detail={"sha256": letter.document.sha256})
    return letter.document
