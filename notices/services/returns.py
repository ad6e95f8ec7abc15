"""返戻: what the post brings back. It demanded nothing; where the person is has to be found out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from claims.models import ClaimEvent, Hold
from claims.services.holds import HoldRefused, place_hold
from debtors.joined import current_person
from debtors.models import Contact
from debtors.protection import hidden_people
from debtors.querysets import in_force
from debtors.services_work import close_work_item, open_work_item
from notices.models import Dunning, Letter, Pull, ReturnedLetter
from notices.rules.pulling import Reason as PullReason
from notices.services.dunnings import pull
from notices.services.pull_selection import letters_to_pull
from notices.services.returned_papers import Paper, act_again, log, paper_of, read_paper, set_state, undo_act
from notices.services.runs import RunRefused
from notices.services.single_standing import changed_since
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.wareki import long_text

Reason, Done = ReturnedLetter.Reason, ReturnedLetter.Done
ENQUIRY, REVIEW = "return.enquiry_days", "return.review_days"
NEXT_STEPS: dict[str, str] = {
    Reason.REFUSED: "電話・訪問で事情を聞き、届いたとみなせるか（民法97条2項）を判断する",
    Reason.EXPIRED: "電話・訪問で連絡をとり、再送するかを決める",
}
LOOK_FOR = "住民票・戸籍の附票・現地を調べ、送付先を直す"
BY_HAND = [choice for choice in Done.choices if choice[0] != Done.PUBLIC_NOTICE]
"""What staff choose; 公示送達 begins with its own proposal (``public_notices.prepare``)."""


@dataclass(frozen=True)
class Received:
    """A returned letter; ``times``: how often this letter has come back by now; ``again``: it was known already."""

    returned: ReturnedLetter
    times: int
    again: bool = False


@transaction.atomic
def receive(*, text: str, reason: str, on: date, by: Any, now: datetime, today: date, note: str = "") -> Received:
    """A 催告書, a letter to one person or a 督促状 is back on the desk: its act is withdrawn, and somebody has to look for the person.

    Read twice, it is told as known and nothing is written.

    Raises:
        RunRefused: nothing that was posted, an unknown reason, ``その他`` without saying what, or a day that cannot be.
    """
    paper = read_paper(text)
    known = ReturnedLetter.objects.filter(**paper.key)
    times = known.count()
    if paper.is_back:
        return Received(known.latest("pk"), times, again=True)
    if reason not in Reason.values:
        raise RunRefused("返戻の理由を選んでください。")
    if reason == Reason.OTHER and not note.strip():
        raise RunRefused("「その他」のときは、内容を書いてください。")
    sent_on = _last_sent_on(paper)
    if not sent_on <= on <= today:
        raise RunRefused(f"返戻の日は、発送した日（{long_text(sent_on)}）から今日までの日です。")
    returned = ReturnedLetter(
        **paper.key, reason=reason, note=note.strip()[:200], returned_on=on, received_at=now, received_by=by
    )
    undo_act(paper, by=by, reason=f"返戻：{returned.reason_text}")
    undone = f"{ClaimEvent.Kind(paper.act).label}の記録を取り消した。" if paper.act else ""
    log(paper, Contact.Outcome.RETURNED, f"{paper.title}が返戻。{returned.reason_text}。{undone}", on, by)
    look_for(returned, paper, next_step=NEXT_STEPS.get(reason, LOOK_FOR), by=by, today=today)
    returned.save()
    set_state(paper, Letter.State.RETURNED, on=on, because=returned.reason_text)
    audit.record(event="letter.returned", by=by, target=returned, detail={"letter": paper.number, "reason": reason})
    for guest in paper.guests():  # 合封
        receive(text=guest, reason=reason, on=on, by=by, now=now, today=today, note=note)
    return Received(returned, times + 1)


def look_for(returned: ReturnedLetter, paper: Paper, *, next_step: str, by: Any, today: date) -> None:
    """Open the enquiry of a return; the caller saves."""
    returned.work_item = open_work_item(
        person_id=current_person(paper.person.pk) or paper.person.pk,
        reason=f"返戻（{returned.get_reason_display()}）：{paper.title}"[:200],
        next_step=next_step,
        due_on=today + timedelta(days=setting_days(ENQUIRY, today)),
        by=by,
        subject_key=f"returned:{paper.subject}",
        subject_url=reverse("notices:returns"),
    )


@transaction.atomic
def settle(
    *, return_id: int, done_as: str, on: date, by: Any, now: datetime, today: date, note: str = ""
) -> ReturnedLetter:
    """Say what was done about a return: sent again, made anew (督促状), or no more letters. The enquiry is closed by it.

    Raises:
        ReturnedLetter.DoesNotExist: no such return.
        RunRefused: something was done already, a day that cannot be, or the letter may not be sent any more.
    """
    returned = locked_return(return_id)
    if returned.done_as:
        raise RunRefused(f"この返戻は「{returned.get_done_as_display()}」として済んでいます。")
    if done_as not in Done.values:
        raise RunRefused("何をしたかを選んでください。")
    if done_as == Done.PUBLIC_NOTICE:
        raise RunRefused("公示送達は、住所調査を登録したうえで「公示送達を起案する」から始めてください。")
    if not returned.returned_on <= on <= today:
        raise RunRefused("対応の日は、返戻の日から今日までの日です。")
    _ACTS[done_as](returned, paper_of(returned), on, by, today)
    close_return(returned, done_as, on=on, note=note, by=by, now=now, today=today)
    return returned


def locked_return(return_id: int) -> ReturnedLetter:
    """The return, locked until the end of the transaction."""
    rows = ReturnedLetter.objects.select_for_update(of=("self",))
    return rows.select_related("letter__run", "dunning__run", "notice", "work_item").get(pk=return_id)


def close_return(
    returned: ReturnedLetter, done_as: str, *, on: date, note: str, by: Any, now: datetime, today: date
) -> None:
    """Write down what was done, and close the enquiry."""
    returned.done_as, returned.done_on, returned.done_note = done_as, on, note.strip()[:200]
    returned.done_at, returned.done_by = now, by
    returned.save()
    if returned.work_item.closed_at is None:
        outcome = str(returned.get_done_as_display())
        close_work_item(item_id=returned.work_item_id, outcome=outcome, by=by, on=today)
    audit.record(event="return.settled", by=by, target=returned, detail={"done": done_as})


def setting_days(key: str, today: date) -> int:
    try:
        return int(value_on(key, today))
    except SettingMissing as error:
        raise RunRefused(str(error)) from error


def _last_sent_on(paper: Paper) -> date:
    sent = ReturnedLetter.objects.filter(**paper.key, done_as=Done.RESENT).order_by("-pk")
    again: date | None = sent.values_list("done_on", flat=True).first()
    return again or paper.posted_on


def _resend(returned: ReturnedLetter, paper: Paper, on: date, by: Any, today: date) -> None:
    person = paper.person.pk
    if hidden_people([person, current_person(person) or 0], on=today):
        raise RunRefused("支援措置の登録がある人か、その人かもしれない人です。再送せずに、個別に送ってください。")
    if on > paper.deadline_on:
        instead = "督促状を作り直してください。" if paper.dunnings else "新しい催告書を送ってください。"
        raise RunRefused(f"納付書の期限が過ぎています。再送せずに、{instead}")
    if paper.letter:
        one = Letter.objects.filter(pk=paper.letter.pk)
        reasons = letters_to_pull(one, run=paper.letter.run, today=today).get(paper.letter.pk, ())
        if against := [found for found in reasons if found.reason is not PullReason.ADDRESS]:
            label = Pull.Reason(against[0].reason.value).label
            raise RunRefused(
                f"「{label}」ため、この催告書は再送できません。発送を止めるか、新しい催告書を送ってください。"
            )
    elif paper.notice:
        # That the address is another is why it is sent again; the paper itself must still be right.
        if against_it := changed_since(paper.notice, today=today, anywhere=True):
            raise RunRefused(f"{against_it} 再送せずに、新しい通知を作ってください。")
    elif any(one.claim.principal_yen != one.principal_yen for one in paper.dunnings):
        raise RunRefused("納付または更正があったため、この督促状は再送できません。督促状を作り直してください。")
    set_state(paper, Letter.State.POSTED, on=on)
    act_again(paper, on=on, by=by)


def _redo(returned: ReturnedLetter, paper: Paper, on: date, by: Any, today: date) -> None:
    """The 督促状 is void; its claims get a new one, to the address known by then, with the next sending."""
    if not paper.dunnings:
        raise RunRefused("作り直せるのは督促状だけです。催告書は、次の一斉催告か、新しい個別の通知で送ります。")
    for one in Dunning.objects.filter(pk__in=[row.pk for row in paper.dunnings]).select_related("slip"):
        pull(one, because="返戻のため作り直す", on=on, by=by)


def _stop(returned: ReturnedLetter, paper: Paper, on: date, by: Any, today: date) -> None:
    """No letter goes to an address that is known to be wrong; a hold says so to every way out, until its review."""
    person = current_person(paper.person.pk) or paper.person.pk
    held = Hold.objects.filter(in_force(on), person=person, reason=Hold.Reason.RETURNED_MAIL, kind=None, claim=None)
    if held.exists():
        return
    try:
        place_hold(
            person_id=person,
            reason=Hold.Reason.RETURNED_MAIL,
            starts_on=on,
            review_on=today + timedelta(days=setting_days(REVIEW, today)),
            note=f"返戻：{paper.title}",
            by=by,
        )
    except HoldRefused as error:
        raise RunRefused(str(error)) from error


_ACTS: dict[str, Callable[[ReturnedLetter, Paper, date, Any, date], None]] = {
    Done.RESENT: _resend,
    Done.REDONE: _redo,
    Done.STOPPED: _stop,
}
