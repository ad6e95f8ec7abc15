"""引渡しと発送: the sealed pile leaves the house, and from the day of posting the demands count."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from claims.services.events import record_demands
from debtors.models import Contact
from debtors.services_work import log_letters
from notices.models import Letter, LetterClaim, PrintRun, Seal
from notices.rules.pulling import Found
from notices.services import packs
from notices.services.piles import Tell
from notices.services.progressing import silent
from notices.services.pull_selection import hidden_letters, letters_to_pull, resting_letters
from notices.services.pulls import locked_run, pile_letters
from notices.services.runs import RunRefused
from notices.services.seals import current_seal
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.money import yen_text
from toyota_collect.permissions import Ground
from toyota_collect.wareki import long_text

State = PrintRun.State
ARRIVAL = "demand.arrival_days"
LETTERS_AT_ONCE = 500


@transaction.atomic
def hand_over(
    *,
    run_id: int,
    to: str,
    count: int,
    on: date,
    by: Any,
    now: datetime,
    today: date,
    how: str = "",
    password_how: str = "",
) -> Seal:
    """The pile goes to the post office or the outsourcer; ``count`` are the envelopes somebody counted there.

    Where a pack was made for an outsourcer it goes with it: ``how`` it travels, and ``password_how`` its password does.

    Raises:
        RunRefused: not sealed, nobody named, another number than the seal says, a day to come, or somebody in the pile
            has come under protection or is left in peace since.
    """
    run = locked_run(run_id, State.SEALED)
    sealed = current_seal(run)
    if not to.strip():
        raise RunRefused("どこへ引き渡したかを書いてください。")
    if on > today:
        raise RunRefused("まだ来ていない日です。引き渡した日を入れてください。")
    if count != sealed.envelopes:
        raise RunRefused(
            f"引き渡した数（封筒{count:,}通）が、封緘証明書の封筒{sealed.envelopes:,}通と違います。"
            "数え直し、合わないときは渡さずに、係長・課長に封緘を解いてもらってください。"
        )
    days = sorted({run.issued_on, today})
    unsafe = hidden_letters(pile_letters(run), days=days)
    if unsafe:
        raise RunRefused(
            f"封緘のあとに、{len(unsafe)}通の人に支援措置の登録が届きました。渡さずに、係長・課長に封緘を解いてもらい、"
            "引抜をもう一度調べてください。"
        )
    if resting := resting_letters(pile_letters(run), days=days):
        raise RunRefused(
            f"封緘のあとに、{len(resting)}通の人の生活再建猶予（福祉支援の保留）が始まりました。渡さずに、係長・課長に封緘を解いてもらい、"
            "引抜をもう一度調べてください。"
        )
    sealed.handed_to, sealed.handed_count, sealed.handed_on = to.strip()[:100], count, on
    sealed.handed_at, sealed.handed_by = now, by
    sealed.save()
    packs.hand_over(sealed, how=how, password_how=password_how, by=by, now=now)
    run.state = State.HANDED
    run.save(update_fields=["state"])
    audit.record(event="run.handed_over", by=by, target=run, detail={"to": sealed.handed_to, "envelopes": count})
    return sealed


@transaction.atomic
def may_post(*, run_id: int, on: date, today: date) -> Seal:
    """Refuse at once a day on which the run cannot have been posted; return its seal.

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
    if sealed.posted_on not in (None, on) and pile_of(run).exclude(state=Letter.State.VERIFIED).exists():
        raise RunRefused(
            f"{long_text(sealed.posted_on)}の発送として、登録が途中まで進んでいます。同じ日で登録してください。"
        )
    try:
        value_on(ARRIVAL, on)
    except SettingMissing as error:
        raise RunRefused(str(error)) from error
    return sealed


def post_run(*, run_id: int, on: date, by: Any, now: datetime, today: date, tell: Tell = silent) -> int:
    """The letters were posted on ``on``; return how many. Each is a 催告 of its claims, and a line in its person's log.

    It is done some hundred letters at a time, each batch in its own transaction with its events: whoever goes on after a
    death finds the rest. The run is posted with the last.

    Raises:
        RunRefused: as ``may_post``.
    """
    with transaction.atomic():
        sealed = may_post(run_id=run_id, on=on, today=today)
        sealed.posted_on, sealed.posted_at, sealed.posted_by = on, now, by
        sealed.save()
    total, demanded = pile_of(sealed.run).count(), 0
    while True:
        tell("期別ごとに催告を記録しています", total - pile_letters(sealed.run).count(), total)
        with transaction.atomic():
            run = locked_run(run_id, State.HANDED)
            batch = list(pile_letters(run).order_by("run", "serial").values_list("pk", "run_id")[:LETTERS_AT_ONCE])
            for of_run in PrintRun.objects.filter(pk__in={pk for _, pk in batch}):
                letters = Letter.objects.filter(pk__in=[pk for pk, mine in batch if mine == of_run.pk])
                demanded += demand(letters, run=of_run, on=on, by=by)
                letters.update(state=Letter.State.POSTED)
            if len(batch) < LETTERS_AT_ONCE:
                return _finish_posting(run, sent=total, demanded=demanded, by=by)


def _finish_posting(run: PrintRun, *, sent: int, demanded: int, by: Any) -> int:
    run.state = State.POSTED
    run.save(update_fields=["state"])
    audit.record(event="run.posted", by=by, target=run, detail={"letters": sent, "events": demanded})
    return sent


def pile_of(run: PrintRun) -> Any:
    """The letters of the run's envelopes, posted or not."""
    own = Q(run=run, travels_with=None) | Q(travels_with__run=run)
    return Letter.objects.filter(own, state__in=Letter.GOING)


def demand(letters: Iterable[Letter], *, run: PrintRun, on: date, by: Any) -> int:
    """Write the 催告 and the line in the log of each letter sent on ``on``; return how many claims it newly demands.

    What a letter asks of a joint debtor, an heir or a guarantor demands nothing of the debtor (民法441条, 458条): the claim's
    clock is the debtor's.

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
    claims = LetterClaim.objects.filter(letter__in=origins, role="").values_list("claim_id", "letter_id")
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
    found: dict[int, tuple[Found, ...]] = {}
    letters = pile_letters(run)
    for one in PrintRun.objects.filter(pk__in=letters.order_by().values("run").distinct()):
        found |= letters_to_pull(letters.filter(run=one), run=one, today=today)
    return found
