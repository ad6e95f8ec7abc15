"""つなぎ: offering help, handing a person over with consent or by the decision of the 支援会議 until it is ended, and the three-way talk."""

from collections.abc import Collection, Sequence
from datetime import date, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from debtors.models import Person
from toyota_collect import approvals, audit
from toyota_collect.dated import value_on
from toyota_collect.models import Approval
from toyota_collect.permissions import Role
from toyota_collect.tax_words import tax_words_in
from welfare import sheet
from welfare.models import ConferenceDecision, Consent, Meeting, Referral
from welfare.querysets import WORKERS
from welfare.rules.disclosure import TAX, Basis, items_open

CONFERENCE = "welfare.conference"
CONFERENCE_TERMS = "conference.terms"
UNDER_WAY = (Referral.State.CONSENTED, Referral.State.RECEIVED)


class ReferralRefused(Exception):
    """The referral cannot be made; the message says why and what to do, in Japanese."""


def basis_of(referral: Referral) -> Basis | None:
    """What the referral rests on, as the rule reads it."""
    if referral.consent:
        return referral.consent.as_basis()
    return referral.conference.as_basis() if referral.conference else None


def bases_of(user: Any, *, on: date, people: Collection[int] | None = None) -> dict[str, str]:
    """For a welfare worker: by the person's number, what opens each person (of these, or all) to the worker; for the log."""
    if user.role != Role.WELFARE_WORKER:
        return {}
    found = Referral.objects.open_to_workers(on=on).select_related("person")
    found = found if people is None else found.filter(person__in=people)
    return {one.person.number: basis.text() for one in found if (basis := basis_of(one))}


@transaction.atomic
def offer(*, person_id: int, way: str, by: Any, on: date) -> Referral:
    """Write that help was offered: a leaflet, or a day and time to come. Nothing is told to anybody (同法8条: no consent needed).

    Raises:
        Person.DoesNotExist: no such person.
        ReferralRefused: an offer that is not in the list.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if way not in Referral.Offer.values:
        raise ReferralRefused("案内のしかたを選んでください。")
    same = {"state": Referral.State.OFFERED, "offer": way, "offered_on": on}
    if made := person.referrals.filter(**same).first():
        return made
    referral = Referral.objects.create(person=person, offered_by=by, **same)
    audit.record(event="referral.offered", by=by, target=referral, detail={"person": person.number, "way": way})
    return referral


@transaction.atomic
def decline(*, person_id: int, by: Any, on: date) -> Referral:
    """Write that the person does not want to be referred now. Nothing else changes: no list, no hold and no priority reads it.

    Raises:
        Person.DoesNotExist: no such person.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if said := person.referrals.filter(state=Referral.State.DECLINED, offered_on=on).first():
        return said
    referral = person.referrals.filter(state=Referral.State.OFFERED).first()
    if referral is None:
        referral = Referral(person=person, offered_by=by, offer=Referral.Offer.SPOKEN)
    referral.state, referral.offered_on = Referral.State.DECLINED, on
    referral.save()
    audit.record(event="referral.declined", by=by, target=referral, detail={"person": person.number})
    return referral


@transaction.atomic
def hand_over(
    *,
    person_id: int,
    by: Any,
    on: date,
    consent_id: int | None = None,
    conference_id: int | None = None,
    contact: str = "",
    summary: str = "",
    urgency: str = "",
    meeting: tuple[date, time, str] | None = None,
) -> Referral:
    """Hand the person over to welfare: name, and what the basis lets be told, nothing more.

    Args:
        contact: where the person said to be reached. summary: what the person said, in short.
        urgency: why it cannot wait; it then stands first and is for today.
        meeting: day, time and place of the three-way talk.

    Raises:
        Person.DoesNotExist: no such person.
        ReferralRefused: no basis in force that names welfare, one is under way, something beyond the basis would be
            told, or a day passed.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    # Locked, so that nothing is handed over on what is being withdrawn or ended at the same moment.
    given = Consent.objects.select_for_update().open(on=on).filter(pk=consent_id, person=person)
    consent = given.first() if consent_id else None
    decided = ConferenceDecision.objects.select_for_update().open(on=on).filter(pk=conference_id, person=person)
    conference = decided.first() if conference_id and not consent_id else None
    basis = consent.as_basis() if consent else conference.as_basis() if conference else None
    if basis is None:
        raise ReferralRefused("有効な同意も、支援会議の決定もありません。同意を受けるまで、何も伝えられません。")
    if consent and WORKERS not in consent.recipients:
        raise ReferralRefused(
            "自立相談支援機関に伝えることに、同意がありません。同意書の「伝える相手」を確かめてください。"
        )
    _end_lapsed(person, by=by, on=on)
    if person.referrals.filter(state__in=UNDER_WAY).exists():
        raise ReferralRefused("すでに福祉へつないでいて、回答を待っています。")
    if urgency and urgency not in Referral.Urgency.values:
        raise ReferralRefused("急ぐ理由を選んでください。")
    open_items = items_open(basis, on=on)
    _check_told(open_items, contact=contact, summary=summary, urgency=urgency, place=meeting[2] if meeting else "")
    referral = person.referrals.filter(state=Referral.State.OFFERED).first()
    referral = referral or Referral(person=person, offered_by=by, offered_on=on)
    referral.state, referral.handed_on, referral.handed_by = Referral.State.CONSENTED, on, by
    referral.consent, referral.conference = consent, conference
    referral.consented_on = consent.given_on if consent else None
    referral.lane = Referral.Lane.URGENT if urgency else Referral.Lane.USUAL
    referral.urgency, referral.contact, referral.summary = urgency, contact.strip()[:200], summary.strip()[:300]
    referral.save()
    if meeting:
        book(referral_id=referral.pk, on=meeting[0], at=meeting[1], place=meeting[2], by=by, today=on)
    detail = {"person": person.number, "basis": basis.text(), "items": sorted(open_items), "lane": referral.lane}
    audit.record(event="referral.handed_over", by=by, target=referral, detail=detail)
    return referral


@transaction.atomic
def book(*, referral_id: int, on: date, at: time, place: str, by: Any, today: date, worker: Any = None) -> Meeting:
    """Book the three-way talk; the one that was planned before gives way.

    Raises:
        Referral.DoesNotExist: no such referral.
        ReferralRefused: it is not under way, the day has passed, or no place is named.
    """
    referral = Referral.objects.select_for_update().get(pk=referral_id)
    if referral.state not in UNDER_WAY:
        raise ReferralRefused("引継ぎの途中の件ではないため、三者面談は入れられません。")
    if on < today or not place.strip():
        raise ReferralRefused("三者面談は、今日からあとの日と、場所を入れてください。")
    if basis := basis_of(referral):
        _check_told(items_open(basis, on=today), place=place)
    _call_off(referral.meetings.all())
    made = Meeting.objects.create(
        referral=referral,
        on=on,
        at=at,
        place=place.strip()[:100],
        collector=referral.handed_by or by,
        worker=worker,
        by=by,
    )
    audit.record(event="meeting.booked", by=by, target=made, detail={"referral": referral.pk, "on": on.isoformat()})
    return made


@transaction.atomic
def close_meeting(*, meeting_id: int, outcome: str, by: Any) -> Meeting:
    """Write whether the talk took place. Raises ``ReferralRefused`` for an outcome that is not in the list, or a second one."""
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if outcome not in Meeting.Outcome.values or outcome == Meeting.Outcome.PLANNED:
        raise ReferralRefused("面談がどうなったかを選んでください。")
    if meeting.outcome == outcome:
        return meeting
    if meeting.outcome != Meeting.Outcome.PLANNED:
        raise ReferralRefused("この面談の結果は、すでに記録されています。")
    meeting.outcome = outcome
    meeting.save()
    audit.record(event="meeting.closed", by=by, target=meeting, detail={"outcome": outcome})
    return meeting


@transaction.atomic
def ask_conference(
    *,
    person_id: int,
    held_on: date,
    members: str,
    items: Sequence[str],
    why: str,
    valid_until: date,
    by: Any,
    on: date,
    tax_ground: str = "",
) -> ConferenceDecision:
    """Draft the sharing by the 支援会議 without consent, and ask a second person for the decision; nothing passes before.

    Raises:
        Person.DoesNotExist: no such person.
        ReferralRefused: day, members, need or term are missing, or tax would be told without a ground of its own.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    terms = value_on(CONFERENCE_TERMS, on)
    names = [line.strip() for line in members.splitlines() if line.strip()]
    if not names or held_on > on:
        raise ReferralRefused("支援会議の日（今日まで）と、構成員の氏名を入れてください。")
    if not why.strip():
        raise ReferralRefused("同意を得られない事情と、伝える必要を書いてください。")
    if not items or sheet.unknown(sheet.ITEMS, items, on=on):
        raise ReferralRefused("伝える内容を1つ以上選んでください。")
    if TAX in items and not tax_ground.strip():
        raise ReferralRefused(
            "税の情報（地方税法22条）を伝えるには、支援会議とは別の根拠が要ります。根拠を書くか、外してください。"
        )
    if not on <= valid_until <= sheet.until(on=on, months=terms["longest_months"]):
        raise ReferralRefused(f"期限は、今日から{terms['longest_months']}か月までの日にしてください。")
    made = ConferenceDecision.objects.create(
        person=person,
        held_on=held_on,
        members="\n".join(names),
        items=list(items),
        why=why.strip(),
        law=terms["law"],
        tax_ground=tax_ground.strip() if TAX in items else "",
        valid_until=valid_until,
        by=by,
    )
    try:
        made.approval = approvals.ask(
            subject_type=CONFERENCE,
            subject_key=str(made.pk),
            subject_url=reverse("welfare:talk", args=[person.number]),
            title=f"支援会議による情報の共有（{person.name}）",
            reason=made.why,
            evidence={
                "人": f"{person.name}（{person.number}）",
                "支援会議の日": held_on.isoformat(),
                "構成員": names,
                "伝える内容": sheet.labels(sheet.ITEMS, items, on=on),
                "税の情報を伝える根拠": made.tax_ground or "伝えない",
                "期限": valid_until.isoformat(),
                "根拠": made.law,
            },
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise ReferralRefused(str(refused)) from refused
    made.save()
    audit.record(event="conference.asked", by=by, target=made, detail={"person": person.number, "items": made.items})
    return made


def carry_out_conference(approval: Approval, *, by: Any, today: date) -> None:
    """The sharing is decided: from today the named data may be handed over, until the day that was set.

    Raises:
        ReferralRefused: it was decided before, or its term is over.
    """
    made = ConferenceDecision.objects.select_for_update(of=("self",)).get(pk=int(approval.subject_key))
    if made.decided_on:
        raise ReferralRefused("この共有は、すでに決定されています。")
    if made.valid_until < today:
        raise ReferralRefused("期限を過ぎています。差し戻して、案を作り直してください。")
    made.decided_on = today
    made.save()
    audit.record(event="conference.decided", by=by, target=made)


@transaction.atomic
def end_conference(*, conference_id: int, reason: str, by: Any, on: date) -> ConferenceDecision:
    """End the sharing by the 支援会議: from this moment no welfare worker sees the case. Twice does no more than once.

    Raises:
        ConferenceDecision.DoesNotExist: no such decision.
        ReferralRefused: it was never decided, or nothing is said about why it ends.
    """
    found = ConferenceDecision.objects.select_for_update(of=("self",)).select_related("person").get(pk=conference_id)
    if found.ended_on:
        return found
    if found.decided_on is None:
        raise ReferralRefused("まだ決定されていません。やめるときは、決裁の依頼を取り下げてください。")
    if not reason.strip():
        raise ReferralRefused("支援会議の決定を終える理由を書いてください。")
    found.ended_on, found.ended_by, found.end_reason = on, by, reason.strip()[:1000]
    found.save()
    close_what_rests_on(found)
    audit.record(event="conference.ended", by=by, target=found, detail={"person": found.person.number})
    return found


def close_what_rests_on(basis: Consent | ConferenceDecision) -> None:
    """Referrals under way end with the consent or the decision they rest on, and so do the talks that were planned."""
    for referral in basis.referrals.select_for_update().filter(state__in=UNDER_WAY):
        referral.state = Referral.State.WITHDRAWN
        referral.save()
    _call_off(Meeting.objects.filter(referral__in=basis.referrals.all()))


def _end_lapsed(person: Person, *, by: Any, on: date) -> None:
    """A referral whose basis is over, unanswered, stands in nobody's way: welfare can no longer see it."""
    for referral in person.referrals.filter(state__in=UNDER_WAY).select_related("consent", "conference"):
        basis = basis_of(referral)
        if basis and basis.is_open(on):
            continue
        referral.state = Referral.State.LAPSED
        referral.save()
        _call_off(referral.meetings.all())
        audit.record(event="referral.lapsed", by=by, target=referral, detail={"person": person.number})


def _call_off(meetings: QuerySet[Meeting]) -> None:
    for planned in meetings.filter(outcome=Meeting.Outcome.PLANNED):
        planned.outcome = Meeting.Outcome.CANCELLED
        planned.save()


def _check_told(
    open_items: frozenset[str], *, contact: str = "", summary: str = "", urgency: str = "", place: str = ""
) -> None:
    if urgency and "troubles" not in open_items:
        raise ReferralRefused("急ぐ理由（困りごと）を伝えることに、同意がありません。急ぐ理由を外してください。")
    if contact.strip() and "contact" not in open_items:
        raise ReferralRefused("連絡先を伝えることに、同意がありません。連絡先を消してください。")
    if summary.strip() and "troubles" not in open_items:
        raise ReferralRefused("話した要点を伝えることに、同意がありません。要点を消してください。")
    if TAX not in open_items and (words := tax_words_in(f"{summary}　{contact}　{place}")):
        raise ReferralRefused(
            f"要点・連絡先・場所に、税のことが分かる言葉（{'・'.join(words)}）があります。税を伝える根拠がないため、消してください。"
        )
