"""What the pages of 不納欠損 and 年度 show: candidates by ground, decisions, and the sums that tie to the ledger."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from claims.models import Claim, ClaimEnd, ClaimEndLine, EndGround, Entry
from claims.services.charges import amounts_due
from claims.services.claim_ends import candidates, law_of
from toyota_collect.csv_out import as_text
from toyota_collect.templatetags.tc import fiscal_year as year_text

SHOWN = 200


def counts(*, on: date) -> list[dict[str, Any]]:
    """Each ground with its article and how many candidates it has."""
    return [
        {"code": code, "label": label, "law": law_of(code, on=on), "count": len(candidates(code, on=on))}
        for code, label in EndGround.choices
    ]


def candidate_rows(claims: Iterable[Claim], *, on: date) -> list[dict[str, Any]]:
    """The first candidates with what each owes; those that wait for a decision are named and cannot be chosen."""
    shown = list(claims)[:SHOWN]
    dues = amounts_due(shown, as_of=on, with_steps=False)
    waiting = set(
        ClaimEndLine.objects.filter(claim__in=[one.pk for one in shown], end__approval__decision="").values_list(
            "claim_id", flat=True
        )
    )
    return [{"claim": claim, "due": dues[claim.pk], "waiting": claim.pk in waiting} for claim in shown]


def sums(year: int | None = None) -> list[dict[str, Any]]:
    """Written-off yen by fiscal year, ground and kind: the latest year first."""
    lines = ClaimEndLine.objects.exclude(end__booked_on=None)
    if year:
        lines = lines.filter(end__fiscal_year=year)
    rows = lines.values("end__fiscal_year", "end__ground", "claim__kind__name", "claim__kind__position").annotate(
        claims=Count("pk"), principal=Sum("principal_yen"), yen=Sum("booked_yen")
    )
    ordered = rows.order_by("-end__fiscal_year", "end__ground", "claim__kind__position", "claim__kind__name")
    return [row | {"ground": EndGround(row["end__ground"]).label} for row in ordered]


def tie(year: int) -> dict[str, int]:
    """The decisions of a fiscal year beside the entries of the ledger: the difference must be 0."""
    decided = ClaimEnd.objects.filter(fiscal_year=year).aggregate(yen=Sum("lines__booked_yen", default=0))["yen"]
    written = Q(kind=Entry.Kind.WRITE_OFF) | Q(kind=Entry.Kind.REVERSAL, reverses__kind=Entry.Kind.WRITE_OFF)
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    of_year = Q(accounting_year=year) | Q(accounting_year=None, on__gte=first, on__lte=last)
    booked = -Entry.objects.filter(written, of_year).aggregate(yen=Sum("amount_yen", default=0))["yen"]
    return {"decided": decided, "booked": booked, "difference": booked - decided}


def csv_text() -> str:
    """All sums as CSV, for the council's papers."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["会計年度", "事由", "債権種目", "件数", "本税・元金（円）", "不納欠損額（円）"])
    for row in sums():
        named = [year_text(row["end__fiscal_year"]), row["ground"], as_text(row["claim__kind__name"])]
        writer.writerow([*named, row["claims"], row["principal"], row["yen"]])
    return out.getvalue()
