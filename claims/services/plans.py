"""分納: drafting a plan, taking its signed deed, ending it. What the ledger then says of it is in ``plan_standing``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from claims.models import Claim, ClaimEvent, Entry, Hold, Plan, PlanClaim, PlanInstalment, PlanLine
from claims.rules.plan import PlanRefused as NoSchedule
from claims.rules.plan import Terms
from claims.rules.prescription import Status
from claims.services import events, holds
from claims.services.charges import TermsMissing
from claims.services.clocks import ClockUnknown
from claims.services.plan_facts import Choice, Proposal, grace_days
from debtors.models import Person, WorkItem
from debtors.services_work import close_work_item
from toyota_collect import approvals, audit
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import value_or
from toyota_collect.models import Approval
from toyota_collect.money import comma
from toyota_collect.registry import registry
from toyota_collect.wareki import long_text

CHANNELS = "plan.hold_channels"
REVIEW = "claims.plan_review"


class PlanRefused(Exception):
    """The plan cannot be made, signed or ended; the message says why and what to do, in Japanese."""


@transaction.atomic
def draft(
    *,
    person_id: int,
    claim_ids: Sequence[int],
    terms: Terms,
    on: date,
    by: Any,
    affordability: Mapping[str, Any] | None = None,
    replaces_id: int | None = None,
    reason: str = "",
) -> Plan:
    """Draft a plan for claims of the person; nothing is agreed before its deed is signed.

    ``reason``: why a former plan is made anew, or why a private claim whose period has run out stands in it; the latter
    asks a second person to review it, and no deed is printed before that (民法145条).

    Raises:
        Person.DoesNotExist: no such person.
        PlanRefused: a claim is not the person's, owes nothing, has lapsed or stands in another plan; a payment day in the
            past; no schedule; or no reason where one is needed.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    replaces = _to_replace(person, replaces_id, reason)
    claims = _claims(person, claim_ids, replaces=replaces)
    if terms.starts_on < on:
        raise PlanRefused("最初の納付日をさがす日が過ぎています。今日以降にしてください。")
    proposal = _propose(claims, terms, on=on)
    if proposal.lapsed and not reason.strip():
        raise PlanRefused(
            f"{_name(proposal.lapsed[0])}は時効期間が満了しています。承認を受けると援用できなくなるため、対象にする理由を"
            "書いて、個別の審査を受けてください（民法145条）。"
        )
    number = (person.plans.aggregate(last=Max("history_number"))["last"] or 0) + 1
    made = proposal.schedule
    plan = Plan.objects.create(
        person=person,
        history_number=number,
        replaces=replaces,
        replan_reason=reason.strip()[:500],
        terms=_terms_json(terms),
        affordability=dict(affordability or {}),
        amount_yen=made.amount_yen,
        total_yen=made.total_yen,
        late_yen=made.late_yen,
        estimated=made.estimated,
        drafted_on=on,
        by=by,
    )
    _write_parts(plan, proposal)
    if proposal.lapsed:
        _ask_review(plan, proposal, reason=reason, by=by)
    detail = {"person": person.number, "number": number, "yen": made.total_yen, "instalments": len(made.instalments)}
    audit.record(event="plan.drafted", by=by, target=plan, detail=detail)
    return plan


@transaction.atomic
def sign(*, plan_id: int, signed_on: date, signer: str, signed_as: str, by: Any, today: date) -> Plan:
    """Take the signed deed (誓約書を受けた): each of its claims, and no other, is acknowledged and left in peace.

    A plan that this one replaces ends on the same day.

    Raises:
        Plan.DoesNotExist: no such plan.
        PlanRefused: it is not a draft, has no deed or signer; the day lies before the deed or in the future; the ledger
            has moved since it was drafted; a claim has lapsed, stands in another plan or is held as a plan by hand.
    """
    plan = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("person", "deed", "review", "replaces")
        .get(pk=plan_id)
    )
    _check_signing(plan, signed_on=signed_on, signer=signer, signed_as=signed_as, today=today)
    parts = list(plan.claims.select_related("claim__kind"))
    list(Claim.objects.select_for_update(of=("self",)).filter(pk__in=[part.claim_id for part in parts]).order_by("pk"))
    _claims(plan.person, [part.claim_id for part in parts], replaces=plan.replaces, apart_from=plan)
    _check_unmoved(parts)
    try:
        events.record_events(
            claim_ids=[part.claim_id for part in parts],
            kind=ClaimEvent.Kind.ACKNOWLEDGEMENT,
            on=signed_on,
            by=by,
            origin=f"分納誓約書 {plan.deed.number}"[:60],
            reviewed=is_reviewed(plan),
        )
        handed = _end_replaced(plan, on=signed_on, by=by) if plan.replaces else {}
        _hold(plan, parts, handed, on=signed_on, by=by)
    except (events.EventRefused, holds.HoldRefused) as refused:
        raise PlanRefused(str(refused)) from refused
    plan.signed_on, plan.signer, plan.signed_as = signed_on, signer.strip()[:120], signed_as
    plan.last_entry = Entry.objects.filter(claim__plans__plan=plan).aggregate(last=Max("pk"))["last"] or 0
    plan.save()
    detail = {"person": plan.person.number, "signed_on": signed_on.isoformat(), "claims": len(parts)}
    audit.record(event="plan.signed", by=by, target=plan, detail=detail)
    return plan


@transaction.atomic
def close(*, plan_id: int, on: date, reason: str, by: Any) -> Plan:
    """End a plan by a person's decision: a signed one is cancelled (取消), a draft given up (取りやめ).

    The acknowledgement stays; the channels speak again from ``on``.

    Raises:
        Plan.DoesNotExist: no such plan.
        PlanRefused: it has ended, or no reason is given.
    """
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.closed_on:
        raise PlanRefused(f"この分納は、すでに「{plan.get_closed_as_display()}」になっています。")
    if not reason.strip():
        raise PlanRefused("終わらせる理由を書いてください。")
    end_holds(plan, on=on, by=by)
    closed_as = Plan.Closed.CANCELLED if plan.signed_on else Plan.Closed.DISCARDED
    _close(plan, closed_as, on=on, reason=reason.strip(), by=by)
    return plan


def end_holds(plan: Plan, *, on: date, by: Any) -> None:
    """Let the plan's holds end, so that the channels speak again from ``on`` (at the earliest the day after their start)."""
    for part in plan.claims.filter(hold__isnull=False).select_related("hold"):
        if part.hold.ends_on is None:
            holds.end_hold(hold_id=part.hold_id, ends_on=max(on, part.hold.starts_on + ONE_DAY), by=by)


def is_reviewed(plan: Plan) -> bool:
    """Whether a second person has allowed its lapsed private claims to be acknowledged."""
    return plan.review is not None and plan.review.decision == Approval.Decision.APPROVED


def subject_key(plan: Plan) -> str:
    return f"plan:{plan.pk}"


# --- drafting ------------------------------------------------------------------------------------------


def _propose(claims: Sequence[Claim], terms: Terms, *, on: date) -> Proposal:
    try:
        choice = Choice(claims, on=on)
        if gone := choice.with_status(Status.EXTINCT):
            raise PlanRefused(
                f"{_name(gone[0])}は時効などで消滅しています。徴収も債務の承認もできません。対象から外してください。"
            )
        return choice.propose(terms)
    except (NoSchedule, TermsMissing, ClockUnknown, ValueError) as refused:
        raise PlanRefused(str(refused)) from refused


def _claims(
    person: Person, claim_ids: Sequence[int], *, replaces: Plan | None, apart_from: Plan | None = None
) -> list[Claim]:
    claims = list(
        Claim.objects.filter(pk__in=claim_ids, identity__person=person)
        .outstanding()
        .select_related("kind")
        .order_by("due_on", "pk")
    )
    if not claims or len(claims) != len(set(claim_ids)):
        raise PlanRefused("この人の未納の期別を1つ以上選んでください。納め終わった期別は外してください。")
    others = [plan.pk for plan in (replaces, apart_from) if plan]
    taken = PlanClaim.objects.filter(claim__in=claims, plan__signed_on__isnull=False, plan__closed_on=None)
    if part := taken.exclude(plan__in=others).select_related("claim__kind", "plan").first():
        raise PlanRefused(
            f"{_name(part.claim)}は、別の分納（誓約履歴{part.plan.history_number}）の対象です。その分納を組み直してください。"
        )
    return claims


def _to_replace(person: Person, replaces_id: int | None, reason: str) -> Plan | None:
    if replaces_id is None:
        return None
    found = person.plans.filter(pk=replaces_id, signed_on__isnull=False, closed_on=None).first()
    if found is None:
        raise PlanRefused("組み直す分納が見つからないか、すでに終わっています。")
    if not reason.strip():
        raise PlanRefused("分納を組み直す理由を書いてください。")
    return found


def _write_parts(plan: Plan, proposal: Proposal) -> None:
    dues = proposal.dues
    PlanClaim.objects.bulk_create(
        PlanClaim(
            plan=plan,
            claim=claim,
            position=position,
            principal_yen=dues[claim.pk].principal_yen,
            fee_yen=dues[claim.pk].fee_yen,
            late_yen=dues[claim.pk].late_yen,
            cost_yen=dues[claim.pk].cost_yen,
        )
        for position, claim in enumerate(proposal.claims, 1)
    )
    lines = []
    for one in proposal.schedule.instalments:
        made = PlanInstalment.objects.create(
            plan=plan, number=one.number, nominal_on=one.nominal_on, due_on=one.due_on, amount_yen=one.yen
        )
        lines += [
            PlanLine(
                instalment=made,
                claim_id=int(part.key),
                principal_yen=part.principal_yen,
                fee_yen=part.fee_yen,
                late_yen=part.late_yen,
                cost_yen=part.cost_yen,
            )
            for part in one.parts
        ]
    PlanLine.objects.bulk_create(lines)


def _ask_review(plan: Plan, proposal: Proposal, *, reason: str, by: Any) -> None:
    yen = sum(proposal.dues[claim.pk].total_yen for claim in proposal.lapsed)
    plan.review = approvals.ask(
        subject_type=REVIEW,
        subject_key=str(plan.pk),
        title=f"時効期間を過ぎた私債権を分納誓約書に載せる（{plan.person.name}）",
        by=by,
        amount_yen=yen,
        reason=reason.strip(),
        evidence={
            _name(claim): f"{_ended(claim)}　{comma(proposal.dues[claim.pk].total_yen)}円" for claim in proposal.lapsed
        },
        subject_url=reverse("claims:plan", args=[plan.pk]),
    )
    plan.save(update_fields=["review"])


def _ended(claim: Claim) -> str:
    return f"時効の期間は{long_text(claim.prescribes_on)}まで" if claim.prescribes_on else "時効の期間を過ぎている"


def _terms_json(terms: Terms) -> dict[str, Any]:
    """The terms as asked, for the page and for making the plan anew."""
    facts = asdict(terms)
    return facts | {name: facts[name].isoformat() for name in ("starts_on", "until") if facts[name]}


# --- signing and ending -----------------------------------------------------------------------------------


def _check_signing(plan: Plan, *, signed_on: date, signer: str, signed_as: str, today: date) -> None:
    if plan.signed_on or plan.closed_on:
        raise PlanRefused("この分納は署名待ちではありません。画面を開き直してください。")
    if plan.review_id and not is_reviewed(plan):
        raise PlanRefused("時効期間を過ぎた私債権の審査が済んでいません。承認されるまで誓約書は受けられません。")
    if plan.deed is None:
        raise PlanRefused("誓約書をまだ作っていません。印刷して署名を受けてから登録してください。")
    if not signer.strip() or signed_as not in Plan.Signer.values:
        raise PlanRefused("署名した人の氏名と立場を入れてください。")
    if not plan.drafted_on <= signed_on <= today:
        raise PlanRefused("誓約書を受けた日は、起案日から今日までの日にしてください。")
    if plan.replaces and plan.replaces.closed_on:
        raise PlanRefused("組み直す前の分納は、すでに終わっています。新しく組んでください。")


def _check_unmoved(parts: Sequence[PlanClaim]) -> None:
    """The deed must acknowledge what is owed: money booked since the draft makes it wrong."""
    for part in parts:
        claim = part.claim
        drafted = (part.principal_yen, part.fee_yen, part.cost_yen)
        if (claim.principal_yen, claim.fee_yen, claim.cost_yen) != drafted:
            raise PlanRefused(
                f"{_name(claim)}の残額が、誓約書を作ったあとに変わりました。この案を取りやめ、組み直してください。"
            )


def _hold(plan: Plan, parts: Sequence[PlanClaim], handed: Mapping[int, Hold], *, on: date, by: Any) -> None:
    channels = [code for code in value_or(CHANNELS, on, ["notice", "seizure"]) if code in registry.channels]
    last = plan.instalments.aggregate(last=Max("due_on"))["last"]
    for part in parts:
        part.hold = handed.get(part.claim_id) or holds.place_hold(
            person_id=plan.person_id,
            reason=Hold.Reason.PLAN,
            channels=channels,
            starts_on=on,
            review_on=last + timedelta(days=grace_days(on) + 1),
            claim_id=part.claim_id,
            note=f"誓約履歴{plan.history_number}",
            by=by,
        )
        part.save(update_fields=["hold"])


def _end_replaced(plan: Plan, *, on: date, by: Any) -> dict[int, Hold]:
    """End the plan that this one replaces; return holds that began only today, for the new plan to go on with."""
    old = Plan.objects.select_for_update().get(pk=plan.replaces_id)
    kept = set(plan.claims.values_list("claim", flat=True))
    handed = {}
    for part in old.claims.filter(hold__ends_on=None, hold__isnull=False).select_related("hold"):
        if part.claim_id in kept and part.hold.starts_on >= on:
            handed[part.claim_id] = part.hold
        else:
            holds.end_hold(hold_id=part.hold_id, ends_on=max(on, part.hold.starts_on + ONE_DAY), by=by)
    reason = f"誓約履歴{plan.history_number}に組み直し。{plan.replan_reason}"
    _close(old, Plan.Closed.REPLACED, on=on, reason=reason[:500], by=by)
    return handed


def _close(plan: Plan, closed_as: str, *, on: date, reason: str, by: Any) -> None:
    plan.closed_on, plan.closed_as, plan.close_reason, plan.closed_by = on, closed_as, reason[:500], by
    plan.save()
    for item in WorkItem.objects.filter(person=plan.person_id, subject_key=subject_key(plan), closed_at=None):
        close_work_item(item_id=item.pk, outcome=plan.get_closed_as_display(), by=by, on=on)
    audit.record(event=f"plan.{closed_as}", by=by, target=plan, detail={"reason": plan.close_reason})


def _name(claim: Claim) -> str:
    return f"{claim.kind.short_name} {claim.instalment_label}"
