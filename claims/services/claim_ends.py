"""不納欠損: claims that end unpaid, each with its ground, article, decision and fiscal year.

Nobody writes a claim off by picking it: every ground has its own candidates, found from dated facts, and the approval
holds only for the balances and last days that were drafted.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from claims.models import Claim, ClaimEnd, ClaimEndLine, ClaimEvent, ClaimKindTerms, EndGround, Entry, Hold, Slip
from claims.rules.holds import stop_ends_on
from claims.services.charges import AmountDue, amounts_due, kind_terms
from claims.services.claim_end_papers import decision_paper
from claims.services.clocks import STOP_DAY_COUNTS, refresh_clocks
from claims.services.events import EventRefused, record_events
from claims.services.holds import close_with_claims
from claims.services.posting import BookingRefused, Line, accounting_year, post
from claims.services.receipts import lock_claims
from claims.services.slips import void_slip
from debtors.querysets import in_force
from toyota_collect import approvals, audit
from toyota_collect.calendar import fiscal_year, years_before
from toyota_collect.dated import value_on, value_or
from toyota_collect.models import Approval
from toyota_collect.money import comma
from toyota_collect.wareki import long_text

SUBJECT = "claims.claim_end"
GROUNDS, IMMEDIATE_VARIANTS = "claim_end.grounds", "claim_end.immediate_variants"
MOST = 200  # claims of one decision: so many can be read with their evidence
YEARS_TO_EXEMPTION = 10  # 施行令171条の7第1項: after performance was put off
BALANCES = ("principal_yen", "fee_yen", "late_yen", "cost_yen")


class EndRefused(Exception):
    """The write-off cannot be asked for or booked; the message says why and what to do, in Japanese."""


def candidates(ground: str, *, on: date, person_id: int | None = None) -> list[Claim]:
    """Open claims for which the ground holds on ``on``, by kind and due date; of one person, if named."""
    claims = Claim.objects.outstanding().select_related("kind", "identity__person")
    if person_id:
        claims = claims.filter(identity__person=person_id)
    classes = value_on(GROUNDS, on)[ground]["classes"]
    terms = kind_terms()
    rows = claims.filter(_condition(ground, on=on)).order_by("kind__position", "due_on", "pk").distinct()
    fitting = [claim for claim in rows if terms.of(claim).legal_class in classes]
    if ground not in (EndGround.PRESCRIPTION, EndGround.STOPPED):
        return fitting
    by_stop = _ended_by_stop(fitting, on=on)
    return [claim for claim in fitting if (claim.pk in by_stop) == (ground == EndGround.STOPPED)]


def law_of(ground: str, *, on: date) -> str:
    return str(value_on(GROUNDS, on)[ground]["law"])


@transaction.atomic
def draft(
    *, ground: str, claim_ids: Sequence[int], reason: str, by: Any, on: date, received_on: date | None = None
) -> ClaimEnd:
    """Draft the decision (不納欠損決議) for many claims at once, and ask for it.

    Args:
        received_on: the day on which the application to invoke prescription arrived (時効の援用 only).

    Raises:
        EndRefused: no or too many claims, a claim for which the ground does not hold or that is being decided on, no
            reason, or no day of receipt.
    """
    if ground not in EndGround.values:
        raise EndRefused("事由を選んでください。")
    if not 1 <= len(set(claim_ids)) <= MOST:
        raise EndRefused(f"1件以上{MOST}件までを選んでください。いまは{len(set(claim_ids))}件です。")
    if not reason.strip():
        raise EndRefused("理由を書いてください。決議書に載ります。")
    if ground == EndGround.ENYO and (received_on is None or received_on > on):
        raise EndRefused("援用の申出書を受け付けた日（今日まで）を入れてください。")
    lock_claims(claim_ids)
    fitting = {claim.pk: claim for claim in candidates(ground, on=received_on or on)}
    if missing := set(claim_ids) - set(fitting):
        raise EndRefused(f"{len(missing)}件は、この事由に当たらないか、残額がありません。一覧を開き直してください。")
    if ClaimEndLine.objects.filter(claim__in=claim_ids, end__approval__decision="").exists():
        raise EndRefused("すでに不納欠損の決裁を待っている期別があります。外してください。")
    claims = [fitting[pk] for pk in sorted(set(claim_ids))]
    dues = amounts_due(claims, as_of=on, with_steps=False)
    end = ClaimEnd.objects.create(
        ground=ground,
        law=law_of(ground, on=on),
        reason=reason.strip(),
        drafted_on=on,
        received_on=received_on if ground == EndGround.ENYO else None,
        by=by,
    )
    lines = ClaimEndLine.objects.bulk_create(
        [
            ClaimEndLine(
                end=end,
                claim=claim,
                late_now_yen=dues[claim.pk].late_yen,
                last_day=claim.prescribes_on,
                **{name: getattr(claim, name) for name in BALANCES},
            )
            for claim in claims
        ]
    )
    try:
        end.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(end.pk),
            subject_url=reverse("claims:end", args=[end.pk]),
            title=f"不納欠損（{end.get_ground_display()}・{len(lines)}件）",
            amount_yen=sum(line.total_yen for line in lines),
            reason=end.reason,
            evidence=_evidence(end, lines),
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise EndRefused(str(refused)) from refused
    end.save(update_fields=["approval"])
    audit.record(event="claim_end.drafted", by=by, target=end, detail={"ground": ground, "claims": len(lines)})
    return end


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """Book the write-offs with the late charge that had accrued, end slips and holds, and keep the decision's paper.

    Raises:
        EndRefused: it was booked before, or a balance or a clock is not what was drafted.
    """
    end = ClaimEnd.objects.select_for_update().get(pk=int(approval.subject_key))
    if end.booked_on:
        raise EndRefused("この不納欠損は、すでに記帳されています。")
    pks = lock_claims(end.lines.values_list("claim_id", flat=True))
    claims = {claim.pk: claim for claim in Claim.objects.filter(pk__in=pks).select_related("kind")}
    lines = list(end.lines.all())
    _check_unchanged(end, lines, claims)
    dues = amounts_due(claims.values(), as_of=today, with_steps=False)
    year = accounting_year(today, today=today)
    entries: list[Line] = []
    for line in lines:
        written = _entries(claims[line.claim_id], dues[line.claim_id], end, on=today, year=year)
        line.booked_yen = -sum(one.yen for one in written if one.kind == Entry.Kind.WRITE_OFF)
        entries += written
    _invoke(end, pks, by=by)
    try:
        post(
            entries,
            by=by,
            event="claims.written_off",
            subject_type=SUBJECT,
            subject_key=str(end.pk),
            detail={"ground": end.ground, "claims": len(pks)},
        )
    except BookingRefused as refused:
        raise EndRefused(str(refused)) from refused
    ClaimEndLine.objects.bulk_update(lines, ["booked_yen"])
    end.booked_on, end.fiscal_year = today, year or fiscal_year(today)
    for slip in Slip.objects.filter(lines__claim__in=pks, voided_on=None).distinct():
        void_slip(slip_id=slip.pk, on=today, reason="不納欠損のため", by=by)
    close_with_claims(pks, on=today, by=by)
    refresh_clocks(pks)
    end.document = decision_paper(end, decided_by=by, on=today)
    end.save()


def _check_unchanged(end: ClaimEnd, lines: Sequence[ClaimEndLine], claims: dict[int, Claim]) -> None:
    still = {claim.pk for claim in candidates(end.ground, on=end.received_on or end.drafted_on)}
    for line in lines:
        claim = claims[line.claim_id]
        name = f"{claim.kind.short_name} {claim.notice_number} {claim.instalment_label}"
        if any(getattr(claim, name_) != getattr(line, name_) for name_ in BALANCES):
            raise EndRefused(f"{name}の残額が、案を作ったあとで変わりました。差し戻して、案を作り直してください。")
        if claim.prescribes_on != line.last_day or claim.pk not in still:
            raise EndRefused(
                f"{name}の時効などの事実が、案を作ったあとで変わりました。差し戻して、案を作り直してください。"
            )


def _entries(claim: Claim, due: AmountDue, end: ClaimEnd, *, on: date, year: int | None) -> list[Line]:
    """All that is owed, the late charge determined first: what is lost is written down whole."""
    facts: dict[str, Any] = {"on": on, "claim_id": claim.pk, "accounting_year": year}
    facts["note"] = f"不納欠損（{end.get_ground_display()}）"
    running = due.late_yen - claim.late_yen
    lines = [Line(Entry.Kind.LATE_FIXED, Entry.Component.LATE, running, **facts)] if running > 0 else []
    parts = {
        Entry.Component.PRINCIPAL: claim.principal_yen,
        Entry.Component.FEE: claim.fee_yen,
        Entry.Component.LATE: max(due.late_yen, claim.late_yen),
        Entry.Component.COST: claim.cost_yen,
    }
    return lines + [Line(Entry.Kind.WRITE_OFF, part, -yen, **facts) for part, yen in parts.items() if yen]


def _invoke(end: ClaimEnd, claim_ids: Sequence[int], *, by: Any) -> None:
    """時効の援用 is a dated fact of its own (民法145条)."""
    if end.ground != EndGround.ENYO or end.received_on is None:
        return
    try:
        record_events(
            claim_ids=claim_ids, kind=ClaimEvent.Kind.ENYO, on=end.received_on, origin="時効援用申出書", by=by
        )
    except EventRefused as refused:
        raise EndRefused(str(refused)) from refused


def _condition(ground: str, *, on: date) -> Q:
    lapsed = Q(prescribes_on__lt=on)
    if ground in (EndGround.PRESCRIPTION, EndGround.STOPPED, EndGround.ENYO):
        return lapsed
    holds = Hold.objects.filter(in_force(on), claim__isnull=False)
    if ground == EndGround.IMMEDIATE:
        variants = value_or(IMMEDIATE_VARIANTS, on, [])
        return Q(pk__in=holds.filter(reason=Hold.Reason.EXECUTION_STOP, variant__in=variants).values("claim"))
    if ground == EndGround.EXEMPTION:
        put_off = Hold.objects.filter(
            reason=Hold.Reason.DEFERRED_PERFORMANCE, starts_on__lte=years_before(on, YEARS_TO_EXEMPTION)
        )
        return Q(pk__in=put_off.values("claim"))
    stopped = holds.filter(reason=Hold.Reason.COLLECTION_STOP, starts_on__lte=years_before(on, 1))
    return lapsed | Q(pk__in=stopped.values("claim"))  # 債権管理条例15条 (to be confirmed)


def _ended_by_stop(claims: Sequence[Claim], *, on: date) -> set[int]:
    """Claims whose last day is the end of the three years of an execution stop."""
    counts = bool(value_or(STOP_DAY_COUNTS, on, False))
    stops = ClaimEvent.objects.filter(
        claim__in=[claim.pk for claim in claims], kind=ClaimEvent.Kind.STOP, until=None, withdrawn_at=None
    )
    ends = {(pk, stop_ends_on(day, first_day_counts=counts)) for pk, day in stops.values_list("claim_id", "on")}
    return {claim.pk for claim in claims if (claim.pk, claim.prescribes_on) in ends}


def _evidence(end: ClaimEnd, lines: Sequence[ClaimEndLine]) -> dict[str, Any]:
    terms = kind_terms()
    classes = {terms.of(line.claim).legal_class for line in lines}
    shown: dict[str, Any] = {
        "事由": end.get_ground_display(),
        "根拠": end.law,
        "区分": "・".join(str(ClaimKindTerms.LegalClass(one).label) for one in sorted(classes)),
        "件数": len(lines),
        "本税・元金（円）": sum(line.principal_yen for line in lines),
        "延滞金等（円）": sum(line.late_now_yen + line.fee_yen + line.cost_yen for line in lines),
    }
    if end.received_on:
        shown["申出の受付"] = end.received_on.isoformat()
    return shown | {
        f"{line.claim.identity.person.name if line.claim.identity.person else '—'}　{line.claim.kind.short_name} "
        f"{line.claim.notice_number} {line.claim.instalment_label}": f"{comma(line.total_yen)}円"
        + (f"　最終日 {long_text(line.last_day)}" if line.last_day else "")
        for line in lines
    }
