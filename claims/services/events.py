"""時効に関わるできごと: writing and taking back dated facts; the clocks follow in the same transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from claims.models import Claim, ClaimEvent
from claims.rules.prescription import Status
from claims.services.clocks import ClockUnknown, clocks_for, refresh_clocks
from toyota_collect import audit

DEMANDS = """
INSERT INTO claims_claimevent AS e (claim_id, kind, "on", until, detail, ground, origin, by_id, written_at)
SELECT c.id, 'demand', %s, NULL, %s::jsonb, c.ground, given.origin, %s, now()
FROM unnest(%s::bigint[], %s::text[]) AS given(claim_id, origin) JOIN claims_claim c ON c.id = given.claim_id
ON CONFLICT (claim_id, kind, "on") DO UPDATE
SET withdrawn_at = NULL, detail = EXCLUDED.detail, origin = EXCLUDED.origin, until = NULL
WHERE e.withdrawn_at IS NOT NULL
"""
ACKNOWLEDGES = frozenset({ClaimEvent.Kind.ACKNOWLEDGEMENT, ClaimEvent.Kind.GRACE})


class EventRefused(Exception):
    """The event cannot be written or taken back; the message says why, in Japanese."""


@transaction.atomic
def record_events(
    *,
    claim_ids: Sequence[int],
    kind: str,
    on: date,
    by: Any,
    origin: str,
    until: date | None = None,
    detail: Mapping[str, Any] | None = None,
    reviewed: bool = False,
) -> list[ClaimEvent]:
    """Write one event of the day to each claim, and run the clocks; the same event again changes nothing.

    Args:
        origin: what made it, in words for staff (``分納誓約書 豊債管分第3号``).
        until: the last day, included, of a grace or a procedure.
        detail: JSON facts that the clock reads (``arrived_on``, ``deadline_on``, ``applied_on``, ``cancelled``) and others.
        reviewed: somebody has decided that a private claim whose period has run out may be acknowledged all the same.

    Raises:
        EventRefused: another event of this kind stands on the day with other facts, a claim that lapsed would be
            acknowledged (地方税法18条2項, 地方自治法236条2項: lost without being invoked; 民法145条: only after review), or
            the events contradict each other.
    """
    claims = list(
        Claim.objects.select_for_update(of=("self",)).filter(pk__in=claim_ids).select_related("kind").order_by("pk")
    )
    if kind in ACKNOWLEDGES:
        refuse_lapsed(claims, on=on, reviewed=reviewed)
    facts = {"until": until, "detail": dict(detail or {})}
    written = []
    for claim in claims:
        event, made = ClaimEvent.objects.get_or_create(
            claim=claim, kind=kind, on=on, defaults=facts | {"ground": claim.ground, "origin": origin, "by": by}
        )
        if not made and event.withdrawn_at is None and (event.until, event.detail) != (until, facts["detail"]):
            raise EventRefused(
                f"{claim.kind.short_name} {claim.instalment_label}には、同じ日の{event.get_kind_display()}が別の内容で"
                "登録されています。先にそれを取り消してください。"
            )
        if not made and event.withdrawn_at:
            event.withdrawn_at, event.until, event.detail, event.origin = None, until, facts["detail"], origin
            event.save()
        written.append(event)
        audit.record(event="event.recorded", by=by, target=event, detail={"kind": kind, "on": on.isoformat()})
    _run(claims, on=on)
    return written


@transaction.atomic
def record_demands(*, acts: Sequence[tuple[int, str]], on: date, arrived_on: date, by: Any) -> int:
    """Write the 催告 of many letters sent on one day, (claim id, origin) each; return how many are new.

    It takes a few statements, however many the claims. A 催告 that stands on the day already is left as it is; one that
    was withdrawn stands again. ``arrived_on``: when the post is presumed to bring it; from that day the clock counts.
    """
    ids = [claim for claim, _ in acts]
    list(Claim.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    detail = json.dumps({"arrived_on": arrived_on.isoformat()})
    with connection.cursor() as cursor:
        cursor.execute(DEMANDS, [on, detail, by.pk, ids, [origin[:60] for _, origin in acts]])
        written = int(cursor.rowcount)
    audit.record(event="events.demanded", by=by, detail={"events": written, "on": on.isoformat()})
    refresh_clocks(ids)
    return written


@transaction.atomic
def withdraw_acts(*, claim_ids: Sequence[int], kind: str, origin: str, by: Any, reason: str) -> int:
    """Take back the 催告 or 督促 of the claims that came of ``origin`` (paper that came back); return how many stood."""
    list(Claim.objects.select_for_update().filter(pk__in=claim_ids).order_by("pk").values_list("pk"))
    standing = ClaimEvent.objects.filter(claim__in=claim_ids, kind=kind, origin=origin[:60], withdrawn_at=None)
    taken = standing.update(withdrawn_at=timezone.now())
    audit.record(event="events.withdrawn", by=by, key=origin[:60], detail={"events": taken, "reason": reason})
    refresh_clocks(claim_ids)
    return taken


@transaction.atomic
def end_event(*, event_id: int, until: date, by: Any, cancelled: bool = False) -> ClaimEvent:
    """Close a procedure on its last day ``until``; ``cancelled``: it came to nothing (取消し・取下げ・解除の取消し).

    Raises:
        ClaimEvent.DoesNotExist: no such event.
        EventRefused: it has ended or was withdrawn, or would end before it began.
    """
    event = ClaimEvent.objects.select_for_update().get(pk=event_id)
    if event.withdrawn_at or event.until:
        raise EventRefused("この手続は、すでに終わっているか、取り消されています。")
    if until < event.on:
        raise EventRefused("終わりの日が始まりの日より前です。後の日付を入れてください。")
    event.until, event.detail = until, event.detail | ({"cancelled": True} if cancelled else {})
    event.save()
    audit.record(event="event.ended", by=by, target=event, detail={"until": until.isoformat(), "cancelled": cancelled})
    _run([event.claim], on=until)
    return event


@transaction.atomic
def withdraw_event(*, event_id: int, by: Any, reason: str) -> ClaimEvent:
    """Take back an event that never was; it stays readable and no longer counts.

    Raises:
        ClaimEvent.DoesNotExist: no such event.
        EventRefused: it was withdrawn before, or no reason is given.
    """
    event = ClaimEvent.objects.select_for_update().get(pk=event_id)
    if event.withdrawn_at:
        raise EventRefused("このできごとは、すでに取り消されています。")
    if not reason.strip():
        raise EventRefused("取り消す理由を書いてください。")
    event.withdrawn_at = timezone.now()
    event.save()
    audit.record(event="event.withdrawn", by=by, target=event, detail={"reason": reason.strip()})
    _run([event.claim], on=event.on)
    return event


def refuse_lapsed(claims: Sequence[Claim], *, on: date, reviewed: bool = False) -> None:
    """Raise ``EventRefused`` where a claim had lapsed on ``on``: nobody may acknowledge it (a private one: after review)."""
    try:
        clocks = clocks_for(claims, as_of=on)
    except ClockUnknown as unknown:
        raise EventRefused(str(unknown)) from unknown
    for claim in claims:
        status = clocks[claim.pk].status
        name = f"{claim.kind.short_name} {claim.instalment_label}"
        if status in (Status.EXTINCT, Status.INVOKED):
            raise EventRefused(
                f"{name}は時効などで消滅しています。徴収も債務の承認もできません。対象から外してください。"
            )
        if status is Status.AWAITING_ENYO and not reviewed:
            raise EventRefused(
                f"{name}は時効期間が満了しています。承認を受けると援用できなくなるため、個別の審査なしには対象にできません。"
            )


def _run(claims: Sequence[Claim], *, on: date) -> None:
    """Events that contradict each other are refused here, where somebody can still mend them."""
    try:
        clocks_for(claims, as_of=on)
    except ClockUnknown as unknown:
        raise EventRefused(str(unknown)) from unknown
    refresh_clocks([claim.pk for claim in claims])
