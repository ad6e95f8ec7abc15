"""送金: what a firm says it sent, what arrived at the bank, and the booking of it. One reads the bank, another books."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from lawyers.models import Firm, MoneyDifference, Remittance, TrustReceipt
from lawyers.services import differences, remittance_booking
from lawyers.services.money import HELD, MoneyRefused, locked_firm, own_firm, own_firms
from toyota_collect import audit
from toyota_collect.models import AuditEvent

State, Kind = Remittance.State, MoneyDifference.Kind


@transaction.atomic
def tell(
    *,
    firm_id: int,
    trust_ids: Sequence[int],
    sent_on: date,
    yen: int,
    token: UUID,
    by: Any,
    on: date,
    for_city: bool = False,
) -> Remittance:
    """The firm says that it sent so much for these receipts. Sent twice with one token, it is told once.

    Another sum than theirs opens a difference; nothing is booked until the sums agree and it is settled.
    ``for_city``: the city says it in place of a firm whose contract ended; likewise in the acts below.

    Raises:
        Firm.DoesNotExist: not the own firm.
        TrustReceipt.DoesNotExist: a receipt that is not the own firm's.
        MoneyRefused: no receipts, one that is sent or cancelled already, a day that cannot be, or ``for_city`` for a firm with
            a contract.
    """
    firm = _firm(firm_id, by, for_city=for_city)
    if known := Remittance.objects.filter(token=token).first():
        same = (known.firm_id, known.sent_on, known.yen, known.told_by_id) == (firm.pk, sent_on, yen, by.pk)
        if same and set(known.trust_receipts.values_list("pk", flat=True)) == set(trust_ids):
            return known
        raise MoneyRefused("同じ画面から別の内容が送られました。画面を開き直して、もう一度送金を登録してください。")
    chosen = _chosen(trust_ids, HELD, firm_id=firm.pk)
    _check(chosen, yen=yen, sent_on=sent_on, on=on)
    told = Remittance.objects.create(firm=firm, sent_on=sent_on, yen=yen, told_by=by, token=token)
    TrustReceipt.objects.filter(pk__in=[one.pk for one in chosen]).update(remittance=told)
    detail = {"yen": yen, "receipts": [one.pk for one in chosen], **_for_city(for_city)}
    audit.record(event="remittance.told", by=by, target=told, detail=detail)
    _compare(told, by=by, on=on)
    return told


@transaction.atomic
def correct(
    *,
    remittance_id: int,
    trust_ids: Sequence[int],
    sent_on: date,
    yen: int,
    note: str,
    by: Any,
    on: date,
    for_city: bool = False,
) -> Remittance:
    """The firm puts right what it told: other receipts, another sum or day. After the arrival only while a difference is open.

    Raises:
        Remittance.DoesNotExist: none of the own firm.
        TrustReceipt.DoesNotExist: a receipt that is not the own firm's.
        MoneyRefused: booked, cancelled or arrived without a difference; no reason; as for ``tell``.
    """
    told = _own(remittance_id, by, for_city=for_city)
    may = told.state == State.TOLD or (
        told.state == State.ARRIVED and differences.open_of(told, Kind.TRUST, Kind.BANK).exists()
    )
    if not may:
        raise MoneyRefused("この送金は直せません（着金の確認が済んで差異がないか、記帳済、取消済です）。")
    if not note.strip():
        raise MoneyRefused("直す理由を書いてください。")
    mine = list(told.trust_receipts.values_list("pk", flat=True))
    chosen = _chosen(trust_ids, HELD, firm_id=told.firm_id, besides=mine)
    _check(chosen, yen=yen, sent_on=sent_on, on=told.arrived_on or on)
    told.trust_receipts.exclude(pk__in=[one.pk for one in chosen]).update(remittance=None)
    TrustReceipt.objects.filter(pk__in=[one.pk for one in chosen]).update(remittance=told)
    told.sent_on, told.yen, told.note = sent_on, yen, note.strip()[:300]
    told.save(update_fields=["sent_on", "yen", "note"])
    detail = {"yen": yen, "receipts": [one.pk for one in chosen], "note": told.note, **_for_city(for_city)}
    audit.record(event="remittance.corrected", by=by, target=told, detail=detail)
    _compare(told, by=by, on=on)
    return told


@transaction.atomic
def withdraw(*, remittance_id: int, reason: str, by: Any, for_city: bool = False) -> Remittance:
    """The firm takes back what it told before it was seen at the bank; its receipts are in its hands again.

    Raises:
        Remittance.DoesNotExist: none of the own firm.
        MoneyRefused: it arrived already, or no reason.
    """
    told = _own(remittance_id, by, for_city=for_city)
    if told.state == State.CANCELLED:
        return told
    if told.state != State.TOLD:
        raise MoneyRefused("市が着金を確かめた送金は取り消せません。違うところは、送金を直してください。")
    if not reason.strip():
        raise MoneyRefused("取り消す理由を書いてください。")
    told.trust_receipts.update(remittance=None)
    told.state, told.note = State.CANCELLED, reason.strip()[:300]
    told.save(update_fields=["state", "note"])
    detail = {"yen": told.yen, "reason": told.note, **_for_city(for_city)}
    audit.record(event="remittance.withdrawn", by=by, target=told, detail=detail)
    return told


@transaction.atomic
def confirm(*, remittance_id: int, arrived_on: date, bank_yen: int, bank_source: str, by: Any, on: date) -> Remittance:
    """Write down what arrived, as somebody reads it at the bank. Read anew only while a difference of it is open.

    Raises:
        Remittance.DoesNotExist: no such remittance.
        MoneyRefused: read already with other figures, booked or cancelled, no source, or a day that cannot be.
    """
    locked_firm(Remittance.objects.get(pk=remittance_id).firm_id)
    found = Remittance.objects.get(pk=remittance_id)
    source = bank_source.strip()[:200]
    if (found.arrived_on, found.bank_yen, found.bank_source) == (arrived_on, bank_yen, source):
        return found
    again = found.state == State.ARRIVED and differences.open_of(found, Kind.TRUST, Kind.BANK).exists()
    if found.state != State.TOLD and not again:
        raise MoneyRefused("この送金の着金は、もう確かめてあります（または取消済です）。")
    if not found.sent_on <= arrived_on <= on:
        raise MoneyRefused("着金の日は、送金の日から今日までの日にしてください。")
    if bank_yen <= 0 or not source:
        raise MoneyRefused("着金額（1円以上）と、確かめた書類（通帳、入出金明細など）を入れてください。")
    found.state, found.arrived_on, found.bank_yen = State.ARRIVED, arrived_on, bank_yen
    found.bank_source, found.confirmed_by = source, by
    found.save(update_fields=["state", "arrived_on", "bank_yen", "bank_source", "confirmed_by"])
    audit.record(event="remittance.arrived", by=by, target=found, detail={"yen": found.yen, "bank_yen": bank_yen})
    _compare(found, by=by, on=on)
    return found


@transaction.atomic
def book(*, remittance_id: int, by: Any, on: date) -> Remittance:
    """Book an arrived remittance: one receipt for each of the firm's, on its case's claims. All or nothing, and once.

    Raises:
        Remittance.DoesNotExist: no such remittance.
        MoneyRefused: not arrived, a difference open, the same person as at the bank or as told it, or the ledger refuses.
    """
    locked_firm(Remittance.objects.get(pk=remittance_id).firm_id)
    found = Remittance.objects.select_related("firm").get(pk=remittance_id)
    if found.state == State.BOOKED:
        return found
    if found.state != State.ARRIVED:
        raise MoneyRefused("着金を確かめてから記帳してください。")
    if found.confirmed_by_id == by.pk:
        raise MoneyRefused("着金を確かめた本人は記帳できません。別の人が記帳してください。")
    if told_by(found, by):
        raise MoneyRefused("送金を登録した（直した）本人は記帳できません。別の人が記帳してください。")
    if differences.open_of(found, Kind.TRUST, Kind.BANK).exists():
        raise MoneyRefused("この送金に差異が残っています。差異を片付けてから記帳してください。")
    taken = list(found.trust_receipts.select_related("case").order_by("received_on", "pk"))
    if not found.yen == found.bank_yen == sum(one.yen for one in taken):
        raise MoneyRefused("預り金の合計・送金額・着金額が一致しません。着金を確かめ直してください。")
    receipts = remittance_booking.book_receipts(found, taken, by=by, on=on)
    found.state, found.booked_by, found.booked_on = State.BOOKED, by, on
    found.save(update_fields=["state", "booked_by", "booked_on"])
    audit.record(event="remittance.booked", by=by, target=found, detail={"yen": found.yen, "receipts": receipts})
    return found


def told_by(told: Remittance, user: Any) -> bool:
    """Whether ``user`` told or corrected it: who says what was sent does not book it."""
    said = AuditEvent.objects.filter(subject_type=told._meta.label_lower, subject_key=str(told.pk), by=user)
    return told.told_by_id == user.pk or said.filter(event__in=["remittance.told", "remittance.corrected"]).exists()


def _firm(firm_id: int, by: Any, *, for_city: bool) -> Firm:
    """Lock the own firm or, for the city, one whose contract ended."""
    if not for_city:
        return own_firm(firm_id, by)
    firm = locked_firm(firm_id)
    if firm.is_active:
        raise MoneyRefused("契約中の事務所の送金は、事務所が登録し、直し、取り消します。事務所に依頼してください。")
    return firm


def _own(remittance_id: int, by: Any, *, for_city: bool) -> Remittance:
    own = Remittance.objects.all() if for_city else Remittance.objects.filter(firm__in=own_firms(by))
    _firm(own.get(pk=remittance_id).firm_id, by, for_city=for_city)
    found: Remittance = own.select_related("firm").get(pk=remittance_id)
    return found


def _for_city(for_city: bool) -> dict[str, bool]:
    return {"for_city": True} if for_city else {}


def _chosen(trust_ids: Sequence[int], free: Any, *, firm_id: int, besides: Sequence[int] = ()) -> list[TrustReceipt]:
    ids = set(trust_ids)
    own = TrustReceipt.objects.filter(pk__in=ids, case__mandate__firm=firm_id).order_by("received_on", "pk")
    chosen = list(own)
    if len(chosen) != len(ids):
        raise TrustReceipt.DoesNotExist
    if len(own.filter(free)) + len([one for one in chosen if one.pk in besides]) != len(ids):
        raise MoneyRefused("選んだ預り金に、送金済か取消済のものがあります。画面を開き直して選んでください。")
    return chosen


def _check(chosen: Sequence[TrustReceipt], *, yen: int, sent_on: date, on: date) -> None:
    if not chosen:
        raise MoneyRefused("送金する預り金を1件以上選んでください。")
    if yen <= 0:
        raise MoneyRefused("送金額は1円以上にしてください。")
    if not max(one.received_on for one in chosen) <= sent_on <= on:
        raise MoneyRefused("送金の日は、預り金を受け取った日から今日（着金の確認後は着金の日）までにしてください。")


def _compare(told: Remittance, *, by: Any, on: date) -> None:
    """The firm's receipts against what it told, and that against what arrived."""
    receipts = sum(told.trust_receipts.values_list("yen", flat=True))
    facts: dict[str, Any] = {"subject": told, "firm": told.firm, "by": by, "on": on}
    differences.compare(
        kind=Kind.TRUST,
        told_yen=told.yen,
        found_yen=receipts,
        text=f"送金第{told.pk}号：預り金の合計は{receipts:,}円、事務所の送金額は{told.yen:,}円です。",
        differs=told.yen != receipts,
        **facts,
    )
    if told.bank_yen is not None:
        differences.compare(
            kind=Kind.BANK,
            told_yen=told.yen,
            found_yen=told.bank_yen,
            text=f"送金第{told.pk}号：事務所の送金額は{told.yen:,}円、着金額は{told.bank_yen:,}円です。",
            differs=told.yen != told.bank_yen,
            **facts,
        )
