"""What a firm's pages show. Everything goes through the firm's own open cases, and claims through the grounds that may be opened."""

from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from claims.exhibits import PLAIN_CHANNELS
from claims.models import Claim, Entry
from lawyers.models import CaseQuestion, Firm, LegalCase, LegalClaim, MonthlyReport, Packet, Proposal
from lawyers.office_pages import MONEY, lines_of, proceeding_row, recovered, settlement_rows
from lawyers.services.bundles import name_of
from lawyers.services.money import handed_by_case, own_firms
from lawyers.services.packet_sheets import parties_of_case
from lawyers.services.room import stopped
from toyota_collect.calendar import first_of_month
from toyota_collect.held import held
from toyota_collect.permissions import OPENED_TO, Role


def room(user: Any, *, on: date) -> dict[str, Any]:
    """The firm's cases, what waits for the firm, the next deadlines, and the packets it may take out."""
    cases = list(
        LegalCase.objects.of_member(user)
        .select_related("person", "mandate__firm")
        .prefetch_related("proceedings__steps")
        .order_by("-handed_on", "pk")
    )
    halted = stopped(cases, on=on)
    with held():
        rows, deadlines = _rows(cases, halted, on)
    sums = handed_by_case(LegalClaim.objects.filter(case__in=cases))
    for row in rows:
        row["yen"] = sums.get(row["case"].pk, 0)
    return {
        "firms": own_firms(user).prefetch_related("members"),
        "rows": rows,
        "deadlines": sorted(deadlines, key=lambda row: row["deadline"].last_day)[:20],
        "questions": CaseQuestion.objects.filter(case__in=cases, by_firm=False, answer="").select_related("case"),
        "answers": CaseQuestion.objects.filter(case__in=cases, by_firm=True)
        .exclude(answer="")
        .select_related("case")[:10],
        "packets": packets_of(user),
        "reports": MonthlyReport.objects.filter(firm__in=own_firms(user)).select_related("firm", "sent_by")[:12],
        "stages": [
            {"label": "受任待ち", "count": sum(case.state == "handed" for case in cases)},
            {"label": "受任", "count": sum(case.state == "accepted" for case in cases)},
            {"label": "市の指示で停止中", "count": len(halted)},
        ],
    }


def _rows(
    cases: list[LegalCase], halted: dict[int, str], on: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, deadlines = [], []
    for case in cases:
        open_ones = [proceeding_row(one, on=on) for one in case.proceedings.all() if one.closed_on is None]
        due = [one for row in open_ones for one in row.get("deadlines", ()) if one.whose == "city" and not one.done]
        deadlines += [{"case": case, "deadline": one} for one in due]
        rows.append(
            {
                "case": case,
                "yen": 0,
                "stopped": halted.get(case.pk, ""),
                "next": min(due, key=lambda one: one.last_day, default=None),
                "standing": open_ones[0].get("standing") if open_ones else None,
            }
        )
    return rows, deadlines


def packets_of(user: Any) -> QuerySet[Packet]:
    """Of each mandate the newest packet, while the firm has all the cases that are in it, and once somebody has looked at what no
    program can read.

    One case taken back, and the file that tells of it is no longer to be had; the city then makes one of the others.
    """
    mandates = LegalCase.objects.of_member(user).values("mandate")
    newest = Packet.objects.filter(mandate=OuterRef("mandate"), state=Packet.State.READY).order_by("-pk")
    own = LegalCase.objects.with_firm().filter(mandate=OuterRef("mandate")).order_by().values("mandate")
    rows = Packet.objects.filter(mandate__in=mandates, pk=Subquery(newest.values("pk")[:1]))
    rows = rows.filter(Q(unread=[]) | Q(looked_by__isnull=False), key_since=F("mandate__firm__key_since"))
    return rows.filter(of=Subquery(own.annotate(n=Count("pk")).values("n"))).select_related("mandate__firm")


def case_context(case: LegalCase, user: Any, *, on: date) -> dict[str, Any]:
    """One case as its firm sees it."""
    halted = stopped([case], on=on).get(case.pk, "")
    may_see = visible(case, user)
    rows = [row for row in lines_of(case, on=on) if row["claim"].pk in may_see]
    accepted = case.proposals.filter(state=Proposal.State.ACCEPTED, kind__in=Proposal.COURT[:4], proceeding=None)
    return {
        "case": case,
        "party": parties_of_case(case, on=on),
        "lines": rows,
        "now_yen": sum(row["due"].total_yen for row in rows),
        "handed_yen": sum(row["line"].total_yen for row in rows),
        "recovered_yen": recovered(case),
        "receipts": receipts(case, user),
        "stopped": halted,
        "entries": case.entries.select_related("by"),
        "questions": case.questions.select_related("asked_by", "answered_by"),
        "proposals": case.proposals.select_related("by"),
        "may_begin": accepted,
        "may_sign": case.proposals.filter(state=Proposal.State.ACCEPTED, kind=Proposal.Kind.SETTLE, settlement=None),
        "proceedings": [proceeding_row(one, on=on) for one in case.proceedings.prefetch_related("steps")],
        "settlements": settlement_rows(case, on=on),
        "files": case.files.select_related("by"),
    }


def visible(case: LegalCase, user: Any) -> set[int]:
    """Ids of the case's claims that the policy opens to a lawyer: never one of tax, whatever a case may name."""
    claims = Claim.objects.visible_to(user, opened=OPENED_TO[Role.LAWYER])
    return set(claims.filter(pk__in=case.lines.values("claim")).values_list("pk", flat=True))


def line_choices(case: LegalCase, user: Any) -> list[tuple[int, str]]:
    """The claims of the case that a paper for the court may ask for."""
    lines = case.lines.filter(is_open=True, claim__in=visible(case, user)).select_related("claim__kind")
    return [(line.pk, name_of(line.claim)) for line in lines]


def receipts(case: LegalCase, user: Any) -> list[dict[str, Any]]:
    """Money booked on the case's claims since the hand-over, by receipt: day, yen, and how it was paid."""
    entries = Entry.objects.filter(claim__in=visible(case, user), kind__in=MONEY, pk__gt=case.last_entry or 0)
    found: dict[tuple[date, str], int] = {}
    for entry in entries.select_related("receipt").order_by("on", "pk"):
        label = entry.receipt.channel_label if entry.receipt else ""
        channel = f"収納（{label}）" if label in PLAIN_CHANNELS else "収納"  # others tell of tax
        if entry.kind == Entry.Kind.REVERSAL:
            channel = "取消"
        found[entry.on, channel] = found.get((entry.on, channel), 0) - entry.amount_yen
    return [{"on": day, "channel": channel, "yen": yen} for (day, channel), yen in found.items()]


def month_figures(firm: Firm, month: date) -> dict[str, Any]:
    """What the ledger says of the firm's month: cases with it at its end, taken on, ended, and yen booked in it."""
    first, after = first_of_month(month), first_of_month(month, 1)
    cases = LegalCase.objects.filter(mandate__firm=firm, handed_on__lt=after)
    still = [one for one in cases if one.ended_on is None or one.ended_on >= after]
    yen = 0
    for case in cases:
        entries = Entry.objects.filter(
            claim__in=case.lines.values("claim"),
            kind__in=MONEY[:2],
            pk__gt=case.last_entry or 0,
            on__gte=first,
            on__lt=after,
        )
        if case.end_entry is not None:
            entries = entries.filter(pk__lte=case.end_entry)
        yen -= sum(entries.values_list("amount_yen", flat=True))
    return {
        "with_firm": len(still),
        "accepted": sum(1 for one in cases if one.accepted_on and first <= one.accepted_on < after),
        "ended": sum(1 for one in cases if one.ended_on and first <= one.ended_on < after),
        "recovered_yen": yen,
    }
