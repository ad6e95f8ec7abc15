"""What the city's pages of the lawyers' cases show: candidates, a mandate, a case, and what waits."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse

from claims.models import ClaimGroup, Entry
from claims.services.charges import amounts_due
from lawyers.models import CaseQuestion, LegalCase, LegalClaim, Mandate, MonthlyReport, Packet, Proceeding, Proposal
from lawyers.rules.readiness import Check, Colour
from lawyers.services import court, settlements
from lawyers.services.bundles import Bundle, bundles, name_of
from lawyers.services.candidates import Candidate, candidates, owing
from lawyers.services.mandates import against, inside
from lawyers.services.money import handed_by_case
from lawyers.services.recoveries import with_money
from lawyers.services.room import stopped
from toyota_collect.calendar import last_day_after
from toyota_collect.held import held
from toyota_collect.registry import registry

PEOPLE, SHOWN = 20, 20  # a page; deadlines beside it
TONES = {Colour.GREEN: "good", Colour.AMBER: "care", Colour.RED: "urgent"}
MONEY = (Entry.Kind.RECEIPT, Entry.Kind.SET_OFF, Entry.Kind.REVERSAL)
NEAR_MONTHS = 12
REPORTS = 24


def nav_waiting(_: Any) -> tuple[QuerySet[Any], ...]:
    """Proposals and questions of firms that wait for the city."""
    return (
        Proposal.objects.waiting(),
        CaseQuestion.objects.filter(by_firm=True, answer="", case__state__in=LegalCase.OPEN),
    )


def office(*, on: date) -> dict[str, Any]:
    """What waits, the mandates that are not closed, and how many cases stand where."""
    cases = LegalCase.objects.with_firm()
    return {
        "mandates": mandates(Mandate.objects.filter(closed_on=None, handed_on=None)),
        "handed": mandates(Mandate.objects.filter(handed_on__isnull=False))[:20],
        "proposals": Proposal.objects.filter(state__in=Proposal.OPEN, case__in=cases).select_related(
            "case__person", "case__mandate__firm", "approval"
        ),
        "questions": CaseQuestion.objects.filter(by_firm=True, answer="", case__in=cases).select_related(
            "case__person", "case__mandate__firm"
        ),
        "deadlines": deadlines_near(on=on)[:SHOWN],
        "reports": MonthlyReport.objects.select_related("firm", "sent_by")[:REPORTS],
        "stages": [
            {"label": "受任待ち", "count": cases.filter(state="handed").count()},
            {"label": "受任", "count": cases.filter(state="accepted").count()},
            {"label": "裁判手続", "count": Proceeding.objects.filter(closed_on=None, case__in=cases).count()},
        ],
    }


def mandates(rows: QuerySet[Mandate]) -> QuerySet[Mandate]:
    """With how many people and yen are in each."""
    left = ~Q(cases__state=LegalCase.State.DROPPED)
    return (
        rows.select_related("firm", "approval")
        .annotate(
            people=Count("cases", filter=left, distinct=True),
            yen=Sum(F("cases__lines__principal_yen") + F("cases__lines__other_yen"), filter=left, default=0),
        )
        .order_by("-pk")
    )


def deadlines_near(*, on: date) -> list[dict[str, Any]]:
    """Open deadlines of the city's side in running proceedings, the nearest first; one whose steps cannot be read comes first."""
    rows = Proceeding.objects.filter(closed_on=None).select_related("case__person", "case__mandate__firm")
    found: list[dict[str, Any]] = []
    faulty: list[dict[str, Any]] = []
    with held():
        for proceeding in rows.prefetch_related("steps"):
            try:
                found += [
                    {"case": proceeding.case, "proceeding": proceeding, "deadline": one}
                    for one in court.deadlines_of(proceeding, on=on)
                    if one.whose == "city" and not one.done
                ]
            except ValueError as error:
                faulty.append({"case": proceeding.case, "proceeding": proceeding, "problem": str(error)})
    return [*faulty, *sorted(found, key=lambda row: row["deadline"].last_day)]


def candidate_list(*, on: date, group: str, near: bool, page: str | None) -> dict[str, Any]:
    """A page of people who owe what may go to lawyers, the largest first, each with the verdict of the rules."""
    sums = owing(on=on, group=group, near_on=last_day_after(on, months=NEAR_MONTHS) if near else None)
    shown: Page[Any] = Paginator(sums, PEOPLE).get_page(page)
    people = candidates([row["person"] for row in shown], on=on)
    meters = {one.candidate.person.pk: one for one in bundles(people, on=on)}
    return {"page": shown, "rows": [candidate_row(one, meters.get(one.person.pk)) for one in people]}


def candidate_row(one: Candidate, bundle: Bundle | None) -> dict[str, Any]:
    """A person with the claims that may go to lawyers by their kind, which of them are free, and why the others are not."""
    free = set(one.verdict.claims)
    may = [claim for claim in one.claims if one.found.facts[claim.pk].terms.may_go_to_lawyers]
    kept = dict(one.verdict.excluded)
    return {
        "person": one.person,
        "allowed": one.verdict.allowed,
        "claims": [
            {
                "name": name_of(claim),
                "claim": claim,
                "due": one.dues[claim.pk],
                "free": claim.pk in free,
                "why": kept.get(claim.pk),
            }
            for claim in may
        ],
        "free_yen": one.verdict.total_yen,
        "free_count": len(free),
        "own_force": len(one.claims) - len(may),
        "reasons": one.verdict.person_reasons,
        "cautions": one.verdict.cautions,
        "meter": bundle.meter if bundle else None,
        "tone": TONES[bundle.meter.colour] if bundle else "",
        "groups": sorted({claim.kind.get_group_display() for claim in may if claim.pk in free}),
        "nearest": min((day for claim in may if (day := one.found.now[claim.pk].last_day)), default=None),
        "asks_welfare": any(reason.code == "welfare_gate" for reason in one.verdict.person_reasons),
    }


def groups() -> list[tuple[str, str]]:
    return [one for one in ClaimGroup.choices if one[0] != ClaimGroup.TAX]


def grouped_faults(packet: Packet | None) -> list[dict[str, Any]]:
    """The faults of a packet, each text of a case once with what it was found in; at most 50."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in packet.faults if packet else ():
        found.setdefault((one["case"], one["text"]), []).append(one["what"])
    rows = list(found.items())[:50]
    claims = _claims_by_case(packet, {case for (case, _), _ in rows})
    return [
        {"case": case, "text": text, "whats": list(dict.fromkeys(whats)), "claims": claims.get(case, [])}
        for (case, text), whats in rows
    ]


def unread_papers(packet: Packet | None) -> list[dict[str, Any]]:
    """The exhibits that somebody must look at, by case, with the claims whose papers they are."""
    papers: dict[str, list[str]] = {}
    for one in packet.unread if packet else ():
        papers.setdefault(one["case"], []).append(one["what"])
    claims = _claims_by_case(packet, set(papers))
    return [{"case": case, "papers": whats, "claims": claims.get(case, [])} for case, whats in papers.items()]


def _claims_by_case(packet: Packet | None, numbers: set[str]) -> dict[str, list[dict[str, Any]]]:
    if packet is None:
        return {}
    lines = LegalClaim.objects.filter(case__mandate=packet.mandate_id, case__number__in=numbers)
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines.select_related("case", "claim__kind").order_by("pk"):
        found.setdefault(line.case.number, []).append({"pk": line.claim_id, "name": name_of(line.claim)})
    return found


def steps_of_mandate(mandate: Mandate, packet: Packet | None) -> list[dict[str, Any]]:
    """Where the mandate stands, as ``components/steps.html`` shows it."""
    at = {"draft": 0, "asked": 1, "approved": 2, "handed": 4, "closed": 0}[mandate.stage]
    if mandate.stage == "approved" and packet and packet.state == Packet.State.READY:
        at = 3
    titles = ["選ぶ", "決裁", "書類の束", "引渡し", "受任"]
    lines: list[list[Any]] = [[], [], [], [], []]
    if packet and packet.state == Packet.State.FAILED:
        lines[2] = ["不備があります"]
    done = mandate.handed_on and not mandate.cases.filter(state=LegalCase.State.HANDED).exists()
    states = ["done" if n < at or done else "now" if n == at else "todo" for n in range(5)]
    if mandate.stage == "closed":
        states = ["stop", *["todo"] * 4]
    return [
        {"title": title, "state": state, "lines": line}
        for title, state, line in zip(titles, states, lines, strict=True)
    ]


def bundle_rows(mandate: Mandate, *, on: date) -> list[dict[str, Any]]:
    """The people of a mandate: before the hand-over as they stand today, after it as they were handed over."""
    cases = list(mandate.cases.select_related("person", "ended_by").order_by("pk"))
    now = {}
    if mandate.stage in ("draft", "asked", "approved"):
        now = {one.candidate.person.pk: one for one in inside(mandate, on=on)}
    sums = handed_by_case(LegalClaim.objects.filter(case__mandate=mandate))
    rows = []
    for case in cases:
        one = now.get(case.person_id) if case.state == LegalCase.State.PICKED else None
        colour = one.meter.colour if one else Colour(case.readiness["colour"]) if case.readiness else None
        rows.append(
            {
                "case": case,
                "bundle": one,
                "yen": one.total_yen if one else sums.get(case.pk, 0),
                "colour": colour,
                "tone": TONES[colour] if colour else "",
                "against": against(one) if one else "",
                "faults": [check for check in one.meter.checks if check.colour is not Colour.GREEN] if one else [],
            }
        )
    return rows


def meter_context(one: Bundle) -> dict[str, Any]:
    """The readiness meter of one person's claims: every check, the missing thing behind it, court and costs."""
    meter = one.meter
    return {
        "meter": meter,
        "tone": TONES[meter.colour],
        "checks": [
            {"check": check, "tone": TONES[check.colour], "url": link_of(check, one)}
            for check in sorted(meter.checks, key=lambda check: -check.colour.rank)
        ],
        "costs": [
            ("訴額", meter.value_yen),
            ("手数料（収入印紙など）", meter.costs.stamp_yen),
            ("郵便料", meter.costs.postage_yen),
            ("費用の計", meter.costs.total_yen),
            ("回収の見込み", meter.expected_yen),
            ("見込みから費用を引いた額", meter.net_yen),
        ],
    }


def link_of(check: Check, one: Bundle) -> str:
    """Where the missing thing is brought: the papers of a claim, the clock, the person's page."""
    kind, _, rest = check.about.partition(":")
    if kind == "claim":
        return reverse("claims:evidence", args=[rest.split(":")[0]])
    if check.code in ("veto", "located", "no_party", "dunned", "delivery", "clock_over", "clock_short", "clock_near"):
        return reverse("debtors:person", args=[one.candidate.person.number])
    return ""


def case_context(case: LegalCase, *, on: date) -> dict[str, Any]:
    """One case as the city sees it."""
    lines = lines_of(case, on=on)
    proceedings = [proceeding_row(one, on=on) for one in case.proceedings.prefetch_related("steps__file")]
    return {
        "case": case,
        "lines": lines,
        "handed_yen": sum(row["line"].total_yen for row in lines),
        "now_yen": sum(row["due"].total_yen for row in lines),
        "recovered_yen": recovered(case),
        "entries": case.entries.select_related("by"),
        "questions": case.questions.select_related("asked_by", "answered_by"),
        "proposals": case.proposals.select_related("by", "decided_by", "approval"),
        "proceedings": proceedings,
        "settlements": settlement_rows(case, on=on),
        "files": case.files.select_related("by"),
        "stopped": stopped([case], on=on).get(case.pk, "") if case.is_open else "",
        "welfare": registry.may_go_to_lawyers([case.person_id], on)[case.person_id] if case.is_open else None,
    }


def lines_of(case: LegalCase, *, on: date) -> list[dict[str, Any]]:
    """The claims of a case: what was handed over, and what each costs on the day."""
    lines = list(case.lines.select_related("claim__kind", "claim__identity", "hold"))
    dues = amounts_due([line.claim for line in lines], as_of=on, with_steps=False)
    return [
        {"line": line, "claim": line.claim, "name": name_of(line.claim), "due": dues[line.claim_id]} for line in lines
    ]


def recovered(case: LegalCase) -> int:
    """Money that the case brought, in yen, as the figures count it; reversals subtract."""
    return -sum(row["yen"] for row in with_money(LegalClaim.objects.filter(case=case)))


def proceeding_row(proceeding: Proceeding, *, on: date) -> dict[str, Any]:
    """A proceeding with where it stands, its deadlines and its steps; ``problem`` where the steps contradict each other."""
    row: dict[str, Any] = {"proceeding": proceeding, "steps": steps_of(proceeding), "problem": ""}
    try:
        row["standing"] = court.standing_of(proceeding, on=on)
        row["deadlines"] = court.deadlines_of(proceeding, on=on)
    except ValueError as error:
        row["problem"] = str(error)
    return row


def steps_of(proceeding: Proceeding) -> list[dict[str, Any]]:
    labels = {event.value: event.label for event in court.ProceedingEvent}
    return [{"step": step, "label": labels.get(step.kind, step.kind)} for step in proceeding.steps.all()]


def settlement_rows(case: LegalCase, *, on: date) -> list[dict[str, Any]]:
    found: Sequence[Any] = list(case.settlements.all())
    standings = settlements.standing_of(found, on=on)
    return [
        {
            "settlement": one,
            "standing": standings[one.pk],
            "state": ("払い終えた", "good")
            if one.done_on or standings[one.pk].done
            else ("期限の利益を失った", "urgent")
            if one.defaulted_on or standings[one.pk].defaulted
            else ("遅れ", "care")
            if standings[one.pk].missed
            else ("履行中", "good"),
        }
        for one in found
    ]
