"""返戻: what the post brings back. It demanded nothing; where the person is has to be found out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from claims.models import Hold
from claims.services.events import withdraw_demands
from claims.services.holds import HoldRefused, place_hold
from debtors.joined import current_person
from debtors.models import Contact
from debtors.protection import hidden_people
from debtors.querysets import in_force
from debtors.services_work import close_work_item, log_letters, open_work_item
from notices.models import Letter, LetterClaim, Pull, ReturnedLetter
from notices.rules.marks import Unreadable, read_mark
from notices.rules.pulling import Reason as PullReason
from notices.services.letter_data import RUN_NUMBERS
from notices.services.mailings import demand, origin_of
from notices.services.pull_selection import letters_to_pull
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.permissions import Ground
from toyota_collect.wareki import long_text

Reason, Done = ReturnedLetter.Reason, ReturnedLetter.Done
ENQUIRY, REVIEW = "return.enquiry_days", "return.review_days"
NEXT_STEPS: dict[str, str] = {
    Reason.REFUSED: "電話・訪問で事情を聞き、届いたとみなせるか（民法97条2項）を判断する",
    Reason.EXPIRED: "電話・訪問で連絡をとり、再送するかを決める",
}
LOOK_FOR = "住民票・戸籍の附票・現地を調べ、送付先を直す"


@dataclass(frozen=True)
class Received:
    """A returned letter; ``times``: how often this letter has come back by now; ``again``: it was known already."""

    returned: ReturnedLetter
    times: int
    again: bool = False


@transaction.atomic
def receive(*, text: str, reason: str, on: date, by: Any, now: datetime, today: date, note: str = "") -> Received:
    """A letter is back on the desk: its demands are withdrawn, and somebody has to look for the person.

    Read twice, it is told as known and nothing is written.

    Raises:
        RunRefused: no letter that was posted, an unknown reason, ``その他`` without saying what, or a day that cannot be.
    """
    letter = _posted_letter(text)
    times = letter.returns.count()
    if letter.state == Letter.State.RETURNED:
        return Received(letter.returns.latest("pk"), times, again=True)
    if reason not in Reason.values:
        raise RunRefused("返戻の理由を選んでください。")
    if reason == Reason.OTHER and not note.strip():
        raise RunRefused("「その他」のときは、内容を書いてください。")
    sent_on = _last_sent_on(letter)
    if not sent_on <= on <= today:
        raise RunRefused(f"返戻の日は、発送した日（{long_text(sent_on)}）から今日までの日です。")
    returned = ReturnedLetter(
        letter=letter, reason=reason, note=note.strip()[:200], returned_on=on, received_at=now, received_by=by
    )
    origin, person = origin_of(letter.run, letter.number), current_person(letter.person_id)
    claims = list(letter.claims.values_list("claim_id", flat=True))
    withdraw_demands(claim_ids=claims, origin=origin, by=by, reason=f"返戻：{returned.reason_text}")
    _log(letter, Contact.Outcome.RETURNED, f"{origin}が返戻。{returned.reason_text}。催告の記録を取り消した。", on, by)
    returned.work_item = open_work_item(
        person_id=person or letter.person_id,
        reason=f"返戻（{returned.get_reason_display()}）：{origin}"[:200],
        next_step=NEXT_STEPS.get(reason, LOOK_FOR),
        due_on=today + timedelta(days=_days(ENQUIRY, today)),
        by=by,
        subject_key=f"returned:{letter.pk}",
        subject_url=reverse("notices:returns"),
    )
    returned.save()
    letter.state = Letter.State.RETURNED
    letter.save(update_fields=["state"])
    audit.record(event="letter.returned", by=by, target=returned, detail={"letter": letter.number, "reason": reason})
    for guest in letter.guests.filter(state=Letter.State.POSTED).values_list("number", flat=True):  # 合封
        receive(text=guest, reason=reason, on=on, by=by, now=now, today=today, note=note)
    return Received(returned, times + 1)


@transaction.atomic
def settle(
    *, return_id: int, done_as: str, on: date, by: Any, now: datetime, today: date, note: str = ""
) -> ReturnedLetter:
    """Say what was done about a returned letter: sent again, 公示送達, or no more letters. The enquiry is closed by it.

    Raises:
        ReturnedLetter.DoesNotExist: no such return.
        RunRefused: something was done already, a day that cannot be, or the letter may not be sent any more.
    """
    returned = (
        ReturnedLetter.objects.select_for_update(of=("self",))
        .select_related("letter__run", "work_item")
        .get(pk=return_id)
    )
    if returned.done_as:
        raise RunRefused(f"この返戻は「{returned.get_done_as_display()}」として済んでいます。")
    if done_as not in Done.values:
        raise RunRefused("何をしたかを選んでください。")
    if not returned.returned_on <= on <= today:
        raise RunRefused("対応の日は、返戻の日から今日までの日です。")
    {Done.RESENT: _resend, Done.PUBLIC_NOTICE: _give_notice, Done.STOPPED: _stop}[Done(done_as)](
        returned, on, by, today
    )
    returned.done_as, returned.done_on, returned.done_note = done_as, on, note.strip()[:200]
    returned.done_at, returned.done_by = now, by
    returned.save()
    if returned.work_item.closed_at is None:
        outcome = str(returned.get_done_as_display())
        close_work_item(item_id=returned.work_item_id, outcome=outcome, by=by, on=today)
    audit.record(event="return.settled", by=by, target=returned, detail={"done": done_as})
    return returned


def _posted_letter(text: str) -> Letter:
    try:
        mark = read_mark(text)
    except Unreadable as error:
        raise RunRefused(str(error)) from error
    letters = Letter.objects.select_for_update(of=("self",)).select_related("run").filter(run__is_sample=False)
    if mark.number:
        letters = letters.filter(number=mark.number)
    else:
        of_run = letters.annotate(run_number=F("run_id") % RUN_NUMBERS)
        letters = of_run.filter(run_number=mark.run % RUN_NUMBERS, serial=mark.serial).order_by("-run_id")
    letter = letters.first()
    if letter is None:
        raise RunRefused("この番号の催告書はありません。記号をもう一度読むか、番号を確かめてください。")
    if letter.state == Letter.State.PULLED:
        raise RunRefused(
            f"{letter.number}は引き抜いた催告書で、発送していないはずのものです。係長・課長に報告し、なぜ出たかを調べてください。"
        )
    if letter.state not in (Letter.State.POSTED, Letter.State.RETURNED):
        raise RunRefused(f"{letter.number}は、まだ発送を登録していません。先に発送を登録してください。")
    return letter


def _last_sent_on(letter: Letter) -> date:
    again = letter.returns.filter(done_as=Done.RESENT).order_by("-pk").values_list("done_on", flat=True).first()
    in_run = letter.travels_with.run if letter.travels_with else letter.run
    posted_on: date = in_run.seals.get(broken_at=None).posted_on
    return again or posted_on


def _resend(returned: ReturnedLetter, on: date, by: Any, today: date) -> None:
    letter = returned.letter
    run = letter.run
    if hidden_people([letter.person_id, current_person(letter.person_id) or 0], on=today):
        raise RunRefused("支援措置の登録がある人か、その人かもしれない人です。再送せずに、個別に送ってください。")
    if on > run.deadline_on:
        raise RunRefused("納付書の期限が過ぎています。再送せずに、新しい催告書を送ってください。")
    one = Letter.objects.filter(pk=letter.pk)
    reasons = letters_to_pull(one, run=run, today=today).get(letter.pk, ())
    if against := [found for found in reasons if found.reason is not PullReason.ADDRESS]:
        label = Pull.Reason(against[0].reason.value).label
        raise RunRefused(f"「{label}」ため、この催告書は再送できません。発送を止めるか、新しい催告書を送ってください。")
    letter.state = Letter.State.POSTED
    letter.save(update_fields=["state"])
    try:
        demand([letter], run=run, on=on, by=by)
    except SettingMissing as error:
        raise RunRefused(str(error)) from error


def _give_notice(returned: ReturnedLetter, on: date, by: Any, today: date) -> None:
    """公示送達 is a proceeding of its own; what is left here is that somebody begins it."""
    letter = returned.letter
    open_work_item(
        person_id=current_person(letter.person_id) or letter.person_id,
        reason=f"公示送達が要る：{origin_of(letter.run, letter.number)}"[:200],
        next_step="所在の調査の記録をまとめ、公示送達（私債権は公示による意思表示）を起案する",
        due_on=today + timedelta(days=_days(ENQUIRY, today)),
        by=by,
        subject_key=f"public-notice:{letter.pk}",
        subject_url=reverse("notices:returns"),
    )


def _stop(returned: ReturnedLetter, on: date, by: Any, today: date) -> None:
    """No letter goes to an address that is known to be wrong; a hold says so to every way out, until its review."""
    person = current_person(returned.letter.person_id) or returned.letter.person_id
    held = Hold.objects.filter(in_force(on), person=person, reason=Hold.Reason.RETURNED_MAIL, kind=None, claim=None)
    if held.exists():
        return
    try:
        place_hold(
            person_id=person,
            reason=Hold.Reason.RETURNED_MAIL,
            starts_on=on,
            review_on=today + timedelta(days=_days(REVIEW, today)),
            note=f"返戻：{origin_of(returned.letter.run, returned.letter.number)}",
            by=by,
        )
    except HoldRefused as error:
        raise RunRefused(str(error)) from error


def _log(letter: Letter, outcome: str, text: str, on: date, by: Any) -> None:
    taxed = LetterClaim.objects.filter(letter=letter, claim__ground=Ground.TAX).exists()
    line = (letter.person_id, text, Ground.TAX if taxed else Ground.CONTRACT)
    log_letters(lines=[line], outcome=outcome, on=on, by=by)


def _days(key: str, today: date) -> int:
    try:
        return int(value_on(key, today))
    except SettingMissing as error:
        raise RunRefused(str(error)) from error
