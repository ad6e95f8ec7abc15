"""猶予・停止: a draft with its evidence, its decision, the holds that carry it out, and the yearly look at it again.

One flow for all of them; what differs between them is in the table (``HoldTerms``) and in the checklists
(``hold.evidence``). Source: 地方税法15条〜15条の8, 地方自治法施行令171条の5・171条の6.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse

from claims.models import Claim, ClaimEvent, Hold, Measure, MeasureCheck, MeasureClaim
from claims.rules import holds as rules
from claims.rules.holds import Clock, Effect, Finding, NotAllowed, Row, effect, evidence_problems, rechecks_on, row_of
from claims.services import measure_papers
from claims.services.charges import amounts_due, kind_terms
from claims.services.clocks import STOP_DAY_COUNTS
from claims.services.events import EventRefused, record_events, refuse_lapsed
from claims.services.holds import HoldRefused, clocks_that_end_inside, end_hold, place_hold, terms_rows
from debtors.models import Person
from debtors.querysets import in_force
from toyota_collect import approvals, audit
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import value_or
from toyota_collect.models import Approval
from toyota_collect.wareki import long_text

CANCEL = "claims.measure_cancel"
DENIAL = "claims.measure_denial"  # adverse: decided one by one
EVIDENCE, EVIDENCE_MONTHS, SECURITY = "hold.evidence", "hold.evidence_months", "hold.security"


class MeasureRefused(Exception):
    """The measure cannot be asked for or carried out; the message says why and what to do, in Japanese."""


def subject_of(reason: str) -> str:
    """The subject type of the approvals of a reason: ``claims.execution_stop``."""
    return f"claims.{reason}"


def checklist(reason: str, variant: str, *, on: date) -> list[dict[str, Any]]:
    """What has to be looked into before: code, label, needed, and ``months`` after which it is too old (0: never)."""
    months = int(value_or(EVIDENCE_MONTHS, on, 6))
    rows = value_or(EVIDENCE, on, {}).get(f"{reason}.{variant}" if variant else reason, [])
    return [row | {"months": 0 if row.get("any_age") else months} for row in rows]


def stop_counts_first_day(*, on: date) -> bool:
    return bool(value_or(STOP_DAY_COUNTS, on, False))


@transaction.atomic
def draft(
    *,
    person_id: int,
    reason: str,
    variant: str,
    claim_ids: Sequence[int],
    starts_on: date,
    why: str,
    findings: Sequence[dict[str, str]],
    by: Any,
    on: date,
    ends_on: date | None = None,
    review_on: date | None = None,
    applied_on: date | None = None,
    new_due_on: date | None = None,
    agreed_late: str = "",
    security: str = "",
    extends_id: int | None = None,
    denies: bool = False,
) -> Measure:
    """Write the draft and ask for its decision; an application that was received acknowledges at once (民法152条).

    Args:
        findings: code, ``on`` (ISO date or "") and result of each item of the checklist.
        extends_id: the measure this one extends.
        denies: what is asked is to turn the application down.

    Raises:
        Person.DoesNotExist: no such person.
        MeasureRefused: the law, the table or the evidence does not allow it; nothing was written.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    claims = list(
        Claim.objects.filter(pk__in=claim_ids, identity__person=person)
        .outstanding()
        .select_related("kind")
        .order_by("pk")
    )
    if not claims or len(claims) != len(set(claim_ids)):
        raise MeasureRefused("未納のある期別を1つ以上選んでください。")
    if not why.strip():
        raise MeasureRefused("理由を書いてください。決裁の根拠になります。")
    former = _former(extends_id, person=person, reason=reason, claims=claims)
    asked: dict[str, Any] = {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "applied_on": applied_on,
        "new_due_on": new_due_on,
        "agreed_late": agreed_late,
    }
    effects = _effects(claims, reason=reason, variant=variant, former=former, **asked)
    row = effects[0].row
    if denies and row.clock is not Clock.APPLIED:
        raise MeasureRefused("不許可とできるのは、申請による猶予だけです。")
    found = [] if denies else _findings(reason, variant, findings, on=on)
    _refuse_twice(claims, reason=reason, on=starts_on, former=former)
    try:
        refuse_lapsed(claims, on=on)
    except EventRefused as refused:
        raise MeasureRefused(str(refused)) from refused
    measure = Measure.objects.create(
        person=person,
        reason=reason,
        variant=variant,
        label=row.label,
        denies=denies,
        review_on=review_on,
        security=security.strip(),
        why=why.strip(),
        findings=[_stored(one) for one in found],
        extends=former,
        drafted_on=on,
        by=by,
        **asked,
    )
    lines = _write_lines(measure, claims, as_of=on)
    owed_yen = sum(line.total_yen for line in lines)
    if (
        not denies
        and row.needs_security
        and ends_on
        and not security.strip()
        and security_needed(yen=owed_yen, starts_on=starts_on, ends_on=ends_on, on=on)
    ):
        raise MeasureRefused(
            "この額と期間の猶予には担保が要ります（地方税法16条）。担保か、徴しない理由を書いてください。"
        )
    if applied_on and row.clock is Clock.APPLIED:
        _acknowledge(measure, claims, by=by)
    _ask(measure, row, lines, found, by=by, on=on)
    audit.record(event="measure.drafted", by=by, target=measure, detail={"reason": reason, "variant": variant})
    return measure


def security_needed(*, yen: int, starts_on: date, ends_on: date, on: date) -> bool:
    """Whether a 猶予 of that sum and length needs security, by the city's dated limits."""
    limits = value_or(SECURITY, on, {"over_yen": 1_000_000, "over_months": 3})
    return rules.security_needed(
        yen=yen, starts_on=starts_on, ends_on=ends_on, limit_yen=limits["over_yen"], limit_months=limits["over_months"]
    )


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """Place a hold on each claim, draw up the notice and the yearly checks; or the notice that nothing is granted.

    An execution stop begins on the day of the decision at the earliest: nobody stops what is past.

    Raises:
        MeasureRefused: it was carried out before, or a claim has been paid or has lapsed since.
    """
    measure = Measure.objects.select_for_update().get(pk=int(approval.subject_key))
    if measure.decided_on:
        raise MeasureRefused("この案は、すでに決定されています。")
    claims = [line.claim for line in measure.lines.select_related("claim__kind")]
    if any(not claim.outstanding_yen for claim in claims):
        raise MeasureRefused("案を作ったあとで納付された期別があります。差し戻して、案を作り直してください。")
    measure.decided_on = today
    row = row_for(measure, claims[0])
    if not measure.denies:
        if row.clock is Clock.STOP:
            measure.starts_on = max(measure.starts_on, today)
            checks = rechecks_on(measure.starts_on)
            measure.review_on = checks[0]
            MeasureCheck.objects.bulk_create([MeasureCheck(measure=measure, due_on=day) for day in checks])
        try:
            for claim in claims:
                place_hold(
                    person_id=measure.person_id,
                    claim_id=claim.pk,
                    decision=approval,
                    measure=measure,
                    note=measure.why[:500],
                    by=by,
                    **{name: getattr(measure, name) for name in PASSED_ON},
                )
        except HoldRefused as refused:
            raise MeasureRefused(str(refused)) from refused
    if row.gives_notice or measure.denies:
        measure.notice = measure_papers.notice(measure, row, by=by, on=today)
    measure.save()
    audit.record(event="measure.decided", by=by, target=measure, detail={"denies": measure.denies})


PASSED_ON = (
    "reason",
    "variant",
    "starts_on",
    "ends_on",
    "review_on",
    "applied_on",
    "new_due_on",
    "agreed_late",
)


@transaction.atomic
def ask_to_cancel(*, measure_id: int, why: str, by: Any, on: date) -> Approval:
    """Ask for the decision to end a measure before its time (15条の3, 15条の8): it is to the person's disadvantage.

    Raises:
        Measure.DoesNotExist: no such measure.
        MeasureRefused: it is not in force, no reason is given, or this is being decided already.
    """
    measure = Measure.objects.select_for_update().get(pk=measure_id)
    if not in_force_on(measure, on):
        raise MeasureRefused("この措置は、いま行われていません。")
    if not why.strip():
        raise MeasureRefused("取り消す理由を書いてください。通知書に載ります。")
    lines = list(measure.lines.select_related("claim__kind"))
    try:
        measure.cancel_approval = approvals.ask(
            subject_type=CANCEL,
            subject_key=str(measure.pk),
            subject_url=reverse("claims:measure", args=[measure.pk]),
            title=f"{measure.label}の取消し（{measure.person.name}）",
            amount_yen=sum(line.total_yen for line in lines),
            reason=why.strip(),
            evidence={
                "人": f"{measure.person.name}（{measure.person.number}）",
                "開始日": measure.starts_on.isoformat(),
                "対象の期別（決定のときの額・円）": {name_of(line.claim): line.total_yen for line in lines},
                "再調査": [
                    f"{long_text(check.done_on)} {check.get_outcome_display()}：{check.text}"
                    for check in measure.checks.exclude(done_on=None)
                ]
                or ["記録なし"],
                "取消しのあと": "催告・差押が再びできるようになり、延滞金が進みます",
            },
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise MeasureRefused(str(refused)) from refused
    measure.save(update_fields=["cancel_approval"])
    return measure.cancel_approval


def carry_out_cancel(approval: Approval, *, by: Any, today: date) -> None:
    """End the measure's holds today and tell the person.

    Raises:
        MeasureRefused: it is over already.
    """
    measure = Measure.objects.select_for_update().get(pk=int(approval.subject_key))
    holds = list(measure.holds.filter(in_force(today)))
    if measure.cancelled_on or not holds:
        raise MeasureRefused("この措置は、もう終わっています。")
    try:
        for hold in holds:
            end_hold(hold_id=hold.pk, ends_on=today, by=by, decision=approval)
    except HoldRefused as refused:
        raise MeasureRefused(str(refused)) from refused
    measure.cancelled_on = today
    row = row_for(measure, holds[0].claim)
    if row.gives_notice:
        measure.cancel_notice = measure_papers.cancellation(measure, row, approval.reason, by=by, on=today)
    measure.save()
    audit.record(event="measure.cancelled", by=by, target=measure, detail={})


@transaction.atomic
def record_check(*, check_id: int, done_on: date, outcome: str, text: str, by: Any, on: date) -> MeasureCheck:
    """Write what the yearly look at an execution stop has found; means that recovered ask for its cancellation.

    Raises:
        MeasureCheck.DoesNotExist: no such check.
        MeasureRefused: it was done before, the stop is over, or day, outcome or text is missing.
    """
    check = MeasureCheck.objects.select_for_update().get(pk=check_id)
    measure = check.measure
    if check.done_on:
        raise MeasureRefused("この再調査は、すでに記録されています。")
    if not in_force_on(measure, on):
        raise MeasureRefused("この執行停止は、もう終わっています。")
    if outcome not in MeasureCheck.Outcome.values or not text.strip() or done_on > on:
        raise MeasureRefused("調べた日（今日まで）、結果、調べたことを入れてください。")
    check.done_on, check.outcome, check.text, check.by = done_on, outcome, text.strip(), by
    check.save()
    audit.record(event="measure.checked", by=by, target=measure, detail={"outcome": outcome})
    if outcome == MeasureCheck.Outcome.CANCEL:
        ask_to_cancel(measure_id=measure.pk, why=text, by=by, on=on)
    else:
        following = measure.checks.filter(done_on=None).first()
        ends_on = rules.stop_ends_on(measure.starts_on, first_day_counts=stop_counts_first_day(on=on))
        measure.holds.filter(in_force(on)).update(review_on=following.due_on if following else ends_on)
    return check


def in_force_on(measure: Measure, on: date) -> bool:
    return measure.holds.filter(in_force(on)).exists()


def row_for(measure: Measure, claim: Claim) -> Row:
    """The row of the table that the measure rests on for the claim."""
    return row_of(
        terms_rows(),
        reason=measure.reason,
        variant=measure.variant,
        legal_class=kind_terms().of(claim).legal_class,
        on=measure.starts_on,
    )


def name_of(claim: Claim) -> str:
    return f"{claim.kind.short_name} {claim.notice_number} {claim.instalment_label}"


def _former(extends_id: int | None, *, person: Person, reason: str, claims: Sequence[Claim]) -> Measure | None:
    if extends_id is None:
        return None
    former = Measure.objects.filter(pk=extends_id, person=person, reason=reason, cancelled_on=None).first()
    if former is None or former.denies or former.decided_on is None or former.ends_on is None:
        raise MeasureRefused("延長できる措置がありません。")
    if not {claim.pk for claim in claims} <= set(former.lines.values_list("claim_id", flat=True)):
        raise MeasureRefused("延長は、前の措置の対象だった期別に限ります。")
    return former


def _effects(
    claims: Sequence[Claim], *, reason: str, variant: str, former: Measure | None, **asked: Any
) -> list[Effect]:
    terms = kind_terms()
    try:
        return [
            effect(
                row_of(terms_rows(), reason=reason, variant=variant, legal_class=one, on=asked["starts_on"]),
                extends_until=former.ends_on if former else None,
                renewals=1 if former and former.extends_id else 0,
                **asked,
            )
            for one in sorted({terms.of(claim).legal_class for claim in claims})
        ]
    except NotAllowed as refused:
        raise MeasureRefused(str(refused)) from refused


def _findings(reason: str, variant: str, given: Sequence[dict[str, str]], *, on: date) -> list[Finding]:
    by_code = {one["code"]: one for one in given}
    found = [
        Finding(
            code=item["code"],
            label=item["label"],
            on=date.fromisoformat(day) if (day := by_code.get(item["code"], {}).get("on")) else None,
            result=by_code.get(item["code"], {}).get("result", ""),
            needed=item["needed"],
            fresh_months=item["months"],
        )
        for item in checklist(reason, variant, on=on)
    ]
    problems = evidence_problems(found, on=on) if found else ()
    if problems:
        raise MeasureRefused(" ".join(problems))
    return [one for one in found if one.on]


def _stored(one: Finding) -> dict[str, str]:
    return {"code": one.code, "label": one.label, "on": one.on.isoformat() if one.on else "", "result": one.result}


def _refuse_twice(claims: Sequence[Claim], *, reason: str, on: date, former: Measure | None) -> None:
    held = Hold.objects.filter(in_force(on), reason=reason, claim__in=[claim.pk for claim in claims])
    waiting = MeasureClaim.objects.filter(
        claim__in=[claim.pk for claim in claims], measure__reason=reason, measure__approval__decision=""
    )
    if held.exists() and former is None:
        raise MeasureRefused("同じ措置がすでに行われている期別があります。対象から外してください。")
    if waiting.exists():
        raise MeasureRefused("同じ措置の決裁を待っている期別があります。その決定を待ってください。")


def _write_lines(measure: Measure, claims: Sequence[Claim], *, as_of: date) -> list[MeasureClaim]:
    dues = amounts_due(claims, as_of=as_of, with_steps=False)
    return MeasureClaim.objects.bulk_create(
        [
            MeasureClaim(
                measure=measure,
                claim=claim,
                principal_yen=dues[claim.pk].principal_yen,
                late_yen=dues[claim.pk].late_yen,
                other_yen=dues[claim.pk].fee_yen + dues[claim.pk].cost_yen,
            )
            for claim in claims
        ]
    )


def _acknowledge(measure: Measure, claims: Sequence[Claim], *, by: Any) -> None:
    """The application acknowledges the claims it names, whatever is decided on it."""
    if measure.applied_on is None:
        return
    try:
        record_events(
            claim_ids=[claim.pk for claim in claims],
            kind=ClaimEvent.Kind.ACKNOWLEDGEMENT,
            on=measure.applied_on,
            origin=f"{measure.label}の申請"[:60],
            by=by,
        )
    except EventRefused as refused:
        raise MeasureRefused(str(refused)) from refused


def _ask(
    measure: Measure, row: Row, lines: Sequence[MeasureClaim], found: Sequence[Finding], *, by: Any, on: date
) -> None:
    what = "の不許可" if measure.denies else ("の延長" if measure.extends_id else "")
    try:
        measure.approval = approvals.ask(
            subject_type=DENIAL if measure.denies else subject_of(measure.reason),
            subject_key=str(measure.pk),
            subject_url=reverse("claims:measure", args=[measure.pk]),
            title=f"{measure.label}{what}（{measure.person.name}）",
            amount_yen=sum(line.total_yen for line in lines),
            reason=measure.why,
            evidence=_evidence(measure, row, lines, found, on=on),
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise MeasureRefused(str(refused)) from refused
    measure.save(update_fields=["approval"])


def _evidence(
    measure: Measure, row: Row, lines: Sequence[MeasureClaim], found: Sequence[Finding], *, on: date
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "人": f"{measure.person.name}（{measure.person.number}）",
        "根拠": row.law,
        "対象の期別（円）": {name_of(line.claim): line.total_yen for line in lines},
        "うち延滞金等（円）": sum(line.late_yen for line in lines),
        "開始日": measure.starts_on.isoformat(),
    }
    if measure.ends_on:
        shown["最後の日"] = (measure.ends_on - ONE_DAY).isoformat()
    if measure.applied_on:
        shown["申請の受付"] = measure.applied_on.isoformat()
    if row.clock is Clock.STOP:
        ends_on = rules.stop_ends_on(max(measure.starts_on, on), first_day_counts=stop_counts_first_day(on=on))
        shown["3年の満了（本日決定の場合）"] = ends_on.isoformat()
    if measure.new_due_on:
        shown["新しい納期限"] = measure.new_due_on.isoformat()
    if measure.security:
        shown["担保"] = measure.security
    until = measure.ends_on - ONE_DAY if measure.ends_on else measure.review_on
    ending = (
        clocks_that_end_inside([line.claim for line in lines], starts_on=measure.starts_on, until=until)
        if until
        else []
    )
    if ending:
        shown["この間に時効が終わる期別"] = {name_of(claim): claim.prescribes_on.isoformat() for claim in ending}
    shown |= {f"調査　{one.label}": f"{long_text(one.on)}　{one.result}" for one in found if one.on}
    return shown
