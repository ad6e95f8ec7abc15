"""What a section knows of the people who owe it: the facts its criteria of 移管 look at, from its own claims alone.

Nothing here reads another section's claim, contact or plan of claims that are not its own: a chip on the section's page
must not tell what else a person owes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum

from claims.models import Claim, ClaimEvent, Entry, Plan, PlanBreach, PlanClaim
from claims.querysets import ClaimQuerySet
from claims.rules.handover import Facts, Limits, Met, criteria
from toyota_collect.dated import value_on

CRITERIA = "handover.criteria"
PERSON = "identity__person"


@dataclass(frozen=True, slots=True)
class Known:
    """One person before one section; yen are booked balances of overdue claims that have not lapsed."""

    owed_yen: int
    claims: int
    nearest_on: date | None
    broken_plans: int
    silent_since: date | None

    def facts(self, *, prescribes_on: date | None, refuses: str = "") -> Facts:
        return Facts(self.owed_yen, prescribes_on, self.broken_plans, self.silent_since, refuses)


def limits(*, on: date) -> Limits:
    """The criteria in force. Raises ``SettingMissing``."""
    row = dict(value_on(CRITERIA, on))
    return Limits(**(row | {"hard": frozenset(row.get("hard", ()))}))


def free_claims(section_id: int | None, *, on: date) -> ClaimQuerySet:
    """The section's claims that may be announced and handed over today."""
    return Claim.objects.filter(section=section_id).free_to_hand_over(on=on)


def known_people(section_id: int | None, *, on: date, people: Collection[int] | None = None) -> dict[int, Known]:
    """The people who owe the section something overdue, by id; of ``people`` only, if given. Four queries."""
    own = Claim.objects.filter(section=section_id, identity__person__isnull=False)
    if people is not None:
        own = own.filter(identity__person__in=people)
    sums = (
        own.overdue(on=on)
        .alive(on=on)
        .with_total()
        .order_by()
        .values(PERSON)
        .annotate(yen=Sum("booked_yen"), claims=Count("pk"), nearest_on=Min("prescribes_on"), oldest_on=Min("due_on"))
    )
    broken, signs = _broken_plans(own), _last_signs(own)
    return {
        row[PERSON]: Known(
            row["yen"],
            row["claims"],
            row["nearest_on"],
            broken.get(row[PERSON], 0),
            signs.get(row[PERSON], row["oldest_on"]),
        )
        for row in sums
    }


def met_by(
    claims: Iterable[Claim], known: Mapping[int, Known], *, on: date, refuses: str = ""
) -> dict[int, tuple[Met, ...]]:
    """The criteria each claim meets, by its id."""
    limit = limits(on=on)
    return {
        claim.pk: criteria(
            known[claim.identity.person_id].facts(prescribes_on=claim.prescribes_on, refuses=refuses), limit, on=on
        )
        for claim in claims
        if claim.identity.person_id in known
    }


def _broken_plans(own: ClaimQuerySet) -> dict[int, int]:
    """Plans that hold one of the section's claims and were not kept, or were cancelled for it."""
    breach = PlanBreach.objects.filter(instalment__plan=OuterRef("plan"))
    lines = PlanClaim.objects.filter(claim__in=own.order_by().values("pk"))
    failed = lines.filter(Exists(breach) | Q(plan__closed_as=Plan.Closed.CANCELLED)).order_by()
    return dict(
        failed.values(f"claim__{PERSON}")
        .annotate(plans=Count("plan", distinct=True))
        .values_list(f"claim__{PERSON}", "plans")
    )


def _last_signs(own: ClaimQuerySet) -> dict[int, date]:
    """The last day on which each person paid or acknowledged something of the section's."""
    within = own.order_by().values("pk")
    money = Entry.objects.filter(claim__in=within, kind=Entry.Kind.RECEIPT, reversed_by=None)
    words = ClaimEvent.objects.filter(
        claim__in=within,
        kind__in=[ClaimEvent.Kind.ACKNOWLEDGEMENT, ClaimEvent.Kind.PART_PAYMENT],
        withdrawn_at=None,
    )
    found: dict[int, date] = {}
    for rows in (money, words):
        for person, day in rows.order_by().values_list(f"claim__{PERSON}").annotate(Max("on")):
            found[person] = max(day, found.get(person, day))
    return found
