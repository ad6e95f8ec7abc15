"""May a person's claims go to lawyers? Only after welfare has answered, or has been silent for the set time with the question
on record. Whatever is not known answers no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from toyota_collect.registry import Verdict
from toyota_collect.wareki import long_text


@dataclass(frozen=True, slots=True)
class Word:
    """A question to welfare, or a referral that asks it as well; ``answered_on`` None: no answer yet.

    ``lets_go``: what was answered does not stand in the way. ``wait_until``: until this day, included, it is asked to wait.
    """

    asked_on: date
    answered_on: date | None = None
    lets_go: bool = False
    wait_until: date | None = None


def gate(words: Sequence[Word], *, on: date, silent_days: int, valid_days: int) -> Verdict:
    """The answer for one person on a day.

    Args:
        silent_days: so many days after the last question without an answer, silence is taken as none coming.
        valid_days: so long an answer is good; then it must be asked again.
    """
    known = [word for word in words if word.asked_on <= on]
    answers = [word for word in known if word.answered_on and word.answered_on <= on]
    waiting = [word for word in known if word not in answers]
    if not known:
        return Verdict(False, "福祉への照会の記録がありません。弁護士へ委任する前に、福祉へ照会してください。")
    if answers:
        last = max(answers, key=lambda word: (word.answered_on or date.min, word.asked_on))
        assert last.answered_on
        stands_until = last.answered_on + timedelta(days=valid_days)
        if last.wait_until:
            stands_until = last.wait_until
        newer = [word for word in waiting if word.asked_on >= last.answered_on]
        if on <= stands_until and not last.lets_go:
            return Verdict(
                False,
                f"福祉から、{long_text(stands_until)}まで待ってほしいという回答（{long_text(last.answered_on)}）があります。",
            )
        if on <= stands_until and not newer:
            return Verdict(True, f"福祉の回答（{long_text(last.answered_on)}）では、委任に支障はありません。")
        waiting = newer
        if not waiting:
            return Verdict(
                False, f"福祉の回答（{long_text(last.answered_on)}）は古くなっています。もう一度照会してください。"
            )
    asked_on = max(word.asked_on for word in waiting)
    free_on = asked_on + timedelta(days=silent_days)
    if on < free_on:
        return Verdict(
            False,
            f"福祉の回答を待っています（照会 {long_text(asked_on)}）。回答がなければ{long_text(free_on)}から委任できます。",
        )
    return Verdict(True, f"福祉へ{long_text(asked_on)}に照会し、{silent_days}日を過ぎても回答がありません。")
