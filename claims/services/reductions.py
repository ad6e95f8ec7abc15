"""延滞金等の減免: an application, its decision, and the entry that lowers the charge from then on (市税条例などの事由)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse

from claims.models import Claim, Entry, LateReduction
from claims.rules.late_charge import Relief, ReliefKind
from claims.services.charges import amounts_due, charge_relieved
from claims.services.posting import BookingRefused, Line, accounting_year, post
from claims.services.receipts import lock_claims
from toyota_collect import approvals, audit
from toyota_collect.dated import value_or
from toyota_collect.models import Approval

SUBJECT = "claims.late_reduction"
REASONS = "late_charge.reduction_reasons"
Kind = LateReduction.Kind


class ReductionRefused(Exception):
    """The reduction cannot be asked for or booked; the message says why and what to do, in Japanese."""


def reasons(*, on: date) -> list[str]:
    """What the ordinances accept as a reason, by the city's dated setting."""
    return [str(reason) for reason in value_or(REASONS, on, [])]


def reducible_yen(claim: Claim, reduction: LateReduction, *, on: date) -> int:
    """What the reduction takes off the late charge owed on ``on``; never more than is owed."""
    owed = amounts_due([claim], as_of=on)[claim.pk]
    if reduction.kind == Kind.FULL:
        return owed.late_yen
    if reduction.kind == Kind.PART:
        return min(reduction.yen or 0, owed.late_yen)
    assert reduction.from_on
    assert reduction.to_on
    relieved = charge_relieved(claim, as_of=on, relief=Relief(reduction.from_on, reduction.to_on, ReliefKind.FULL))
    return min(owed.charge.yen - relieved.yen, owed.late_yen)


@transaction.atomic
def ask(*, claim_id: int, kind: str, reason: str, evidence: str, applied_on: date, by: Any, on: date,
        yen: int | None = None, from_on: date | None = None, to_on: date | None = None) -> LateReduction:  # fmt: skip
    """Write the application and ask for its decision.

    Args:
        yen: the sum (``part`` only). from_on, to_on: both days included (``period`` only).

    Raises:
        Claim.DoesNotExist: no such claim.
        ReductionRefused: a reason the ordinances do not know, nothing to reduce, or day, sum or evidence is missing.
    """
    claim = Claim.objects.select_related("kind", "identity__person").get(pk=claim_id)
    if reason not in reasons(on=on):
        raise ReductionRefused("事由を選んでください。")
    if not evidence.strip() or applied_on > on:
        raise ReductionRefused("申請を受け付けた日（今日まで）と、確かめた書類・事実を入れてください。")
    if kind not in Kind.values or (kind == Kind.PART and (yen or 0) <= 0):
        raise ReductionRefused("減免のしかたを選び、一部の額のときは1円以上の額を入れてください。")
    if kind == Kind.PERIOD and (from_on is None or to_on is None or to_on < from_on):
        raise ReductionRefused("減免する期間の初日と最後の日を入れてください。")
    if LateReduction.objects.filter(claim=claim, approval__decision="").exists():
        raise ReductionRefused("この期別の減免は、すでに決裁を待っています。")
    made = LateReduction(
        claim=claim,
        kind=kind,
        yen=yen if kind == Kind.PART else None,
        from_on=from_on if kind == Kind.PERIOD else None,
        to_on=to_on if kind == Kind.PERIOD else None,
        applied_on=applied_on,
        reason=reason,
        evidence=evidence.strip(),
        by=by,
    )
    reduced_yen = reducible_yen(claim, made, on=on)
    if not reduced_yen:
        raise ReductionRefused("減免できる延滞金等がありません。額か期間を確かめてください。")
    made.save()
    person = claim.identity.person
    shown: dict[str, Any] = {
        "人": f"{person.name}（{person.number}）" if person else "—",
        "債権": f"{claim.kind.short_name} {claim.notice_number} {claim.instalment_label}",
        "減免のしかた": made.get_kind_display(),
        "本日の延滞金等（円）": amounts_due([claim], as_of=on)[claim.pk].late_yen,
        "減免する額（本日決定の場合・円）": reduced_yen,
        "申請の受付": applied_on.isoformat(),
        "確かめた書類・事実": made.evidence,
    }
    if made.from_on and made.to_on:
        shown |= {"期間の初日": made.from_on.isoformat(), "期間の最後の日": made.to_on.isoformat()}
    try:
        made.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(made.pk),
            subject_url=reverse("claims:claim", args=[claim.pk]),
            title=f"延滞金等の減免（{claim.kind.short_name} {claim.instalment_label}）",
            amount_yen=reduced_yen,
            reason=reason,
            evidence=shown,
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise ReductionRefused(str(refused)) from refused
    made.save(update_fields=["approval"])
    audit.record(event="late_reduction.asked", by=by, target=made, detail={"kind": kind})
    return made


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """Determine as much late charge as is reduced, and book the 減免; what the rule gives later is less by it.

    Raises:
        ReductionRefused: it was booked before, or nothing is left to reduce.
    """
    made = LateReduction.objects.select_for_update().get(pk=int(approval.subject_key))
    if made.booked_on:
        raise ReductionRefused("この減免は、すでに記帳されています。")
    lock_claims([made.claim_id])
    claim = Claim.objects.select_related("kind").get(pk=made.claim_id)
    yen = reducible_yen(claim, made, on=today)
    if not yen:
        raise ReductionRefused("減免できる延滞金等がなくなっています。差し戻してください。")
    facts: dict[str, Any] = {"on": today, "claim_id": claim.pk, "accounting_year": accounting_year(today, today=today)}
    facts["note"] = f"延滞金等の減免（{made.reason}）"
    running = yen - claim.late_yen
    lines = [Line(Entry.Kind.LATE_FIXED, Entry.Component.LATE, running, **facts)] if running > 0 else []
    lines.append(Line(Entry.Kind.EXEMPTION, Entry.Component.LATE, -yen, **facts))
    try:
        post(
            lines,
            by=by,
            event="late_charge.reduced",
            subject_type=SUBJECT,
            subject_key=str(made.pk),
            detail={"yen": yen},
        )
    except BookingRefused as refused:
        raise ReductionRefused(str(refused)) from refused
    made.booked_on, made.booked_yen = today, yen
    made.save(update_fields=["booked_on", "booked_yen"])
