"""引抜: finding what must not go out, and making sure of each such letter that it is out of the pile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from claims.services.slips import void_slips
from notices.letter.sheets import MAX_SHEETS
from notices.models import Letter, PrintRun, Pull
from notices.rules.marks import Unreadable, envelopes_of, read_mark
from notices.rules.pulling import Found
from notices.services.letter_data import run_number
from notices.services.letter_slips import slips_of
from notices.services.pull_selection import letters_to_pull
from notices.services.runs import RunRefused
from toyota_collect import audit

State = PrintRun.State
VOID_REASON = "催告書を引き抜いたため"
NAMES = 3  # claims named in a reason, before it says how many more


@dataclass(frozen=True)
class Reading:
    """What came of one scan. ``left``: envelopes of the letter that are still to be read."""

    pull: Pull
    left: int
    again: bool = False


def locked_run(run_id: int, *states: str) -> PrintRun:
    """The run, locked until the end of the transaction.

    Raises:
        RunRefused: it is a sample, or in none of the states.
    """
    run = PrintRun.objects.select_for_update(of=("self",)).select_related("approval", "made_by").get(pk=run_id)
    if run.is_sample:
        raise RunRefused("見本は、検査済から先へ進めません。送るときは、決裁を受けた一斉催告を作ってください。")
    if run.state not in states:
        raise RunRefused(f"この一斉催告は「{run.phase_label}」です。いまは、この操作はできません。")
    return run


def open_letters(run: PrintRun) -> QuerySet[Letter]:
    """Letters that would go out in an envelope of the run as things stand."""
    return run.letters.filter(state=Letter.State.VERIFIED, travels_with=None)


def pile_letters(run: PrintRun) -> QuerySet[Letter]:
    """Letters in the run's envelopes: its own, and those of other runs that travel with them (合封)."""
    own = Q(run=run, travels_with=None) | Q(travels_with__run=run)
    return Letter.objects.filter(own, state=Letter.State.VERIFIED)


@transaction.atomic
def may_find(*, run_id: int) -> None:
    """Refuse at once where nothing can be pulled. Raises ``RunRefused`` as ``find_pulls`` does."""
    locked_run(run_id, State.VERIFIED, State.PULLED)


@transaction.atomic
def find_pulls(*, run_id: int, by: Any, now: datetime, today: date) -> int:
    """Put on the list what must not go out by now; return how many are new. What is on the list stays there.

    Raises:
        RunRefused: not all letters are made and checked yet, or the pile is sealed.
    """
    run = locked_run(run_id, State.VERIFIED, State.PULLED)
    found = letters_to_pull(open_letters(run), run=run, today=today)
    sheets = dict(Letter.objects.filter(pk__in=found).values_list("pk", "sheets"))
    Pull.objects.bulk_create(
        (
            Pull(
                letter_id=pk,
                reason=reasons[0].reason.value,
                reasons=[[one.reason.value, _about(one)] for one in reasons],
                envelopes=envelopes_of(sheets[pk], most=MAX_SHEETS),
                found_at=now,
                found_by=by,
            )
            for pk, reasons in found.items()
        ),
        batch_size=2_000,
    )
    Letter.objects.filter(pk__in=found).update(state=Letter.State.PULLED)
    run.state, run.pulled_at, run.pulled_by = State.PULLED, now, by
    run.save(update_fields=["state", "pulled_at", "pulled_by"])
    audit.record(event="run.pulled", by=by, target=run, detail={"new": len(found)})
    return len(found)


@transaction.atomic
def confirm_pull(*, run_id: int, text: str, by: Any, now: datetime, today: date) -> Reading:
    """Somebody holds a pulled letter and has read its mark, or typed its number. Reading it again changes nothing.

    Raises:
        RunRefused: the paper is none of this list; the message says what to do with it.
    """
    run = locked_run(run_id, State.PULLED)
    letter, envelope = _letter_read(run, text)
    pull = Pull.objects.select_for_update().filter(letter=letter).first()
    if pull is None:
        raise RunRefused(f"{letter.number}は、引き抜く催告書ではありません。束の元の場所に戻してください。")
    if pull.confirmed_as:
        return Reading(pull, 0, again=True)
    if envelope is None and pull.envelopes > 1:
        raise RunRefused(
            f"{letter.number}は封筒が{pull.envelopes}通あります。封筒ごとに封入用の記号を読むか、"
            "文書番号の後に「/2」のように封筒の番号を付けてください。"
        )
    envelope = envelope or 1
    if envelope > pull.envelopes:
        raise RunRefused(f"{letter.number}の封筒は{pull.envelopes}通です。{envelope}通目はありません。")
    again = envelope in pull.seen
    pull.seen = sorted({*pull.seen, envelope})
    left = pull.envelopes - len(pull.seen)
    if not left:
        _confirm([pull], as_=Pull.Confirmed.SCANNED, by=by, now=now, today=today)
        audit.record(event="pull.confirmed", by=by, target=pull, detail={"letter": letter.number})
    pull.save()
    return Reading(pull, left, again=again)


@transaction.atomic
def mark_not_printed(*, run_id: int, pull_ids: Sequence[int], by: Any, now: datetime, today: date) -> int:
    """These letters of the list were never printed; return how many were still to be confirmed.

    Raises:
        RunRefused: nothing is chosen, or envelopes of one were read: then it was printed.
    """
    run = locked_run(run_id, State.PULLED)
    chosen = Pull.objects.select_for_update(of=("self",)).filter(pk__in=pull_ids, letter__run=run, confirmed_as="")
    pulls = list(chosen.select_related("letter"))
    if not pull_ids:
        raise RunRefused("印刷していない催告書を、1通以上選んでください。")
    if read := [pull for pull in pulls if pull.seen]:
        raise RunRefused(f"{read[0].letter.number}は、封筒の一部を読んでいます。残りの封筒も読んでください。")
    _confirm(pulls, as_=Pull.Confirmed.NOT_PRINTED, by=by, now=now, today=today)
    Pull.objects.bulk_update(pulls, ["confirmed_as", "confirmed_at", "confirmed_by"], batch_size=2_000)
    audit.record(event="pulls.not_printed", by=by, target=run, detail={"letters": len(pulls)})
    return len(pulls)


def _letter_read(run: PrintRun, text: str) -> tuple[Letter, int | None]:
    try:
        mark = read_mark(text)
    except Unreadable as error:
        raise RunRefused(str(error)) from error
    if mark.number:
        letter = run.letters.filter(number=mark.number).first()
    elif mark.run != run_number(run.pk):
        raise RunRefused("ほかの一斉催告の催告書です。この束に入っていたなら、誤りがないか束を調べてください。")
    else:
        letter = run.letters.filter(serial=mark.serial).first()
    if letter is None:
        raise RunRefused("この番号の催告書は、この一斉催告にありません。記号をもう一度読むか、番号を確かめてください。")
    return letter, mark.envelope


def _confirm(pulls: Sequence[Pull], *, as_: str, by: Any, now: datetime, today: date) -> None:
    """Their slips are void with it: nobody shall pay an amount that is not right any more."""
    for pull in pulls:
        pull.confirmed_as, pull.confirmed_at, pull.confirmed_by = as_, now, by
    letters = Letter.objects.filter(pk__in=[pull.letter_id for pull in pulls]).select_related("run").defer("snapshot")
    void_slips(slip_ids=slips_of(letters), on=today, reason=VOID_REASON, by=by)


def _about(found: Found) -> str:
    """The claims a reason is about, in words; "" where it is about the person."""
    rest = len(found.claims) - NAMES
    text = "、".join(found.claims[:NAMES])
    return f"{text} ほか{rest}期別" if rest > 0 else text
