"""The paper of 督促状: for each person one PDF, a sheet a claim and then the slips; for the run one print file."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from claims.models import ClaimKindTerms, SlipLine
from claims.services.charges import kind_terms
from claims.services.slips import SlipRefused
from notices.models import Dunning, DunningRun, PrintRun, SlipPaper
from notices.rules import dunning as rule
from notices.services import desk_slips
from notices.services.dunning_selection import destinations
from notices.services.dunnings import printed, pull
from notices.services.rendering import system_user
from toyota_collect import audit
from toyota_collect.dated import value_on
from toyota_collect.documents.explanation import reading
from toyota_collect.documents.pdf import joined
from toyota_collect.documents.store import document_bytes, keep_document, letterhead, render_pdf
from toyota_collect.models import Document
from toyota_collect.notice_text import parts_on
from toyota_collect.permissions import Ground

KIND, BUNDLE = "dunning", "dunning_bundle"
SUBJECT = "notices.dunning"


def make_all(*, run_id: int, today: date) -> None:
    """Make the paper of every person that waits, then the print file. Safe to run twice, and beside itself."""
    run = DunningRun.objects.get(pk=run_id)
    waiting = run.dunnings.filter(state=Dunning.State.WAITING)
    for serial in waiting.order_by("serial").values_list("serial", flat=True).distinct():
        make_person(run_id=run_id, serial=serial, today=today)
    finish(run_id=run_id)


@transaction.atomic
def make_person(*, run_id: int, serial: int, today: date) -> None:
    """The paper of one person (``serial`` in the run): whoever comes second finds nothing to do.

    What cannot be printed is pulled with its reason; the others are not kept waiting.
    """
    rows = list(
        Dunning.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(run_id=run_id, serial=serial, state=Dunning.State.WAITING, run__state=DunningRun.State.MAKING)
        .select_related("run", "person", "claim__kind")
        .order_by("number")
    )
    if not rows:
        return
    run, by = rows[0].run, system_user()
    try:
        with transaction.atomic():
            _make_paper(run, rows, by=by)
    except SlipRefused as error:
        for row in rows:
            pull(row, because=f"印刷できない：{error}"[:200], on=today, by=by)
        return


def _make_paper(run: DunningRun, rows: list[Dunning], *, by: Any) -> None:
    """Sheets and slips as one kept PDF, a slip a claim.

    Raises:
        SlipRefused: a slip cannot be made or printed.
    """
    person = rows[0].person
    slips = desk_slips.make_slips(
        person_id=person.pk,
        claim_ids=[row.claim_id for row in rows],
        policy=PrintRun.SlipPolicy.CLAIM,
        as_of=run.deadline_on,
        due_on=run.deadline_on,
        issued_on=run.issued_on,
        by=by,
    )
    slip_paper = SlipPaper.objects.select_related("document").get(slip=slips[0]).document
    lines = {line.claim_id: line for line in SlipLine.objects.filter(slip__in=slips)}
    sheets, _ = render_pdf("documents/dunning.html", _context(run, rows, lines))
    content, pages = joined([sheets, document_bytes(slip_paper)])
    document = keep_document(
        number=rows[0].number,
        kind=KIND,
        subject_type=SUBJECT,
        subject_key=f"{run.pk}:{rows[0].serial}",
        path=f"dunning/{run.pk}/{rows[0].serial:06d}.pdf",
        content=content,
        pages=pages,
        by=by,
    )
    for row in rows:
        row.document, row.slip_id, row.state = document, lines[row.claim_id].slip_id, Dunning.State.MADE
        row.save()


def _context(run: DunningRun, rows: list[Dunning], lines: dict[int, SlipLine]) -> dict[str, Any]:
    on, person, terms = run.issued_on, rows[0].person, kind_terms()
    words, appeals = parts_on("dunning", on, {}), value_on("dunning.appeal", on)
    to = rows[0].sent_to or printed(destinations([rows[0].claim], on=on).get(rows[0].claim_id))
    sheets = [_sheet(row, lines[row.claim_id], terms.of(row.claim), words, appeals) for row in rows]
    return (
        letterhead(on)
        | read_as(person.letter_variant, words, sheets, until=run.deadline_on)
        | {
            "person": person,
            "postal_code": f"{to['postal_code'][:3]}-{to['postal_code'][3:]}",
            "address_lines": to["address_lines"],
            "name_lines": to["name_lines"],
            "honorific": to["honorific"],
            "run": run,
            "words": words,
            "sheets": sheets,
        }
    )


def read_as(form: str, words: Mapping[str, str], sheets: Sequence[Mapping[str, Any]], *, until: date) -> dict[str, Any]:
    """What the template needs to print the sheets of one person in the form they read: all they owe is one sum."""
    seizes = {sheet["seizes"] for sheet in sheets}
    return reading(
        form,
        words,
        total_yen=sum(sheet["row"].total_yen + sheet["late_yen"] for sheet in sheets),
        until=until,
        seizes=True in seizes,
        courts=False in seizes,
        appeal=any(sheet["appeal"] for sheet in sheets),
    )


def _sheet(
    row: Dunning, line: SlipLine, terms: ClaimKindTerms, words: dict[str, str], appeals: dict[str, str]
) -> dict[str, Any]:
    is_tax = row.claim.kind.ground == Ground.TAX
    return {
        "row": row,
        "late_yen": line.late_yen,
        "terms": terms,
        "seizes": rule.may_seize(legal_class=terms.legal_class, self_execution=terms.self_execution),
        "consequence": rule.consequence_of(words, legal_class=terms.legal_class, self_execution=terms.self_execution),
        "appeal": rule.appeal_text(appeals, body=row.appeal_body, is_tax=is_tax, city=settings.CITY_NAME),
    }


@transaction.atomic
def finish(*, run_id: int) -> None:
    """When nothing waits any more, join the papers in the order of the post into one print file."""
    run = DunningRun.objects.select_for_update().get(pk=run_id)
    if run.state != DunningRun.State.MAKING or run.dunnings.filter(state=Dunning.State.WAITING).exists():
        return
    in_order = [document for document, _ in _in_order(run)]
    if in_order:
        content, pages = joined([document_bytes(document) for document in in_order])
        run.bundle = keep_document(
            number=f"{run.title} 印刷用",
            kind=BUNDLE,
            subject_type="notices.dunningrun",
            subject_key=str(run.pk),
            path=f"dunning/{run.pk}/all.pdf",
            content=content,
            pages=pages,
            by=system_user(),
        )
    run.state = DunningRun.State.MADE
    run.save()
    audit.record(event="dunning.made", by=system_user(), target=run, detail={"papers": len(in_order)})


def first_pages(run: DunningRun) -> dict[int, int]:
    """The page of the print file on which each person's paper begins, by serial."""
    pages, begins = {}, 1
    for document, serial in _in_order(run):
        pages[serial] = begins
        begins += document.pages
    return pages


def _in_order(run: DunningRun) -> list[tuple[Document, int]]:
    """Papers with their serials in the order of the post; what could not be printed has none."""
    found = Document.objects.filter(dunnings__run=run).distinct().in_bulk()
    serials = run.dunnings.filter(document__in=found).order_by("serial").values_list("serial", "document").distinct()
    return [(found[document], serial) for serial, document in serials]
