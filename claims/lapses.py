"""消滅の報告: claims that lapsed in a period, what had been done for each, and what had not.

A claim counts with what it still owed: its balance, and what has since been written off (不納欠損).
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Max, Q, Sum, Value
from django.db.models.functions import Coalesce

from claims.clocks_page import name_of
from claims.countdown import narrowed
from claims.models import Claim, ClaimEvent, Entry, Hold
from claims.querysets import ClaimQuerySet
from claims.services.charges import kind_terms
from debtors.models import Contact
from toyota_collect.csv_out import as_text

Kind = ClaimEvent.Kind
YEAR = timedelta(days=365)
GAPS = {
    "no_dunning": "督促なし",
    "no_demand": "最後の1年に催告なし",
    "no_contact": "最後の1年に接触なし",
    "no_execution": "差押・訴えなし",
}
SHORT = {"no_dunning": "督促", "no_demand": "催告", "no_contact": "接触", "no_execution": "差押・訴え"}
COLUMNS = [
    "宛名番号", "氏名", "種目", "期別", "納期限", "最終日", "金額（円）", "時効の区分", "督促", "最後の催告", "承認・一部納付",
    "差押・訴え等", "保留", "最後の接触", "しなかったこと",
]  # fmt: skip


def lapsed(user: Any, *, since: date, until: date, filters: Mapping[str, Any]) -> ClaimQuerySet:
    """Claims whose last day lies in the period (both days included) and that still owed something on it."""
    written_off = Q(entries__kind=Entry.Kind.WRITE_OFF) | Q(entries__reverses__kind=Entry.Kind.WRITE_OFF)
    claims = Claim.objects.visible_to(user).filter(prescribes_on__gte=since, prescribes_on__lte=until)
    claims = narrowed(claims, filters).with_total()
    lost = -Coalesce(Sum("entries__amount_yen", filter=written_off), Value(0))
    return claims.annotate(lost_yen=F("booked_yen") + lost).filter(lost_yen__gt=0).order_by("prescribes_on", "pk")


def rows_of(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """A line a claim; a constant number of queries."""
    events, contacts, holds = _events(claims), _contacts(claims), _holds(claims)
    terms = kind_terms()
    rows = []
    for claim in claims:
        mine = events[claim.pk]
        last_contact = max((on for on in contacts[claim.identity.person_id] if on <= _end(claim)), default=None)
        legal = terms.of(claim)
        gaps = _gaps(claim, mine, last_contact)
        rows.append(
            {
                "claim": claim,
                "name": name_of(claim),
                "person": claim.identity.person,
                "yen": claim.lost_yen,  # type: ignore[attr-defined]  # annotated by lapsed()
                "terms": legal,
                "dunning": _first(mine, {Kind.DUNNING}),
                "demand": _last(mine, {Kind.DEMAND}),
                "acknowledged": _last(mine, {Kind.ACKNOWLEDGEMENT, Kind.PART_PAYMENT, Kind.GRACE}),
                "executed": _last(mine, {Kind.SEIZURE, Kind.DELIVERY_CLAIM, Kind.SUIT, Kind.JUDGMENT}),
                "stop": _last(mine, {Kind.STOP}),
                "holds": [hold for hold in holds[claim.identity.person_id] if _reached(hold, claim)],
                "contact": last_contact,
                "gaps": gaps,
                "missing": "・".join(SHORT[gap] for gap in gaps),
            }
        )
    return rows


def _gaps(claim: Claim, events: Sequence[ClaimEvent], contact: date | None) -> list[str]:
    """What was not done; a claim under 執行停止 was not to be executed."""
    year_before = _end(claim) - YEAR
    kinds = {event.kind for event in events}
    demand = _last(events, {Kind.DEMAND})
    execution = {Kind.SEIZURE, Kind.DELIVERY_CLAIM, Kind.SUIT, Kind.JUDGMENT, Kind.STOP}
    missing = {
        "no_dunning": Kind.DUNNING not in kinds,
        "no_demand": demand is None or demand < year_before,
        "no_contact": contact is None or contact < year_before,
        "no_execution": not kinds & execution,
    }
    return [code for code, is_missing in missing.items() if is_missing]


def by_kind(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sums by kind in the kinds' own order: instalments, yen, and how many lack each step."""
    sums: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["claim"].kind.position, row["claim"].kind.code)):
        kind = row["claim"].kind
        one = sums.setdefault(
            kind.pk, {"name": kind.short_name, "instalments": 0, "yen": 0, "gaps": dict.fromkeys(GAPS, 0)}
        )
        one["instalments"] += 1
        one["yen"] += row["yen"]
        for gap in row["gaps"]:
            one["gaps"][gap] += 1
    return list(sums.values())


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        claim, person = row["claim"], row["person"]
        cells = [
            person.number if person else claim.identity.person_number,
            claim.identity.name,
            claim.kind.name,
            claim.instalment_label,
            claim.due_on.isoformat(),
            _end(claim).isoformat(),
        ]
        done = [_iso(row["dunning"]), _iso(row["demand"]), _iso(row["acknowledged"]), _iso(row["executed"])]
        held = "・".join(hold.get_reason_display() for hold in row["holds"])
        missing = "・".join(GAPS[gap] for gap in row["gaps"])
        writer.writerow(
            [as_text(cell) for cell in cells]
            + [row["yen"], row["terms"].get_legal_class_display(), *done, held, _iso(row["contact"]), missing]
        )
    return buffer.getvalue()


def _events(claims: Sequence[Claim]) -> dict[int, list[ClaimEvent]]:
    """What happened to each claim up to its end, in order."""
    found: dict[int, list[ClaimEvent]] = defaultdict(list)
    ends = {claim.pk: _end(claim) for claim in claims}
    for event in ClaimEvent.objects.filter(claim__in=ends, withdrawn_at=None).order_by("on", "pk"):
        if event.on <= ends[event.claim_id]:
            found[event.claim_id].append(event)
    return found


def _contacts(claims: Sequence[Claim]) -> dict[int | None, list[date]]:
    """Days of contact by person; the days themselves, because each claim has its own end."""
    found: dict[int | None, list[date]] = defaultdict(list)
    people = {claim.identity.person_id for claim in claims}
    days = (
        Contact.objects.in_force().filter(person__in=people).order_by().values("person", "on").annotate(last=Max("pk"))
    )
    for row in days:
        found[row["person"]].append(row["on"])
    return found


def _holds(claims: Sequence[Claim]) -> dict[int | None, list[Hold]]:
    found: dict[int | None, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.filter(person__in={claim.identity.person_id for claim in claims}):
        found[hold.person_id].append(hold)
    return found


def _reached(hold: Hold, claim: Claim) -> bool:
    """Whether the hold covered the claim on some day of its last year."""
    end = _end(claim)
    in_time = hold.starts_on <= end and (hold.ends_on is None or hold.ends_on > end - YEAR)
    return in_time and hold.claim_id in (None, claim.pk) and hold.kind_id in (None, claim.kind_id)


def _end(claim: Claim) -> date:
    assert claim.prescribes_on is not None  # lapsed() selects by it
    return claim.prescribes_on


def _first(events: Sequence[ClaimEvent], kinds: set[Any]) -> date | None:
    return next((event.on for event in events if event.kind in kinds), None)


def _last(events: Sequence[ClaimEvent], kinds: set[Any]) -> date | None:
    return next((event.on for event in reversed(events) if event.kind in kinds), None)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
