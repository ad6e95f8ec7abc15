"""The papers of the end of claims: 不納欠損決議書, and the form to invoke prescription (時効援用申出書)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from claims.models import Claim, ClaimEnd
from debtors.models import Person
from toyota_collect.documents.store import draw_number, letterhead, make_document, render_pdf
from toyota_collect.models import Document

KIND = "write_off"
MARK = "豊債管欠"


def decision_paper(end: ClaimEnd, *, decided_by: Any, on: date) -> Document:
    """不納欠損決議書 of a decision that was booked on ``on``: ground, article, claims, amounts, who drafted and decided."""
    lines = list(end.lines.select_related("claim__kind", "claim__identity__person"))
    return make_document(
        template="documents/write_off.html",
        context=letterhead(on)
        | {
            "end": end,
            "lines": lines,
            "decided_by": decided_by,
            "total_yen": sum(line.booked_yen or 0 for line in lines),
        },
        kind=KIND,
        number=draw_number(series=KIND, mark=MARK, on=on),
        subject_type="claims.claim_end",
        subject_key=str(end.pk),
        by=decided_by,
    )


def enyo_form(person: Person, claims: Sequence[Claim], *, on: date) -> bytes:
    """時効援用申出書 with the claims filled in, for the person to date and sign; a form has no number and is not kept."""
    content, _ = render_pdf(
        "documents/enyo_form.html",
        letterhead(on)
        | {
            "number": "",
            "person": person,
            "claims": claims,
            "total_yen": sum(claim.principal_yen for claim in claims),
        },
    )
    return content
