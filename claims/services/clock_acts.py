"""行為の記録: acts and facts that move clocks, taken down for the claims they are about.

What binds the debtor against his will (差押, 交付要求, 訴え・支払督促) needs a decision; it is written when that is given.
What has happened (催告, 承認, 判決, 援用 …) is written at once, with where it is known from.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from claims.models import Claim, ClaimEvent
from claims.rules.prescription import Status
from claims.services.charges import TermsMissing
from claims.services.clocks import ClockUnknown
from claims.services.events import EventRefused, record_events
from claims.services.what_if import ACT_OF, WhatIf, why_refused, why_silenced
from debtors.models import Person
from toyota_collect.approvals import ApprovalRefused, ask
from toyota_collect.models import Approval
from toyota_collect.money import yen_text
from toyota_collect.wareki import short_text

Kind = ClaimEvent.Kind
ADVERSE = frozenset({Kind.SEIZURE, Kind.DELIVERY_CLAIM, Kind.SUIT})
AT_ONCE = frozenset({Kind.DEMAND, Kind.ACKNOWLEDGEMENT, Kind.JUDGMENT, Kind.ENYO})
ENDING = frozenset({Kind.SEIZURE, Kind.DELIVERY_CLAIM, Kind.SUIT})
OF_OTHERS = frozenset({Kind.PART_PAYMENT, Kind.GRACE, Kind.STOP})  # the ledger's and the holds': corrected there
SUBJECT = "claims.clock_event"


class ActRefused(Exception):
    """The act may not be asked for or written; the message says for which claim and why, in Japanese."""


@transaction.atomic
def ask_for_act(
    *,
    person_id: int,
    claim_ids: Sequence[int],
    kind: str,
    on: date,
    today: date,
    reason: str,
    by: Any,
    subject_url: str,
) -> Approval:
    """Put an adverse act before a second person (決裁), with what it would do to each clock.

    Raises:
        Person.DoesNotExist: no such person.
        ActRefused: a kind that needs no decision, no reason, claims that are not the person's, a claim that the law
            or a hold keeps from it, or a request for the same that waits.
    """
    if kind not in ADVERSE:
        raise ActRefused("この行為に決裁は要りません。記録だけを行ってください。")
    if not reason.strip():
        raise ActRefused("なぜ必要か、財産の調査や催告の経過とあわせて書いてください。")
    person, claims = _claims_of(person_id, claim_ids)
    found = _free(claims, kind, on=on, today=today)
    yen = sum(claim.outstanding_yen for claim in claims)
    label = Kind(kind).label
    try:
        return ask(
            subject_type=SUBJECT,
            subject_key=f"{person.number}:{kind}:{on:%Y-%m-%d}",
            subject_url=subject_url,
            title=f"{label}：{person.name}　{len(claims)}期別",
            amount_yen=yen,
            reason=reason.strip(),
            by=by,
            evidence={
                "行為": label,
                "行う日": on.isoformat(),
                "期別": "、".join(_name(claim) for claim in claims),
                "残高": yen_text(yen),
                "最も早い時効": _nearest(found),
                "いまの保留": _held_now(found) or "なし",
                "債権番号": "、".join(str(claim.pk) for claim in claims),
            },
        )
    except ApprovalRefused as refused:
        raise ActRefused(str(refused)) from refused


def carry_out(approval: Approval, *, by: Any, today: date) -> list[ClaimEvent]:
    """Write what was approved; whether it may still be done is asked again.

    Raises:
        ActRefused: a claim has been paid or lost since, or a hold stands against it now.
    """
    number, kind, day = approval.subject_key.split(":")
    on = date.fromisoformat(day)
    _, claims = _claims_of(
        Person.objects.get(number=number).pk, [int(pk) for pk in approval.evidence["債権番号"].split("、")]
    )
    _free(claims, kind, on=on, today=today)
    return _write(claims, kind, on=on, by=by, origin=f"決裁第{approval.pk}号")


@transaction.atomic
def record_fact(
    *,
    person_id: int,
    claim_ids: Sequence[int],
    kind: str,
    on: date,
    today: date,
    origin: str,
    by: Any,
    reviewed: bool = False,
) -> list[ClaimEvent]:
    """Write what has happened: 催告 (``on``: it arrived), 承認 on paper, 判決等, 援用.

    Raises:
        Person.DoesNotExist: no such person.
        ActRefused: a kind that needs a decision, no origin, a day to come, claims that are not the person's, or an
            acknowledgement of what has lapsed.
    """
    if kind not in AT_ONCE:
        raise ActRefused("この行為には決裁が要ります。決裁に出してください。")
    if not origin.strip():
        raise ActRefused("何で分かったか（書類の名前や番号）を書いてください。")
    if on > today:
        raise ActRefused("まだ来ていない日です。起きた日を入れてください。")
    _, claims = _claims_of(person_id, claim_ids)
    if kind == Kind.ENYO:
        _completed(claims, on=on)
    return _write(claims, kind, on=on, by=by, origin=origin.strip(), reviewed=reviewed)


def _write(
    claims: Sequence[Claim], kind: str, *, on: date, by: Any, origin: str, reviewed: bool = False
) -> list[ClaimEvent]:
    try:
        return record_events(
            claim_ids=[claim.pk for claim in claims], kind=kind, on=on, by=by, origin=origin, reviewed=reviewed
        )
    except EventRefused as refused:
        raise ActRefused(str(refused)) from refused


def _claims_of(person_id: int, claim_ids: Sequence[int]) -> tuple[Person, list[Claim]]:
    person = Person.objects.get(pk=person_id)
    claims = list(
        Claim.objects.filter(pk__in=claim_ids, identity__person=person)
        .outstanding()
        .select_related("kind", "identity")
        .order_by("prescribes_on", "pk")
    )
    if not claims or len(claims) != len(set(claim_ids)):
        raise ActRefused("この人の未納の期別だけを、1つ以上選んでください。")
    return person, claims


def _free(claims: Sequence[Claim], kind: str, *, on: date, today: date) -> WhatIf:
    """Raise ``ActRefused`` where the law, a hold or a payment on its way stands against the act."""
    found = _what_if(claims, today)
    act = ACT_OF[Kind(kind)]
    for claim in claims:
        facts, clock = found.facts[claim.pk], found.now[claim.pk]
        if why := why_refused(act, clock, facts, on=on) or why_silenced(act, facts):
            raise ActRefused(f"{_name(claim)}：{why}。この期別を外してください。")
    return found


def _completed(claims: Sequence[Claim], *, on: date) -> None:
    found = _what_if(claims, on)
    for claim in claims:
        if found.now[claim.pk].status is not Status.AWAITING_ENYO:
            raise ActRefused(
                f"{_name(claim)}は、この日に援用を待つ状態ではありません（{found.now[claim.pk].status.label}）。"
            )


def _what_if(claims: Sequence[Claim], on: date) -> WhatIf:
    try:
        return WhatIf(claims, on=on)
    except (ClockUnknown, TermsMissing) as unknown:
        raise ActRefused(str(unknown)) from unknown


def _held_now(found: WhatIf) -> str:
    """Holds on the claims that leave this act open: who decides shall know of them."""
    holds = {hold.pk: hold for facts in found.facts.values() for hold in facts.holds}
    return "、".join(f"{hold.get_reason_display()}（{short_text(hold.starts_on)}から）" for hold in holds.values())


def _nearest(found: WhatIf) -> str:
    days = [clock.last_day for clock in found.now.values() if clock.last_day]
    return min(days).isoformat() if days else "進行中の手続のため決まっていない"


def _name(claim: Claim) -> str:
    return f"{claim.kind.short_name} {claim.levy_year}年度 {claim.instalment_label}"
