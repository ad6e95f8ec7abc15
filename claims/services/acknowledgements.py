"""債務承認書: printed at the counter for signature, and taken back signed. Only then do the clocks of its claims move."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from claims.models import Acknowledgement, AcknowledgementLine, Claim, ClaimEvent, ClaimKindTerms, Plan
from claims.rules.prescription import Status
from claims.services import clock_acts
from claims.services.charges import TermsMissing, amounts_due
from claims.services.clocks import ClockUnknown, clocks_for
from debtors.models import Person
from debtors.protection import hidden_people
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.documents.store import draw_number, letterhead, make_document

KIND, SUBJECT = "acknowledgement", "claims.acknowledgement"
SERIES, MARK = "acknowledgement", "豊債管承"
WORDS = "acknowledgement.words"
LAPSED = (Status.EXTINCT, Status.AWAITING_ENYO)


class AcknowledgementRefused(Exception):
    """The paper cannot be made or taken back; the message says why and what to do, in Japanese."""


@transaction.atomic
def make_paper(*, person_id: int, claim_ids: Sequence[int], on: date, by: Any) -> Acknowledgement:
    """Print 債務承認書 for claims of the person. The same claims on the same day give the paper that waits already.

    Raises:
        Person.DoesNotExist: no such person.
        AcknowledgementRefused: claims that are not the person's, owe nothing or have lapsed (地方税法18条2項, 民法145条), or
            a setting that the paper needs is missing.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    claims = _claims(person, claim_ids)
    if waiting := _same(person, claims, on=on):
        return waiting
    try:
        clocks = clocks_for(claims, as_of=on)
        dues = amounts_due(claims, as_of=on, with_steps=False)
        words, head = value_on(WORDS, on), letterhead(on)
    except (ClockUnknown, TermsMissing, SettingMissing) as missing:
        raise AcknowledgementRefused(str(missing)) from missing
    for claim in claims:
        if clocks[claim.pk].status in LAPSED:
            raise AcknowledgementRefused(
                f"{_name(claim)}は時効の期間を過ぎています。承認は受けられません。この期別を外してください。"
            )
    rows = [{"claim": claim, "due": dues[claim.pk], "class_name": _class(dues[claim.pk].terms)} for claim in claims]
    names = ("principal_yen", "fee_yen", "late_yen", "cost_yen", "total_yen")
    context = head | {
        "person": person,
        "hidden": person.pk in hidden_people([person.pk], on=on),
        "rows": rows,
        "sums": {name: sum(getattr(row["due"], name) for row in rows) for name in names},
        "words": words,
    }
    document = make_document(
        template="documents/acknowledgement.html",
        context=context,
        kind=KIND,
        number=draw_number(series=SERIES, mark=MARK, on=on),
        subject_type="debtors.person",
        subject_key=person.number,
        by=by,
    )
    paper = Acknowledgement.objects.create(person=person, document=document, made_on=on, by=by)
    parts = ("principal_yen", "fee_yen", "late_yen", "cost_yen")
    AcknowledgementLine.objects.bulk_create(
        AcknowledgementLine(
            acknowledgement=paper, claim=claim, **{part: getattr(dues[claim.pk], part) for part in parts}
        )
        for claim in claims
    )
    detail = {"person": person.number, "claims": len(claims)}
    audit.record(event="acknowledgement.made", by=by, target=paper, detail=detail)
    return paper


@transaction.atomic
def take_signed(
    *, paper_id: int, signed_on: date, signer: str, signed_as: str, today: date, by: Any
) -> Acknowledgement:
    """Take the signed paper: each claim on it, and no other, is acknowledged on that day. Twice does no more than once.

    Raises:
        Acknowledgement.DoesNotExist: no such paper.
        AcknowledgementRefused: it was given up, lacks its signer, the day lies before the paper or in the future, the
            ledger has moved since it was printed, or a claim may not be acknowledged any more.
    """
    paper = (
        Acknowledgement.objects.select_for_update(of=("self",)).select_related("person", "document").get(pk=paper_id)
    )
    if paper.signed_on:
        return paper
    if paper.dropped_on:
        raise AcknowledgementRefused("この承認書は取りやめています。新しく印刷してください。")
    if not signer.strip() or signed_as not in Plan.Signer.values:
        raise AcknowledgementRefused("署名した人の氏名と立場を入れてください。")
    if not paper.made_on <= signed_on <= today:
        raise AcknowledgementRefused("署名を受けた日は、承認書を作った日から今日までの日にしてください。")
    lines = list(paper.lines.select_related("claim__kind"))
    _check_unmoved(lines)
    try:
        clock_acts.record_fact(
            person_id=paper.person_id,
            claim_ids=[line.claim_id for line in lines],
            kind=ClaimEvent.Kind.ACKNOWLEDGEMENT,
            on=signed_on,
            today=today,
            origin=f"債務承認書 {paper.document.number}"[:60],
            by=by,
        )
    except clock_acts.ActRefused as refused:
        raise AcknowledgementRefused(str(refused)) from refused
    paper.signed_on, paper.signer, paper.signed_as = signed_on, signer.strip()[:120], signed_as
    paper.taken_by, paper.taken_at = by, timezone.now()
    paper.save()
    detail = {"person": paper.person.number, "signed_on": signed_on.isoformat(), "claims": len(lines)}
    audit.record(event="acknowledgement.signed", by=by, target=paper, detail=detail)
    return paper


@transaction.atomic
def drop(*, paper_id: int, on: date, by: Any) -> Acknowledgement:
    """Give up a paper that will not be signed. Raises ``AcknowledgementRefused`` where it is signed already."""
    paper = Acknowledgement.objects.select_for_update().get(pk=paper_id)
    if paper.signed_on:
        raise AcknowledgementRefused("署名を受けた承認書です。取り消すときは、時効ボードで承認を取り消してください。")
    if paper.dropped_on is None:
        paper.dropped_on = on
        paper.save()
        audit.record(event="acknowledgement.dropped", by=by, target=paper)
    return paper


def _claims(person: Person, claim_ids: Sequence[int]) -> list[Claim]:
    claims = list(
        Claim.objects.filter(pk__in=claim_ids, identity__person=person)
        .outstanding()
        .select_related("kind")
        .order_by("kind__position", "due_on", "pk")
    )
    if not claims or len(claims) != len(set(claim_ids)):
        raise AcknowledgementRefused("この人の未納の期別だけを、1つ以上選んでください。")
    return claims


def _same(person: Person, claims: Sequence[Claim], *, on: date) -> Acknowledgement | None:
    """A paper that waits with the same claims and the same balances."""
    wanted = {claim.pk: (claim.principal_yen, claim.fee_yen, claim.cost_yen) for claim in claims}
    for paper in person.acknowledgements.filter(made_on=on, signed_on=None, dropped_on=None).prefetch_related("lines"):
        found = {line.claim_id: (line.principal_yen, line.fee_yen, line.cost_yen) for line in paper.lines.all()}
        if found == wanted:
            return paper
    return None


def _check_unmoved(lines: Sequence[AcknowledgementLine]) -> None:
    """What is signed must be what is owed: money booked since the paper makes it wrong."""
    for line in lines:
        claim = line.claim
        if (claim.principal_yen, claim.fee_yen, claim.cost_yen) != (line.principal_yen, line.fee_yen, line.cost_yen):
            raise AcknowledgementRefused(
                f"{_name(claim)}の残額が、承認書を作ったあとに変わりました。取りやめて、新しく印刷してください。"
            )


def _class(terms: ClaimKindTerms) -> str:
    return terms.get_legal_class_display()


def _name(claim: Claim) -> str:
    return f"{claim.kind.short_name} {claim.levy_year}年度 {claim.instalment_label}"
