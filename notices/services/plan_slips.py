"""The slips of a plan for several months: issued, drawn a sheet a month, read back and kept in one transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from claims.models import Plan, Slip
from claims.rules.plan_standing import Mark
from claims.services.charges import TermsMissing, amounts_due
from claims.services.plan_standing import state_of
from claims.services.slips import SlipRefused, issue_plan_slips
from notices.letter import Unprintable
from notices.models import PrintRun
from notices.services import engine
from notices.services.desk_paper import Part, paper_of, parts_of
from notices.services.desk_slips import keep_paper
from notices.services.letter_data import ProfileIncomplete
from toyota_collect.dated import SettingMissing
from toyota_collect.documents.pdf import joined
from toyota_collect.models import Document

KIND = "plan_slips"
POLICY = PrintRun.SlipPolicy.KIND


@transaction.atomic
def make_plan_slips(*, plan_id: int, numbers: Sequence[int], issued_on: date, by: Any) -> Document:
    """One PDF with the slips of the named instalments, in their order; older slips of the claims become invalid.

    Raises:
        Plan.DoesNotExist: no such plan.
        SlipRefused: an instalment cannot be asked for (``issue_plan_slips``) or printed; nothing is made then.
    """
    slips = issue_plan_slips(plan_id=plan_id, numbers=numbers, issued_on=issued_on, by=by)
    months: dict[int, list[Slip]] = {}
    for slip in slips:
        months.setdefault(slip.instalment_id or 0, []).append(slip)
    person = Plan.objects.select_related("person").get(pk=plan_id).person
    try:
        papers = [paper_of(person, *_in_order_of_paper(month), POLICY) for month in months.values()]
        rendered = [engine.render_slips(paper)[0] for paper in papers]
    except Unprintable as error:
        raise SlipRefused(f"納付書を印刷できる形にできません。{error.text}") from error
    except (ProfileIncomplete, SettingMissing, TermsMissing) as error:
        raise SlipRefused(str(error)) from error
    content, pages = joined(rendered)
    subject = {"kind": KIND, "subject_type": "claims.plan", "subject_key": str(plan_id)}
    return keep_paper(slips, content, number=papers[0].number, pages=pages, by=by, **subject)


def _in_order_of_paper(month: Sequence[Slip]) -> tuple[list[Slip], list[Part]]:
    """The slips of one instalment with what each says, as the paper sets them out: a slip a kind."""
    by_claim = {line.claim_id: slip for slip in month for line in slip.lines.all()}
    claims = [line.claim for slip in month for line in slip.lines.select_related("claim__kind")]
    first = month[0]
    parts = parts_of(claims, amounts_due(claims, as_of=first.as_of, with_steps=False), POLICY, on=first.issued_on)
    return [by_claim[int(lines[0].claim_ref)] for _, _, lines in parts], parts


def next_numbers(plan: Plan, *, count: int, on: date) -> list[int]:
    """The next ``count`` instalments from ``on`` that are not paid; fewer where the plan ends before."""
    state = state_of(plan, on=on)
    instalments = plan.instalments.order_by("number")
    marks = state.standing.marks if state.standing else ()
    unpaid = [
        one.number
        for one, (mark, _) in zip(instalments, marks, strict=bool(marks))
        if one.due_on >= on and mark is not Mark.PAID
    ]
    return unpaid[:count]
