"""預り金: money that a firm takes from a debtor for the city. Only a designated firm may; it pays the debt on that day."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lawyers.models import LegalCase, TrustReceipt
from lawyers.services.money import (
    MoneyRefused,
    designation_on,
    held_by_case,
    locked_case,
    own_firm,
    own_firms,
    sent_before,
    shares_of,
)
from toyota_collect import audit
from toyota_collect.wareki import long_text

NOT_DESIGNATED = (
    "{day}に、市の指定（指定公金事務取扱者、地方自治法243条の2）がありません。お金は受け取れません。"
    "本人には、市の納付書か市の窓口で納めるよう案内してください。受け取ったお金があれば本人に返し、市の担当者に連絡してください。"
)

ENDED = (
    "この件は{day}に事務所の手を離れました。その日までに受け取ったお金だけを記録できます。"
    "あとから受け取ったお金は本人に返し、市の担当者に連絡してください。"
)


@transaction.atomic
def take(*, case_id: int, received_on: date, yen: int, note: str, token: UUID, by: Any, on: date) -> TrustReceipt:
    """Note money taken from the debtor of a case. Sent twice with one token, it is noted once.

    Of a case that ended, what was taken up to that day may still be noted; what it owes today neither binds nor shows, since
    it is no longer the firm's to know. What the claims do not take becomes an overpayment when it is booked.

    Raises:
        LegalCase.DoesNotExist: no case that is or was with the own firm.
        MoneyRefused: no designation on that day, a day to come, before the hand-over or after the end, or more than is owed.
    """
    case = locked_case(case_id, by)
    facts = {"case_id": case.pk, "received_on": received_on, "yen": yen}
    if known := sent_before(TrustReceipt, token=token, by=by, facts=facts):
        return known
    if yen <= 0:
        raise MoneyRefused("受け取った額は1円以上にしてください。")
    if received_on > on:
        raise MoneyRefused("受け取った日が先の日になっています。今日までの日にしてください。")
    if case.handed_on is None or received_on < case.handed_on:
        raise MoneyRefused("この件の引渡しより前の日です。引渡しの日からあとの日にしてください。")
    if case.ended_on and received_on > case.ended_on:
        raise MoneyRefused(ENDED.format(day=long_text(case.ended_on)))
    designation = designation_on(case.mandate.firm, received_on)
    if designation is None:
        raise MoneyRefused(NOT_DESIGNATED.format(day=long_text(received_on)))
    if case.is_open:
        _refuse_too_much(case, yen, on=received_on)
    taken = TrustReceipt.objects.create(designation=designation, note=note.strip()[:200], token=token, by=by, **facts)
    audit.record(event="trust.taken", by=by, target=taken, detail={"case": case.number, "yen": yen})
    return taken


def _refuse_too_much(case: LegalCase, yen: int, *, on: date) -> None:
    owed = sum(share.due.total_yen for share in shares_of([case], on=on)[case.pk])
    held = held_by_case([case])[case.pk]
    if not owed:
        raise MoneyRefused(
            "この件には、この日に事務所が受け取れる債権がありません（完納、時効、または所管課が直接記帳する債権）。"
            "市の担当者に確かめてください。"
        )
    if yen > owed - held:
        raise MoneyRefused(
            f"この件で受け取れるのは、あと{max(0, owed - held):,}円までです（この日の未納{owed:,}円、"
            f"まだ市が記帳していない預り金{held:,}円）。多く受け取った分は、本人に返してください。"
        )


@transaction.atomic
def cancel(*, trust_id: int, reason: str, by: Any) -> TrustReceipt:
    """Take back what was noted wrongly, while it is in no remittance. A second time changes nothing.

    Raises:
        TrustReceipt.DoesNotExist: none of the own firm.
        MoneyRefused: it was sent on already, or no reason.
    """
    own = TrustReceipt.objects.filter(case__mandate__firm__in=own_firms(by))
    own_firm(own.select_related("case__mandate").get(pk=trust_id).case.mandate.firm_id, by)
    taken = own.select_related("case").get(pk=trust_id)
    if taken.cancelled_at:
        return taken
    if taken.remittance_id:
        raise MoneyRefused("送金に入れた預り金は取り消せません。着金の前なら、先にその送金を取り消してください。")
    if not reason.strip():
        raise MoneyRefused("取り消す理由を書いてください。")
    taken.cancelled_at, taken.cancelled_because = timezone.now(), reason.strip()[:200]
    taken.save(update_fields=["cancelled_at", "cancelled_because"])
    detail = {"case": taken.case.number, "yen": taken.yen, "reason": taken.cancelled_because}
    audit.record(event="trust.cancelled", by=by, target=taken, detail=detail)
    return taken
