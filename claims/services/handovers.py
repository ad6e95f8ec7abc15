"""移管, the section's side: a basket filled by criteria, announced to the debtors, handed in after the deadline.

Every step asks again which claims may be written to at all (``free_to_hand_over``, ``reachable_by``): a claim that was
paid, held or put into a plan meanwhile leaves the basket by itself, with the reason.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Max

from claims.models import Claim, Handover, HandoverLine
from claims.rules.handover import earliest_deadline, is_proposed
from claims.services.charges import amounts_due
from claims.services.handover_facts import free_claims, known_people, limits, met_by
from claims.services.handover_papers import notice_paper
from claims.services.receipts import lock_claims
from toyota_collect import audit
from toyota_collect.calendar import fiscal_year, is_business_day
from toyota_collect.dated import value_on
from toyota_collect.models import Holiday, Section
from toyota_collect.wareki import long_text

NOTICE_DAYS = "handover.notice_days"
MOST = 300  # claims of one basket: so many can be looked at
PAID, SILENCED, LAPSED = "納付された", "納付の手続き中か、文書を止める決定がある", "時効の期間を過ぎた"
State = HandoverLine.State


class HandoverRefused(Exception):
    """The step of the handover cannot be made; the message says why and what to do, in Japanese."""


def notice_days(*, on: date) -> dict[str, int]:
    """``usual`` and ``least`` days from a notice to its deadline (dated setting)."""
    return dict(value_on(NOTICE_DAYS, on))


def proposed(section_id: int, *, person_id: int, on: date, refuses: str = "") -> list[int]:
    """The claims of a whole person that move by the criteria: not the current year's, save in a hard case."""
    claims = list(free_claims(section_id, on=on).filter(identity__person=person_id).select_related("identity"))
    known, limit = known_people(section_id, on=on, people={person_id}), limits(on=on)
    met = met_by(claims, known, on=on, refuses=refuses.strip())
    return [claim.pk for claim in claims if is_proposed(claim.levy_year, met.get(claim.pk, ()), limit, on=on)]


@transaction.atomic
def pick(
    *, section_id: int, claim_ids: Sequence[int], by: Any, on: date, refuses: str = "", no_means: str = ""
) -> Handover:
    """Put claims of the section into its open draft; without one, a new one is begun. What is in it stays in it.

    Args:
        refuses: why the section thinks that the person does not mean to pay; it counts as a criterion.
        no_means: why it thinks that there is nothing to collect from: the office then looks into a stop.

    Raises:
        HandoverRefused: no claim or too many, a claim that may not be handed over today, or one that meets no criterion.
    """
    section = Section.objects.select_for_update().get(pk=section_id)
    handover = _draft_of(section, by=by, on=on)
    inside = set(handover.lines.filter(state=State.PICKED).values_list("claim", flat=True))
    wanted = set(claim_ids) - inside
    if not claim_ids or len(wanted | inside) > MOST:
        raise HandoverRefused(f"移管する期別を選んでください。1つの箱には{MOST}件までです。")
    lock_claims(wanted)
    claims = list(
        free_claims(section_id, on=on).filter(pk__in=wanted).select_related("kind", "identity").order_by("pk")
    )
    if len(claims) != len(wanted):
        raise HandoverRefused(
            f"{len(wanted) - len(claims)}件は、納付されたか、止められているか、別の箱にあります。一覧を開き直してください。"
        )
    refuses, no_means = refuses.strip()[:500], no_means.strip()[:500]
    known = known_people(section_id, on=on, people={claim.identity.person_id for claim in claims})
    met = met_by(claims, known, on=on, refuses=refuses)
    if without := [claim for claim in claims if not met.get(claim.pk)]:
        raise HandoverRefused(
            f"{len(without)}件は移管の基準に当たりません。課で収納を続けるか、納付の意思がないと見る事情を書いてください。"
        )
    dues = amounts_due(claims, as_of=on, with_steps=False)
    HandoverLine.objects.bulk_create(
        HandoverLine(
            handover=handover,
            claim=claim,
            reasons=[{"code": one.criterion.value, "label": one.label, "text": one.text} for one in met[claim.pk]],
            refuses=refuses,
            no_means=no_means,
            principal_yen=dues[claim.pk].principal_yen,
            other_yen=dues[claim.pk].other_yen,
        )
        for claim in claims
    )
    audit.record(event="handover.picked", by=by, target=handover, detail={"claims": [claim.pk for claim in claims]})
    return handover


@transaction.atomic
def drop(*, line_id: int, reason: str, by: Any, on: date) -> HandoverLine:
    """Take a claim out of a basket that was not handed in; the section keeps it.

    Raises:
        HandoverLine.DoesNotExist: no such line.
        HandoverRefused: it is not in the basket any more, the basket was handed in, or no reason is given.
    """
    line = HandoverLine.objects.select_for_update(of=("self",)).select_related("handover").get(pk=line_id)
    if line.state != State.PICKED or line.handover.stage not in ("draft", "noticed"):
        raise HandoverRefused("この期別は、もう箱から外せません。債権管理課に出したあとは、差戻しを頼んでください。")
    if not reason.strip():
        raise HandoverRefused("外す理由を書いてください。")
    leave([line], state=State.DROPPED, reason=reason, by=by, on=on)
    audit.record(event="handover.dropped", by=by, target=line, detail={"reason": line.reason})
    close_if_empty(line.handover, on=on)
    return line


@transaction.atomic
def announce(*, handover_id: int, deadline_on: date, by: Any, on: date) -> Handover:
    """Make the 移管予告書 of every person in the basket and keep it; claims that may not be written to are left out.

    Raises:
        Handover.DoesNotExist: no such basket.
        HandoverRefused: it was announced before, the deadline is too near or no business day, or nothing is left.
    """
    handover = Handover.objects.select_for_update(of=("self",)).select_related("section").get(pk=handover_id)
    if handover.stage != "draft":
        raise HandoverRefused("この箱は、すでに予告したか、済んでいます。")
    least = int(notice_days(on=on)["least"])
    earliest = earliest_deadline(on, least_days=least)
    if deadline_on < earliest:
        raise HandoverRefused(f"期限は{long_text(earliest)}以後（今日から{least}日以上）にしてください。")
    if not is_business_day(deadline_on, Holiday.objects.filter(on=deadline_on).values_list("on", flat=True)):
        raise HandoverRefused("期限が休日です。窓口の開いている日にしてください。")
    lines = _still_open(handover, by=by, on=on)
    if not lines:
        raise HandoverRefused("予告できる期別がありません。納付されたか、止められています。")
    dues = amounts_due([line.claim for line in lines], as_of=on, with_steps=False)
    for line in lines:
        line.principal_yen, line.other_yen = dues[line.claim_id].principal_yen, dues[line.claim_id].other_yen
    for _, group in groupby(lines, key=lambda line: line.claim.identity.person_id):
        of_person = list(group)
        paper = notice_paper(handover, of_person, deadline_on=deadline_on, by=by, on=on)
        for line in of_person:
            line.notice = paper
    HandoverLine.objects.bulk_update(lines, ["principal_yen", "other_yen", "notice"])
    handover.noticed_on, handover.deadline_on, handover.noticed_by = on, deadline_on, by
    handover.save()
    audit.record(event="handover.announced", by=by, target=handover, detail={"deadline_on": deadline_on.isoformat()})
    return handover


@transaction.atomic
def hand_in(*, handover_id: int, by: Any, on: date) -> Handover:
    """Give the basket to the collection office, after the deadline of the notice; what was paid or stopped stays behind.

    Raises:
        Handover.DoesNotExist: no such basket.
        HandoverRefused: it was not announced, the deadline has not passed, or it was handed in before.
    """
    handover = Handover.objects.select_for_update(of=("self",)).select_related("section").get(pk=handover_id)
    if handover.stage == "noticed" and not handover.may_be_handed_in(on=on):
        raise HandoverRefused(f"予告の期限（{long_text(handover.deadline_on)}）の翌日から出せます。")
    if handover.stage != "noticed":
        raise HandoverRefused("この箱は、予告の前か、すでに出しています。")
    lines = _still_open(handover, by=by, on=on)
    if lines:
        handover.asked_on, handover.asked_by = on, by
        handover.save()
    else:
        close_if_empty(handover, on=on)
    audit.record(event="handover.handed_in", by=by, target=handover, detail={"claims": len(lines)})
    return handover


@transaction.atomic
def discard(*, handover_id: int, reason: str, by: Any, on: date) -> Handover:
    """Give a basket up before it is handed in; its claims stay with the section.

    Raises:
        Handover.DoesNotExist: no such basket.
        HandoverRefused: it was handed in or closed, or no reason is given.
    """
    handover = Handover.objects.select_for_update(of=("self",)).get(pk=handover_id)
    if handover.stage not in ("draft", "noticed"):
        raise HandoverRefused("出したあとの箱は取りやめられません。債権管理課に差戻しを頼んでください。")
    if not reason.strip():
        raise HandoverRefused("取りやめる理由を書いてください。")
    leave(handover.lines.filter(state=State.PICKED), state=State.DROPPED, reason=reason, by=by, on=on)
    handover.closed_on, handover.close_reason = on, reason.strip()[:500]
    handover.save()
    audit.record(event="handover.discarded", by=by, target=handover, detail={"reason": handover.close_reason})
    return handover


def leave(lines: Iterable[HandoverLine], *, state: str, reason: str, by: Any, on: date) -> None:
    """Write down that the lines left the basket, why, and by whom. Call it inside the transaction of the act."""
    given = list(lines)
    for line in given:
        line.state, line.reason, line.decided_on, line.decided_by = state, reason.strip()[:500], on, by
    HandoverLine.objects.bulk_update(given, ["state", "reason", "decided_on", "decided_by"])


def close_if_empty(handover: Handover, *, on: date) -> None:
    """Close a basket in which nothing waits any more; an empty draft stays, to be filled."""
    if handover.stage in ("noticed", "asked") and not handover.lines.filter(state=State.PICKED).exists():
        handover.closed_on = on
        handover.save(update_fields=["closed_on"])


def why_not(claims: Sequence[Claim], *, on: date) -> dict[int, str]:
    """Why claims may not be announced or handed over today, in words that tell nothing but the claim's own state."""
    free = set(
        Claim.objects.filter(pk__in=[claim.pk for claim in claims])
        .reachable_by("notice", on=on)
        .values_list("pk", flat=True)
    )
    found = {}
    for claim in claims:
        if claim.pk in free:
            continue
        if not claim.outstanding_yen:
            found[claim.pk] = PAID
        else:
            found[claim.pk] = LAPSED if claim.prescribes_on and claim.prescribes_on < on else SILENCED
    return found


def _still_open(handover: Handover, *, by: Any, on: date) -> list[HandoverLine]:
    """The basket's lines that may still be written to, a person's together; the others leave it with the reason."""
    lock_claims(handover.lines.filter(state=State.PICKED).values_list("claim_id", flat=True))
    lines = list(
        handover.lines.filter(state=State.PICKED)
        .select_related("claim__kind", "claim__identity__person")
        .order_by("claim__identity__person", "claim__kind__position", "claim__due_on", "pk")
    )
    refused = why_not([line.claim for line in lines], on=on)
    for reason in sorted(set(refused.values())):
        gone = [line for line in lines if refused.get(line.claim_id) == reason]
        leave(gone, state=State.DROPPED, reason=reason, by=by, on=on)
    return [line for line in lines if line.claim_id not in refused]


def _draft_of(section: Section, *, by: Any, on: date) -> Handover:
    """The section's one draft; the section's row is locked."""
    found = Handover.objects.filter(section=section, noticed_on=None, closed_on=None).first()
    if found:
        return found
    year = fiscal_year(on)
    last = Handover.objects.filter(section=section, fiscal_year=year).aggregate(last=Max("number"))["last"] or 0
    return Handover.objects.create(section=section, fiscal_year=year, number=last + 1, drafted_on=on, by=by)
