"""What the pages of 猶予・停止 show: lists with their counts, what can be drafted for a person, one measure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from claims.facts import scope_of
from claims.models import Claim, Hold, HoldTerms, Measure, MeasureCheck
from claims.rules.holds import Row, latest_end, stop_ends_on
from claims.services import hold_watch
from claims.services.charges import amounts_due, kind_terms
from claims.services.holds import has_legal_effect, terms_rows
from claims.services.measures import checklist, in_force_on, stop_counts_first_day
from debtors.models import Person
from debtors.querysets import in_force
from toyota_collect.business_date import business_date
from toyota_collect.calendar import ONE_DAY
from toyota_collect.money import comma
from toyota_collect.registry import Finding, registry
from toyota_collect.templatetags.tc import fiscal_year_short
from toyota_collect.wareki import long_text

SOON = timedelta(days=30)
CLOCK_LABELS = dict(HoldTerms.CLOCK)
LATE_LABELS = dict(HoldTerms.LateCharge.choices)


def lists(*, on: date) -> dict[str, tuple[str, Any]]:
    """The lists of the page by key: label and rows, the nearest day first."""
    holds = Hold.objects.select_related("person", "kind", "claim__kind", "measure", "decision", "placed_by")
    return {
        "review": (
            "見直し待ち",
            holds.filter(pk__in=hold_watch.unreviewed(on=on).values("pk")).order_by("review_on", "pk"),
        ),
        "ending": (
            "30日以内に終わる",
            holds.filter(pk__in=hold_watch.ending(on=on, within=SOON).values("pk")).order_by("ends_on", "pk"),
        ),
        "checks": ("再調査の期限", hold_watch.checks_due(on=on).select_related("measure__person")),
        "asked": (
            "決裁待ち",
            Measure.objects.filter(approval__decision="").select_related("person", "approval", "by").order_by("pk"),
        ),
        "all": ("行われているもの", holds.filter(in_force(on)).order_by("starts_on", "pk")),
    }


def nav_waiting(_: Any) -> tuple[QuerySet[Any], ...]:
    """Holds and checks that ask for somebody's look."""
    on = business_date()
    return hold_watch.unreviewed(on=on), hold_watch.checks_due(on=on)


def hold_rows(holds: Iterable[Hold], *, on: date) -> list[dict[str, Any]]:
    return [
        {
            "hold": hold,
            "scope": scope_of(hold),
            "last_on": hold.ends_on - ONE_DAY if hold.ends_on else None,
            "late": LATE_LABELS[hold.late_charge_effect],
            "clock": CLOCK_LABELS[hold.clock_effect],
            "overdue": bool(hold.review_on and hold.review_on < on),
            "legal": has_legal_effect(hold),
        }
        for hold in holds
    ]


@dataclass(frozen=True)
class Choice:
    """A measure the person's claims allow: what it does and for how many of them."""

    row: Row
    count: int
    by: str
    late: str
    clock: str
    open_question: str

    @property
    def code(self) -> str:
        return f"{self.row.reason}.{self.row.variant}" if self.row.variant else self.row.reason


def choices(person: Person, user: Any, *, on: date) -> list[Choice]:
    """Measures that a decision is asked for, in the table's order, with how many claims of the person they fit."""
    terms = kind_terms()
    counts: dict[str, int] = {}
    for claim in _claims(person, user):
        legal_class = terms.of(claim).legal_class
        counts[legal_class] = counts.get(legal_class, 0) + 1
    questions = {(row.reason, row.variant): row.open_question for row in HoldTerms.objects.filter(applies=True)}
    found: dict[tuple[str, str], Choice] = {}
    for row in terms_rows():
        if not row.applies or row.starts_on > on or not (row.needs_decision or row.asks_before_clock_ends):
            continue
        if row.reason == Hold.Reason.LAWYERS:
            continue  # referred claim by claim from the lawyers' room
        known = found.get((row.reason, row.variant))
        found[(row.reason, row.variant)] = Choice(
            row,
            counts.get(row.legal_class, 0) + (known.count if known else 0),
            dict(HoldTerms.DecidedBy.choices)[row.decided_by],
            LATE_LABELS[row.late_charge],
            CLOCK_LABELS[row.clock],
            questions[(row.reason, row.variant)],
        )
    order = {code: place for place, code in enumerate(Hold.Reason.values)}
    return sorted(found.values(), key=lambda one: (order[one.row.reason], one.row.variant))


def known_of(person: Person, user: Any, *, on: date) -> dict[str, Finding]:
    """What other apps know for the checklist, by its code; the latest of each. Who drafts may change or empty it."""
    found = [one for source in registry.findings for one in source(person, user, on)]
    return {one.code: one for one in sorted(found, key=lambda one: one.on)}


def known_words(person: Person, user: Any, *, on: date) -> str:
    """The same as text, a line each."""
    found = known_of(person, user, on=on).values()
    return "\n".join(f"{long_text(one.on)}　{one.text}" for one in found)


def claim_rows(person: Person, user: Any, row: Row, *, on: date) -> list[dict[str, Any]]:
    """The person's open claims: what each owes, and why one cannot be chosen."""
    claims, terms = _claims(person, user), kind_terms()
    dues = amounts_due(claims, as_of=on, with_steps=False)
    fit = {
        one.legal_class
        for one in terms_rows()
        if (one.reason, one.variant) == (row.reason, row.variant) and one.applies and one.starts_on <= on
    }
    rows = []
    for claim in claims:
        refused = "" if terms.of(claim).legal_class in fit else "この区分の債権にはできません"
        if claim.prescribes_on and claim.prescribes_on < on:
            refused = "時効の期間を過ぎています"
        rows.append({"claim": claim, "due": dues[claim.pk], "class": terms.of(claim).legal_class, "refused": refused})
    return rows


def measure_context(measure: Measure, *, on: date) -> dict[str, Any]:
    lines = list(measure.lines.select_related("claim__kind"))
    stop = measure.reason == Hold.Reason.EXECUTION_STOP
    checks = list(MeasureCheck.objects.filter(measure=measure).select_related("by"))
    rows = [
        one for one in terms_rows() if (one.reason, one.variant) == (measure.reason, measure.variant) and one.applies
    ]
    row = rows[0] if rows else None
    extendable = bool(
        row and row.extension_months and measure.decided_on and not measure.denies and not measure.extends_id
        and measure.ends_on and not measure.cancelled_on and not measure.extended_by.exclude(decided_on=None).exists()
    )  # fmt: skip
    return {
        "measure": measure,
        "row": row,
        "lines": lines,
        "total_yen": sum(line.total_yen for line in lines),
        "state": measure.state,
        "in_force": in_force_on(measure, on),
        "last_on": measure.ends_on - ONE_DAY if measure.ends_on else None,
        "ends_on": stop_ends_on(measure.starts_on, first_day_counts=stop_counts_first_day(on=on)) if stop else None,
        "checks": checks,
        "next_check": next((check for check in checks if not check.done_on), None),
        "findings": [one | {"day": date.fromisoformat(one["on"])} for one in measure.findings],
        "extendable": extendable,
        "effects": _effects(measure, row),
        "on": on,
    }


def late_choices(person: Person, user: Any, *, on: date) -> list[tuple[int, str]]:
    """The person's open claims that owe late charge, with how much."""
    claims = _claims(person, user)
    dues = amounts_due(claims, as_of=on, with_steps=False)
    owing = [claim for claim in claims if dues[claim.pk].late_yen]
    return [
        (
            claim.pk,
            (
                f"{claim.kind.short_name} {fiscal_year_short(claim.levy_year)} {claim.instalment_label}"
                f"（延滞金等 {comma(dues[claim.pk].late_yen)}円）"
            ),
        )
        for claim in owing
    ]


def longest_last_day(row: Row, *, starts_on: date, extended: bool) -> date | None:
    ends_on = latest_end(row, starts_on=starts_on, extended=extended)
    return ends_on - ONE_DAY if ends_on else None


def evidence_of(row: Row, *, on: date) -> list[dict[str, Any]]:
    return checklist(row.reason, row.variant, on=on)


def _effects(measure: Measure, row: Row | None) -> list[tuple[str, str]]:
    if row is None:
        return []
    return [
        ("延滞金等", LATE_LABELS[measure.agreed_late or row.late_charge]),
        ("時効", CLOCK_LABELS[row.clock]),
        ("根拠", row.law),
    ]


def _claims(person: Person, user: Any) -> list[Claim]:
    claims = Claim.objects.visible_to(user).filter(identity__person=person).outstanding().select_related("kind")
    return list(claims.order_by("kind__position", "levy_year", "instalment", "pk"))
