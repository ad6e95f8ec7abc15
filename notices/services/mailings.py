"""引渡しと発送: the sealed pile leaves the house, and from the day of posting the demands count."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from claims.services.events import record_demands
from debtors.models import Contact
from debtors.services_work import log_letters
from notices.models import Letter, LetterClaim, PrintRun, Seal
from notices.rules.pulling import Found, Reason
from notices.services.pull_selection import letters_to_pull
from notices.services.pulls import locked_run, open_letters
from notices.services.runs import RunRefused
from notices.services.seals import current_seal
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.money import yen_text
from toyota_collect.permissions import Ground
from toyota_collect.wareki import long_text

State = PrintRun.State
ARRIVAL = "demand.arrival_days"
UNSAFE = frozenset({Reason.PROTECTED, Reason.MAYBE_PROTECTED})


@transaction.atomic
def hand_over(*, run_id: int, to: str, count: int, on: date, by: Any, now: datetime, today: date) -> Seal:
    """The pile goes to the post office or the outsourcer; ``count`` is what somebody counted there.

    Raises:
        RunRefused: not sealed, nobody named, another number than the seal says, a day to come, or somebody in the pile
            has come under protection since.
    """
    run = locked_run(run_id, State.SEALED)
    sealed = current_seal(run)
    if not to.strip():
        raise RunRefused("どこへ引き渡したかを書いてください。")
    if on > today:
        raise RunRefused("まだ来ていない日です。引き渡した日を入れてください。")
    if count != sealed.going:
        raise RunRefused(
            f"引き渡した数（{count:,}通）が、封緘証明書の{sealed.going:,}通と違います。数え直し、合わないときは渡さずに、"
            "係長・課長に封緘を解いてもらってください。"
        )
    unsafe = [pk for pk, reasons in since_seal(run, today=today).items() if UNSAFE & {one.reason for one in reasons}]
    if unsafe:
        raise RunRefused(
            f"封緘のあとに、{len(unsafe)}通の人に支援措置の登録が届きました。渡さずに、係長・課長に封緘を解いてもらい、"
            "引抜をもう一度調べてください。"
        )
    sealed.handed_to, sealed.handed_count, sealed.handed_on = to.strip()[:100], count, on
    sealed.handed_at, sealed.handed_by = now, by
    sealed.save()
    run.state = State.HANDED
    run.save(update_fields=["state"])
    audit.record(event="run.handed_over", by=by, target=run, detail={"to": sealed.handed_to, "letters": count})
    return sealed


@transaction.atomic
def post_run(*, run_id: int, on: date, by: Any, now: datetime, today: date) -> int:
    """The letters were posted on ``on``; return how many. Each is a 催告 of its claims, and a line in its person's log.

    Raises:
        RunRefused: not handed over, posted already, a day that cannot be, or a setting is missing.
    """
    run = locked_run(run_id, State.HANDED)
    sealed = current_seal(run)
    if on > today:
        raise RunRefused("まだ来ていない日です。発送した日を入れてください。")
    if sealed.handed_on is None or on < sealed.handed_on:
        raise RunRefused("引き渡した日より前です。発送した日を確かめてください。")
    if not run.issued_on <= on <= run.deadline_on:
        raise RunRefused(
            f"発送の日は、催告書に印字した発付日（{long_text(run.issued_on)}）から期限（{long_text(run.deadline_on)}）までの日です。"
        )
    letters = open_letters(run)
    try:
        demanded = demand(letters, run=run, on=on, by=by)
    except SettingMissing as error:
        raise RunRefused(str(error)) from error
    sent = letters.update(state=Letter.State.POSTED)
    sealed.posted_on, sealed.posted_at, sealed.posted_by = on, now, by
    sealed.save()
    run.state = State.POSTED
    run.save(update_fields=["state"])
    audit.record(event="run.posted", by=by, target=run, detail={"letters": sent, "events": demanded})
    return sent


def demand(letters: Iterable[Letter], *, run: PrintRun, on: date, by: Any) -> int:
    """Write the 催告 and the line in the log of each letter sent on ``on``; return how many claims it newly demands.

    Raises:
        SettingMissing: the city has not said after how many days the post is presumed to arrive.
    """
    arrived_on = on + timedelta(days=value_on(ARRIVAL, on))
    taxed = LetterClaim.objects.filter(letter=OuterRef("pk"), claim__ground=Ground.TAX)
    rows = list(
        Letter.objects.filter(pk__in=[letter.pk for letter in letters])
        .annotate(tells_of_tax=Exists(taxed))
        .order_by("serial")
        .values_list("pk", "person_id", "number", "total_yen", "tells_of_tax")
    )
    origins = {pk: origin_of(run, number) for pk, _, number, _, _ in rows}
    claims = LetterClaim.objects.filter(letter__in=origins).values_list("claim_id", "letter_id")
    demanded = record_demands(
        acts=[(claim, origins[letter]) for claim, letter in claims], on=on, arrived_on=arrived_on, by=by
    )
    log_letters(
        lines=[
            (
                person,
                f"{origins[pk]}を発送。{yen_text(yen)}、期限 {long_text(run.deadline_on)}。",
                Ground.TAX if tells_of_tax else Ground.CONTRACT,
            )
            for pk, person, _, yen, tells_of_tax in rows
        ],
        outcome=Contact.Outcome.SENT,
        on=on,
        by=by,
    )
    return demanded


def origin_of(run: PrintRun, number: str) -> str:
    """What the events and the log call a letter: by it a returned letter finds its own events again."""
    return f"{run.title} {number}"


def since_seal(run: PrintRun, *, today: date) -> dict[int, tuple[Found, ...]]:
    """Letters of the sealed pile that would be pulled by now, with their reasons."""
    return letters_to_pull(open_letters(run), run=run, today=today)
