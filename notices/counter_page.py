"""What the counter's pages show: who is here, everything that is owed with its ticks and sum, what was done so far."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from claims.models import Plan
from debtors import services_work
from debtors.forms import due_day
from debtors.models import Contact, CounterVisit, OutcomeRule
from debtors.person_page import flags_of
from debtors.protection import hidden_people
from debtors.services.visits import NOBODY
from notices import slip_page
from notices.counter_facts import done_at, offers_on, papers_of, plans_of, slips_of
from notices.forms_counter import EndForm, SignedForm, VisitForm
from notices.models import PrintRun
from notices.rules.counter import next_of, outcome_of, sentences
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import value_on

RULE_DAYS = 7  # where the table of outcomes says nothing


def nav_waiting(_: Any) -> tuple[QuerySet[CounterVisit], ...]:
    return (CounterVisit.objects.filter(closed_at=None),)


def open_visits(*, on: date) -> list[dict[str, Any]]:
    """Everybody who is being served, those who came first before the others."""
    visits = list(CounterVisit.objects.filter(closed_at=None).select_related("person", "opened_by"))
    hidden = hidden_people([visit.person_id for visit in visits], on=on)
    return [{"visit": visit, "protected": visit.person_id in hidden} for visit in visits]


def kept(visit: CounterVisit, *, on: date) -> QueryDict | None:
    """What was ticked before, as a form would send it; none where nobody has ticked anything yet."""
    if visit.picked is None:
        return None
    data = QueryDict(mutable=True)
    data.setlist("claims", [str(pk) for pk in visit.picked])
    days = int(value_on("slip.deadline_days", on))
    data["as_of"], data["due_on"] = on.isoformat(), (on + timedelta(days=days)).isoformat()
    data["policy"] = PrintRun.SlipPolicy.KIND
    return data


def picked_of(context: Mapping[str, Any]) -> list[int]:
    """Ids of the claims that are ticked."""
    return [row.claim.pk for group in context["groups"] for row in group.rows if row.chosen]


def rest_of(visit: CounterVisit, user: Any, *, on: date, without: Collection[int]) -> list[int]:
    """Ids of what is overdue and was not put on a slip."""
    groups = slip_page.context_of(visit.person, user, None, on=on)["groups"]
    return [row.claim.pk for group in groups for row in group.rows if row.chosen and row.claim.pk not in without]


def sums_of(visit: CounterVisit, user: Any, data: QueryDict | None, *, on: date) -> dict[str, Any]:
    """Context of the claims with their ticks and the sum of what is ticked."""
    return slip_page.context_of(visit.person, user, data if data is not None else kept(visit, on=on), on=on)


def visit_of(visit: CounterVisit, user: Any, *, on: date, end_form: EndForm | None = None) -> dict[str, Any]:
    """Context of the counter's one screen; the number of queries does not depend on the claims."""
    done, offers = done_at(visit, on=on), offers_on(on)
    papers = papers_of(visit)
    kept_facts = {"checked": visit.checked, "note": visit.note, "offered": visit.offered}
    context = sums_of(visit, user, None, on=on)
    return (
        context
        | told_of(visit, context, on=on)
        | {
            "visit": visit,
            "visit_form": VisitForm(initial=kept_facts, offers=[(one["code"], one["label"]) for one in offers]),
            "end_form": end_form or end_form_of(visit, user, on=on, initial=_proposed(done, on=on)),
            "said": sentences(done),
            "slips_made": _by_document(slips_of(visit)),
            "plans": plans_of(visit),
            "papers": [{"paper": paper, "form": _sign_form(visit, on=on)} for paper in papers],
            "flags": flags_of(visit.person, user, on=on),
            "others": [row for row in open_visits(on=on) if row["visit"].pk != visit.pk],
            "on": on,
        }
    )


def told_of(visit: CounterVisit, context: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """Whether it is clear who came, and what of the claims in the context is overdue."""
    owed = [row for group in context["groups"] for row in group.rows if row.claim.due_on < on and not row.refused]
    return {
        "identified": visit.checked not in ("", NOBODY),
        "owed_yen": sum(row.due.total_yen for row in owed),
        "owed_count": len(owed),
    }


def end_form_of(
    visit: CounterVisit, user: Any, *, on: date, data: QueryDict | None = None, initial: dict[str, Any] | None = None
) -> EndForm:
    owes = services_work.owes(visit.person, by=user, on=on)
    return EndForm(data, owes=owes, today=on, initial=initial)


def _proposed(done: Any, *, on: date) -> dict[str, Any]:
    """The end that the log is offered: what was done says more than the table of outcomes."""
    outcome = outcome_of(done)
    rule = OutcomeRule.objects.filter(outcome=outcome).first()
    step, known_on = next_of(done)
    days = rule.days if rule else RULE_DAYS
    return {
        "outcome": outcome,
        "with_whom": Contact.Whom.SELF,
        "next_step": step or (rule.next_step if rule else ""),
        "next_due_on": due_day(known_on + ONE_DAY, 0) if known_on else due_day(on, days),
    }


def _sign_form(visit: CounterVisit, *, on: date) -> SignedForm:
    first = {"signed_on": on, "signer": visit.person.name, "signed_as": Plan.Signer.SELF}
    return SignedForm(initial=first, auto_id=False)


def _by_document(slips: list[Any]) -> list[dict[str, Any]]:
    """Slips with the link to print them once for each paper."""
    seen: set[int] = set()
    rows = []
    for slip in slips:
        paper = getattr(slip, "paper", None)
        rows.append({"slip": slip, "prints": paper is not None and paper.document_id not in seen})
        if paper:
            seen.add(paper.document_id)
    return rows
