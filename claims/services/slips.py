"""納付書: asking for a sum for named claims. A new slip for a claim makes every older one that names it invalid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from claims.models import Claim, Slip, SlipLine
from claims.services.charges import amounts_due
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.dated import value_on
from toyota_collect.documents.barcodes import slip_number

REPLACED = "新しい納付書を作ったため"


class SlipRefused(Exception):
    """No slip can be made; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class LetterSlip:
    """A slip as a letter prints it; ``lines`` are (claim id, principal, fee, late, cost) in yen."""

    person_id: int
    number: str
    barcode: str
    reference: str
    title: str
    issued_on: date
    as_of: date
    due_on: date
    lines: tuple[tuple[int, int, int, int, int], ...]

    @property
    def yen(self) -> int:
        return sum(sum(line[1:]) for line in self.lines)


@transaction.atomic
def issue_slip(
    *, person_id: int, claim_ids: Sequence[int], as_of: date, due_on: date, issued_on: date, by: Any
) -> Slip:
    """Make a slip for everything the claims owe on ``as_of``, to be used up to ``due_on``.

    Raises:
        Person.DoesNotExist: no such person.
        SlipRefused: no claims, a claim that is not the person's, owes nothing or has lapsed, or a deadline in the past.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if due_on < issued_on:
        raise SlipRefused("使用期限が発行日より前です。後の日付を入れてください。")
    claims = list(
        Claim.objects.filter(pk__in=claim_ids, identity__person=person).select_related("kind").order_by("due_on", "pk")
    )
    if not claims or len(claims) != len(set(claim_ids)):
        raise SlipRefused("この人の期別を1つ以上選んでください。")
    if lapsed := [claim for claim in claims if claim.prescribes_on and claim.prescribes_on < issued_on]:
        raise SlipRefused(
            f"{lapsed[0].kind.short_name} {lapsed[0].notice_number} は時効の期間を過ぎています。納付書は作れません。"
        )
    dues = amounts_due(claims, as_of=as_of)
    if empty := [claim for claim in claims if not dues[claim.pk].total_yen]:
        raise SlipRefused(f"{empty[0].kind.short_name} {empty[0].notice_number} に未納はありません。外してください。")
    total = sum(dues[claim.pk].total_yen for claim in claims)
    number = f"{_next_number():014d}1".ljust(21, "0")  # the 15th digit tells desk slips from those of a run
    issuer = value_on("city.profile", issued_on)["issuer_code"]
    slip = Slip.objects.create(
        person=person,
        origin=Slip.Origin.DESK,
        number=number,
        barcode=slip_number(company=issuer, free=number[:15], amount_yen=total, due_on=due_on) or "",
        reference=f"M-{int(number[:14]):08d}",
        title=title_of(claims),
        issued_on=issued_on,
        as_of=as_of,
        due_on=due_on,
        amount_yen=total,
        by=by,
    )
    SlipLine.objects.bulk_create(
        SlipLine(
            slip=slip,
            claim=claim,
            principal_yen=dues[claim.pk].principal_yen,
            fee_yen=dues[claim.pk].fee_yen,
            late_yen=dues[claim.pk].late_yen,
            cost_yen=dues[claim.pk].cost_yen,
        )
        for claim in claims
    )
    voided = _void_older([slip], on=issued_on)
    detail = {"person": person.number, "yen": total, "claims": len(claims), "voided": voided}
    audit.record(event="slip.issued", by=by, target=slip, detail=detail)
    return slip


@transaction.atomic
def register_letter_slips(found: Iterable[LetterSlip], *, by: Any) -> int:
    """Make the slips of letters known, so that money paid with them finds its claims; safe to run again."""
    given = list(found)
    known = set(Slip.objects.filter(number__in=[one.number for one in given]).values_list("number", flat=True))
    fresh = [one for one in given if one.number not in known]
    slips = Slip.objects.bulk_create(
        [
            Slip(
                person_id=one.person_id,
                origin=Slip.Origin.LETTER,
                number=one.number,
                barcode=one.barcode,
                reference=one.reference,
                title=one.title[:120],
                issued_on=one.issued_on,
                as_of=one.as_of,
                due_on=one.due_on,
                amount_yen=one.yen,
                by=by,
            )
            for one in fresh
        ],
        batch_size=2_000,
    )
    SlipLine.objects.bulk_create(
        [
            SlipLine(slip=slip, claim_id=claim, principal_yen=principal, fee_yen=fee, late_yen=late, cost_yen=cost)
            for slip, one in zip(slips, fresh, strict=True)
            for claim, principal, fee, late, cost in one.lines
        ],
        batch_size=5_000,
    )
    if slips:
        _void_older(slips, on=slips[0].issued_on)
    return len(slips)


@transaction.atomic
def void_slip(*, slip_id: int, on: date, reason: str, by: Any) -> Slip:
    """Take a slip out of use. Raises ``SlipRefused`` where it is void already or no reason is given."""
    slip = Slip.objects.select_for_update().get(pk=slip_id)
    if slip.voided_on:
        raise SlipRefused("この納付書はすでに無効です。")
    if not reason.strip():
        raise SlipRefused("無効にする理由を書いてください。")
    slip.voided_on, slip.void_reason = on, reason.strip()[:200]
    slip.save()
    audit.record(event="slip.voided", by=by, target=slip, detail={"reason": slip.void_reason})
    return slip


def title_of(claims: Sequence[Claim]) -> str:
    """The kinds on the slip, each once, in the order of the claims."""
    names = list(dict.fromkeys(claim.kind.name for claim in claims))
    return "・".join(names) if len(names) <= 3 else f"{names[0]} ほか{len(names) - 1}種目"


def _void_older(slips: Sequence[Slip], *, on: date) -> int:
    """Make slips invalid that name a claim of a newer one; the newer one is written down beside them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE claims_slip o SET voided_on = %s, void_reason = %s, replaced_by_id = n.newer
            FROM (
                SELECT old.slip_id, max(fresh.slip_id) AS newer
                FROM claims_slipline fresh JOIN claims_slipline old ON old.claim_id = fresh.claim_id
                WHERE fresh.slip_id = ANY(%s) AND old.slip_id < fresh.slip_id AND NOT old.slip_id = ANY(%s)
                GROUP BY old.slip_id
            ) n WHERE o.id = n.slip_id AND o.voided_on IS NULL
            """,
            [on, REPLACED, [slip.pk for slip in slips], [slip.pk for slip in slips]],
        )
        return int(cursor.rowcount)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_desk_slip_number')")
        return int(cursor.fetchone()[0])
