"""移管, the office's side: take over, send back, look into a stop instead, and give back what was taken over.

Taking over needs a decision (決裁). It changes who works on the claim, never who books its money.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from claims.models import Entry, Handover, HandoverLine
from claims.services.charges import amounts_due
from claims.services.evidence import evidence_lamps
from claims.services.handover_papers import decision_paper
from claims.services.handovers import HandoverRefused, State, close_if_empty, leave, why_not
from claims.services.receipts import lock_claims
from debtors.models import Person, WorkItem
from debtors.services_work import CASE, WorkItemRefused, close_work_item, open_work_item
from toyota_collect import approvals, audit
from toyota_collect.dated import value_or
from toyota_collect.models import Approval
from toyota_collect.money import comma
from toyota_collect.templatetags.tc import fiscal_year_short
from toyota_collect.wareki import short_text

SUBJECT = "claims.handover_acceptance"
WORK_DAYS = "handover.work_days"


@transaction.atomic
def ask_acceptance(*, handover_id: int, line_ids: Sequence[int], reason: str, by: Any, on: date) -> Approval:
    """Ask for the decision to take the claims over.

    Raises:
        Handover.DoesNotExist: no such basket.
        HandoverRefused: nothing is chosen, a line does not wait any more, a claim may not be written to today, or a
            decision on the basket is open.
    """
    handover = _locked(handover_id)
    lines = _waiting(handover, line_ids)
    if refused := why_not([line.claim for line in lines], on=on):
        why = "、".join(sorted(set(refused.values())))
        raise HandoverRefused(f"{len(refused)}件は受け入れられません（{why}）。差し戻すか、選択から外してください。")
    total = sum(
        due.total_yen for due in amounts_due([line.claim for line in lines], as_of=on, with_steps=False).values()
    )
    try:
        approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(handover.pk),
            subject_url=reverse("claims:handover-office", args=[handover.pk]),
            title=f"移管の受入れ（{handover.section}・{len(lines)}件）",
            amount_yen=total,
            reason=reason.strip(),
            evidence=_evidence(handover, lines, total, on=on),
            by=by,
        )
    except approvals.ApprovalRefused as refused_now:
        raise HandoverRefused(str(refused_now)) from refused_now
    HandoverLine.objects.filter(pk__in=[line.pk for line in lines]).update(approval=approval)
    audit.record(event="handover.acceptance_asked", by=by, target=handover, detail={"claims": len(lines)})
    return approval


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """Take the claims over: 移管決定通知書 a person, and the next step for who works on the person.

    Raises:
        HandoverRefused: a line does not wait any more, or a claim was paid, held or has lapsed since it was asked.
    """
    handover = _locked(int(approval.subject_key))
    lines = _waiting(
        handover, list(handover.lines.filter(approval=approval).values_list("pk", flat=True)), asked=approval
    )
    if refused := why_not([line.claim for line in lines], on=today):
        why = "、".join(sorted(set(refused.values())))
        raise HandoverRefused(f"起案のあとで{len(refused)}件が変わりました（{why}）。差し戻して、選び直してください。")
    dues = amounts_due([line.claim for line in lines], as_of=today, with_steps=False)
    last = _last_entry()
    for line in lines:
        due = dues[line.claim_id]
        line.principal_yen, line.other_yen = due.principal_yen, due.other_yen
        line.state, line.decided_on, line.decided_by, line.last_entry = State.ACCEPTED, today, by, last
    for person, group in groupby(lines, key=lambda line: line.claim.identity.person):
        of_person = list(group)
        paper = decision_paper(handover, of_person, by=by, on=today)
        for line in of_person:
            line.decision = paper
        yen = sum(line.total_yen for line in of_person)
        _next_step(
            person,
            handover,
            reason=f"{handover.section}から移管（{len(of_person)}件 {comma(yen)}円）",
            next_step="移管決定通知書を渡し、財産と事情を調べて方針を決める",
            subject_key=key_of(handover),
            by=by,
            on=today,
        )
    fields = ["principal_yen", "other_yen", "state", "decided_on", "decided_by", "last_entry", "decision"]
    HandoverLine.objects.bulk_update(lines, fields)
    audit.record(
        event="handover.accepted", by=by, target=handover, detail={"claims": [line.claim_id for line in lines]}
    )
    close_if_empty(handover, on=today)


@transaction.atomic
def send_back(*, handover_id: int, line_ids: Sequence[int], reason: str, by: Any, on: date) -> int:
    """Send claims back to the section with the reason (差戻し); how many. The section may hand them over again.

    Raises:
        Handover.DoesNotExist: no such basket.
        HandoverRefused: nothing is chosen, a line does not wait any more, or no reason is given.
    """
    handover, lines = _chosen(handover_id, line_ids, reason)
    leave(lines, state=State.RETURNED, reason=reason, by=by, on=on)
    audit.record(
        event="handover.sent_back", by=by, target=handover, detail={"claims": len(lines), "reason": reason[:500]}
    )
    close_if_empty(handover, on=on)
    return len(lines)


@transaction.atomic
def propose_stop(*, handover_id: int, line_ids: Sequence[int], reason: str, by: Any, on: date) -> int:
    """Do not take over what nothing can be collected from: each person's claims become a step to look into a stop.

    Raises: like :func:`send_back`.
    """
    handover, lines = _chosen(handover_id, line_ids, reason)
    leave(lines, state=State.STOP_REVIEW, reason=reason, by=by, on=on)
    for person, group in groupby(lines, key=lambda line: line.claim.identity.person):
        of_person = list(group)
        yen = sum(line.claim.outstanding_yen for line in of_person)
        _next_step(
            person,
            handover,
            reason=f"{handover.section}の移管の申出で資力なしと見られる（{len(of_person)}件 {comma(yen)}円）",
            next_step="財産と生活の状況を調べ、執行停止・徴収停止を検討する",
            subject_key=f"{key_of(handover)}:stop",
            by=by,
            on=on,
        )
    audit.record(
        event="handover.stop_proposed", by=by, target=handover, detail={"claims": len(lines), "reason": reason[:500]}
    )
    close_if_empty(handover, on=on)
    return len(lines)


@transaction.atomic
def give_back(*, line_id: int, reason: str, by: Any, on: date) -> HandoverLine:
    """Give a claim that was taken over back to its section (返還), with the reason.

    Raises:
        HandoverLine.DoesNotExist: no such line.
        HandoverRefused: it is not with the office, or no reason is given.
    """
    line = (
        HandoverLine.objects.select_for_update(of=("self",))
        .select_related("handover__section", "claim__identity")
        .get(pk=line_id)
    )
    if line.state != State.ACCEPTED:
        raise HandoverRefused("この期別は、いま債権管理課にありません。")
    if not reason.strip():
        raise HandoverRefused("返す理由を書いてください。所管課に伝わります。")
    line.state, line.reason = State.BACK, reason.strip()[:500]
    line.back_on, line.back_by, line.back_entry = on, by, _last_entry()
    line.save()
    audit.record(event="handover.given_back", by=by, target=line, detail={"reason": line.reason})
    person = line.claim.identity.person_id
    others = line.handover.lines.filter(state=State.ACCEPTED, claim__identity__person=person)
    if not others.exists():
        for item in WorkItem.objects.filter(person=person, subject_key=key_of(line.handover), closed_at=None):
            close_work_item(item_id=item.pk, outcome=f"{line.handover.section}に返還した"[:200], by=by, on=on)
    return line


def key_of(handover: Handover) -> str:
    """The subject of the steps that follow from the basket."""
    return f"handover:{handover.pk}"


def _locked(handover_id: int) -> Handover:
    return Handover.objects.select_for_update(of=("self",)).select_related("section").get(pk=handover_id)


def _chosen(handover_id: int, line_ids: Sequence[int], reason: str) -> tuple[Handover, list[HandoverLine]]:
    handover = _locked(handover_id)
    if not reason.strip():
        raise HandoverRefused("理由を書いてください。所管課に伝わります。")
    return handover, _waiting(handover, line_ids)


def _waiting(handover: Handover, line_ids: Sequence[int], *, asked: Approval | None = None) -> list[HandoverLine]:
    """The chosen lines, a person's together, all of them waiting for the office. ``asked``: the decision carried out."""
    if handover.stage != "asked":
        raise HandoverRefused("この箱は、いま受入れを待っていません。")
    chosen = handover.lines.filter(pk__in=line_ids, state=State.PICKED)
    lock_claims(chosen.values_list("claim_id", flat=True))
    lines = list(
        chosen.select_related("approval", "claim__kind", "claim__identity__person").order_by(
            "claim__identity__person", "claim__kind__position", "claim__due_on", "pk"
        )
    )
    if not lines or len(lines) != len(set(line_ids)):
        raise HandoverRefused("選んだ期別がないか、すでに決まったものがあります。画面を開き直してください。")
    if any(line.is_being_decided and line.approval != asked for line in lines):
        raise HandoverRefused("決裁を待っている期別があります。決裁が済んでから選んでください。")
    return lines


def _next_step(
    person: Person, handover: Handover, *, reason: str, next_step: str, subject_key: str, by: Any, on: date
) -> None:
    """For who works on the person; where nobody does, it stands in the list of all."""
    case = WorkItem.objects.filter(person=person, subject_key=CASE, closed_at=None).select_related("owner").first()
    with suppress(WorkItemRefused):  # claims of the same basket came before these: their step is open
        open_work_item(
            person_id=person.pk,
            reason=reason[:200],
            next_step=next_step,
            due_on=on + timedelta(days=int(value_or(WORK_DAYS, on, 14))),
            owner=case.owner if case else None,
            subject_key=subject_key,
            subject_url=reverse("claims:handover-office", args=[handover.pk]),
            by=by,
        )


def _last_entry() -> int:
    return Entry.objects.aggregate(last=Max("pk"))["last"] or 0


def _evidence(handover: Handover, lines: Sequence[HandoverLine], total: int, *, on: date) -> dict[str, Any]:
    lamps = evidence_lamps([line.claim for line in lines], on=on)
    shown: dict[str, Any] = {
        "箱": str(handover),
        "予告": f"{short_text(handover.noticed_on)}（期限 {short_text(handover.deadline_on)}）",
        "件数": len(lines),
        "未納（円）": total,
    }
    for line in lines:
        claim = line.claim
        name = f"{claim.identity.person.name}　{claim.kind.short_name} {fiscal_year_short(claim.levy_year)} {claim.instalment_label}"
        why = "・".join(one["label"] for one in line.reasons)
        last_day = f"　時効 {short_text(claim.prescribes_on)}" if claim.prescribes_on else ""
        shown[f"{name}（{claim.notice_number}）"] = (
            f"{comma(claim.outstanding_yen)}円　{why}　書類 {lamps[claim.pk].text}{last_day}"
        )
    return shown
