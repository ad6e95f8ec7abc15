"""納付書: asking for a sum for named claims. A new slip for a claim makes every older one that names it invalid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from claims.models import Claim, Payment, Plan, PlanInstalment, PlanLine, Slip, SlipLine
from claims.services.charges import amounts_due
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.dated import value_on
from toyota_collect.documents.barcodes import slip_number
from toyota_collect.wareki import long_text

REPLACED = "新しい納付書を作ったため"
REGISTER_SLIPS = """
INSERT INTO claims_slip (person_id, number, barcode, reference, title, issued_on, as_of, due_on, amount_yen,
    origin, void_reason, by_id, made_at)
SELECT given.*, 'letter', '', %s, now() FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::date[], %s::date[], %s::date[], %s::bigint[]) AS given
ON CONFLICT (number) DO NOTHING RETURNING number, id
"""
REGISTER_LINES = """
INSERT INTO claims_slipline (slip_id, claim_id, principal_yen, fee_yen, late_yen, cost_yen)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
"""


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
    *, person_id: int, claim_ids: Sequence[int], as_of: date, due_on: date, issued_on: date, by: Any, title: str = ""
) -> Slip:
    """Make a slip for everything the claims owe on ``as_of``, to be used up to ``due_on``.

    ``title`` is what the paper will say; without one, the kinds.

    Raises:
        Person.DoesNotExist: no such person.
        SlipRefused: no claims; a claim that is not the person's, owes nothing, has lapsed or lapses before ``due_on``;
            a deadline in the past or before ``as_of``.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if due_on < issued_on:
        raise SlipRefused("使用期限が発行日より前です。後の日付を入れてください。")
    if due_on < as_of:
        raise SlipRefused("使用期限が、延滞金の基準日より前です。基準日を使用期限までの日にしてください。")
    claims = list(
        Claim.objects.filter(pk__in=claim_ids, identity__person=person).select_related("kind").order_by("due_on", "pk")
    )
    if not claims or len(claims) != len(set(claim_ids)):
        raise SlipRefused("この人の期別を1つ以上選んでください。")
    for claim in claims:
        _refuse_lapsed(claim, issued_on=issued_on, due_on=due_on)
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
        title=(title or title_of(claims))[:120],
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
    voided = _void_older([slip.pk], on=issued_on)
    detail = {"person": person.number, "yen": total, "claims": len(claims), "voided": voided}
    audit.record(event="slip.issued", by=by, target=slip, detail=detail)
    return slip


@transaction.atomic
def issue_plan_slips(*, plan_id: int, numbers: Sequence[int], issued_on: date, by: Any) -> list[Slip]:
    """Make a slip for each named instalment of a plan and kind of claim, for just what it pays of each claim.

    Older slips of the claims become invalid; those of one call stand side by side, whatever claims they share.

    Raises:
        Plan.DoesNotExist: no such plan.
        SlipRefused: the plan is not running, an instalment is not its own or its day has passed, or a claim lapses
            before its day.
    """
    plan = Plan.objects.select_for_update(of=("self",)).select_related("person").get(pk=plan_id)
    if not plan.is_running:
        raise SlipRefused("誓約書を受けて続いている分納だけ、各回の納付書を作れます。")
    chosen = list(plan.instalments.filter(number__in=numbers).prefetch_related("lines__claim__kind").order_by("number"))
    if not chosen or len(chosen) != len(set(numbers)):
        raise SlipRefused("納付書を作る回を1つ以上選んでください。")
    issuer = value_on("city.profile", issued_on)["issuer_code"]
    slips = [
        _plan_slip(plan, one, lines, issuer=issuer, issued_on=issued_on, by=by)
        for one in chosen
        for lines in _by_kind(one)
    ]
    voided = _void_older([slip.pk for slip in slips], on=issued_on)
    detail = {"person": plan.person.number, "plan": plan.history_number, "slips": len(slips), "voided": voided}
    audit.record(event="slips.of_plan", by=by, target=plan, detail=detail)
    return slips


def _by_kind(one: PlanInstalment) -> list[list[PlanLine]]:
    """What shares a slip: claims of one kind, or of kinds that are billed together."""
    shared: dict[tuple[str, str], list[PlanLine]] = {}
    for line in one.lines.all():
        kind = line.claim.kind
        shared.setdefault(("joint", kind.joint_slip) if kind.joint_slip else ("kind", kind.code), []).append(line)
    return list(shared.values())


def _plan_slip(
    plan: Plan, one: PlanInstalment, lines: list[PlanLine], *, issuer: str, issued_on: date, by: Any
) -> Slip:
    if one.due_on < issued_on:
        raise SlipRefused(f"{one.number}回目の納付期限は過ぎています。いまの未納額で納付書を作ってください。")
    yen = sum(line.principal_yen + line.fee_yen + line.late_yen + line.cost_yen for line in lines)
    for line in lines:
        _refuse_lapsed(line.claim, issued_on=issued_on, due_on=one.due_on)
    number = f"{_next_number():014d}1".ljust(21, "0")
    slip = Slip.objects.create(
        person=plan.person,
        origin=Slip.Origin.PLAN,
        instalment=one,
        number=number,
        barcode=slip_number(company=issuer, free=number[:15], amount_yen=yen, due_on=one.due_on) or "",
        reference=f"M-{int(number[:14]):08d}",
        title=f"分納{one.number}回目　{title_of([line.claim for line in lines])}"[:120],
        issued_on=issued_on,
        as_of=one.due_on,
        due_on=one.due_on,
        amount_yen=yen,
        by=by,
    )
    parts = ("principal_yen", "fee_yen", "late_yen", "cost_yen")
    SlipLine.objects.bulk_create(
        SlipLine(slip=slip, claim=line.claim, **{part: getattr(line, part) for part in parts}) for line in lines
    )
    return slip


@transaction.atomic
def register_letter_slips(found: Iterable[LetterSlip], *, by: Any) -> int:
    """Make the slips of letters known, so that money paid with them finds its claims; safe to run again.

    Returns how many were new. The statements do not grow in number with the slips.
    """
    given = list(found)
    if not given:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(REGISTER_SLIPS, [by.pk, *_columns(given)])
        ids: dict[str, int] = dict(cursor.fetchall())
        lines = [(ids[one.number], *line) for one in given if one.number in ids for line in one.lines]
        cursor.execute(REGISTER_LINES, list(map(list, zip(*lines, strict=True))) or [[]] * 6)
    if ids:
        voided = _void_older(list(ids.values()), on=given[0].issued_on)
        audit.record(event="slips.registered", by=by, detail={"slips": len(ids), "voided": voided})
    return len(ids)


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


@transaction.atomic
def void_slips(*, slip_ids: Sequence[int], on: date, reason: str, by: Any) -> int:
    """Take slips out of use that nobody holds; return how many. Those void already, or paid with, are left as they are.

    A slip that money came with says what it was for: void, it would only make a case of a payment that is in order.
    """
    paid = Payment.objects.filter(slip=OuterRef("pk"), state__in=["provisional", "final"])
    slips = Slip.objects.filter(~Exists(paid), pk__in=slip_ids, voided_on=None)
    voided = slips.update(voided_on=on, void_reason=reason[:200])
    if voided:
        audit.record(event="slips.voided", by=by, detail={"slips": voided, "reason": reason[:200]})
    return voided


def title_of(claims: Sequence[Claim]) -> str:
    """The kinds on the slip, each once, in the order of the claims."""
    names = list(dict.fromkeys(claim.kind.name for claim in claims))
    return "・".join(names) if len(names) <= 3 else f"{names[0]} ほか{len(names) - 1}種目"


def _columns(given: Sequence[LetterSlip]) -> list[list[Any]]:
    rows = (
        (o.person_id, o.number, o.barcode, o.reference, o.title[:120], o.issued_on, o.as_of, o.due_on, o.yen)
        for o in given
    )
    return list(map(list, zip(*rows, strict=True)))


def _void_older(slip_ids: Sequence[int], *, on: date) -> int:
    """Make slips invalid that name a claim of a newer one; the newer one is written down beside them.

    Letters of one run to several who answer for a claim stand side by side: their numbers begin with those of the run.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE claims_slip o SET voided_on = %s, void_reason = %s, replaced_by_id = n.newer
            FROM (
                SELECT old.slip_id, max(fresh.slip_id) AS newer
                FROM claims_slipline fresh JOIN claims_slipline old ON old.claim_id = fresh.claim_id
                JOIN claims_slip mine ON mine.id = fresh.slip_id JOIN claims_slip theirs ON theirs.id = old.slip_id
                WHERE NOT (
                    mine.origin = 'letter' AND theirs.origin = 'letter' AND mine.issued_on = theirs.issued_on
                    AND left(mine.number, 4) = left(theirs.number, 4) AND mine.person_id <> theirs.person_id
                ) AND fresh.slip_id = ANY(%s) AND old.slip_id < fresh.slip_id AND NOT old.slip_id = ANY(%s)
                GROUP BY old.slip_id
            ) n WHERE o.id = n.slip_id AND o.voided_on IS NULL
            """,
            [on, REPLACED, slip_ids, slip_ids],
        )
        return int(cursor.rowcount)


def _refuse_lapsed(claim: Claim, *, issued_on: date, due_on: date) -> None:
    """A slip must not bring money that nobody may take any more (地方税法18条2項)."""
    last = claim.prescribes_on
    if last is None or last >= due_on:
        return
    name = f"{claim.kind.short_name} {claim.notice_number}"
    if last < issued_on:
        raise SlipRefused(f"{name} は時効の期間を過ぎています。納付書は作れません。")
    raise SlipRefused(
        f"{name} は {long_text(last)} に時効の期間が終わります。使用期限をその日までにするか、この期別を外してください。"
    )


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_desk_slip_number')")
        return int(cursor.fetchone()[0])
