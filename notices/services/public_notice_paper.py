"""What hangs on the board: who is to come for which document, and nothing that the law does not ask for. For a court, instead,
the report of the enquiry."""

from datetime import date
from typing import Any

from notices.models import PublicNotice
from notices.rules.address import recipient
from notices.rules.public_notice import Route
from notices.services.returned_papers import Paper, paper_of
from toyota_collect.dated import value_on
from toyota_collect.documents.store import draw_number, letterhead, make_document

KIND, REPORT_KIND = "public_notice", "enquiry_report"
MARK, WORDS = "public_notice.number_mark", "public_notice.words"


def make_paper(notice: PublicNotice, *, by: Any, on: date) -> None:
    """Draw the number and make the paper; the caller saves the notice.

    No address, amount or kind of claim stands on what is posted: everybody reads it. Raises ``SettingMissing``.
    """
    paper, route = paper_of(notice.returned), Route(notice.route)
    court = route is Route.COURT
    words = value_on(WORDS, on)
    notice.number = draw_number(series=KIND, mark=value_on(MARK, on), on=on)
    context = letterhead(on) | {
        "notice": notice,
        "name": recipient(_names(paper)),
        "documents": _documents(paper),
        "reason": words["reason"].format(law=route.law),
        "kept": words["kept"],
        "law": route.law,
        "returned": notice.returned,
        "enquiries": notice.returned.enquiries.select_related("by") if court else (),
    }
    notice.document = make_document(
        template=f"documents/{REPORT_KIND if court else KIND}.html",
        context=context,
        kind=REPORT_KIND if court else KIND,
        number=notice.number,
        subject_type="debtors.person",
        subject_key=paper.person.number,
        by=by,
    )


def _names(paper: Paper) -> list[str]:
    """The lines of the name as printed; of 督促状 older than what is kept of them, the person's own name."""
    if paper.letter:
        return list(paper.letter.snapshot["name_lines"])
    kept = paper.notice.sent_to if paper.notice else paper.dunnings[0].sent_to
    return list(kept.get("name_lines") or [paper.person.name])


def _documents(paper: Paper) -> list[dict[str, Any]]:
    if paper.letter:
        return [{"title": "催告書", "number": paper.letter.number, "on": paper.letter.run.issued_on}]
    if paper.notice:
        return [{"title": paper.notice.kind_name, "number": paper.notice.number, "on": paper.notice.issued_on}]
    return [{"title": "督促状", "number": one.number, "on": one.run.issued_on} for one in paper.dunnings]
