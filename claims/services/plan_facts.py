"""What a plan is made of: the claims as the pure rule needs them, and the city's own limits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from claims.models import Claim
from claims.rules.late_charge_batch import ClaimFacts
from claims.rules.plan import PlanDebt, Schedule, Terms, schedule
from claims.rules.prescription import Status
from claims.rules.rates import RateTable
from claims.services.allocation import is_private
from claims.services.charges import AmountDue, amounts_due, charge_facts, rate_table
from claims.services.clocks import clocks_for
from toyota_collect.dated import value_or
from toyota_collect.models import Holiday

UNKNOWN_YEAR = "plan.unknown_year"
LONGEST, GRACE, PAY_DAY = "plan.longest_months", "plan.grace_days", "plan.pay_day"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A schedule, the claims it pays in their order, and what they owe on the day it is made."""

    on: date
    schedule: Schedule
    claims: tuple[Claim, ...]
    dues: dict[int, AmountDue]
    lapsed: tuple[Claim, ...]

    @property
    def late_now_yen(self) -> int:
        """Late charge if all were paid on the day."""
        return sum(self.dues[claim.pk].late_yen for claim in self.claims)


class Choice:
    """Claims chosen for a plan, with the facts read once, for as many schedules as are compared.

    Raises:
        TermsMissing, ClockUnknown: legal attributes of a claim are missing, or its events contradict each other.
    """

    def __init__(self, claims: Sequence[Claim], *, on: date) -> None:
        self.on, self.claims = on, {str(claim.pk): claim for claim in claims}
        self.dues = amounts_due(claims, as_of=on)
        self.clocks = clocks_for(claims, as_of=on)
        facts = charge_facts(claims, as_of=on)
        self.debts = [self._debt(claim, *facts[claim.pk]) for claim in claims]
        self.rates, self.holidays = rates_from(on), holidays_from(on)

    def propose(self, terms: Terms) -> Proposal:
        """Raises ``PlanRefused`` (see ``claims.rules.plan.schedule``)."""
        made = schedule(self.debts, terms, rates=self.rates, holidays=self.holidays)
        ordered = tuple(self.claims[key] for key in made.order)
        return Proposal(self.on, made, ordered, self.dues, self.with_status(Status.AWAITING_ENYO))

    def with_status(self, status: Status) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims.values() if self.clocks[claim.pk].status is status)

    def _debt(self, claim: Claim, facts: ClaimFacts, late_paid: int) -> PlanDebt:
        due = self.dues[claim.pk]
        return PlanDebt(
            key=str(claim.pk),
            due_on=claim.due_on,
            principal_yen=due.principal_yen,
            levied_yen=facts.principal_yen,
            terms=facts.terms,
            fee_yen=due.fee_yen,
            cost_yen=due.cost_yen,
            payments=tuple(facts.payments),
            relief=tuple(facts.relief),
            late_paid_yen=late_paid,
            late_booked_yen=claim.late_yen,
            late_final_yen=due.late_yen if due.late_final else None,
            private=is_private(due),
            prescribes_on=self.clocks[claim.pk].last_day,
        )


def longest(on: date) -> int:
    """The most instalments a plan may have (dated setting)."""
    return int(value_or(LONGEST, on, 36))


def grace_days(on: date) -> int:
    """Calendar days after an instalment's day before it counts as not kept (dated setting)."""
    return int(value_or(GRACE, on, 10))


def rates_from(on: date) -> RateTable:
    """The rates a plan is reckoned with: past the last announced year as the city says for all figures, or else (dated
    setting of plans) with the last announced rates, so that a plan over years does not look free; both are 概算.
    """
    table = rate_table(as_of=on)
    if table.assumed or value_or(UNKNOWN_YEAR, on, "last") != "last":
        return table
    last = table.of(table.last_year)
    return table.assuming(first=last.first, after=last.after, relief=last.relief, name="直近の割合が続くとした見込み")


def holidays_from(on: date) -> Collection[date]:
    return frozenset(Holiday.objects.filter(on__gte=on).values_list("on", flat=True))
