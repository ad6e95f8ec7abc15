"""弁護士の件: accepted or declined by the firm; taken back, returned or ended. What the firm sees ends in that moment."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from claims.models import Entry
from claims.services.holds import HoldRefused, end_hold
from lawyers.models import LegalCase, Proposal
from lawyers.services.reminders import done, tell
from toyota_collect import audit
from toyota_collect.calendar import ONE_DAY

State = LegalCase.State


class CaseRefused(Exception):
    """The step of the case cannot be made; the message says why and what to do, in Japanese."""


@transaction.atomic
def accept(*, case_id: int, conflict_check: str, by: Any, on: date) -> LegalCase:
    """受任: the firm takes the case on after its check for conflicts of interest. A second time changes nothing.

    Raises:
        LegalCase.DoesNotExist: no such case of the member's firm.
        CaseRefused: it does not wait for the firm, or the check is not told.
    """
    case = of_member(case_id, by)
    if case.state == State.ACCEPTED:
        return case
    if not conflict_check.strip():
        raise CaseRefused("利益相反をどう確かめたかを書いてください。")
    case.state, case.accepted_on, case.accepted_by = State.ACCEPTED, on, by
    case.conflict_check = conflict_check.strip()[:300]
    case.save()
    audit.record(event="legal_case.accepted", by=by, target=case)
    return case


@transaction.atomic
def decline(*, case_id: int, reason: str, by: Any, on: date) -> LegalCase:
    """辞退: the firm cannot take the case (a conflict of interest, the claim itself); the city works on it again.

    Raises:
        LegalCase.DoesNotExist: no such case of the member's firm.
        CaseRefused: the firm has taken it on already, or no reason is given.
    """
    case = of_member(case_id, by)
    if case.state != State.HANDED:
        raise CaseRefused("受任した件は辞退できません。「市へ返す」を提案してください。")
    return _end(case, State.DECLINED, reason, by=by, on=on)


@transaction.atomic
def recall(*, case_id: int, reason: str, by: Any, on: date) -> LegalCase:
    """取り戻し: the city takes the case back at any time. Access, waiting proposals and the hold end at once; the record stays.

    Raises:
        LegalCase.DoesNotExist: no such case.
        CaseRefused: it is not with a firm, or no reason is given.
    """
    return _end(_with_firm(case_id), State.RECALLED, reason, by=by, on=on)


@transaction.atomic
def take_return(*, case_id: int, reason: str, by: Any, on: date) -> LegalCase:
    """返還: the firm proposed it, the city takes the case back. Raises: like :func:`recall`."""
    return _end(_with_firm(case_id), State.RETURNED, reason, by=by, on=on)


@transaction.atomic
def finish(*, case_id: int, reason: str, by: Any, on: date) -> LegalCase:
    """終了: paid, or ended otherwise; nothing more is for the firm to do.

    Raises: like :func:`recall`; ``CaseRefused`` too while a settlement runs or a proceeding is open.
    """
    case = _with_firm(case_id)
    if case.settlements.filter(done_on=None, defaulted_on=None).exists():
        raise CaseRefused("和解の支払が続いています。払い終えるか、期限の利益を失ってから終えてください。")
    if case.proceedings.filter(closed_on=None).exists():
        raise CaseRefused("裁判手続が続いています。終わってから件を終えるか、取り戻してください。")
    return _end(case, State.FINISHED, reason, by=by, on=on)


def of_member(case_id: int, user: Any) -> LegalCase:
    """The case, locked, if it is with the user's firm; to anybody else it does not exist."""
    rows = LegalCase.objects.of_member(user).select_for_update(of=("self",))
    case: LegalCase = rows.select_related("mandate__firm", "person").get(pk=case_id)
    return case


def _with_firm(case_id: int) -> LegalCase:
    rows = LegalCase.objects.select_for_update(of=("self",)).select_related("mandate__firm", "person")
    case: LegalCase = rows.get(pk=case_id)
    if not case.is_open:
        raise CaseRefused("この件は、いま事務所にありません。")
    return case


def _end(case: LegalCase, state: str, reason: str, *, by: Any, on: date) -> LegalCase:
    if not reason.strip():
        raise CaseRefused("理由を書いてください。事務所と市の記録に残ります。")
    case.state, case.ended_on, case.ended_by, case.end_reason = state, on, by, reason.strip()[:500]
    case.end_entry = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    case.save()
    for pk in case.proposals.filter(state__in=Proposal.OPEN).values_list("pk", flat=True):
        done(f"proposal:{pk}", outcome=f"件が終わった（{case.get_state_display()}）", by=by, on=on)
    for pk in case.questions.filter(by_firm=True, answer="").values_list("pk", flat=True):
        done(f"question:{pk}", outcome=f"件が終わった（{case.get_state_display()}）", by=by, on=on)
    case.proposals.filter(state=Proposal.State.WAITING).update(
        state=Proposal.State.REFUSED, decided_by=by, decided_on=on, reply=f"件が終わった（{case.get_state_display()}）"
    )
    for line in case.lines.filter(is_open=True).select_related("hold"):
        line.is_open = False
        line.save()
        if line.hold and line.hold.ends_on is None:
            _end_hold(line.hold, by=by, on=on)
    audit.record(event=f"legal_case.{state}", by=by, target=case, detail={"reason": case.end_reason})
    for proceeding in case.proceedings.filter(closed_on=None):
        tell(
            case,
            key=f"proceeding:{proceeding.pk}:open",
            reason=f"裁判手続が続いたまま件が終わった・{proceeding.court}",
            next_step="手続を市が引き継ぐか取り下げ、できごとを件の画面に書く",
            by=by,
            on=on,
        )
    if state != State.FINISHED:
        tell(
            case,
            key=f"lawyers:{case.pk}",
            reason=f"弁護士の件が終わった・{case.get_state_display()}",
            next_step="理由を読み、これからの方針を決める",
            by=by,
            on=on,
        )
    return case


def _end_hold(hold: Any, *, by: Any, on: date) -> None:
    """From today the city may write again; a hold that began today ends tomorrow, since a hold lasts a day at least."""
    try:
        end_hold(hold_id=hold.pk, ends_on=max(on, hold.starts_on + ONE_DAY), by=by)
    except HoldRefused as refused:
        raise CaseRefused(str(refused)) from refused
