"""What was sent, for the 実績: letters by the day they were posted, and what came back. Batches are nobody's own act."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from notices.models import Dunning, DunningRun, Letter, Notice, ReturnedLetter
from toyota_collect.registry import Act, Registry

NOBODY = Value("")
POSTED = (Letter.State.POSTED, Letter.State.RETURNED)


def register(registry: Registry) -> None:
    """What is posted is answered from the next day on."""
    registry.acts += [
        Act("notice", "個別の通知", "letter", _notices, channel=True, lag=1),
        Act("run", "一斉催告", "letter", _letters, channel=True, lag=1),
        Act("dunning", "督促状", "letter", _dunnings, channel=True, lag=1),
        Act("returned", "返戻", "letter", _returned),
    ]


def _notices(first: date, last: date) -> QuerySet[Notice, Any]:
    posted = Notice.objects.filter(posted_on__range=(first, last))
    return posted.order_by().values("person_id", day=F("posted_on"), team=F("made_by__team"))


def _letters(first: date, last: date) -> QuerySet[Letter, Any]:
    """Of runs whose seal was never broken again; a letter that shares an envelope is a letter all the same."""
    posted = Letter.objects.filter(
        state__in=POSTED, run__is_sample=False, run__seals__broken_at=None, run__seals__posted_on__range=(first, last)
    )
    return posted.order_by().values("person_id", day=F("run__seals__posted_on"), team=NOBODY)


def _dunnings(first: date, last: date) -> QuerySet[Dunning, Any]:
    posted = Dunning.objects.filter(
        state__in=(Dunning.State.POSTED, Dunning.State.RETURNED),
        run__state=DunningRun.State.POSTED,
        run__issued_on__range=(first, last),
    )
    return posted.order_by().values("person_id", day=F("run__issued_on"), team=NOBODY)


def _returned(first: date, last: date) -> QuerySet[ReturnedLetter, Any]:
    person = Coalesce("letter__person_id", "dunning__person_id", "notice__person_id")
    back = ReturnedLetter.objects.filter(returned_on__range=(first, last))
    return back.order_by().annotate(whose=person).values(day=F("returned_on"), team=NOBODY, person_id=F("whose"))
