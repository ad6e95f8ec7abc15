"""Welfare's own work: receiving a case, contact attempts, notes, results. Every act asks first whether the basis is in force."""

from datetime import date
from typing import Any

from django.db import transaction

from toyota_collect import audit
from toyota_collect.dated import rows_on
from welfare.models import CaseNote, CaseResult, ContactAttempt, Referral, SupportCase, SupportResult
from welfare.services import consents, referrals


class CaseRefused(Exception):
    """The act cannot be written; the message says why and what to do, in Japanese."""


class CaseClosed(CaseRefused):
    """What the case rests on was withdrawn, was ended or has run out: nothing of the case may be seen or written any more."""


def results_on(on: date) -> dict[str, SupportResult]:
    """The closed list in force on a day, by code, in its order."""
    return {row.code: row for row in sorted(rows_on(SupportResult, on), key=lambda row: row.position)}


def result_labels() -> dict[str, str]:
    """What each code is called, also one that is not used any more."""
    return dict(SupportResult.objects.order_by("starts_on").values_list("code", "label"))


@transaction.atomic
def receive(*, referral_id: int, by: Any, on: date) -> SupportCase:
    """Receive what was handed over; twice, or by two at once, makes one case.

    Raises:
        CaseClosed: what it rests on is not in force.
    """
    referral = _open(referral_id, on=on)
    if case := SupportCase.objects.filter(referral=referral).first():
        return case
    case = SupportCase.objects.create(referral=referral, worker=by, received_on=on)
    if referral.state == Referral.State.CONSENTED:
        referral.state = Referral.State.RECEIVED
        referral.save()
    audit.record(event="case.received", by=by, target=case)
    return case


@transaction.atomic
def attempt(*, case_id: int, day: date, part: str, channel: str, reached: bool, by: Any, on: date) -> ContactAttempt:
    """Write a contact attempt; the same one is kept once.

    Raises:
        CaseClosed: what the case rests on is not in force.
        CaseRefused: a day before the receipt or in the future, or a code that is not in the list.
    """
    case = _case(case_id, on=on)
    if not case.received_on <= day <= on:
        raise CaseRefused("連絡した日は、受け付けた日から今日までの日にしてください。")
    if part not in ContactAttempt.Part.values or channel not in ContactAttempt.Channel.values:
        raise CaseRefused("時間帯と手段を選んでください。")
    made, new = ContactAttempt.objects.get_or_create(
        case=case, on=day, part=part, channel=channel, reached=reached, defaults={"by": by}
    )
    if new:
        audit.record(event="case.attempt", by=by, target=made, detail={"case": case.pk})
    return made


@transaction.atomic
def note(*, case_id: int, day: date, text: str, by: Any, on: date) -> CaseNote:
    """Write a note; no collector ever sees it.

    Raises:
        CaseClosed: what the case rests on is not in force.
        CaseRefused: nothing is said, or the day lies in the future.
    """
    case = _case(case_id, on=on)
    if not text.strip() or day > on:
        raise CaseRefused("記録の内容と、今日までの日付を入れてください。")
    made = CaseNote.objects.create(case=case, on=day, text=text.strip(), by=by)
    audit.record(event="case.noted", by=by, target=made, detail={"case": case.pk})  # never the words
    return made


@transaction.atomic
def answer(*, case_id: int, code: str, day: date, by: Any, on: date, hold_until: date | None = None) -> CaseResult:
    """Give the result back: the collector sees its code and the day until when to wait, and nothing else.

    Raises:
        CaseClosed: what the case rests on is not in force.
        CaseRefused: a code that is not in the list, a day before the receipt or in the future, or a hold that is over.
    """
    case = _case(case_id, on=on)
    if code not in results_on(on):
        raise CaseRefused("結果の区分を選んでください。")
    if not case.received_on <= day <= on:
        raise CaseRefused("結果の日は、受け付けた日から今日までの日にしてください。")
    if hold_until and hold_until < day:
        raise CaseRefused("待ってほしい日は、結果の日よりあとにしてください。")
    made, new = CaseResult.objects.get_or_create(
        case=case, code=code, on=day, hold_until=hold_until, defaults={"by": by}
    )
    if not new:
        return made
    latest = case.results.order_by("-on", "-pk")[0]
    referral = case.referral
    referral.state, referral.result = Referral.State.ANSWERED, latest.code
    referral.answered_on, referral.hold_until = latest.on, latest.hold_until
    referral.save()
    audit.record(event="referral.answered", by=by, target=referral, detail={"result": latest.code})
    return made


@transaction.atomic
def close(*, case_id: int, by: Any, on: date, day: date | None = None) -> SupportCase:
    """End the case on ``day`` (``on``, if left out). Raises ``CaseRefused`` while no result was given back."""
    case = _case(case_id, on=on)
    if not case.results.exists():
        raise CaseRefused("結果の区分を回答してから、終えてください。")
    if case.closed_on is None:
        case.closed_on = min(day or on, on)
        case.save()
        audit.record(event="case.closed", by=by, target=case)
    return case


@transaction.atomic
def withdraw(*, referral_id: int, how: str, by: Any, on: date) -> Referral:
    """The person takes it back and says so to welfare: the consent is withdrawn, or the decision of the 支援会議 ends.

    Raises:
        CaseClosed: what the case rests on is not in force any more.
        CaseRefused: nothing is said about how the person asked.
    """
    referral = _known(referral_id, on=on)  # not locked: consent or decision come first, as when a collector does it
    if not how.strip():
        raise CaseRefused("どのように申出があったか（電話・来庁など）を書いてください。")
    if referral.consent_id:
        consents.withdraw(consent_id=referral.consent_id, how=how, by=by, on=on)
    elif referral.conference_id:
        reason = f"本人の申出（{how.strip()}）"
        referrals.end_conference(conference_id=referral.conference_id, reason=reason, by=by, on=on)
    referral.refresh_from_db()
    return referral


def _open(referral_id: int, *, on: date) -> Referral:
    """The referral, locked, if a welfare worker may still know of it."""
    Referral.objects.select_for_update().filter(pk=referral_id).first()
    return _known(referral_id, on=on)


def _known(referral_id: int, *, on: date) -> Referral:
    referral = Referral.objects.open_to_workers(on=on).filter(pk=referral_id).first()
    if referral is None:
        raise CaseClosed(
            "同意が撤回されたか、支援会議の決定が終わったか、期限を過ぎています。この件は見ることも書くこともできません。"
        )
    return referral


def _case(case_id: int, *, on: date) -> SupportCase:
    case = SupportCase.objects.select_related("referral").get(pk=case_id)
    case.referral = _open(case.referral_id, on=on)
    return case
