"""What was sent for claims, when, and whether it came back; and the papers, with every claim that stands on them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Any

from notices.models import Dunning, Letter, LetterClaim, Notice, NoticeClaim, ReturnedLetter
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import Document
from toyota_collect.registry import Exhibit
from toyota_collect.wareki import short_text

SENT = ("posted", "returned")


def exhibits(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    """督促状, 催告書 and letters to one person that were posted by ``on``; eight queries, however many the claims."""
    yield from _dunnings(claim_ids, on)
    yield from _letters(claim_ids, on)
    yield from _notices(claim_ids, on)


def _dunnings(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    """A 督促状 is of one claim; what lies in one document with it is told of by the paper as well."""
    own = Dunning.objects.filter(claim__in=claim_ids, state__in=SENT, run__issued_on__lte=on)
    rows: list[Dunning] = list(own.select_related("run", "claim", "document").order_by("run__issued_on", "pk"))
    back = _returns(dunning__in=[row.pk for row in rows])
    beside: dict[int, dict[int, str]] = defaultdict(dict)
    papers = Dunning.objects.filter(document__in={row.document_id for row in rows if row.document_id})
    for paper, claim, ground in papers.values_list("document", "claim", "claim__ground"):
        beside[paper][claim] = ground
    for row in rows:
        sent_on = row.run.issued_on
        yield _record(f"dunning:{row.pk}", "督促状の送付", sent_on, {row.claim_id: row.claim.ground}, back.get(row.pk))
        if row.document:
            yield _paper(f"dunning-paper:{row.pk}", "督促状", sent_on, beside[row.document.pk], row.document)


def _letters(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    """催告書 over all claims of a person: its posting is a fact of each claim; its paper tells of all of them."""
    asked = LetterClaim.objects.filter(claim__in=claim_ids, role="").values("letter")
    found = Letter.objects.filter(pk__in=asked, state__in=SENT, run__is_sample=False).select_related("run", "document")
    letters = {row.pk: row for row in found.defer("snapshot").order_by("run", "serial")}
    days: dict[int, date] = {}
    for run, guest, day in Letter.objects.filter(pk__in=letters, run__seals__broken_at=None).values_list(
        "run__seals__posted_on", "pk", "travels_with__run__seals__posted_on"
    ):
        if (posted := day or run) is not None:
            days[guest] = posted
    back = _returns(letter__in=list(letters))
    lines: dict[int, dict[int, str]] = defaultdict(dict)
    of_letters = LetterClaim.objects.filter(letter__in=letters).values_list("letter", "claim", "claim__ground")
    for letter_id, claim, ground in of_letters:
        lines[letter_id][claim] = ground
    for pk, letter in letters.items():
        sent_on = days.get(pk, letter.run.issued_on)
        if sent_on > on:
            continue
        mine = {claim: ground for claim, ground in lines[pk].items() if claim in claim_ids}
        yield _record(f"letter:{pk}", "催告書の送付", sent_on, mine, back.get(pk))
        yield _paper(f"letter-paper:{pk}", "催告書", sent_on, lines[pk], letter.document)


def _notices(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    asked = NoticeClaim.objects.filter(claim__in=claim_ids).values("notice")
    found = Notice.objects.filter(pk__in=asked, state__in=SENT, posted_on__lte=on).select_related("document")
    notices = {row.pk: row for row in found.order_by("posted_on", "pk")}
    back = _returns(notice__in=list(notices))
    lines: dict[int, dict[int, str]] = defaultdict(dict)
    for notice, claim, ground in NoticeClaim.objects.filter(notice__in=notices).values_list(
        "notice", "claim", "claim__ground"
    ):
        lines[notice][claim] = ground
    for pk, row in notices.items():
        sent_on: Any = row.posted_on
        kind = "letter" if row.demands else "other_letter"  # what helps or holds is nothing a court needs
        if row.demands:
            mine = {claim: ground for claim, ground in lines[pk].items() if claim in claim_ids}
            yield _record(f"notice:{pk}", f"{row.kind_name}の送付", sent_on, mine, back.get(pk))
        yield _paper(f"notice-paper:{pk}", row.kind_name, sent_on, lines[pk], row.document, kind=kind)


def _record(key: str, title: str, on: date, claims: dict[int, str], returned: str | None) -> Exhibit:
    """That it was sent: a fact of the claims that were asked for, and of no other."""
    return Exhibit(
        key=key,
        kind="letter",
        title=title,
        day=on,
        claims=frozenset(claims),
        grounds=frozenset(claims.values()),
        text=returned or "",
    )


def _paper(
    key: str, title: str, on: date, claims: dict[int, str], document: Document | None, *, kind: str = "letter"
) -> Exhibit:
    """The paper itself, which tells of every claim on it and carries an address."""
    return Exhibit(
        key=key,
        kind=kind,
        title=f"{title}の控え",
        day=on,
        claims=frozenset(claims),
        grounds=frozenset(claims.values()),
        addressed=True,
        name=f"{title}.pdf",
        sha256=document.sha256 if document else "",
        content_type="application/pdf" if document else "",
        read=_reader(document) if document else None,
    )


def _reader(document: Document) -> Callable[[], bytes]:
    return lambda: document_bytes(document)


def _returns(**of: Iterable[int]) -> dict[int, str]:
    """By the paper: when it came back and why."""
    (field,) = of
    key = f"{field.removesuffix('__in')}_id"
    rows = ReturnedLetter.objects.filter(**of).order_by("pk")
    return {getattr(row, key): f"返戻 {short_text(row.returned_on)}（{row.get_reason_display()}）" for row in rows}
