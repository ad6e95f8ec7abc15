"""The assessment of flags (見立て): a person confirms, rejects for a reason, or puts off. Nothing here presses anybody."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from debtors.models import Person
from debtors.presence import rows_of
from debtors.services_work import open_work_item
from toyota_collect import audit
from toyota_collect.dated import value_on
from toyota_collect.held import once
from toyota_collect.permissions import Permission, Role, allows
from welfare.finder import FINDER
from welfare.models import FlagAssessment, HardshipFlag, Referral

Answer, State = FlagAssessment.Answer, HardshipFlag.State
OFFER = "相談の窓口を案内し、猶予・停止ができるかを見る"
OFFER_DAYS = 14


class AssessmentRefused(Exception):
    """The flag cannot be assessed so; the message says why, in Japanese."""


def assessable(user: Any, *, on: date) -> Any:
    """The flags the user may know of: of collectors all, of a welfare worker those of people whose case is open to workers on
    the day. A consent that was withdrawn or has run out closes them at once.
    """
    flags = HardshipFlag.objects.filter(person__withdrawn_at=None)
    if not allows(user, Permission.SIGNAL_ASSESS):
        return flags.none()
    if user.role == Role.WELFARE_WORKER:
        return flags.filter(person__in=Referral.objects.open_to_workers(on=on).values("person"))
    return flags


@once
def newest_flag(user: Any, people: frozenset[int], on: date) -> HardshipFlag | None:
    """The latest flag of a human under all their numbers, where the user may assess it."""
    flags = assessable(user, on=on).filter(person__in=people).order_by("-pk")
    found: HardshipFlag | None = rows_of(flags, people).first()
    return found


@transaction.atomic
def assess(
    *, flag_id: int, answer: str, by: Any, on: date, reason: str = "", until: date | None = None
) -> FlagAssessment:
    """Write what somebody decided about a flag. Confirmed: a step is opened to offer help, and the flag softens on.

    Raises:
        HardshipFlag.DoesNotExist: no such flag that the user may know of.
        AssessmentRefused: decided already, no reason or one that is not on the list, or no day to come back to it.
    """
    flag = assessable(by, on=on).select_for_update(of=("self",)).select_related("person").get(pk=flag_id)
    if flag.state not in HardshipFlag.WAITING:
        raise AssessmentRefused(f"このサインは見立て済みです（{flag.get_state_display()}）。")
    _check(answer, reason, until, on)
    limits = value_on(FINDER, on)
    flag.state, flag.ended_on = State(answer), None if answer == Answer.LATER else on
    flag.come_back_on = {
        Answer.CONFIRMED: on + timedelta(days=limits["confirmed_days"]),
        Answer.REJECTED: on + timedelta(days=limits["quiet_days"]),
        Answer.LATER: until,
    }[Answer(answer)]
    flag.save()
    codes = [sign["code"] for sign in (*flag.signs, *flag.counters)]
    assessment: FlagAssessment = flag.assessments.create(
        answer=answer, reason=reason, until=until, signs=codes, on=on, by=by
    )
    if answer == Answer.CONFIRMED:
        _offer_help(flag, on=on, by=by)
    audit.record(
        event="signal.assessed", by=by, target=flag,
        detail={"person": flag.person.number, "answer": answer, "reason": reason, "until": str(until or "")},
    )  # fmt: skip
    return assessment


def _check(answer: str, reason: str, until: date | None, on: date) -> None:
    if answer not in Answer:
        raise AssessmentRefused("見立てを1つ選んでください。")
    if answer == Answer.REJECTED and reason not in FlagAssessment.Reason:
        raise AssessmentRefused("困窮ではない理由を一覧から選んでください。")
    if answer != Answer.REJECTED and reason:
        raise AssessmentRefused("理由を選ぶのは「困窮ではない」ときだけです。")
    if answer == Answer.LATER and (until is None or until <= on):
        raise AssessmentRefused("もう一度出す日は、明日以降の日にしてください。")
    if answer != Answer.LATER and until:
        raise AssessmentRefused("もう一度出す日を入れるのは「あとで」のときだけです。")


def _offer_help(flag: HardshipFlag, *, on: date, by: Any) -> None:
    key = f"signal:{flag.pk}"
    person: Person = flag.person
    if person.work_items.filter(subject_key=key, closed_at=None).exists():
        return
    open_work_item(
        person_id=person.pk,
        reason="困窮していると見立てた",
        next_step=OFFER,
        due_on=on + timedelta(days=OFFER_DAYS),
        owner=by if by.role != Role.WELFARE_WORKER else None,
        by=by,
        subject_key=key,
        subject_url=reverse("welfare:talk", args=[person.number]),
    )
