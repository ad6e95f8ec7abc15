"""窓口: slips and papers for the visitor who is here, each once however often the button is pressed, and the end."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from claims.models import Acknowledgement, Slip
from claims.services import acknowledgements
from debtors.models import Contact, CounterVisit
from debtors.services.visits import NOBODY, VisitRefused, end_visit, still_open
from notices.counter_facts import done_at
from notices.rules.counter import sentences
from notices.services.desk_slips import make_slips

UNKNOWN = ("", NOBODY)


@transaction.atomic
def make_visit_slips(
    *, visit_id: int, claim_ids: Sequence[int], policy: str, as_of: date, due_on: date, on: date, by: Any
) -> list[Slip]:
    """The slips for what the visitor pays; those that were made a moment ago for the same are given again.

    Raises:
        VisitRefused: the visit has ended, or nobody has made sure who came.
        SlipRefused: see ``make_slips``.
    """
    visit = _identified(visit_id)
    made = Slip.objects.filter(person=visit.person_id, origin=Slip.Origin.DESK, made_at__gte=visit.opened_at)
    here = list(made.filter(voided_on=None, as_of=as_of, due_on=due_on, lines__claim__in=claim_ids).distinct())
    if here and {line.claim_id for slip in here for line in slip.lines.all()} == set(claim_ids):
        return here
    days = {"as_of": as_of, "due_on": due_on, "issued_on": on}
    return make_slips(person_id=visit.person_id, claim_ids=claim_ids, policy=policy, by=by, **days)


@transaction.atomic
def make_visit_paper(*, visit_id: int, claim_ids: Sequence[int], on: date, by: Any) -> Acknowledgement:
    """債務承認書 for the visitor to sign; the same one again for the same claims.

    Raises:
        VisitRefused: the visit has ended, or nobody has made sure who came.
        AcknowledgementRefused: see ``acknowledgements.make_paper``.
    """
    visit = _identified(visit_id)
    return acknowledgements.make_paper(person_id=visit.person_id, claim_ids=claim_ids, on=on, by=by)


@transaction.atomic
def end(
    *, visit_id: int, on: date, outcome: str, with_whom: str, next_step: str, next_due_on: date | None, by: Any
) -> Contact:
    """Write what was done during the visit into the log, with what was noted, and end it.

    Raises:
        VisitRefused, NextStepMissing: see ``debtors.services.visits.end_visit``.
    """
    visit = CounterVisit.objects.select_for_update(of=("self",)).select_related("person").get(pk=visit_id)
    done = done_at(visit, on=on)
    return end_visit(
        visit_id=visit_id,
        on=on,
        outcome=outcome,
        with_whom=with_whom,
        done="".join(sentences(done)),
        promised_on=done.promised_on if outcome == Contact.Outcome.PROMISED else None,
        promised_yen=done.promised_yen if outcome == Contact.Outcome.PROMISED else None,
        next_step=next_step,
        next_due_on=next_due_on,
        by=by,
    )


def _identified(visit_id: int) -> CounterVisit:
    visit = still_open(visit_id)
    if visit.checked in UNKNOWN:
        raise VisitRefused("本人確認をどのように行ったかを、先に選んでください。")
    return visit
