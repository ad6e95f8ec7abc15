"""Where somebody stands between the first sign and the plan, and the step that follows: read from what each part keeps.

Nothing is decided or written here, and nothing of a case is read: state, result code and days only.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from claims.models import Plan
from claims.services.plan_standing import PlanState, state_of
from debtors.joined import together
from debtors.models import Person
from debtors.presence import rows_of
from toyota_collect.calendar import ONE_DAY
from toyota_collect.held import once
from toyota_collect.permissions import Permission, allows
from toyota_collect.wareki import long_text, short_text
from welfare.models import HardshipFlag, LawyerQuestion, Referral, Respite
from welfare.signal_services import newest_flag

ASKED, RUNNING, ENDED = Respite.State.ASKED, Respite.State.RUNNING, Respite.State.ENDED


@dataclass(frozen=True, slots=True)
class Wait:
    """What welfare asked for: to wait until a day (included); ``told``: when, and in which answer."""

    until: date
    answered_on: date
    told: str


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody may do next, and where."""

    label: str
    url: str


def asked_to_wait(person: Person, *, on: date) -> Wait | None:
    """The farthest day until which welfare asks to wait: in its last answer to a referral, or before lawyers."""
    people = together(person.pk)
    found = []
    answered = Referral.objects.handed_over().filter(person__in=people, state=Referral.State.ANSWERED)
    if (
        (last := rows_of(answered.order_by("-answered_on", "-pk"), people).first())
        and last.hold_until
        and last.answered_on
    ):
        told = f"{long_text(last.answered_on)} 自立相談支援の回答（{last.case_number}）"
        found.append(Wait(last.hold_until, last.answered_on, told))
    asked = LawyerQuestion.objects.filter(person__in=people).exclude(answered_on=None)
    if (
        (question := rows_of(asked.order_by("-answered_on", "-pk"), people).first())
        and question.wait_until
        and question.answered_on
    ):
        told = f"{long_text(question.answered_on)} 委任前の照会への福祉の回答"
        found.append(Wait(question.wait_until, question.answered_on, told))
    return max((one for one in found if one.until >= on), key=lambda one: one.until, default=None)


def hold_step(wait: Wait | None, respite: Respite | None, person: Person, user: Any, *, on: date) -> Step | None:
    """Starting or extending 生活再建猶予 for a wait that it does not cover yet; a person decides, so it is only offered."""
    if wait is None or not allows(user, Permission.HOLD_WRITE):
        return None
    if respite and respite.state == ASKED and respite.waits:
        return None
    if respite and respite.settled_on and respite.settled_on >= wait.answered_on:
        return None  # whoever ended it knew of the answer
    ends_on = respite.hold.ends_on if respite and respite.state == RUNNING and respite.hold else None
    if ends_on is None or ends_on <= on:
        return Step("生活再建猶予をこの日まで始める", reverse("welfare:respite-new", args=[person.number]))
    if wait.until < ends_on:
        return None
    assert respite
    return Step("生活再建猶予をこの日まで延長する", reverse("welfare:respite-extend", args=[respite.pk]))


@once
def newest_respite(person: Person) -> Respite | None:
    """Of the person, whoever they were before they were found to be one."""
    people = together(person.pk)
    kept = Respite.objects.filter(person__in=people).exclude(state=Respite.State.DROPPED)
    found: Respite | None = rows_of(kept.select_related("hold", "letter", "approval"), people).first()
    return found


def stands(person: Person, user: Any, talk: dict[str, Any], *, on: date) -> dict[str, Any]:
    """The loop of one person: what is known of each part, and what comes next. ``talk``: of ``pages.talk_context``."""
    people = together(person.pk)
    flag = newest_flag(user, frozenset(people), on)
    respite, plan, wait = newest_respite(person), _plan(people, on), talk["wait"]
    rows = [
        ("サイン", _flag(flag)),
        ("同意", _consent(talk)),
        ("つなぎ・回答", _referral(talk)),
        ("待つ日", f"{long_text(wait.until)}まで待ってほしい" if wait else ""),
        ("猶予", _respite(respite, on)),
        ("納め方", f"分納（{plan.label}）" if plan else ""),
    ]
    return {
        "loop": [row for row in rows if row[1]],
        "next": _next(person, talk, flag=flag, respite=respite, plan=plan, on=on),
    }


def _next(
    person: Person,
    talk: dict[str, Any],
    *,
    flag: HardshipFlag | None,
    respite: Respite | None,
    plan: PlanState | None,
    on: date,
) -> Step | None:
    """The step that is open; none while somebody else has to answer or decide, or nothing has begun."""
    if talk["hold_step"]:
        hold: Step = talk["hold_step"]
        return hold
    if (
        respite
        and respite.state != ENDED
        and not (respite.hold and respite.hold.ends_on and respite.hold.ends_on <= on)
    ):
        return None
    if talk["under_way"]:
        return None
    if talk["open_consent"] or talk["open_conference"]:
        if not talk["answered"]:
            return Step("福祉へつなぐ", reverse("welfare:hand-over", args=[person.number]))
    elif talk["waiting"]:
        return Step("署名を登録する", reverse("welfare:consent", args=[talk["waiting"].pk]))
    if talk["suggestions"] and not plan:
        first = talk["suggestions"][0]
        return Step(f"{first['row'].label}を起案する", first["url"])
    if respite and not plan:
        return Step("分納を組む", reverse("claims:plan-build", args=[person.number]))
    if flag and flag.state in HardshipFlag.WAITING:
        return Step("サインを見立てる", reverse("welfare:signal", args=[flag.pk]))
    return None


def _plan(people: list[int], on: date) -> PlanState | None:
    """The newest plan that was not closed and is not paid up."""
    plan = rows_of(Plan.objects.filter(person__in=people, closed_on=None), people).first()
    found = state_of(plan, on=on) if plan else None
    return found if found and found.code != "done" else None


def _flag(flag: HardshipFlag | None) -> str:
    if flag is None:
        return ""
    return flag.get_state_display() + (f"（{short_text(flag.ended_on)}）" if flag.ended_on else "")


def _consent(talk: dict[str, Any]) -> str:
    if consent := talk["open_consent"]:
        return f"{short_text(consent.given_on)}に受けた（{short_text(consent.valid_until)}まで）"
    if talk["open_conference"]:
        return "支援会議の決定による"
    return "署名待ち" if talk["waiting"] else ""


def _referral(talk: dict[str, Any]) -> str:
    if row := talk["under_way"]:
        meeting = row["meeting"]
        then = f"三者面談 {short_text(meeting.on)} {meeting.at:%H:%M}" if meeting else "回答を待っています"
        return f"{short_text(row['referral'].handed_on)}に引き継ぎ。{then}"
    if row := talk["answered"]:
        return f"{row['result']}（{short_text(row['day'])}）"
    return talk["rows"][0]["state"] if talk["rows"] else "つないでいません"


def _respite(respite: Respite | None, on: date) -> str:
    if respite is None:
        return ""
    if respite.hold is None or respite.hold.ends_on is None:
        return "決裁待ち" if respite.waits else "差し戻された"
    if respite.state == ENDED or respite.hold.ends_on <= on:
        return f"{long_text(respite.hold.ends_on - ONE_DAY)}に終わった"
    return f"{long_text(respite.hold.ends_on - ONE_DAY)}まで止めている"
