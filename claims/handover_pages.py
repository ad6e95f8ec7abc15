"""What the pages of 移管 show: a section's candidates and board, one basket, the office's inbox.

All that a section reads here is filtered by its own section first; the office's pages are another set of functions.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from claims.clocks_page import name_of
from claims.models import Claim, Entry, Handover, HandoverLine, Hold
from claims.rules.handover import LABELS, Criterion, criteria, is_proposed
from claims.services.charges import amounts_due
from claims.services.evidence import evidence_lamps
from claims.services.handover_facts import Known, free_claims, known_people, limits, met_by
from debtors.querysets import in_force
from toyota_collect.business_date import business_date
from toyota_collect.csv_out import as_text
from toyota_collect.wareki import short_text

PEOPLE = 10  # a page
State = HandoverLine.State
WITH_OFFICE = [State.ACCEPTED, State.BACK]
MONEY = (Entry.Kind.RECEIPT, Entry.Kind.SET_OFF)


def nav_waiting_section(user: Any) -> tuple[QuerySet[Handover], ...]:
    """Baskets of the section whose deadline has passed: they can be handed in."""
    due = {"closed_on": None, "asked_on": None, "deadline_on__lt": business_date()}
    return (Handover.objects.filter(section=user.section_id, **due),)


def nav_waiting_office(_: Any) -> tuple[QuerySet[Handover], ...]:
    return (Handover.objects.filter(asked_on__isnull=False, closed_on=None),)


def people_with_reasons(section_id: int | None, *, on: date, only_met: bool) -> list[tuple[int, Known, set[Criterion]]]:
    """People with claims that may be handed over, the nearest clock first; the criteria any of their claims can meet."""
    free = (
        free_claims(section_id, on=on).order_by().values("identity__person").annotate(nearest_on=Min("prescribes_on"))
    )
    nearest = dict(free.values_list("identity__person", "nearest_on"))
    known, limit = known_people(section_id, on=on, people=None), limits(on=on)
    rows = []
    for pk, day in nearest.items():
        if pk not in known:
            continue
        met = {one.criterion for one in criteria(known[pk].facts(prescribes_on=day), limit, on=on)}
        if met or not only_met:
            rows.append((pk, known[pk], met))
    return sorted(rows, key=lambda row: (nearest[row[0]] or date.max, row[0]))


def candidate_groups(
    people: Sequence[tuple[int, Known, set[Criterion]]], section_id: int | None, *, on: date
) -> list[dict[str, Any]]:
    """One group a person with the claims that may be handed over: why, lamp, whether it moves by itself."""
    ids = [pk for pk, _, _ in people]
    known = {pk: one for pk, one, _ in people}
    claims = list(
        free_claims(section_id, on=on)
        .filter(identity__person__in=ids)
        .select_related("kind", "identity__person")
        .order_by("kind__position", "due_on", "pk")
    )
    met, lamps, dues = (
        met_by(claims, known, on=on),
        evidence_lamps(claims, on=on),
        amounts_due(claims, as_of=on, with_steps=False),
    )
    limit = limits(on=on)
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for claim in claims:
        reasons = met.get(claim.pk, ())
        proposed = is_proposed(claim.levy_year, reasons, limit, on=on)
        rows[claim.identity.person_id].append(
            {
                "claim": claim,
                "name": name_of(claim),
                "due": dues[claim.pk],
                "met": reasons,
                "lamp": lamps[claim.pk],
                "proposed": proposed,
                "kept": bool(reasons) and not proposed,
            }
        )
    return [
        {
            "person": rows[pk][0]["claim"].identity.person,
            "name": rows[pk][0]["claim"].identity.name,
            "known": known[pk],
            "rows": rows[pk],
        }
        | {"chips": _chips(rows[pk]), "moves": any(row["proposed"] for row in rows[pk])}
        | {"total_yen": sum(row["due"].total_yen for row in rows[pk])}
        for pk in ids
        if rows[pk]
    ]


def _chips(rows: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """The criteria of a person's claims, each once with the figures of the nearest claim."""
    found: dict[Criterion, str] = {}
    for row in sorted(rows, key=lambda row: row["claim"].prescribes_on or date.max):
        for one in row["met"]:
            found.setdefault(one.criterion, one.text)
    return [
        {"label": LABELS[code], "text": found[code], "tone": "urgent" if code is Criterion.CLOCK else "care"}
        for code in Criterion
        if code in found
    ]


def baskets(section_id: int | None) -> QuerySet[Handover]:
    """Baskets of the section that are not closed, with how much is in them."""
    inside = Q(lines__state=State.PICKED)
    return (
        Handover.objects.filter(section=section_id, closed_on=None)
        .annotate(
            claims=Count("lines", filter=inside),
            people=Count("lines__claim__identity__person", filter=inside, distinct=True),
            yen=Sum(F("lines__principal_yen") + F("lines__other_yen"), filter=inside, default=0),
        )
        .order_by("-pk")
    )


def lines_of(handover: Handover, *, on: date) -> list[dict[str, Any]]:
    """The lines of one basket, a person's together, with the lamp and what each costs on the day."""
    lines = list(
        handover.lines.select_related("claim__kind", "claim__identity__person", "approval", "notice", "decision")
    )
    lines.sort(key=lambda line: (line.claim.identity.person_id, line.claim.kind.position, line.claim.due_on, line.pk))
    claims = [line.claim for line in lines]
    lamps, dues = evidence_lamps(claims, on=on), amounts_due(claims, as_of=on, with_steps=False)
    rows, last = [], None
    for line in lines:
        person = line.claim.identity.person_id
        rows.append(
            {
                "line": line,
                "claim": line.claim,
                "name": name_of(line.claim),
                "lamp": lamps[line.claim_id],
                "due": dues[line.claim_id],
                "first": person != last,
            }
        )
        last = person
    return rows


def with_holds(rows: Sequence[dict[str, Any]], *, on: date) -> list[dict[str, Any]]:
    """For the office alone: the rows with the holds that reach each claim."""
    people = {row["claim"].identity.person_id for row in rows}
    holds = list(Hold.objects.filter(in_force(on), person__in=people).select_related("measure"))
    return [row | {"holds": sorted({hold.title for hold in holds if _reaches(hold, row["claim"])})} for row in rows]


def _reaches(hold: Hold, claim: Claim) -> bool:
    return (
        hold.person_id == claim.identity.person_id
        and hold.claim_id in (None, claim.pk)
        and hold.kind_id in (None, claim.kind_id)
    )


def board(section_id: int | None) -> QuerySet[HandoverLine]:
    """Everything the section ever handed in, the latest first, with what was collected while the office had it."""
    return collected(
        HandoverLine.objects.filter(handover__section=section_id, handover__asked_on__isnull=False)
        .exclude(state=State.DROPPED)
        .select_related("handover__section", "claim__kind", "claim__identity__person", "approval")
    ).order_by("-handover", "claim__identity__person", "claim__kind__position", "claim__due_on", "pk")


def collected(lines: QuerySet[HandoverLine]) -> QuerySet[HandoverLine]:
    """Annotate ``collected_yen``: money and set-offs booked since the claim was taken over, reversals taken off."""
    money = Q(claim__entries__kind__in=MONEY) | Q(
        claim__entries__kind=Entry.Kind.REVERSAL,
        claim__entries__reverses__kind__in=MONEY,
        claim__entries__reverses__pk__gt=F("last_entry"),
    )
    until = Q(back_entry=None) | Q(claim__entries__pk__lte=F("back_entry"))
    since = Q(claim__entries__pk__gt=F("last_entry"))
    return lines.annotate(collected_yen=-Sum("claim__entries__amount_yen", filter=money & since & until, default=0))


def board_sums(lines: Iterable[Any]) -> dict[str, int]:
    """Handed in, with the office now, collected by it, still owed, sent back: of the board's lines."""
    sums = dict.fromkeys(("waiting", "accepted", "returned", "handed_yen", "collected_yen", "left_yen"), 0)
    for line in lines:
        sums["waiting"] += line.state == State.PICKED
        sums["returned"] += line.state in (State.RETURNED, State.STOP_REVIEW, State.BACK)
        if line.state in WITH_OFFICE:
            sums["collected_yen"] += line.collected_yen
        if line.state == State.ACCEPTED:
            sums["accepted"] += 1
            sums["handed_yen"] += line.total_yen
            sums["left_yen"] += line.claim.outstanding_yen
    return sums


def board_csv(lines: Iterable[Any]) -> str:
    """The board as CSV, by the section's own record of each person."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "箱",
            "業務側の番号",
            "氏名",
            "債権",
            "通知書番号",
            "状態",
            "決めた日",
            "理由",
            "引き継いだ額（円）",
            "回収（円）",
            "残額（円）",
        ]
    )
    for line in lines:
        claim, identity = line.claim, line.claim.identity
        texts = [str(line.handover), identity.person_number, identity.name, name_of(claim), claim.notice_number]
        days = line.back_on or line.decided_on
        writer.writerow(
            [
                *(as_text(text) for text in texts),
                line.label,
                short_text(days) if days else "",
                as_text(line.reason),
                line.total_yen,
                line.collected_yen if line.state in WITH_OFFICE else "",
                claim.outstanding_yen,
            ]
        )
    return out.getvalue()


def inbox() -> QuerySet[Handover]:
    """For the office: baskets that were handed in and wait, the oldest first."""
    waiting = Q(lines__state=State.PICKED)
    return (
        Handover.objects.filter(asked_on__isnull=False, closed_on=None)
        .select_related("section", "asked_by")
        .annotate(
            claims=Count("lines", filter=waiting),
            people=Count("lines__claim__identity__person", filter=waiting, distinct=True),
            yen=Sum(F("lines__principal_yen") + F("lines__other_yen"), filter=waiting, default=0),
            nearest_on=Min("lines__claim__prescribes_on", filter=waiting),
            deciding=Count("lines", filter=waiting & Q(lines__approval__decision="")),
        )
        .order_by("asked_on", "pk")
    )


def by_section() -> list[dict[str, Any]]:
    """For the office: what it has taken over, by section: claims, yen handed over, collected, left."""
    sums: dict[str, dict[str, Any]] = {}
    lines = HandoverLine.objects.filter(state__in=WITH_OFFICE).select_related("handover__section", "claim")
    line: Any  # with its annotation
    for line in collected(lines).order_by("handover__section__code", "pk"):
        name = line.handover.section.name
        row = sums.setdefault(name, {"name": name, "claims": 0, "handed_yen": 0, "collected_yen": 0, "left_yen": 0})
        row["collected_yen"] += line.collected_yen
        if line.state == State.ACCEPTED:
            row["claims"] += 1
            row["handed_yen"] += line.total_yen
            row["left_yen"] += line.claim.outstanding_yen
    return list(sums.values())
