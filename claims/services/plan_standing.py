"""Where plans stand on a day: the ledger since the deed against what fell due; a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, Sum

from claims.models import Claim, Entry, Payment, Plan, PlanInstalment
from claims.rules.plan_standing import Due, Standing, State, standing
from claims.services.charges import amounts_due
from claims.services.plan_facts import grace_days

MONEY = (Entry.Kind.RECEIPT, Entry.Kind.SET_OFF)
# State, label and tone of everything a screen may say of a plan; broken first.
STATES = {
    "broken": ("不履行", "urgent"),
    "late": ("遅れ", "care"),
    "draft": ("署名待ち", "act"),
    "kept": ("履行中", "good"),
    "done": ("完納", "good"),
    "cancelled": ("取消", "hold"),
    "replaced": ("組み直し済", ""),
    "discarded": ("取りやめ", ""),
}


@dataclass(frozen=True, slots=True)
class PlanState:
    """What a screen says of one plan; ``standing`` only of one that was signed."""

    plan: Plan
    code: str
    standing: Standing | None = None
    owed_yen: int = 0

    @property
    def label(self) -> str:
        return STATES[self.code][0]

    @property
    def tone(self) -> str:
        return STATES[self.code][1]

    @property
    def left_over_yen(self) -> int:
        """Still owed although every instalment was paid: late charge that grew because money came late, or an estimate."""
        done = self.standing and self.standing.state is State.KEPT and self.standing.next_on is None
        return self.owed_yen if done else 0


def states_of(plans: Iterable[Plan], *, on: date) -> dict[int, PlanState]:
    """The state of each plan on ``on``, by plan id."""
    given = list(plans)
    signed = [plan for plan in given if plan.signed_on is not None]
    standings = _standings(signed, on=on) if signed else {}
    found = {}
    for plan in given:
        stands, owed_yen = standings.get(plan.pk, (None, 0))
        code = plan.closed_as or (stands.state.value if stands else "draft")
        found[plan.pk] = PlanState(plan, code, stands, owed_yen)
    return found


def state_of(plan: Plan, *, on: date) -> PlanState:
    return states_of([plan], on=on)[plan.pk]


def _standings(plans: Sequence[Plan], *, on: date) -> dict[int, tuple[Standing, int]]:
    ids = [plan.pk for plan in plans]
    dues: dict[int, list[Due]] = defaultdict(list)
    rows = PlanInstalment.objects.filter(plan__in=ids).order_by("plan", "number")
    for plan_id, due_on, yen in rows.values_list("plan", "due_on", "amount_yen"):
        dues[plan_id].append(Due(due_on, yen))
    grace = grace_days(on)
    paid, announced, owed = _paid(ids, on=on), _announced(ids, on=on), _owed(ids, on=on)
    return {
        pk: (
            standing(
                dues[pk],
                paid_yen=paid[pk],
                owed_yen=owed[pk],
                announced_yen=announced[pk],
                on=on,
                grace_days=grace,
            ),
            owed[pk],
        )
        for pk in ids
    }


def _paid(plan_ids: Sequence[int], *, on: date) -> dict[int, int]:
    """Money and set-offs booked on the plan's claims after the deed, what was taken back of it off again."""
    money = Q(kind__in=MONEY) | Q(
        kind=Entry.Kind.REVERSAL, reverses__kind__in=MONEY, reverses__pk__gt=F("claim__plans__plan__last_entry")
    )
    rows = (
        Entry.objects.filter(
            money, claim__plans__plan__in=plan_ids, pk__gt=F("claim__plans__plan__last_entry"), on__lte=on
        )
        .values("claim__plans__plan")
        .annotate(yen=Sum("amount_yen"))
        .order_by()
    )
    return defaultdict(int, {row["claim__plans__plan"]: -row["yen"] for row in rows})


def _announced(plan_ids: Sequence[int], *, on: date) -> dict[int, int]:
    """Payments for the plan's claims that are known and not booked (速報, 要確認, 所管課の記帳待ち)."""
    rows = (
        Payment.objects.unsettled()
        .filter(targets__claim__plans__plan__in=plan_ids, paid_on__lte=on)
        .filter(paid_on__gte=F("targets__claim__plans__plan__signed_on"))
        .values_list("targets__claim__plans__plan", "pk", "amount_yen")
        .distinct()
    )
    found: dict[int, int] = defaultdict(int)
    for plan_id, _, yen in rows:
        found[plan_id] += yen
    return found


def _owed(plan_ids: Sequence[int], *, on: date) -> dict[int, int]:
    claims: list[Any] = list(Claim.objects.filter(plans__plan__in=plan_ids).outstanding().distinct())
    dues = amounts_due(claims, as_of=on, with_steps=False)
    found: dict[int, int] = defaultdict(int)
    for plan_id, claim_id in Plan.objects.filter(pk__in=plan_ids).values_list("pk", "claims__claim"):
        if claim_id in dues:
            found[plan_id] += dues[claim_id].total_yen
    return found
