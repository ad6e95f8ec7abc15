"""What the post may bring back, letters and 督促状 alike: found by what is read, and what its act was undone or done again."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, QuerySet

from claims.models import ClaimEvent
from claims.services.events import EventRefused, record_demands, record_events, withdraw_acts
from debtors.models import Contact, Person
from debtors.services_work import log_letters
from notices.models import Dunning, DunningRun, Letter, LetterClaim, Notice, ReturnedLetter
from notices.rules.marks import Unreadable, read_mark
from notices.services.letter_data import RUN_NUMBERS
from notices.services.mailings import ARRIVAL, demand, origin_of
from notices.services.runs import RunRefused
from notices.services.single_data import SINGLE_RUN
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.permissions import Ground

_BARCODE = re.compile(r"\d{44}", re.ASCII)


@dataclass(frozen=True)
class Paper:
    """A letter, a letter to one person, or the 督促状 of one envelope (the first stands for all)."""

    letter: Letter | None
    dunnings: tuple[Dunning, ...] = ()
    notice: Notice | None = None

    @property
    def _first(self) -> Letter | Notice | Dunning:
        return self.letter or self.notice or self.dunnings[0]

    @property
    def key(self) -> dict[str, Letter | Dunning | Notice | None]:
        """The fields of ``ReturnedLetter``."""
        dunning = self.dunnings[0] if self.dunnings else None
        return {"letter": self.letter, "dunning": dunning, "notice": self.notice}

    @property
    def subject(self) -> str:
        """The subject of work items about it."""
        if self.notice:
            return f"n{self.notice.pk}"
        return str(self.letter.pk) if self.letter else f"d{self.dunnings[0].pk}"

    @property
    def number(self) -> str:
        return self._first.number

    @property
    def person(self) -> Person:
        return self._first.person

    @property
    def origin(self) -> str:
        """What its events and the log call it."""
        if self.notice:
            return self.notice.title
        return origin_of(self.letter.run, self.letter.number) if self.letter else self.dunnings[0].run.title

    @property
    def title(self) -> str:
        return f"{self.origin} {self.number}" if self.dunnings else self.origin

    @property
    def act(self) -> str:
        """What its posting was in law: an event of this kind, or "" for a notice that demands nothing."""
        if self.notice:
            return ClaimEvent.Kind.DEMAND if self.notice.demands else ""
        return ClaimEvent.Kind.DEMAND if self.letter else ClaimEvent.Kind.DUNNING

    @property
    def is_back(self) -> bool:
        return self._first.state == Letter.State.RETURNED

    @property
    def posted_on(self) -> date:
        if self.notice and self.notice.posted_on:
            return self.notice.posted_on
        if not self.letter:
            return self.dunnings[0].run.issued_on
        in_run = self.letter.travels_with.run if self.letter.travels_with else self.letter.run
        posted: date = in_run.seals.get(broken_at=None).posted_on
        return posted

    @property
    def deadline_on(self) -> date:
        if self.notice:
            return self.notice.deadline_on
        return self.letter.run.deadline_on if self.letter else self.dunnings[0].run.deadline_on

    def guests(self) -> list[str]:
        """The numbers of letters that travelled in its envelope and are not back yet."""
        posted = self.letter.guests.filter(state=Letter.State.POSTED) if self.letter else Letter.objects.none()
        return list(posted.values_list("number", flat=True))

    def claims(self) -> list[int]:
        if self.notice:
            return list(self.notice.claims.values_list("claim_id", flat=True))
        if self.letter:
            return list(self.letter.claims.values_list("claim_id", flat=True))
        return [one.claim_id for one in self.dunnings]

    def own_claims(self) -> list[int]:
        """Without those the person is asked for beside or instead of another."""
        return (
            list(self.letter.claims.filter(role="").values_list("claim_id", flat=True))
            if self.letter
            else self.claims()
        )

    def tells_of_tax(self) -> bool:
        if self.notice:
            return self.notice.claims.filter(claim__ground=Ground.TAX).exists()
        if self.letter:
            return LetterClaim.objects.filter(letter=self.letter, claim__ground=Ground.TAX).exists()
        return any(one.claim.ground == Ground.TAX for one in self.dunnings)


def paper_of(returned: ReturnedLetter) -> Paper:
    """The paper of a return, locked."""
    if returned.letter_id:
        letter = (
            Letter.objects.select_for_update(of=("self",)).select_related("run", "person").get(pk=returned.letter_id)
        )
        return Paper(letter)
    if returned.notice_id:
        return Paper(None, notice=_locked_notices().get(pk=returned.notice_id))
    assert returned.dunning is not None
    return Paper(None, _envelope(returned.dunning))


def read_paper(text: str) -> Paper:
    """What was posted and is read now, locked until the end of the transaction.

    Raises:
        RunRefused: no paper of ours, or one that was not posted; the message says what to do.
    """
    return _dunning(text) or _notice(text) or Paper(_letter(text))


def set_state(paper: Paper, state: str, *, on: date, because: str = "") -> None:
    if paper.notice:
        paper.notice.state = state
        # What ended it, as long as it is back.
        paper.notice.ended_on, paper.notice.ended_because = (on, because[:200]) if because else (None, "")
        paper.notice.save()
    if paper.letter:
        paper.letter.state = state
        paper.letter.save(update_fields=["state"])
    for one in paper.dunnings:
        one.state = state
        one.save(update_fields=["state"])


def undo_act(paper: Paper, *, by: Any, reason: str) -> None:
    """Take back the 催告 or 督促 that did not arrive."""
    if paper.act:
        withdraw_acts(claim_ids=paper.claims(), kind=paper.act, origin=paper.origin, by=by, reason=reason)


def act_again(paper: Paper, *, on: date, by: Any) -> None:
    """It was sent once more on ``on``: the 催告 or 督促 stands anew, and the log says so.

    Raises:
        RunRefused: a setting is missing, or the clock refuses the event.
    """
    try:
        if paper.letter:
            demand([paper.letter], run=paper.letter.run, on=on, by=by)
            return
        if paper.notice:
            if paper.act:
                arrived_on = on + timedelta(days=value_on(ARRIVAL, on))
                acts = [(claim, paper.origin) for claim in paper.claims()]
                record_demands(acts=acts, on=on, arrived_on=arrived_on, by=by)
            log(paper, Contact.Outcome.SENT, f"{paper.title}を再送。", on, by)
            return
        arrived_on = on + timedelta(days=value_on("dunning.arrival_days", on))
        detail = {"arrived_on": arrived_on.isoformat(), "deadline_on": paper.deadline_on.isoformat()}
        record_events(
            claim_ids=paper.claims(), kind=ClaimEvent.Kind.DUNNING, on=on, by=by, origin=paper.origin, detail=detail
        )
    except (SettingMissing, EventRefused) as error:
        raise RunRefused(str(error)) from error
    log(paper, Contact.Outcome.SENT, f"{paper.title}を再送。", on, by)


def log(paper: Paper, outcome: str, text: str, on: date, by: Any) -> None:
    """A line in the log of the person it was written to."""
    line = (paper.person.pk, text, Ground.TAX if paper.tells_of_tax() else Ground.CONTRACT)
    log_letters(lines=[line], outcome=outcome, on=on, by=by)


def _dunning(text: str) -> Paper | None:
    """By its 文書番号, or by the barcode of the slip that went with it."""
    plain = re.sub(r"[\s()\-]", "", unicodedata.normalize("NFKC", text))
    typed = unicodedata.normalize("NFKC", text).strip()
    found = (
        Dunning.objects.filter(slip__barcode=plain)
        if _BARCODE.fullmatch(plain)
        else Dunning.objects.filter(number=typed)
    )
    one = found.select_related("run").order_by("-pk").first()
    if one is None:
        return None
    if one.run.state != DunningRun.State.POSTED or one.state not in (Dunning.State.POSTED, Dunning.State.RETURNED):
        raise RunRefused(
            f"{one.number}は、発送した督促状ではありません（{one.get_state_display()}）。係長・課長に報告してください。"
        )
    return Paper(None, _envelope(one))


def _envelope(one: Dunning) -> tuple[Dunning, ...]:
    rows: Sequence[Dunning] = (
        Dunning.objects.select_for_update(of=("self",))
        .filter(run=one.run_id, serial=one.serial, state__in=[Dunning.State.POSTED, Dunning.State.RETURNED])
        .select_related("run", "person", "claim")
        .order_by("number")
    )
    return tuple(rows)


def _notice(text: str) -> Paper | None:
    """A letter to one person: by its mark, where run 0 stands for it, or its number."""
    try:
        mark = read_mark(text)
    except Unreadable:
        return None
    notices = _locked_notices()
    if mark.number:
        one = notices.filter(number=mark.number).first()
    else:
        one = notices.filter(serial=mark.serial).first() if mark.run == SINGLE_RUN else None
    if one is None:
        return None
    if one.state not in (Notice.State.POSTED, Notice.State.RETURNED):
        raise RunRefused(
            f"{one.number}は、発送した{one.kind_name}ではありません（{one.state_label}）。先に発送を登録するか、係長・課長に"
            "報告してください。"
        )
    return Paper(None, notice=one)


def _locked_notices() -> QuerySet[Notice]:
    return Notice.objects.select_for_update(of=("self",)).select_related("person", "approval")


def _letter(text: str) -> Letter:
    try:
        mark = read_mark(text)
    except Unreadable as error:
        raise RunRefused(str(error)) from error
    letters = (
        Letter.objects.select_for_update(of=("self",)).select_related("run", "person").filter(run__is_sample=False)
    )
    if mark.number:
        letters = letters.filter(number=mark.number)
    else:
        of_run = letters.annotate(run_number=(F("run_id") - 1) % RUN_NUMBERS + 1)
        letters = of_run.filter(run_number=mark.run, serial=mark.serial).order_by("-run_id")
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
