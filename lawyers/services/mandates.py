"""委任の束: a draft filled with people who may be handed over, decided on by a second person, and handed to the firm.

Every step asks again whether each person may still go: who paid, was helped or is protected meanwhile leaves the draft with
the reason, and nothing of them goes out.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse

from claims.models import ClaimGroup, Entry, Hold
from claims.services.holds import HoldRefused, place_hold
from claims.services.receipts import lock_claims
from lawyers.models import Firm, LegalCase, LegalClaim, Mandate, Packet
from lawyers.rules.readiness import Colour
from lawyers.services import packets
from lawyers.services.bundles import Bundle, bundles
from lawyers.services.candidates import Candidate, candidates
from toyota_collect import approvals, audit
from toyota_collect.calendar import fiscal_year, last_day_after
from toyota_collect.models import Approval
from toyota_collect.money import comma, yen_text

SUBJECT = "lawyers.mandate"
PAID = "納付されたか、ほかの人の債権と分かったため"
MOST = 200  # people of one packet: so many can be looked at, and are built in minutes
REVIEW_MONTHS = 12
State = LegalCase.State


class MandateRefused(Exception):
    """The step of the mandate cannot be made; the message says why and what to do, in Japanese."""


@transaction.atomic
def pick(*, firm_id: int, group: str, person_ids: Sequence[int], by: Any, on: date) -> Mandate:
    """Put people into the firm's draft for a group of claims; without one, a new one is begun. Who is in it stays in it.

    Of each person go the claims of the group that the rules leave free.

    Raises:
        Firm.DoesNotExist: no such firm.
        MandateRefused: no contract, another group than the firm's, nobody or too many, or somebody who may not go.
    """
    firm = Firm.objects.select_for_update().get(pk=firm_id)
    if not firm.is_active:
        raise MandateRefused(f"{firm}との契約は終わっています。別の事務所を選んでください。")
    if group not in ClaimGroup.values or (firm.groups and group not in firm.groups):
        raise MandateRefused(f"{firm}には、この債権群を委任できません。事務所か債権群を選び直してください。")
    mandate = _draft_of(firm, group, by=by, on=on)
    inside = set(mandate.cases.filter(state=State.PICKED).values_list("person_id", flat=True))
    wanted = [pk for pk in dict.fromkeys(person_ids) if pk not in inside]
    if not person_ids or len(inside) + len(wanted) > MOST:
        raise MandateRefused(f"委任する人を選んでください。1つの束には{MOST}人までです。")
    people = candidates(wanted, on=on)
    vetoes = {one.candidate.person.pk: veto_of(one) for one in bundles(people, on=on)}
    for one in people:
        claims = [claim for claim in one.chosen if claim.kind.group == group]
        if why := _against(one, bool(claims)) or vetoes.get(one.person.pk, ""):
            raise MandateRefused(f"{one.person.name}：{why}")
        lock_claims([claim.pk for claim in claims])
        _put_in(mandate, one, [claim.pk for claim in claims])
    audit.record(event="mandate.picked", by=by, target=mandate, detail={"people": len(wanted)})
    return mandate


@transaction.atomic
def drop(*, case_id: int, reason: str, by: Any, on: date) -> LegalCase:
    """Take a person out of a draft; the claims stay with the city.

    Raises:
        LegalCase.DoesNotExist: no such case.
        MandateRefused: it is not in a draft, a decision is open, or no reason is given.
    """
    case = LegalCase.objects.select_for_update(of=("self",)).select_related("mandate__approval").get(pk=case_id)
    if case.state != State.PICKED or case.mandate.stage not in ("draft", "approved"):
        raise MandateRefused("この人は、いまは束から外せません。決裁を待っているときは、起案を取り下げてください。")
    if not reason.strip():
        raise MandateRefused("外す理由を書いてください。")
    _leave(case, reason=reason, by=by, on=on)
    return case


@transaction.atomic
def ask(*, mandate_id: int, reason: str, by: Any, on: date) -> Approval:
    """Put the draft before a second person (決裁), with what speaks for and against each person.

    Raises:
        Mandate.DoesNotExist: no such mandate.
        MandateRefused: it was asked for or handed over before, nobody is in it, or somebody may not go any more.
    """
    mandate = _locked(mandate_id)
    if mandate.stage != "draft":
        raise MandateRefused("この束は、すでに決裁に出したか、引き渡したか、取りやめています。")
    if not reason.strip():
        raise MandateRefused("なぜ弁護士へ委任するか、これまでの働きかけとあわせて書いてください。")
    found = inside(mandate, on=on)
    if not found:
        raise MandateRefused("束にだれも入っていません。候補から選んでください。")
    if refused := [f"{one.candidate.person.name}（{why}）" for one in found if (why := against(one))]:
        raise MandateRefused(f"委任できなくなった人がいます。束から外してください：{'、'.join(refused[:10])}")
    try:
        approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(mandate.pk),
            subject_url=reverse("lawyers:mandate", args=[mandate.pk]),
            title=f"弁護士への委任：{mandate.firm}　{mandate.get_group_display()} {len(found)}人",
            amount_yen=sum(one.total_yen for one in found),
            reason=reason.strip(),
            evidence=_evidence(mandate, found),
            by=by,
        )
    except approvals.ApprovalRefused as refused_now:
        raise MandateRefused(str(refused_now)) from refused_now
    mandate.approval = approval
    mandate.save()
    audit.record(event="mandate.asked", by=by, target=mandate, detail={"people": len(found)})
    return approval


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """The decision was given: the packet can be made and handed over. Nobody is handed over by it.

    Raises:
        MandateRefused: it was changed or given up since.
    """
    mandate = _locked(int(approval.subject_key))
    if mandate.approval_id != approval.pk or mandate.handed_on or mandate.closed_on:
        raise MandateRefused("この束は、起案のあとで変わりました。差し戻してください。")
    mandate.decided_on = today
    mandate.save()
    audit.record(event="mandate.decided", by=by, target=mandate)


def hand_over(*, mandate_id: int, by: Any, on: date, looked: bool = False) -> Mandate:
    """Hand the people to the firm: from now the city is silent on these claims, and the firm sees its cases.

    Whoever may not go any more is taken out first, and stays out: the packet must then be made anew.

    Args:
        looked: somebody has looked at the exhibits that no program can read.

    Raises:
        Mandate.DoesNotExist: no such mandate.
        MandateRefused: no decision, somebody has just left, no packet of today's state, exhibits nobody has looked at.
    """
    if gone := leave_out(mandate_id=mandate_id, by=by, on=on):
        raise MandateRefused(
            f"{gone}人が委任できなくなったか、納付があったため、束から外しました。書類の束を作り直してください。"
        )
    return _hand_over(mandate_id, by=by, on=on, looked=looked)


@transaction.atomic
def leave_out(*, mandate_id: int, by: Any, on: date) -> int:
    """Take those out of an approved mandate who may not go any more, with the reason, and claims that were paid; of how many people."""
    mandate = _locked(mandate_id)
    if mandate.stage != "approved":
        raise MandateRefused("この束は、引渡しを待っていません。決裁が済んでから引き渡します。")
    found = {one.candidate.person.pk: one for one in inside(mandate, on=on)}
    gone = 0
    for case in mandate.cases.filter(state=State.PICKED).order_by("pk"):
        one = found.get(case.person_id)
        if why := against(one) if one else PAID:
            _leave(case, reason=why, by=by, on=on)
        elif paid := set(case.lines.filter(is_open=True).values_list("claim_id", flat=True)) - {
            claim.pk for claim in one.claims if one
        }:
            case.lines.filter(claim__in=paid).update(is_open=False)
        else:
            continue
        gone += 1
    return gone


@transaction.atomic
def _hand_over(mandate_id: int, *, by: Any, on: date, looked: bool) -> Mandate:
    mandate = _locked(mandate_id)
    found = inside(mandate, on=on)
    if mandate.stage != "approved" or any(against(one) for one in found):
        raise MandateRefused("この束は、いま変わりました。画面を開き直してください。")
    if not found:
        raise MandateRefused("束にだれも残っていません。取りやめてください。")
    if not mandate.firm.is_active:
        raise MandateRefused(f"{mandate.firm}との契約は終わっています。取りやめて、別の事務所に委任してください。")
    packet = mandate.packets.first()
    if packet is None or packet.state != Packet.State.READY or packet.as_of != on or packet.of != len(found):
        raise MandateRefused("今日の状態の書類の束がありません。書類の束を作り直してください。")
    if packet.unread and not looked:
        raise MandateRefused(
            f"文字を読み取れない証拠が{len(packet.unread)}点あります。税などの情報がないことを目で確かめてください。"
        )
    packets.look_at(packet_id=packet.pk, by=by)
    last = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    for one in found:
        _hand(_case_of(mandate, one), one, last=last, by=by, on=on)
    mandate.handed_on, mandate.handed_by = on, by
    mandate.save()
    audit.record(
        event="mandate.handed_over", by=by, target=mandate, detail={"people": len(found), "packet": packet.sha256}
    )
    return mandate


@transaction.atomic
def give_up(*, mandate_id: int, reason: str, by: Any, on: date) -> Mandate:
    """Give up a mandate that was not handed over; its people are free again.

    Raises:
        Mandate.DoesNotExist: no such mandate.
        MandateRefused: it was handed over or is before a decider, or no reason is given.
    """
    mandate = _locked(mandate_id)
    if mandate.stage not in ("draft", "approved"):
        raise MandateRefused("この束は取りやめられません。引き渡した件は、件ごとに取り戻してください。")
    if not reason.strip():
        raise MandateRefused("取りやめる理由を書いてください。")
    for case in mandate.cases.filter(state=State.PICKED):
        _leave(case, reason=f"束を取りやめた：{reason}", by=by, on=on)
    mandate.closed_on, mandate.close_reason = on, reason.strip()[:500]
    mandate.save()
    audit.record(event="mandate.given_up", by=by, target=mandate, detail={"reason": mandate.close_reason})
    return mandate


def inside(mandate: Mandate, *, on: date) -> list[Bundle]:
    """The people in the mandate with the claims that were put in, as they stand on the day; in the order of their numbers."""
    lines = LegalClaim.objects.filter(case__mandate=mandate, is_open=True).order_by("case_id", "pk")
    only: dict[int, list[int]] = {}
    for person, claim in lines.values_list("case__person_id", "claim_id"):
        only.setdefault(person, []).append(claim)
    return bundles(candidates(list(only), on=on), on=on, only=only)


def against(bundle: Bundle) -> str:
    """What stands against handing the person over now, in words, or "". That the claims are in this draft does not."""
    one = bundle.candidate
    reasons = [reason.text for reason in one.verdict.person_reasons if reason.code not in ("nothing", "below_least")]
    own = {claim.pk for claim in bundle.claims}
    reasons += [reason.text for pk, reason in one.verdict.excluded if pk in own and reason.code != "in_case"]
    return "、".join(dict.fromkeys([*reasons, *filter(None, [veto_of(bundle)])]))


def veto_of(bundle: Bundle) -> str:
    """Hardship that is looked into or eased: it stops the hand-over, whatever else the signal says; "" none."""
    return next(
        (check.text for check in bundle.meter.checks if check.code == "veto" and check.colour is Colour.RED), ""
    )


def _against(one: Candidate, any_claim: bool) -> str:
    """Why the person may not be put in, in words, or "": of the person; where no claim is free, of the claims too."""
    texts = [reason.text for reason in one.verdict.person_reasons]
    if not any_claim:
        texts += [reason.text for _, reason in one.verdict.excluded if reason.code != "class_a"]
        texts = texts or ["この債権群に、委任できる債権がありません。"]
    return "".join(dict.fromkeys(texts))


def _draft_of(firm: Firm, group: str, *, by: Any, on: date) -> Mandate:
    drafts = firm.mandates.select_for_update(of=("self",)).filter(group=group, decided_on=None, closed_on=None)
    for draft in drafts.select_related("approval"):
        if draft.stage == "draft":
            return draft
    year = fiscal_year(on)
    last = Mandate.objects.filter(fiscal_year=year).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            return Mandate.objects.create(
                firm=firm, group=group, fiscal_year=year, number=last + 1, drafted_on=on, by=by
            )
    except IntegrityError as error:
        raise MandateRefused("ほかの人が同時に束を作りました。もう一度押してください。") from error


def _put_in(mandate: Mandate, one: Candidate, claims: Sequence[int]) -> None:
    number = f"{mandate.fiscal_year}-{mandate.number}-{mandate.cases.count() + 1}"
    case = LegalCase.objects.create(mandate=mandate, person=one.person, number=number)
    LegalClaim.objects.bulk_create(
        LegalClaim(case=case, claim_id=pk, principal_yen=one.dues[pk].principal_yen, other_yen=one.dues[pk].other_yen)
        for pk in claims
    )


def _hand(case: LegalCase, one: Bundle, *, last: int, by: Any, on: date) -> None:
    """Freeze what is owed, silence the city's own demands, and give the person's officer a review day."""
    case.state, case.handed_on, case.last_entry = State.HANDED, on, last
    case.readiness = {
        "colour": one.meter.colour.value,
        "checks": [[check.code, check.colour.value, check.text] for check in one.meter.checks],
    }
    case.save()
    for line in case.lines.filter(is_open=True):
        due = one.candidate.dues[line.claim_id]
        line.principal_yen, line.other_yen = due.principal_yen, due.other_yen
        try:
            line.hold = place_hold(
                person_id=case.person_id,
                claim_id=line.claim_id,
                reason=Hold.Reason.LAWYERS,
                starts_on=on,
                review_on=last_day_after(on, months=REVIEW_MONTHS),
                note=f"{case.mandate.firm}（{case.number}）",
                decision=case.mandate.approval,
                by=by,
            )
        except HoldRefused as refused:
            raise MandateRefused(f"{one.candidate.person.name}：{refused}") from refused
        line.save()


def _leave(case: LegalCase, *, reason: str, by: Any, on: date) -> None:
    case.state, case.ended_on, case.ended_by, case.end_reason = State.DROPPED, on, by, reason.strip()[:500]
    case.save()
    case.lines.update(is_open=False)
    audit.record(event="legal_case.dropped", by=by, target=case, detail={"reason": case.end_reason})


def _case_of(mandate: Mandate, one: Bundle) -> LegalCase:
    case: LegalCase = mandate.cases.get(person=one.candidate.person, state=State.PICKED)
    return case


def _locked(mandate_id: int) -> Mandate:
    return Mandate.objects.select_for_update(of=("self",)).select_related("firm", "approval").get(pk=mandate_id)


def _evidence(mandate: Mandate, found: Sequence[Bundle]) -> dict[str, Any]:
    colours = [one.meter.colour for one in found]
    shown: dict[str, Any] = {
        "束": str(mandate),
        "法律事務所": str(mandate.firm),
        "人数": len(found),
        "合計": yen_text(sum(one.total_yen for one in found)),
        "準備": "　".join(f"{colour.label} {colours.count(colour)}人" for colour in dict.fromkeys(colours)),
        "福祉への照会": "全員について、回答があるか、決めた日数のあいだ回答がありません",
    }
    for one in found:
        red = "・".join(check.text for check in one.meter.checks if check.colour.value == "red")
        shown[f"{one.candidate.person.name}（{one.candidate.person.number}）"] = (
            f"{comma(one.total_yen)}円 {len(one.claims)}件　{one.meter.colour.label}{'　' + red if red else ''}"
        )
    return shown
