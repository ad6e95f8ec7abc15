"""提案: what the firm proposes, and what the city answers. Court, settlement and execution need a decision (決裁)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from lawyers.models import LegalCase, Proposal
from lawyers.services import cases, settlements
from lawyers.services.bundles import bundles
from lawyers.services.candidates import candidates
from lawyers.services.reminders import done, tell
from lawyers.services.room import RoomRefused, refuse_secrets, refuse_unfit, refuse_while_stopped
from lawyers.services.settlements import SettlementRefused
from toyota_collect import approvals, audit
from toyota_collect.models import Approval
from toyota_collect.money import yen_text

SUBJECT = "lawyers.proposal"
Kind, State = Proposal.Kind, Proposal.State
NEEDS_DECISION = frozenset({*Proposal.COURT, Kind.SETTLE})
COUNCIL = frozenset({Kind.SMALL, Kind.SUMMARY, Kind.DISTRICT, Kind.SETTLE})  # 地方自治法96条1項12号


class ProposalRefused(Exception):
    """It cannot be proposed or answered; the message says why and what to do, in Japanese."""


@transaction.atomic
def propose(
    *, case_id: int, kind: str, text: str, token: UUID, by: Any, on: date, terms: dict[str, Any] | None = None
) -> Proposal:
    """The firm proposes; of one kind one waits at a time. The same form sent twice proposes once.

    ``terms``: of a settlement (``settlements.checked``).

    Raises:
        LegalCase.DoesNotExist: no such case of the member's firm.
        ProposalRefused: the case was not taken on, is stopped by the city (but going back to welfare or to the city is always
            heard), one of the kind waits, or the terms do not add up.
    """
    case = cases.of_member(case_id, by)
    if written := Proposal.objects.filter(token=token, case=case).first():
        return written
    if kind not in Kind.values or not text.strip():
        raise ProposalRefused("提案の種類を選び、理由と見込みを書いてください。")
    if case.state != LegalCase.State.ACCEPTED:
        raise ProposalRefused("先に、利益相反を確かめて受任してください。")
    agreed: dict[str, Any] = {}
    with _refused_here():
        if kind in NEEDS_DECISION:
            refuse_while_stopped(case, on=on)
        if kind == Kind.SETTLE:
            agreed = settlements.checked(case, terms or {}, on=on)
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                case=case, kind=kind, text=text.strip()[:2000], terms=agreed, proposed_on=on, by=by, token=token
            )
    except IntegrityError as error:
        raise ProposalRefused("同じ種類の提案が、市の判断を待っています。") from error
    audit.record(event="proposal.made", by=by, target=made, detail={"case": case.number, "kind": kind})
    reason = f"弁護士の提案：{made.get_kind_display()}"
    tell(case, key=f"proposal:{made.pk}", reason=reason, next_step="提案を読み、市として答える", by=by, on=on)
    return made


@transaction.atomic
def refuse(*, proposal_id: int, reply: str, by: Any, on: date) -> Proposal:
    """The city does not follow it, with its reason. Raises ``Proposal.DoesNotExist``, ``ProposalRefused``."""
    proposal = _waiting(proposal_id)
    if not reply.strip():
        raise ProposalRefused("見送る理由を書いてください。事務所に伝わります。")
    with _refused_here():
        refuse_secrets(proposal.case, reply)
    return _decide(proposal, State.REFUSED, reply, by=by, on=on)


@transaction.atomic
def accept(*, proposal_id: int, reply: str, by: Any, on: date) -> Proposal:
    """The city follows what needs no decision: to look into a waiver, back to welfare, back to the city.

    The last two take the case back at once.

    Raises:
        Proposal.DoesNotExist: no such proposal.
        ProposalRefused: it was answered, or needs a decision.
    """
    proposal = _waiting(proposal_id)
    if proposal.kind in NEEDS_DECISION:
        raise ProposalRefused("裁判・和解・強制執行には決裁が要ります。決裁に出してください。")
    if not reply.strip():
        raise ProposalRefused("事務所への回答を書いてください。")
    with _refused_here():
        refuse_secrets(proposal.case, reply)
    _decide(proposal, State.ACCEPTED, reply, by=by, on=on)
    if proposal.kind in (Kind.WELFARE, Kind.RETURN):
        reason = f"{proposal.get_kind_display()}：{proposal.text}"
        cases.take_return(case_id=proposal.case_id, reason=reason, by=by, on=on)
    return proposal


@transaction.atomic
def ask_decision(*, proposal_id: int, reason: str, council: str, by: Any, on: date) -> Approval:
    """Put a court step or a settlement before a second person, with the readiness of the claims as they stand today.

    Args:
        council: day and number of the vote or of the 専決; a 支払督促 and an execution need none.

    Raises:
        Proposal.DoesNotExist: no such proposal.
        ProposalRefused: it needs no decision, the case is stopped or ended, a vote is missing, or no reason is given.
    """
    proposal = _waiting(proposal_id)
    case = proposal.case
    if proposal.kind not in NEEDS_DECISION:
        raise ProposalRefused("この提案に決裁は要りません。回答してください。")
    if not case.is_open:
        raise ProposalRefused("この件は、いま事務所にありません。")
    with _refused_here():
        refuse_unfit(case, on=on)
    if not reason.strip():
        raise ProposalRefused("なぜ必要か、市としての理由を書いてください。")
    if proposal.kind in COUNCIL and not council.strip():
        raise ProposalRefused(
            "訴えの提起と和解には、議会の議決（地方自治法96条1項12号）か市長の専決（180条）が要ります。日と番号を書いてください。"
        )
    proposal.council = council.strip()[:200]
    with _refused_here():
        approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(proposal.pk),
            subject_url=reverse("lawyers:case", args=[case.pk]),
            title=f"{proposal.get_kind_display()}：{case.person.name}（{case.number}・{case.firm}）",
            amount_yen=settlements.owed_yen(case, on=on),
            reason=reason.strip(),
            evidence=_evidence(proposal, on=on),
            by=by,
        )
    proposal.approval, proposal.state = approval, State.ASKED
    proposal.save()
    audit.record(event="proposal.decision_asked", by=by, target=proposal)
    return approval


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """The decision was given: the firm may go on. A settlement begins when the debtor has signed it (``settlements.sign``).

    Raises:
        ProposalRefused: the case was taken back or stopped since, or the terms do not fit the ledger any more.
    """
    proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("case__mandate__firm")
        .get(pk=int(approval.subject_key))
    )
    if proposal.state != State.ASKED or proposal.approval_id != approval.pk or not proposal.case.is_open:
        raise ProposalRefused("この件は、起案のあとで終わったか、変わりました。差し戻してください。")
    with _refused_here():
        refuse_unfit(proposal.case, on=today)
        if proposal.kind == Kind.SETTLE:
            settlements.recheck(proposal.case, proposal.terms, on=today)
    _decide(proposal, State.ACCEPTED, f"決裁第{approval.pk}号", by=by, on=today)


@transaction.atomic
def came_back(*, proposal_id: int) -> None:
    """The decision was refused or withdrawn: the proposal waits for an answer again. Safe to run twice."""
    Proposal.objects.filter(pk=proposal_id, state=State.ASKED, approval__decision__in=["rejected", "withdrawn"]).update(
        state=State.WAITING
    )


def _waiting(proposal_id: int) -> Proposal:
    came_back(proposal_id=proposal_id)
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("case__mandate__firm", "case__person")
    proposal: Proposal = rows.get(pk=proposal_id)
    if proposal.state == State.ASKED:
        raise ProposalRefused("この提案は決裁を待っています。")
    if proposal.state != State.WAITING:
        raise ProposalRefused("この提案には、すでに回答しています。")
    return proposal


def _decide(proposal: Proposal, state: str, reply: str, *, by: Any, on: date) -> Proposal:
    proposal.state, proposal.reply, proposal.decided_by, proposal.decided_on = state, reply.strip()[:1000], by, on
    proposal.save()
    done(f"proposal:{proposal.pk}", outcome=str(State(state).label), by=by, on=on)
    audit.record(event=f"proposal.{state}", by=by, target=proposal, detail={"kind": proposal.kind})
    return proposal


@contextmanager
def _refused_here() -> Iterator[None]:
    """What another service refuses is told as the refusal of the proposal, in the same words."""
    try:
        yield
    except (RoomRefused, SettlementRefused, approvals.ApprovalRefused) as refused:
        raise ProposalRefused(str(refused)) from refused


def _evidence(proposal: Proposal, *, on: date) -> dict[str, Any]:
    case = proposal.case
    only = {case.person_id: list(case.lines.values_list("claim_id", flat=True))}
    shown: dict[str, Any] = {
        "件": f"{case.number}（{case.firm}）",
        "提案": proposal.get_kind_display(),
        "事務所の理由": proposal.text,
        "議決・専決": proposal.council or "要りません",
        "残高（延滞金等を含む）": yen_text(settlements.owed_yen(case, on=on)),
    }
    for one in bundles(candidates([case.person_id], on=on), on=on, only=only):
        shown |= {
            "手続の費用": yen_text(one.meter.costs.total_yen),
            "見込み（費用を除く）": yen_text(one.meter.net_yen),
        }
        for check in one.meter.checks:
            if check.colour.value != "green":
                shown[f"{check.colour.label}　{check.code}"] = check.text
    return shown | settlements.words(proposal.terms)
