"""生活再建猶予: one switch over all claims of a person: placed, decided where a clock would end, looked at, extended, ended.

It is a hold in fact over the whole person (rules: 福祉支援), so that claims that come later are silent too. It grants no
relief of law.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from claims.rules.holds import NotAllowed
from claims.services.charges import TermsMissing
from claims.services.holds import HoldRefused, end_hold, place_hold, review_hold
from debtors.models import Contact, Person, WorkItem
from debtors.services_work import CASE, HELD_BACK, WorkItemRefused, close_work_item, open_work_item
from toyota_collect import approvals, audit
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import SettingMissing
from toyota_collect.models import Approval
from toyota_collect.money import yen_text
from toyota_collect.permissions import Ground, Permission, allows
from toyota_collect.registry import registry
from toyota_collect.wareki import long_text
from welfare.models import Respite, RespiteReview
from welfare.rules.respite import SpanRefused, check_span
from welfare.services import respite_papers
from welfare.services.respite_effects import REASON, Line, claims_of, lines_of, name_of, terms_on

SUBJECT, CLOCKS = "welfare.respite", "welfare.respite_clocks"
State, Outcome = Respite.State, RespiteReview.Outcome
FAULTS = (SpanRefused, NotAllowed, TermsMissing, SettingMissing, HoldRefused, approvals.ApprovalRefused)


class RespiteRefused(Exception):
    """The step is not possible; the message says why and what to do, in Japanese."""


@transaction.atomic
def switch_on(
    *,
    person_id: int,
    last_on: date,
    review_on: date,
    why: str,
    consulted: str,
    by: Any,
    on: date,
    clock_plan: str = "",
    extends_id: int | None = None,
) -> Respite:
    """Silence all claims of the person from today to ``last_on`` (included), or ask who may decide that.

    A supervisor's word is enough, unless a clock would end meanwhile: then another one decides first. A second time
    gives what runs or waits already.

    Args:
        consulted: when and with whom of welfare it was talked over.
        clock_plan: what is done about the clocks that end inside; needed where there are any.
        extends_id: the respite that this one goes on from, without a gap.

    Raises:
        Person.DoesNotExist: no such person.
        RespiteRefused: the days, the reason or the consultation are missing or do not fit, or the table forbids it.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if waiting := _waiting(person, by=by):
        return waiting
    if extends_id and (done := person.respites.filter(extends=extends_id).exclude(state=State.DROPPED).first()):
        return done
    former = _former(extends_id, person=person, on=on)
    if former is None and (running := running_on(person, on=on)):
        return running
    if not why.strip():
        raise RespiteRefused("なぜ止めるかを書いてください。延長や見直しのときの根拠になります。")
    if not consulted.strip():
        raise RespiteRefused(
            "福祉部局と、いつ、だれと相談したかを書いてください（基準の表「猶予・保留の効果」の決まり）。"
        )
    starts_on = former.hold.ends_on if former else on
    try:
        check_span(terms_on(on), starts_on=starts_on, last_on=last_on, review_on=review_on)
        lines = lines_of(claims_of(person), on=on, starts_on=starts_on, ends_on=last_on + ONE_DAY)
    except FAULTS as error:
        raise RespiteRefused(str(error)) from error
    if not lines:
        raise RespiteRefused("未納の債権がありません。止めるものがないため、猶予は要りません。")
    inside = [line for line in lines if line.effect.ends_inside]
    if inside and not clock_plan.strip():
        raise RespiteRefused(
            f"この期間に時効が終わる期別が{len(inside)}件あります。どうするか（承認を受ける、消滅させるなど）を書いてください。"
        )
    respite = Respite.objects.create(
        person=person,
        starts_on=starts_on,
        ends_on=last_on + ONE_DAY,
        review_on=review_on,
        why=why.strip()[:500],
        consulted=consulted.strip()[:300],
        clock_plan=clock_plan.strip()[:500],
        extends=former,
        effects=[line.as_kept() for line in lines],
        asked_on=on,
        by=by,
    )
    audit.record(event="respite.asked", by=by, target=respite, detail={"person": person.number, "claims": len(lines)})
    if inside or not allows(by, Permission.APPROVE):
        _ask(respite, lines, inside, by=by)
    else:
        _begin(respite, lines, by=by, on=on, decision=None)
    return respite


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """Begin what was asked for, from today; what it extends, and whether other clocks would end by now, is asked again.

    Raises:
        RespiteRefused: it has begun or was given up, its days or those of the one it extends are over, or a clock would
            end that nobody was told of.
    """
    respite = _locked(int(approval.subject_key))
    if respite.state != State.ASKED:
        raise RespiteRefused(
            f"この猶予は「{respite.get_state_display()}」で、もう決裁を待っていません。差し戻してください。"
        )
    try:
        _former(respite.extends_id, person=respite.person, on=today)
    except RespiteRefused as refused:
        raise RespiteRefused(
            "延長する前の猶予が、起案のあとで終わりました。差し戻して、まだ要るかを確かめ、新しく起案してもらってください。"
        ) from refused
    respite.starts_on = max(respite.starts_on, today)
    if respite.ends_on <= respite.starts_on or respite.review_on <= today:
        raise RespiteRefused("起案した期間か見直しの日が過ぎました。差し戻して、日付を入れ直してもらってください。")
    told = {line["claim"] for line in respite.effects if line["ends_inside"]}
    try:
        lines = lines_of(claims_of(respite.person), on=today, starts_on=respite.starts_on, ends_on=respite.ends_on)
    except FAULTS as error:
        raise RespiteRefused(str(error)) from error
    if new := [line for line in lines if line.effect.ends_inside and line.claim.pk not in told]:
        raise RespiteRefused(
            f"起案のあとで、この期間に時効が終わる期別が増えました（{name_of(new[0].claim)}など{len(new)}件）。"
            "差し戻して、起案し直してもらってください。"
        )
    _begin(respite, lines, by=by, on=today, decision=approval)


@transaction.atomic
def give_up(*, respite_id: int, by: Any) -> Respite:
    """Drop what was sent back or withdrawn, so that it may be asked for anew. Twice does no more than once.

    Raises:
        Respite.DoesNotExist: no such respite.
        RespiteRefused: it runs, or somebody has yet to decide.
    """
    respite = Respite.objects.select_for_update(of=("self",)).select_related("approval").get(pk=respite_id)
    if respite.state == State.DROPPED:
        return respite
    if respite.state != State.ASKED or respite.waits:
        raise RespiteRefused("取りやめられるのは、差し戻されたか、取り下げた起案だけです。")
    return _drop(respite, by=by)


@transaction.atomic
def review(
    *, respite_id: int, outcome: str, text: str, by: Any, on: date, review_on: date | None = None
) -> RespiteReview:
    """Write what was found, and what follows: it goes on until the next review, it ends today, or its end was seen to.

    With its end an extension that somebody has yet to decide is given up: there is nothing left to go on from.

    Raises:
        Respite.DoesNotExist: no such respite.
        RespiteRefused: it does not run, nothing is written, no next day, by whom may not decide, or settled too early.
    """
    respite = _locked(respite_id)
    hold = respite.hold
    if respite.state != State.RUNNING or hold is None or hold.ends_on is None:
        raise RespiteRefused("この猶予は、いま続いていません。")
    if outcome not in (Outcome.CONTINUE, Outcome.END, Outcome.SETTLED) or not text.strip():
        raise RespiteRefused("見直した結果を選び、分かったことと次にすることを書いてください。")
    if not allows(by, Permission.APPROVE):
        raise RespiteRefused("続けるか終えるかは、係長・課長が決めます。")
    if outcome == Outcome.SETTLED and on < hold.ends_on:
        raise RespiteRefused("期間が終わる前です。続けるか、ここで終えるか、延長するかを選んでください。")
    try:
        if outcome == Outcome.CONTINUE:
            _goes_on(respite, review_on, text=text, by=by, on=on)
        elif outcome == Outcome.END and on < hold.ends_on:
            end_hold(hold_id=hold.pk, ends_on=max(on, hold.starts_on + ONE_DAY), by=by)
    except HoldRefused as refused:
        raise RespiteRefused(str(refused)) from refused
    made = _reviewed(respite, outcome, text, by=by, on=on, review_on=review_on)
    if outcome != Outcome.CONTINUE:
        respite.state, respite.settled_on = State.ENDED, on
        respite.save()
        _close_tasks(respite, outcome=made.get_outcome_display(), by=by, on=on)
        for waiting in Respite.objects.select_for_update(of=("self",)).filter(extends=respite, state=State.ASKED):
            _drop(waiting, by=by)
    return made


def running_on(person: Person, *, on: date) -> Respite | None:
    """The respite that is in force for the person on the day, or begins later."""
    found: Respite | None = (
        person.respites.filter(state=State.RUNNING, hold__ends_on__gt=on)
        .select_related("hold", "letter", "person")
        .order_by("-starts_on")
        .first()
    )
    return found


def waiting_for(person: Person) -> Respite | None:
    """What somebody has yet to decide for the person."""
    found: Respite | None = person.respites.filter(state=State.ASKED, approval__decision="").first()
    return found


def _locked(respite_id: int) -> Respite:
    """The person first and the respite then, as ``switch_on`` does, so that an end and an extension never cross."""
    person_id = Respite.objects.values_list("person_id", flat=True).get(pk=respite_id)
    Person.objects.select_for_update().get(pk=person_id)
    return Respite.objects.select_for_update(of=("self",)).select_related("hold", "person").get(pk=respite_id)


def _waiting(person: Person, *, by: Any) -> Respite | None:
    """What somebody has yet to decide; what came back is dropped on the way."""
    asked: Respite | None = person.respites.filter(state=State.ASKED).select_related("approval").first()
    if asked and not asked.waits:
        _drop(asked, by=by)
        return None
    return asked


def _former(extends_id: int | None, *, person: Person, on: date) -> Respite | None:
    if extends_id is None:
        return None
    running = person.respites.filter(pk=extends_id, state=State.RUNNING, hold__ends_on__gt=on)
    # The hold is locked too: it may be ended on its own page.
    former: Respite | None = running.select_related("hold").select_for_update(of=("self", "hold")).first()
    if former is None or former.hold is None or former.hold.ended_by_id:
        raise RespiteRefused("延長できるのは、いま続いている猶予だけです。終わったあとは、新しく始めてください。")
    return former


def _ask(respite: Respite, lines: Sequence[Line], inside: Sequence[Line], *, by: Any) -> None:
    person = respite.person
    evidence: dict[str, Any] = {
        "人": f"{person.name}（{person.number}）",
        "期間": f"{long_text(respite.starts_on)}から{long_text(respite.ends_on - ONE_DAY)}まで",
        "見直しの日": long_text(respite.review_on),
        "福祉部局との相談": respite.consulted,
        "止まるもの": "、".join(_labels(lines)),
        "続くもの": "延滞金・遅延損害金、時効"
        + ("" if any("dunning" in line.effect.channels for line in lines) else "、法律で出す督促状"),
        "対象（いまの未納）": f"{len(lines)}期別　{yen_text(sum(line.due.total_yen for line in lines))}",
        "期間の中で時効が終わる期別": [
            f"{name_of(line.claim)}　{long_text(line.effect.last_day)}　{yen_text(line.claim.outstanding_yen)}"
            for line in inside
            if line.effect.last_day
        ]
        or ["なし"],
    }
    if respite.clock_plan:
        evidence["時効が終わる期別をどうするか"] = respite.clock_plan
    if respite.extends_id:
        evidence["延長"] = "前の猶予に続けて延ばす"
    try:
        respite.approval = approvals.ask(
            subject_type=CLOCKS if inside else SUBJECT,
            subject_key=str(respite.pk),
            subject_url=reverse("welfare:respite", args=[respite.pk]),
            title=f"生活再建猶予{'の延長' if respite.extends_id else ''}：{person.name}",
            amount_yen=sum(line.due.total_yen for line in lines),
            reason=respite.why,
            evidence=evidence,
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise RespiteRefused(str(refused)) from refused
    respite.save(update_fields=["approval"])


def _begin(respite: Respite, lines: Sequence[Line], *, by: Any, on: date, decision: Approval | None) -> None:
    """The hold, the letter, the tasks and the line in the log, all in the transaction of the act."""
    try:
        respite.hold = place_hold(
            person_id=respite.person_id,
            reason=REASON,
            starts_on=respite.starts_on,
            ends_on=respite.ends_on,
            review_on=respite.review_on,
            note=f"生活再建猶予：{respite.why}"[:500],
            decision=decision,
            by=by,
        )
        respite.effects = [line.as_kept() for line in lines]
        respite.letter = respite_papers.letter(respite, lines, by=by, on=on)
    except FAULTS as error:
        raise RespiteRefused(str(error)) from error
    respite.state = State.RUNNING
    respite.save()
    former = respite.extends
    if former and former.hold:
        if former.hold.ends_on and on < former.hold.ends_on:
            review_hold(hold_id=former.hold.pk, review_on=former.hold.ends_on, on=on, text=respite.why, by=by)
        _reviewed(former, Outcome.EXTEND, respite.why, by=by, on=on, review_on=None)
        former.state, former.settled_on = State.ENDED, on
        former.save()
        _close_tasks(former, outcome="延長した", by=by, on=on)
    _open_tasks(respite, by=by, on=on)
    _hold_back(respite, by=by, on=on)
    respite.person.contacts.create(
        on=on,
        channel=Contact.Channel.OTHER,
        outcome=Contact.Outcome.NOTE,
        text=f"生活再建猶予{'を延長した' if former else 'を始めた'}。{long_text(respite.ends_on - ONE_DAY)}まで。お知らせを作った。",
        ground=Ground.CONTRACT,
        by=by,
    )
    audit.record(
        event="respite.begun",
        by=by,
        target=respite,
        detail={
            "person": respite.person.number,
            "from": respite.starts_on.isoformat(),
            "to": (respite.ends_on - ONE_DAY).isoformat(),
            "claims": len(lines),
            "letter": respite.letter.sha256,
        },
    )


def _goes_on(respite: Respite, review_on: date | None, *, text: str, by: Any, on: date) -> None:
    hold = respite.hold
    assert hold is not None
    assert hold.ends_on is not None
    if review_on is None or not on < review_on < hold.ends_on:
        raise RespiteRefused("次の見直しの日を、明日から最後の日までのあいだで入れてください。")
    review_hold(hold_id=hold.pk, review_on=review_on, on=on, text=text, by=by)
    respite.review_on = hold.review_on = review_on
    respite.save(update_fields=["review_on"])
    _open_tasks(respite, by=by, on=on, only="review")


def _reviewed(respite: Respite, outcome: str, text: str, *, by: Any, on: date, review_on: date | None) -> RespiteReview:
    kept = review_on if outcome == Outcome.CONTINUE else None
    made = RespiteReview.objects.create(
        respite=respite, outcome=outcome, text=text.strip()[:1000], on=on, review_on=kept, by=by
    )
    audit.record(event="respite.reviewed", by=by, target=respite, detail={"outcome": outcome, "text": made.text})
    return made


def _open_tasks(respite: Respite, *, by: Any, on: date, only: str = "") -> None:
    """The review and the end stand in somebody's day from now on; the nightly look at holds knows them by their keys."""
    hold, lead = respite.hold, timedelta(days=terms_on(on).end_lead_days)
    assert hold is not None
    assert hold.ends_on is not None
    last_on = hold.ends_on - ONE_DAY
    steps = {
        f"hold:{hold.pk}:review:{hold.review_on}": (
            f"生活再建猶予の見直し（{long_text(hold.review_on)}）",
            "本人の様子と支援の結果を確かめ、続けるか終えるかを決める",
            hold.review_on,
        ),
        f"hold:{hold.pk}:end:{hold.ends_on}": (
            f"生活再建猶予が{long_text(last_on)}で終わります",
            "終わったあとの進め方（分納・猶予の申請・執行停止・延長）を決める",
            max(on, last_on - lead),
        ),
    }
    for key, (reason, next_step, due_on) in steps.items():
        if only and f":{only}:" not in key:
            continue
        with suppress(WorkItemRefused):  # it stands there already
            open_work_item(
                person_id=respite.person_id,
                reason=reason[:200],
                next_step=next_step,
                due_on=due_on or last_on,
                owner=by if allows(by, Permission.APPROVE) else None,
                by=by,
                subject_key=key,
                subject_url=reverse("welfare:respite", args=[respite.pk]),
            )


def _hold_back(respite: Respite, *, by: Any, on: date) -> None:
    """The step of the case gives way: until the review nobody reaches out; who comes is heard."""
    for item in respite.person.work_items.filter(subject_key=CASE, closed_at=None):
        close_work_item(item_id=item.pk, outcome="生活再建猶予を始めた", by=by, on=on, followed=True)
        open_work_item(
            person_id=respite.person_id,
            reason="生活再建猶予の間",
            next_step=f"{HELD_BACK}。支援の回答を待ち、本人から話があれば聞く",
            due_on=respite.review_on,
            owner=item.owner,
            by=by,
        )


def _close_tasks(respite: Respite, *, outcome: str, by: Any, on: date) -> None:
    begins = f"hold:{respite.hold_id}:"
    for item in WorkItem.objects.filter(person=respite.person_id, subject_key__startswith=begins, closed_at=None):
        close_work_item(item_id=item.pk, outcome=outcome, by=by, on=on)


def _drop(respite: Respite, *, by: Any) -> Respite:
    detail = {"extends": respite.extends_id} if respite.extends_id else {}
    respite.state, respite.extends = State.DROPPED, None  # the former may be extended by another
    respite.save(update_fields=["state", "extends"])
    audit.record(event="respite.dropped", by=by, target=respite, detail=detail)
    return respite


def _labels(lines: Sequence[Line]) -> list[str]:
    quiet = {code for line in lines for code in line.effect.channels}
    return [channel.label for code, channel in registry.channels.items() if code in quiet]
