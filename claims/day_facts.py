"""What the ledger tells the list of the day (本日の業務): each kind of fact is one query for all the people asked for."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Sum
from django.urls import reverse

from claims.facts import scope_of
from claims.models import Claim, ClaimGroup, ClaimKindTerms, Entry, Hold, ImportFile, Payment, PaymentTarget, Plan
from claims.promises import kept_facts
from claims.services.plan_standing import states_of
from claims.services.plans import subject_key
from debtors.addresses import PersonAddress
from debtors.presence import nothing_of
from debtors.querysets import in_force
from toyota_collect.lookups import Keys
from toyota_collect.money import yen_text
from toyota_collect.registry import DaySource, Fact, Owed, Span
from toyota_collect.templatetags.tc import fiscal_year_short
from toyota_collect.wareki import long_text

MONEY_LOOKED_BACK = timedelta(days=90)

# The law of a kind as it is on the day: the assignment looks at the largest debt, not at each instalment's own law.
OWED = """
SELECT person_id, sum(yen)::bigint AS yen,
    (array_agg(claim_group ORDER BY yen DESC, claim_group, legal_class))[1] AS claim_group,
    (array_agg(legal_class ORDER BY yen DESC, claim_group, legal_class))[1] AS legal_class
FROM (
    SELECT i.person_id, k."group" AS claim_group, t.legal_class,
        sum(c.principal_yen + c.fee_yen + c.late_yen + c.cost_yen) AS yen
    FROM claims_claim c
    JOIN debtors_sourceidentity i ON i.id = c.identity_id AND i.person_id IS NOT NULL
    JOIN claims_claimkind k ON k.id = c.kind_id
    JOIN (
        SELECT DISTINCT ON (kind_id) kind_id, legal_class FROM claims_claimkindterms
        WHERE starts_on <= %s ORDER BY kind_id, starts_on DESC
    ) t ON t.kind_id = c.kind_id
    WHERE (c.principal_yen > 0 OR c.fee_yen > 0 OR c.late_yen > 0 OR c.cost_yen > 0)
        AND c.taken_back_at IS NULL {whose} AND c.due_on < %s AND (c.prescribes_on IS NULL OR c.prescribes_on >= %s)
    GROUP BY 1, 2, 3
) parts GROUP BY person_id
"""


def _owed_sql(on: date, whose: str) -> tuple[str, list[Any]]:
    return OWED.format(whose=f"AND i.person_id {whose}" if whose else ""), [on, on, on]


OWED_SOURCE = Owed(_owed_sql, ClaimGroup.choices, ClaimKindTerms.LegalClass.choices)


def day_facts(people: Sequence[int], user: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """What is owed and may be enforced, the nearest clock, money, plans and holds."""
    claims = Claim.objects.visible_to(user).filter(identity__person__any_of=people)
    yield from _owed(claims, on)
    yield from _clocks(claims, on)
    yield from _money(claims, on)
    yield from kept_facts(claims, people, on)
    if not nothing_of(PaymentTarget, people, by="claim"):
        yield from _announced(claims)
    yield from _plans(people, on)
    yield from _holds(people, on)


def _with_clock(people: Keys, user: Any, span: Span) -> Iterable[int]:
    claims = Claim.objects.visible_to(user).filter(identity__person__any_of=people)
    near = claims.filter(principal_yen__gt=0, prescribes_on__range=span)
    return near.order_by().values_list("identity__person", flat=True).distinct()


def _with_money(people: Keys, user: Any, span: Span) -> Iterable[int]:
    money = Entry.objects.filter(kind=Entry.Kind.RECEIPT, on__range=span, claim__identity__person__any_of=people)
    return money.order_by().values_list("claim__identity__person", flat=True).distinct()


def _with_broken_plan(people: Keys, user: Any, span: Span) -> Iterable[int]:
    running = Plan.objects.filter(person__any_of=people, signed_on__isnull=False, closed_on=None)
    return running.filter(instalments__breach__isnull=False).order_by().values_list("person", flat=True).distinct()


def _with_review(people: Keys, user: Any, span: Span) -> Iterable[int]:
    return Hold.objects.filter(person__any_of=people, review_on__range=span).order_by().values_list("person", flat=True)


SOURCE = DaySource(
    day_facts,
    frozenset(
        {
            "owed",
            "seizable",
            "clock",
            "paid",
            "kept",
            "announced",
            "plan",
            "plan_broken",
            "held",
            "held_seizure",
            "review",
        }
    ),
    {"clock": _with_clock, "paid": _with_money, "plan_broken": _with_broken_plan, "review": _with_review},
)


def freshness() -> tuple[str, datetime] | None:
    """When the ledger last took something in."""
    at = ImportFile.objects.aggregate(at=Max("at"))["at"]
    return ("取込", at) if at else None


def _owed(claims: Any, on: date) -> Iterator[tuple[int, Fact]]:
    for code, found in (("owed", claims.overdue(on=on).alive(on=on)), ("seizable", _seizable(claims, on))):
        sums = found.with_total().order_by().values("identity__person").annotate(yen=Sum("booked_yen"))
        for row in sums:
            yield row["identity__person"], Fact(code, yen=row["yen"])


def _seizable(claims: Any, on: date) -> Any:
    return claims.overdue(on=on).alive(on=on).seizable(on=on)


def _clocks(claims: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """The claim of each person that lapses next."""
    living = claims.overdue(on=on).filter(principal_yen__gt=0, prescribes_on__gte=on)
    nearest = living.order_by("identity__person_id", "prescribes_on", "-principal_yen", "pk").distinct(
        "identity__person_id"
    )
    shown = ("levy_year", "instalment", "principal_yen", "prescribes_on", "kind__short_name", "kind__instalment_label")
    clocks = PersonAddress("claims:clocks")
    for claim in nearest.select_related("kind", "identity__person").only(*shown, "identity__person__number"):
        person = claim.identity.person
        name = f"{claim.kind.short_name} {fiscal_year_short(claim.levy_year)} {claim.instalment_label}"
        text = f"{name} {yen_text(claim.principal_yen)}が{long_text(claim.prescribes_on)}で時効"
        url = f"{clocks.of(person.number)}?claim={claim.pk}"
        yield person.pk, Fact("clock", claim.prescribes_on, claim.principal_yen, text, url)


def _money(claims: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """The latest day each person paid on, and how much; what was taken back is no money."""
    receipts = Entry.objects.filter(
        claim__in=claims, kind=Entry.Kind.RECEIPT, on__gte=on - MONEY_LOOKED_BACK, on__lte=on, reversed_by=None
    )
    days = receipts.order_by().values("claim__identity__person", "on").annotate(yen=-Sum("amount_yen"))
    latest = days.order_by("claim__identity__person_id", "-on")
    seen: set[int] = set()
    for row in latest:
        person = row["claim__identity__person"]
        if person not in seen:
            seen.add(person)
            yield person, Fact("paid", row["on"], row["yen"])


def _announced(claims: Any) -> Iterator[tuple[int, Fact]]:
    payments = Payment.objects.unsettled().filter(targets__claim__in=claims)
    rows = payments.values_list("targets__claim__identity__person", "pk", "paid_on", "amount_yen").distinct()
    for person, _, paid_on, yen in rows:
        yield person, Fact("announced", paid_on, yen)


def _plans(people: Sequence[int], on: date) -> Iterator[tuple[int, Fact]]:
    """Running plans; where one of those on which an instalment was missed stands now is computed."""
    if nothing_of(Plan, people):
        return
    running = Plan.objects.filter(person__any_of=people, signed_on__isnull=False, closed_on=None)
    missed = states_of(running.filter(instalments__breach__isnull=False).distinct(), on=on)
    for plan in running:
        url, state = reverse("claims:plan", args=[plan.pk]), missed.get(plan.pk)
        if state and state.standing and state.code == "broken":
            short = f"{state.standing.missed}回分 {yen_text(state.standing.short_yen)}"
            text = f"分納の{short}が猶予の日を過ぎて未納です"
            yield (
                plan.person_id,
                Fact("plan_broken", None, state.standing.short_yen, text, url, about=subject_key(plan)),
            )
        yield (
            plan.person_id,
            Fact("plan", plan.signed_on, text=f"月{yen_text(plan.amount_yen)}の分納が続いています", url=url),
        )


def _holds(people: Sequence[int], on: date) -> Iterator[tuple[int, Fact]]:
    if nothing_of(Hold, people):
        return
    holds = Hold.objects.filter(in_force(on), person__any_of=people).select_related("kind", "claim__kind", "measure")
    told: set[tuple[str, date]] = set()
    for hold in holds:
        text = f"{hold.title}（{scope_of(hold)}）"
        if "call" in hold.channels:
            yield hold.person_id, Fact("held", hold.starts_on, text=text)
        if "seizure" in hold.channels:
            yield hold.person_id, Fact("held_seizure", hold.starts_on, text=text)
        what = f"measure:{hold.measure_id}" if hold.measure_id else f"hold:{hold.pk}"
        if hold.review_on and (what, hold.review_on) not in told:  # the holds of one measure are one matter
            told.add((what, hold.review_on))
            url = reverse("claims:measure", args=[hold.measure_id]) if hold.measure_id else reverse("claims:holds")
            about = f"{what}:review:{hold.review_on}"
            yield hold.person_id, Fact("review", hold.review_on, text=hold.title, url=url, about=about)
