"""委任の候補: facts of the people who owe what may go to lawyers, gathered for many at once, then the pure rule."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from claims.models import Claim, ClaimKindTerms, ClaimParty, Entry, Plan
from claims.rules.prescription import Status
from claims.services.charges import AmountDue, amounts_due
from claims.services.plan_standing import states_of
from claims.services.what_if import CHANNELS_OF, LOST, Act, WhatIf
from debtors.models import Contact, Person
from debtors.protection import hidden_people
from debtors.querysets import in_force
from lawyers.models import LegalClaim
from lawyers.rules.eligibility import ClaimFacts, Limits, PersonFacts, Verdict, eligible
from toyota_collect.calendar import years_before
from toyota_collect.dated import value_on
from toyota_collect.registry import registry

ELIGIBILITY = "lawyers.eligibility"
MOST = 500  # people that one list looks at: more cannot be read in one sitting
TO_COURT = CHANNELS_OF[Act.SUIT]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person with every claim that is owed, what each costs on the day, and what the rule says."""

    person: Person
    claims: tuple[Claim, ...]
    dues: dict[int, AmountDue]
    facts: PersonFacts
    found: WhatIf
    verdict: Verdict

    @property
    def chosen(self) -> list[Claim]:
        free = set(self.verdict.claims)
        return [claim for claim in self.claims if claim.pk in free]


def limits(*, on: date) -> Limits:
    """The city's thresholds in force. Raises ``SettingMissing``."""
    return Limits(**value_on(ELIGIBILITY, on))


def owing(*, on: date, group: str = "", least_yen: int = 0, near_on: date | None = None) -> QuerySet[Claim]:
    """Sums by person of overdue claims of kinds that may go to lawyers, the largest first: (person, yen, nearest clock).

    ``group``: of claims (``ClaimGroup``); ``near_on``: with a clock that ends by this day.
    """
    kinds = ClaimKindTerms.objects.filter(may_go_to_lawyers=True).values("kind")
    claims = Claim.objects.filter(kind__in=kinds, identity__person__isnull=False).overdue(on=on).alive(on=on)
    if group:
        claims = claims.filter(kind__group=group)
    if near_on:
        claims = claims.filter(prescribes_on__lte=near_on)
    sums = claims.with_total().order_by().values(person=F("identity__person"))
    sums = sums.annotate(yen=Sum("booked_yen"), nearest_on=Min("prescribes_on"), claims=Count("pk"))
    return sums.filter(yen__gte=least_yen).order_by("-yen", "person")


def candidates(people: Collection[int], *, on: date) -> list[Candidate]:
    """The people with what they owe and whether they may be proposed, in the order given; a constant number of queries.

    Raises:
        SettingMissing: the thresholds are not set.
        TermsMissing, ClockUnknown: a claim cannot be judged; the message says what to mend.
    """
    order = list(dict.fromkeys(people))
    claims = list(
        Claim.objects.filter(identity__person__in=order)
        .outstanding()
        .select_related("kind", "identity__person")
        .order_by("kind__position", "due_on", "pk")
    )
    found, dues = WhatIf(claims, on=on), amounts_due(claims, as_of=on, with_steps=False)
    in_case = set(LegalClaim.objects.filter(claim__in=claims, is_open=True).values_list("claim_id", flat=True))
    facts, limit = _people(order, claims, on=on), limits(on=on)
    of_person: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        of_person[claim.identity.person_id].append(claim)
    known = Person.objects.in_bulk(order)
    made = []
    for pk in order:
        own = of_person[pk]
        rows = [_claim(claim, dues[claim.pk], found, claim.pk in in_case) for claim in own]
        verdict = eligible(facts[pk], rows, limit, on=on)
        made.append(Candidate(known[pk], tuple(own), {one.pk: dues[one.pk] for one in own}, facts[pk], found, verdict))
    return made


def _claim(claim: Claim, due: AmountDue, found: WhatIf, in_case: bool) -> ClaimFacts:
    clock, facts = found.now[claim.pk], found.facts[claim.pk]
    held = next((hold for hold in facts.holds if TO_COURT & set(hold.channels)), None)
    return ClaimFacts(
        claim_id=claim.pk,
        legal_class=facts.terms.legal_class,
        may_go_to_lawyers=facts.terms.may_go_to_lawyers,
        principal_yen=due.principal_yen,
        total_yen=due.total_yen,
        last_day=clock.last_day,
        lapsed=clock.status in LOST or clock.status is Status.AWAITING_ENYO,
        dunned_on=facts.dunned_on,
        held=held.title if held else "",
        being_paid=facts.being_paid,
        in_case=in_case,
    )


def _people(people: Sequence[int], claims: Iterable[Claim], *, on: date) -> dict[int, PersonFacts]:
    """What is known of each person besides the claims."""
    hidden, gate = hidden_people(people, on=on), registry.may_go_to_lawyers(people, on)
    talks = Contact.objects.in_force().filter(person__in=people, on__lte=on).order_by().values("person")
    heard = {
        row["person"]: (row["last"], row["year"])
        for row in talks.annotate(last=Max("on"), year=Count("pk", filter=Q(on__gt=years_before(on, 1))))
    }
    paid = _last_payments(people)
    dead = set(Person.objects.filter(pk__in=people, died_on__isnull=False).values_list("pk", flat=True))
    with_heirs = _with_heirs([claim for claim in claims if claim.identity.person_id in dead], on=on)
    kept = _keeping(people, on=on)
    return {
        pk: PersonFacts(
            protected=pk in hidden,
            deceased_without_heirs=pk in dead and pk not in with_heirs,
            gate_allowed=gate[pk].allowed,
            gate_reason=gate[pk].reason,
            plan_kept=pk in kept,
            last_contact_on=heard.get(pk, (None, 0))[0],
            last_payment_on=paid.get(pk),
            contacts_in_year=heard.get(pk, (None, 0))[1],
        )
        for pk in people
    }


def _last_payments(people: Collection[int]) -> dict[int, date]:
    receipts = Entry.objects.filter(claim__identity__person__in=people, kind=Entry.Kind.RECEIPT, reversed_by=None)
    rows = receipts.order_by().values(person=F("claim__identity__person")).annotate(last=Max("receipt__paid_on"))
    return {row["person"]: row["last"] for row in rows if row["last"]}


def _with_heirs(claims: Sequence[Claim], *, on: date) -> set[int]:
    """Of the dead, those for whom somebody stands as an heir of a claim."""
    if not claims:
        return set()
    heirs = ClaimParty.objects.filter(in_force(on), claim__in=claims, role=ClaimParty.Role.HEIR)
    return set(heirs.values_list("claim__identity__person", flat=True))


def _keeping(people: Collection[int], *, on: date) -> set[int]:
    """Those who keep a plan, or are late by less than its days of grace."""
    plans = list(Plan.objects.filter(person__in=people, closed_on=None, signed_on__isnull=False))
    return {plan.person_id for plan in plans if states_of(plans, on=on)[plan.pk].code in ("kept", "late")}


def why_not(verdict: Verdict) -> list[tuple[str, int]]:
    """Reasons in words with how often each occurs, for a list: of the person once, of claims as often as they have it."""
    texts = Counter(reason.text for _, reason in verdict.excluded)
    return [(reason.text, 0) for reason in verdict.person_reasons] + list(texts.items())
