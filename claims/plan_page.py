"""What the plans' pages show: the builder with its preview, one plan with its instalments, the list of plans."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict

from claims.forms_plan import EXPENSES, ORDERS, PlanForm
from claims.models import Claim, Plan, PlanBreach, PlanClaim
from claims.rules.plan import PlanRefused, Terms
from claims.rules.plan_standing import Mark
from claims.rules.prescription import Status
from claims.rules.wage_seizure import LIVING_PER_DEPENDANT_YEN, LIVING_YEN
from claims.services.allocation import fee_rank
from claims.services.plan_facts import PAY_DAY, Choice, longest
from claims.services.plan_standing import STATES, PlanState, state_of, states_of
from claims.services.plan_watch import may_be_cancelled
from debtors.models import Person
from debtors.protection import hidden_people
from toyota_collect.dated import value_or
from toyota_collect.models import Document
from toyota_collect.money import ceil_to

FIRST_YEN = 10_000
COMPARED = (5_000, 10_000, 20_000, 30_000)
MARKS = {
    Mark.PAID: ("納付済", "good"),
    Mark.PART: ("一部納付", "act"),
    Mark.LATE: ("遅れ", "care"),
    Mark.BROKEN: ("納付なし", "urgent"),
    Mark.TODO: ("これから", ""),
}


@dataclass
class Row:
    """A claim to choose; ``refused``: why it cannot be; ``note``: what to know before choosing it."""

    claim: Claim
    due: Any
    refused: str = ""
    note: str = ""
    tone: str = ""
    chosen: bool = False


def builder_of(
    person: Person,
    user: Any,
    data: QueryDict | None,
    *,
    on: date,
    replaces: Plan | None,
    picked: Sequence[str] = (),
) -> dict[str, Any]:
    """Context of the builder; without ``data`` what was picked before is chosen (claim ids), what the replaced plan
    holds, or everything overdue.

    Raises:
        TermsMissing, ClockUnknown: legal attributes of a claim are missing, or its events contradict each other.
    """
    claims = list(
        Claim.objects.visible_to(user)
        .filter(identity__person=person)
        .outstanding()
        .select_related("kind")
        .order_by("due_on", "pk")
    )
    whole = Choice(claims, on=on)
    rows = _rows(whole, claims, on=on, replaces=replaces)
    _choose(rows, data, on=on, replaces=replaces, picked=picked)
    chosen = [row.claim for row in rows if row.chosen]
    initial = {
        "way": "amount",
        "amount_yen": _first_amount(chosen, on=on),
        "starts_on": on,
        "pay_day": value_or(PAY_DAY, on, 31),
        "order": "oldest",
    }
    keys = [one.pk for one in claims]
    form = PlanForm(data, claims=keys, longest=longest(on), fee_rank=fee_rank(on), initial=initial)
    return {
        "person": person,
        "form": form,
        "rows": rows,
        "replaces": replaces,
        "hidden": person.pk in hidden_people([person.pk], on=on),
        "expenses": [form[f"spent_{name}"] for name in EXPENSES],
        "on": on,
    } | _preview(form, chosen, initial, on=on)


def _first_amount(chosen: list[Claim], *, on: date) -> int:
    """What the builder begins with: 10,000 yen a month, or more where the city's limit needs it (a fifth added for late charge)."""
    least = -(-sum(one.outstanding_yen for one in chosen) // longest(on))
    return max(FIRST_YEN, ceil_to(least + least // 5, 1_000))


def _rows(whole: Choice, claims: list[Claim], *, on: date, replaces: Plan | None) -> list[Row]:
    others = PlanClaim.objects.filter(claim__in=claims, plan__signed_on__isnull=False, plan__closed_on=None)
    if replaces:
        others = others.exclude(plan=replaces)
    taken = dict(others.values_list("claim", "plan__history_number"))
    rows = []
    for claim in claims:
        row, status = Row(claim, whole.dues[claim.pk]), whole.clocks[claim.pk].status
        if status is Status.EXTINCT:
            row.refused = "選べません：時効などで消滅"
        elif claim.pk in taken:
            row.refused = f"選べません：誓約履歴{taken[claim.pk]}の対象"
        elif status is Status.AWAITING_ENYO:
            row.note, row.tone = "時効期間を過ぎた私債権：審査が要る", "urgent"
        elif claim.due_on >= on:
            row.note = "納期前（今年度分）"
        rows.append(row)
    return rows


def _choose(rows: list[Row], data: QueryDict | None, *, on: date, replaces: Plan | None, picked: Sequence[str]) -> None:
    if data is not None:
        named = set(data.getlist("claims"))
    elif picked:
        named = set(picked)
    elif replaces:
        named = {str(pk) for pk in replaces.claims.values_list("claim", flat=True)}
    else:
        named = {str(row.claim.pk) for row in rows if row.claim.due_on < on and not row.note}
    for row in rows:
        row.chosen = not row.refused and str(row.claim.pk) in named


def _preview(form: PlanForm, chosen: list[Claim], initial: dict[str, Any], *, on: date) -> dict[str, Any]:
    """The schedule, what other amounts would mean, and the household's figures."""
    context: dict[str, Any] = {"proposal": None, "refused": "", "compared": [], "affordability": {}}
    valid = form.is_valid() if form.is_bound else False
    context["affordability"] = household(form.affordability()) if form.is_bound else {}
    if not chosen:
        return context | {"refused": "期別を選ぶと、分納の計画が出ます。"}
    if form.is_bound and not valid:
        return context | {"refused": "条件の欄を直すと、分納の計画が出ます。"}
    choice = Choice(chosen, on=on)
    try:
        terms = (
            form.terms()
            if valid
            else Terms(
                starts_on=on,
                pay_day=initial["pay_day"],
                longest=form.longest,
                amount_yen=initial["amount_yen"],
                fee_rank=form.fee_rank,
            )
        )
        context["compared"] = [_compare(choice, terms, yen) for yen in COMPARED]
        context["proposal"] = choice.propose(terms)
        context["chosen_yen"] = sum(choice.dues[one.pk].total_yen for one in chosen)
    except (PlanRefused, ValueError) as refused:
        context |= {"refused": str(refused), "needed_yen": getattr(refused, "needed_yen", None)}
    return context


def _compare(choice: Choice, terms: Terms, yen: int) -> dict[str, Any]:
    try:
        made = choice.propose(replace(terms, amount_yen=yen, count=None, until=None, steps=(), bonus=())).schedule
    except (PlanRefused, ValueError):
        return {"yen": yen, "schedule": None}
    return {"yen": yen, "schedule": made}


def household(told: dict[str, Any]) -> dict[str, Any]:
    """収支 with what the law leaves to live on beside it (国税徴収法76条1項4号, 施行令34条)."""
    if not told:
        return {}
    return told | {"living_yen": LIVING_YEN + LIVING_PER_DEPENDANT_YEN * told["dependants"]}


def plan_of(plan: Plan, *, on: date) -> dict[str, Any]:
    """Context of one plan's page."""
    state = state_of(plan, on=on)
    instalments = list(plan.instalments.prefetch_related("lines__claim__kind", "slips").order_by("number"))
    breaches = {
        one.instalment_id: one for one in PlanBreach.objects.filter(instalment__plan=plan).select_related("notice")
    }
    marks = state.standing.marks if state.standing else [(Mark.TODO, 0)] * len(instalments)
    left = plan.total_yen
    rows = []
    for one, (mark, got) in zip(instalments, marks, strict=True):
        left -= one.amount_yen
        label, tone = MARKS[mark] if plan.signed_on else ("—", "")
        slip = next((slip for slip in one.slips.all() if slip.voided_on is None), None)
        rows.append(
            {
                "one": one,
                "label": label,
                "tone": tone,
                "got": got,
                "left": left,
                "breach": breaches.get(one.pk),
                "slip": slip,
            }
        )
    parts = list(plan.claims.select_related("claim__kind"))
    return {
        "plan": plan,
        "person": plan.person,
        "state": state,
        "rows": rows,
        "parts": parts,
        "owed_yen": sum(part.total_yen for part in parts),
        "breach": max(breaches.values(), key=lambda one: one.pk, default=None),
        "propose_cancel": bool(state.standing) and may_be_cancelled(state, on=on),
        "history": [(one, STATES[other.code]) for one, other in _history(plan, on=on)],
        "documents": Document.objects.filter(subject_type="claims.plan", subject_key=str(plan.pk)).select_related(
            "made_by"
        ),
        "household": household(plan.affordability),
        "order": dict(ORDERS).get(plan.terms["order"], ""),
        "on": on,
    }


def _history(plan: Plan, *, on: date) -> list[tuple[Plan, PlanState]]:
    others = list(Plan.objects.filter(person=plan.person_id).order_by("-history_number"))
    states = states_of(others, on=on)
    return [(one, states[one.pk]) for one in others]


def list_of(*, shown: str, on: date) -> tuple[list[dict[str, Any]], list[PlanState]]:
    """Filters with their counts, and the plans of the chosen one; the broken ones first."""
    plans = Plan.objects.filter(closed_on=None).select_related("person", "by")
    states = list(states_of(plans, on=on).values())
    codes = [code for code in STATES if code not in Plan.Closed.values]
    counts = {code: sum(state.code == code for state in states) for code in codes}
    filters = [{"label": "すべて", "url": "?", "count": len(states), "current": shown not in codes}]
    filters += [
        {"label": STATES[code][0], "url": f"?show={code}", "count": counts[code], "current": code == shown}
        for code in codes
    ]
    picked = [state for state in states if shown not in codes or state.code == shown]
    return filters, sorted(picked, key=lambda state: (codes.index(state.code), -state.plan.pk))
