"""来庁の受付: opened with the first look, kept whatever interrupts it, ended with a written contact."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from debtors.models import Contact, CounterVisit, Person
from debtors.services_work import record_contact
from toyota_collect import audit

NOBODY = "none"  # nobody has made sure who came: nothing is said of what is owed, nothing printed
AT_COUNTER = {
    Contact.Checked.PHOTO.value: "顔写真付きの証明書",
    Contact.Checked.PAPERS.value: "証明書2点",
    Contact.Checked.NUMBER.value: "本人あての文書と生年月日",
    Contact.Checked.MANDATE.value: "代理人（委任状）",
    NOBODY: "確かめていない（金額は伝えない）",
}


class VisitRefused(Exception):
    """The visit cannot be gone on with or ended; the message says why, in Japanese."""


@transaction.atomic
def open_visit(*, person_id: int, on: date, by: Any) -> CounterVisit:
    """The open visit of the person, or a new one. One is open for a person, whoever received them.

    Raises:
        Person.DoesNotExist: no such person.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if visit := person.visits.filter(closed_at=None).first():
        return visit
    visit = CounterVisit.objects.create(person=person, on=on, opened_by=by, picked=None)
    audit.record(event="visit.opened", by=by, target=visit, detail={"person": person.number})
    return visit


@transaction.atomic
def keep_visit(
    *,
    visit_id: int,
    picked: Sequence[int] | None = None,
    checked: str | None = None,
    note: str | None = None,
    offered: Sequence[str] | None = None,
) -> CounterVisit:
    """Keep what is on the screen so far; what is not given stays.

    Raises:
        VisitRefused: the visit has ended.
    """
    visit = still_open(visit_id)
    if picked is not None:
        visit.picked = sorted(set(picked))
    if checked is not None:
        visit.checked = checked if checked in AT_COUNTER else ""
    if note is not None:
        visit.note = note[:1000]
    if offered is not None:
        visit.offered = list(dict.fromkeys(offered))
    visit.save()
    return visit


@transaction.atomic
def end_visit(
    *,
    visit_id: int,
    on: date,
    outcome: str,
    done: str,
    next_step: str,
    next_due_on: date | None,
    by: Any,
    with_whom: str = Contact.Whom.SELF,
    promised_on: date | None = None,
    promised_yen: int | None = None,
) -> Contact:
    """Write what happened at the counter into the log and end the visit. Twice does no more than once.

    ``done``: what was made and taken at the counter, in words; what was noted stands behind it.

    Raises:
        VisitRefused: it was ended without a contact, or nobody has said how it was made sure who came.
        NextStepMissing: something is owed, and next step or due date is missing.
    """
    visit = CounterVisit.objects.select_for_update(of=("self",)).select_related("contact").get(pk=visit_id)
    if visit.contact:
        return visit.contact
    if visit.closed_at:
        raise VisitRefused("この受付は、経過を書かずに取りやめています。もう一度受け付けてください。")
    if not visit.checked:
        raise VisitRefused("本人確認をどのように行ったかを選んでください。")
    text = " ".join(filter(None, (done.strip(), visit.note.strip()))) or "用件を聞いた。"
    visit.contact = record_contact(
        person_id=visit.person_id,
        on=on,
        at=timezone.localtime(visit.opened_at).time() if visit.on == on else None,
        channel=Contact.Channel.COUNTER,
        with_whom=with_whom,
        outcome=outcome,
        text=text[:2000],
        checked=[visit.checked] if visit.checked in Contact.Checked.values else [],
        promised_on=promised_on,
        promised_yen=promised_yen,
        next_step=next_step,
        next_due_on=next_due_on,
        by=by,
    )
    _close(visit, by=by)
    return visit.contact


@transaction.atomic
def give_up_visit(*, visit_id: int, by: Any) -> CounterVisit:
    """End a visit that was opened for the wrong person or that came to nothing; no contact is written.

    Raises:
        VisitRefused: it has ended.
    """
    visit = still_open(visit_id)
    _close(visit, by=by)
    return visit


def still_open(visit_id: int) -> CounterVisit:
    """The visit, locked.

    Raises:
        VisitRefused: it has ended.
    """
    visit = CounterVisit.objects.select_for_update().get(pk=visit_id)
    if visit.closed_at:
        raise VisitRefused("この受付は終わっています。続きがあるときは、もう一度受け付けてください。")
    return visit


def _close(visit: CounterVisit, *, by: Any) -> None:
    visit.closed_at, visit.closed_by = timezone.now(), by
    visit.save()
    audit.record(event="visit.closed", by=by, target=visit, detail={"contact": visit.contact_id})
