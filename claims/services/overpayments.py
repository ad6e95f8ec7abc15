"""過誤納金: money that has to go back, set off against what the person owes (充当) or paid out (還付).

A second person decides; with the decision everything is booked at once. Source: 地方税法17条, 17条の2, 17条の4, 18条の3.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, Entry, Overpayment, Refund, RefundAccount
from claims.rules.refund_interest import RefundInterest, refund_interest, together
from claims.services.allocation import Plan, Share, entry_lines, plan_allocation, plan_of
from claims.services.charges import rate_table
from claims.services.overpaid import interest_from
from claims.services.posting import BookingRefused, Line, accounting_year, post
from claims.services.settling import after_booking, own_kinds, went_up_after
from debtors.joined import current_person
from debtors.models import Person
from toyota_collect import approvals, audit
from toyota_collect.models import Approval
from toyota_collect.permissions import Ground

SUBJECT = "claims.overpayment"
PAYER = "claims.overpayment_payer"


class PlanRefused(Exception):
    """The plan cannot be asked for or carried out; the message says why and what to do, in Japanese."""


def owed_to_set_off(over: Overpayment, *, on: date) -> list[Claim]:
    """Overdue claims of the same person and legal family that the money may be set off against, the oldest first.

    Tax money goes to taxes alone: what is owed elsewhere is a tax secret's neighbour, and 17条の2 names only taxes.
    """
    claims = Claim.objects.overdue(on=on).alive(on=on).filter(identity__person=over.person, ground=over.ground)
    ours = claims.filter(kind_id__in=own_kinds(on=on))  # a section that books its own money would book it again
    return list(ours.select_related("kind").order_by("due_on", "pk"))


def propose(over: Overpayment, *, on: date) -> tuple[Plan, RefundInterest]:
    """Set off what may be set off, pay out the rest; with the interest up to ``on``, the day of decision."""
    left, shares = over.left_yen, []
    for claim in owed_to_set_off(over, on=on) if over.person_id else []:
        if not left:
            break
        found = plan_allocation([claim], yen=left, on=fit_on(over, claim)).shares
        shares += [share for share in found if share.yen]
        left -= sum(share.yen for share in found)
    plan = Plan(on, over.left_yen, shares)
    return plan, interest(over, plan)


def fit_on(over: Overpayment, claim: Claim) -> date:
    """充当適状: from that day on the claim counts as paid by the set-off (地方税法17条の2第4項の例)."""
    return max(over.arose_on, claim.due_on)


def interest(over: Overpayment, plan: Plan) -> RefundInterest:
    """還付加算金: of what is paid out up to the day of decision, of what is set off only up to the day both sides could be
    set off (地方税法17条の4第1項). The parts are summed before the one truncation."""
    parts = [(plan.rest_yen, plan.on), *((share.yen, fit_on(over, share.claim)) for share in plan.shares)]
    rates = rate_table(as_of=plan.on)
    found = [
        refund_interest(overpaid_yen=yen, from_on=over.interest_from, to_on=until, rates=rates)
        for yen, until in parts
        if yen > 0
    ]
    return together(found)


@transaction.atomic
def ask(*, overpayment_id: int, answer: list[dict[str, int]], by: Any, on: date, reason: str = "") -> Approval:
    """Ask for the decision to set off as ``answer`` says and to pay out the rest with interest.

    Raises:
        PlanRefused: nothing is left, an approval is open, more is planned than is left, or money is to be paid out
            and the person has named no account.
    """
    over = Overpayment.objects.select_for_update().get(pk=overpayment_id)
    plan = _plan(over, answer, on=on)
    added = interest(over, plan)
    if plan.rest_yen + added.yen and _account(over) is None:
        raise PlanRefused(
            "還付する額があります。先に還付口座を登録してください（口座は本人から聞いたものに限ります）。"
        )
    over.plan = {"lines": answer, "refund_yen": plan.rest_yen, "interest_yen": added.yen, "on": on.isoformat()}
    try:
        over.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(over.pk),
            subject_url=reverse("claims:overpayment", args=[over.pk]),
            title=f"過誤納金の充当・還付（{over.person.name if over.person else '納付者不明'}）",
            amount_yen=over.left_yen,
            reason=reason,
            evidence=_evidence(over, plan, added),
            by=by,
        )
    except approvals.ApprovalRefused as error:
        raise PlanRefused(str(error)) from error
    over.save(update_fields=["plan", "approval"])
    return over.approval


@transaction.atomic
def ask_payer(*, overpayment_id: int, person_id: int, by: Any, reason: str) -> Approval:
    """Ask for the decision that money of an unknown payer is this person's.

    Raises:
        PlanRefused: the payer is known, nothing is left, no reason is given, or an approval is open.
    """
    over = Overpayment.objects.select_for_update().get(pk=overpayment_id)
    person = Person.objects.get(pk=person_id)
    if over.person_id or not over.left_yen:
        raise PlanRefused("納付者の分からない預りではありません。")
    if not reason.strip():
        raise PlanRefused("この人の納付だと分かった理由を書いてください。")
    over.plan = {"payer": person.pk}
    try:
        over.approval = approvals.ask(
            subject_type=PAYER,
            subject_key=str(over.pk),
            subject_url=reverse("claims:overpayment", args=[over.pk]),
            title=f"納付者不明の預りを{person.name}のものとする",
            amount_yen=over.left_yen,
            reason=reason.strip(),
            evidence={
                "納付日": over.arose_on.isoformat(),
                "金額（円）": over.left_yen,
                "説明": over.explanation,
                "納付した人": f"{person.name}（{person.number}）",
            },
            by=by,
        )
    except approvals.ApprovalRefused as error:
        raise PlanRefused(str(error)) from error
    over.save(update_fields=["plan", "approval"])
    return over.approval


def name_payer(approval: Approval, *, by: Any) -> None:
    """Give the money to whom the decision names: from now on it is set off or paid out like any overpayment."""
    over = Overpayment.objects.select_for_update().get(pk=int(approval.subject_key))
    if over.person_id:
        raise PlanRefused("納付者は、すでに決まっています。")
    over.person_id, over.cause = current_person(over.plan["payer"]), Overpayment.Cause.EXCESS
    if over.ground == Ground.TAX:
        over.interest_from = interest_from(over.cause, over.arose_on)
    over.save(update_fields=["person", "cause", "interest_from"])
    audit.record(event="overpayment.payer_named", by=by, target=over, detail={"person": over.person_id})


def carry_out(approval: Approval, *, by: Any) -> None:
    """Book what was approved: 充当 on the claims, 還付 with interest as a refund that waits for its transfer.

    Raises:
        PlanRefused: the ledger has moved on since; the decision does not stand.
    """
    over = Overpayment.objects.select_for_update().get(pk=int(approval.subject_key))
    on = date.fromisoformat(over.plan["on"])
    list(Claim.objects.filter(pk__in=[a["claim"] for a in over.plan["lines"]]).order_by("pk").select_for_update())
    plan = _plan(over, over.plan["lines"], on=on)
    if plan.rest_yen != over.plan["refund_yen"] or went_up_after([share.claim.pk for share in plan.shares], on):
        raise PlanRefused("案を作ったあとで過誤納金か充当先が変わりました。差し戻して、案を作り直してください。")
    year = accounting_year(on, today=on)
    facts: dict[str, Any] = {"on": on, "accounting_year": year, "overpayment_id": over.pk}
    lines = entry_lines(
        plan.shares, on=on, kind=Entry.Kind.SET_OFF, accounting_year=year, overpayment_id=over.pk, note="過誤納金の充当"
    )
    added: int = over.plan["interest_yen"]
    if added:
        lines.append(Line(Entry.Kind.REFUND_INTEREST, Entry.Component.OVERPAID, -added, note="還付加算金", **facts))
    if plan.rest_yen + added:
        lines.append(Line(Entry.Kind.REFUND, Entry.Component.OVERPAID, plan.rest_yen + added, note="還付", **facts))
        Refund.objects.create(
            overpayment=over,
            amount_yen=plan.rest_yen,
            interest_yen=added,
            decided_on=on,
            account=_account_or_refuse(over),
            by=by,
        )
    try:
        post(
            lines,
            by=by,
            event="overpayment.settled",
            subject_type=SUBJECT,
            subject_key=str(over.pk),
            detail={name: over.plan[name] for name in ("refund_yen", "interest_yen")},
        )
    except BookingRefused as error:
        raise PlanRefused(str(error)) from error
    after_booking([share.claim.pk for share in plan.shares], by=by, today=on)


@transaction.atomic
def name_account(*, person_id: int, by: Any, **facts: str) -> RefundAccount:
    """Register the account a person named; the former one is used no more."""
    person = Person.objects.select_for_update().get(pk=person_id)
    person.refund_accounts.filter(ended_at=None).update(ended_at=timezone.now())
    account: RefundAccount = person.refund_accounts.create(by=by, **facts)
    audit.record(event="refund_account.named", by=by, target=account, key=person.number, detail={})
    return account


def _plan(over: Overpayment, answer: list[dict[str, int]], *, on: date) -> Plan:
    if not over.left_yen:
        raise PlanRefused("この過誤納金は、もう残っていません。")
    if len({part["claim"] for part in answer}) != len(answer):
        raise PlanRefused("同じ債権が二度入っています。案を作り直してください。")
    shares: list[Share] = []
    allowed = {claim.pk: claim for claim in owed_to_set_off(over, on=on)}
    for part in answer:
        claim = allowed.get(part["claim"])
        found = plan_of([part], yen=over.left_yen, on=fit_on(over, claim)).shares if claim else []
        if not found or not found[0].fits():
            raise PlanRefused("充当先の未納額が変わりました。案を作り直してください。")
        shares += found
    plan = Plan(on, over.left_yen, shares)
    if plan.rest_yen < 0:
        raise PlanRefused("過誤納金の残りより多く充当しようとしています。案を作り直してください。")
    return plan


def _account(over: Overpayment) -> RefundAccount | None:
    return RefundAccount.objects.filter(person=over.person, ended_at=None).first() if over.person_id else None


def _account_or_refuse(over: Overpayment) -> RefundAccount:
    account = _account(over)
    if account is None:
        raise PlanRefused("還付口座がなくなっています。登録し直してから、もう一度決裁を受けてください。")
    return account


def _evidence(over: Overpayment, plan: Plan, added: RefundInterest) -> dict[str, Any]:
    return {
        "生じた理由": over.get_cause_display(),
        "生じた日": over.arose_on.isoformat(),
        "説明": over.explanation,
        "過誤納金（円）": over.left_yen,
        "充当（円）": {
            f"{share.claim.kind.short_name} {share.claim.notice_number} {share.claim.instalment_label}": share.yen
            for share in plan.shares
        },
        "還付（円）": plan.rest_yen,
        "還付加算金（円）": added.yen,
        "還付加算金の計算": [step.text for step in added.steps],
    }
