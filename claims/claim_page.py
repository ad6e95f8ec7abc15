"""One claim laid open: entries, balances as of a day, the late charge step by step, the clock, origin, law."""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import Any

from claims.models import Claim, Entry, HandoverLine
from claims.rules.late_charge import percent
from claims.rules.prescription import Prescription
from claims.services.charges import DETERMINES, amounts_due
from claims.services.clocks import ClockUnknown, clocks_for
from claims.services.evidence import evidence_lamp

CLAIM_PARTS = [part for part in Entry.Component if part is not Entry.Component.OVERPAID]
KEY_PARTS = [
    ("業務詳細コード", "detail_code"),
    ("特別徴収義務者指定番号", "collector_number"),
    ("申告履歴番号", "declaration_number"),
    ("事業年度番号", "business_year_number"),
    ("児童の宛名番号", "child_number"),
]


def context_of(claim: Claim, *, as_of: date) -> dict[str, Any]:
    """Context of the page; a constant number of queries."""
    entries = list(
        claim.entries.select_related("receipt", "by", "in_file", "reverses", "reversed_by").order_by("on", "pk")
    )
    until = [entry for entry in entries if entry.on <= as_of]
    due = amounts_due([claim], as_of=as_of)[claim.pk]
    balances = _balances(until)
    clock, unknown = _clock(claim, as_of)
    late_yen = max(due.charge.yen - _late_paid(until), balances["late"])
    return {
        "claim": claim,
        "as_of": as_of,
        "rows": [{"entry": entry, "balance": balance} for entry, balance in zip(until, _running(until), strict=True)],
        "later": len(entries) - len(until),
        "balances": [{"name": part.label, "yen": balances[part.value]} for part in CLAIM_PARTS],
        "late_yen": late_yen,
        "total_yen": balances["principal"] + balances["fee"] + balances["cost"] + late_yen,
        "charge": due.charge,
        "steps": [{"step": step, "percent": percent(step.rate)} for step in due.charge.steps],
        "terms": due.terms,
        "rate_percent": _percent_text(due.terms.late_rate_permyriad),
        "key": [(name, getattr(claim, field)) for name, field in KEY_PARTS if getattr(claim, field)],
        "events": claim.events.select_related("by").all(),
        "handed": claim.handover_lines.filter(state=HandoverLine.State.ACCEPTED).first(),
        "lamp": evidence_lamp(claim, on=as_of),
        "parties": claim.parties.select_related("person").order_by("pk"),
        "paid": _paid(until),
        "clock": clock,
        "clock_unknown": unknown,
    }


def _clock(claim: Claim, as_of: date) -> tuple[Prescription | None, str]:
    """Where the clock stands, or why nobody can say."""
    try:
        return clocks_for([claim], as_of=as_of)[claim.pk], ""
    except ClockUnknown as unknown:
        return None, str(unknown)


def _balances(entries: Sequence[Entry]) -> dict[str, int]:
    found = {part.value: 0 for part in CLAIM_PARTS}
    for entry in entries:
        found[entry.component] += entry.amount_yen
    return found


def _running(entries: Sequence[Entry]) -> list[int]:
    """The sum of all components after each entry."""
    return list(accumulate(entry.amount_yen for entry in entries))


def _late_paid(entries: Sequence[Entry]) -> int:
    """Determined late charge that is no longer owed: what was determined less what is left of it."""
    late = [entry for entry in entries if entry.component == Entry.Component.LATE]
    determined = sum(entry.amount_yen for entry in late if _determines(entry))
    return determined - sum(entry.amount_yen for entry in late)


def _determines(entry: Entry) -> bool:
    return entry.kind in DETERMINES or (entry.reverses is not None and entry.reverses.kind in DETERMINES)


def _paid(entries: Sequence[Entry]) -> int:
    """What came in for principal and dunning fee, reversals taken off: the section's control figure counts these."""
    parts = (Entry.Component.PRINCIPAL, Entry.Component.FEE)
    money = [entry for entry in entries if entry.component in parts and _is_money(entry)]
    return -sum(entry.amount_yen for entry in money)


def _is_money(entry: Entry) -> bool:
    kinds = (entry.kind, entry.reverses.kind if entry.reverses else "")
    return Entry.Kind.RECEIPT in kinds


def _percent_text(permyriad: int | None) -> str:
    if permyriad is None:
        return ""
    whole, part = divmod(permyriad, 100)
    return f"年{whole}.{part:02d}".rstrip("0").removesuffix(".") + "%"
