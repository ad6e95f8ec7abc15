"""Slips made at the counter: issued, drawn, read back and kept in one transaction, so that no slip is without its paper."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from claims.models import Claim, Slip
from claims.services.charges import TermsMissing, amounts_due
from claims.services.slips import SlipRefused, issue_slip
from debtors.models import Person
from notices.letter import Unprintable
from notices.models import PrintRun, SlipPaper
from notices.services import engine
from notices.services.desk_paper import paper_of, parts_of
from notices.services.letter_data import ProfileIncomplete
from notices.services.runs import person_slip_allowed
from toyota_collect import audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import SettingMissing
from toyota_collect.documents.store import document_bytes, keep_document
from toyota_collect.models import Document

KIND = "desk_slip"


@transaction.atomic
def make_slips(
    *, person_id: int, claim_ids: Sequence[int], policy: str, as_of: date, due_on: date, issued_on: date, by: Any
) -> list[Slip]:
    """Issue the slips for these claims and keep the paper to hand over; older slips of the claims become invalid.

    Raises:
        Person.DoesNotExist: no such person.
        SlipRefused: a claim cannot be asked for (``issue_slip``), one slip for everything is not allowed, or the paper
            cannot be printed; nothing is made then.
    """
    person = Person.objects.get(pk=person_id)
    if policy == PrintRun.SlipPolicy.PERSON and not person_slip_allowed(issued_on):
        raise SlipRefused("全部で1枚の納付書は、設定値「letter.person_slip_allowed」で認められていません。")
    try:
        claims = list(Claim.objects.filter(pk__in=claim_ids).select_related("kind").order_by("kind__position", "pk"))
        parts = parts_of(claims, amounts_due(claims, as_of=as_of), policy, on=issued_on)
        if not parts:
            raise SlipRefused("期別を1つ以上選んでください。")
        days = {"as_of": as_of, "due_on": due_on, "issued_on": issued_on}
        slips = [
            issue_slip(person_id=person_id, claim_ids=[int(x.claim_ref) for x in lines], title=title, by=by, **days)
            for title, _, lines in parts
        ]
        paper = paper_of(person, slips, parts, policy)
        content, pages = engine.render_slips(paper)
    except Unprintable as error:
        raise SlipRefused(f"納付書を印刷できる形にできません。{error.text}") from error
    except (ProfileIncomplete, SettingMissing, TermsMissing) as error:
        raise SlipRefused(str(error)) from error
    subject = {"kind": KIND, "subject_type": "debtors.person", "subject_key": person.number}
    keep_paper(slips, content, number=paper.number, pages=pages, by=by, **subject)
    return slips


def keep_paper(slips: Sequence[Slip], content: bytes, *, number: str, pages: int, by: Any, **subject: str) -> Document:
    """Keep the PDF on which the slips stand, and which slip stands on it. Call it where the slips are issued.

    ``subject``: kind, subject_type and subject_key of the document.
    """
    path = f"slips/{fiscal_year(slips[0].issued_on)}/{slips[0].reference}.pdf"
    document = keep_document(number=number, path=path, content=content, pages=pages, by=by, **subject)
    SlipPaper.objects.bulk_create(SlipPaper(slip=slip, document=document) for slip in slips)
    audit.record(event="slip.paper_kept", by=by, target=document, detail={"sha256": document.sha256})
    return document


def paper_bytes(*, slip_id: int, today: date) -> bytes:
    """The stored paper of a slip, as long as every slip on it may still be paid with.

    Raises:
        SlipPaper.DoesNotExist: no such slip, or it has no paper of its own (it came with a letter).
        SlipRefused: a slip on it is invalid, paid or past its last day; the message says what to do.
        DocumentLost: the file is gone or is not what was stored.
    """
    document: Document = SlipPaper.objects.select_related("document").get(slip_id=slip_id).document
    for slip in Slip.objects.filter(paper__document=document).with_money():
        if (state := slip.state(on=today)) != Slip.State.VALID:
            raise SlipRefused(
                f"納付書 {slip.reference} は「{state.label}」のため、もう一度は印刷できません。"
                "支払いに要るときは、新しい納付書を作ってください。"
            )
    return document_bytes(document)
