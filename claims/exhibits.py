"""What the ledger has to show of claims before a court: papers, bookings and dated events, each with the claims it tells of."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from claims.models import ClaimEvent, ClaimEvidence, Entry, Receipt
from claims.models.ledger import channel_label
from claims.services.evidence import content_of
from toyota_collect.money import yen_text
from toyota_collect.registry import Exhibit
from toyota_collect.wareki import short_text

# Ways of paying that tell of nothing but the payment: 差押取立 and eL-QR (地方税統一QRコード) are not among them.
PLAIN_CHANNELS = {Receipt.Channel(code).label for code in ("counter", "convenience", "direct_debit", "pay_easy")} | {
    Receipt.Channel.CREDIT_CARD.label,
    Receipt.Channel.LAWYERS.label,
}
IN_COURT = {
    ClaimEvent.Kind.DUNNING,
    ClaimEvent.Kind.DEMAND,
    ClaimEvent.Kind.ACKNOWLEDGEMENT,
    ClaimEvent.Kind.PART_PAYMENT,
    ClaimEvent.Kind.SUIT,
    ClaimEvent.Kind.JUDGMENT,
    ClaimEvent.Kind.ENYO,
}
# On a claim of the case the ledger's words are those of any claim; 本税 is a word of the tax sections.
COMPONENTS = {"principal": "元金", "fee": "督促手数料", "late": "遅延損害金・延滞金", "cost": "費用"}


def exhibits(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    """Files, entries and events of the claims up to ``on``; four queries."""
    yield from _files(claim_ids)
    yield from _entries(claim_ids, on)
    yield from _events(claim_ids, on)


def _files(claim_ids: Collection[int]) -> Iterator[Exhibit]:
    """Each file once per kind. It tells of every claim it is in force for, asked for or not."""
    shas = ClaimEvidence.objects.filter(claim__in=claim_ids).order_by().values("sha256")
    own: dict[tuple[str, str, bool], list[ClaimEvidence]] = defaultdict(list)
    about: dict[str, set[int]] = defaultdict(set)
    grounds: dict[int, str] = {}
    for row in ClaimEvidence.objects.filter(sha256__in=shas).select_related("claim").order_by("pk"):
        grounds[row.claim_id] = row.claim.ground
        if row.withdrawn_at is None:
            about[row.sha256].add(row.claim_id)
        if row.claim_id in claim_ids:
            own[row.sha256, row.kind, row.withdrawn_at is not None].append(row)
    for (sha256, kind, withdrawn), rows in own.items():
        claims = {row.claim_id for row in rows} if withdrawn else about[sha256]
        yield Exhibit(
            key=f"evidence:{rows[0].pk}",
            kind=kind,
            title=str(rows[0].get_kind_display()),
            day=localdate(rows[0].at),
            claims=frozenset(claims),
            grounds=frozenset(grounds[one] for one in claims),
            withdrawn=withdrawn,
            name=rows[0].name,
            sha256=sha256,
            content_type=rows[0].content_type,
            read=_reader(rows[0]),
        )


def _reader(row: ClaimEvidence) -> Callable[[], bytes]:
    return lambda: content_of(row)


def _entries(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    rows = Entry.objects.filter(claim__in=claim_ids, on__lte=on).select_related("claim", "receipt", "reverses")
    for row in rows.order_by("on", "pk"):
        claim: Any = row.claim
        yield Exhibit(
            key=f"entry:{row.pk}",
            kind="ledger",
            title=_entry_title(row),
            day=row.receipt.paid_on if row.receipt and row.kind == Entry.Kind.RECEIPT else row.on,
            claims=frozenset({claim.pk}),
            grounds=frozenset({claim.ground}),
            text=COMPONENTS.get(row.component, ""),
            yen=row.amount_yen,
        )


def _entry_title(row: Entry) -> str:
    """What was booked. Where the money came from is told only where that tells of nothing else."""
    if row.kind == Entry.Kind.LATE_FIXED:
        return "遅延損害金・延滞金の確定"
    if row.kind == Entry.Kind.SET_OFF:
        return "入金"
    if row.kind == Entry.Kind.REVERSAL and row.reverses:
        name = "入金" if row.reverses.kind == Entry.Kind.SET_OFF else row.reverses.get_kind_display()
        return f"{name}の取消"
    if row.receipt and row.kind == Entry.Kind.RECEIPT:
        channel = channel_label(row.receipt.channel)
        return f"収納（{channel}）" if channel in PLAIN_CHANNELS else "収納"
    return str(row.get_kind_display())


def _events(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    """Dated facts that move the clock. Holds, stops and seizures are told by a kind that is never shown."""
    rows = ClaimEvent.objects.filter(claim__in=claim_ids, withdrawn_at=None, on__lte=on).order_by("on", "pk")
    for row in rows:
        arrived = row.detail.get("arrived_on") if isinstance(row.detail, dict) else None
        words = [f"到達 {short_text(date.fromisoformat(arrived))}"] if isinstance(arrived, str) and arrived else []
        if row.kind == ClaimEvent.Kind.PART_PAYMENT and isinstance(yen := row.detail.get("yen"), int):
            words.append(yen_text(yen))
        yield Exhibit(
            key=f"event:{row.pk}",
            kind="event" if row.kind in IN_COURT else "hold",
            title=str(row.get_kind_display()),
            day=row.on,
            claims=frozenset({row.claim_id}),
            grounds=frozenset({row.ground}),
            text="、".join(words),
        )
