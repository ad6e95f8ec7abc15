"""お金の差異: what two sides count differently stays open until the figures agree and a named person says how."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model, Sum

from lawyers.models import Firm, Invoice, MoneyDifference, Remittance, TrustReceipt
from lawyers.services.money import MoneyRefused, locked_firm
from toyota_collect import audit

Kind = MoneyDifference.Kind
STILL = {
    Kind.TRUST: "預り金の合計と送金額が、まだ{yen:,}円違います。事務所が送金を直すか取り消してから、片付けてください。",
    Kind.BANK: "送金額と着金額が、まだ{yen:,}円違います。着金を確かめ直すか、事務所が送金を直してから、片付けてください。",
    Kind.LATE: "まだ{yen:,}円が届いていません。届いてから片付けてください。",
    Kind.INVOICE: "請求と計算がまだ一致していません。請求書を事務所に返すか、直してから照合し直してください。",
}


def key_of(subject: Model) -> str:
    return f"{subject._meta.label_lower}:{subject.pk}"


def open_of(subject: Model, *kinds: str) -> Any:
    found = MoneyDifference.objects.filter(subject_key=key_of(subject), closed_on=None)
    return found.filter(kind__in=kinds) if kinds else found


def compare(
    *, kind: str, subject: Model, firm: Firm, told_yen: int, found_yen: int, text: str, on: date, by: Any, differs: bool
) -> MoneyDifference | None:
    """Open a difference, or bring an open one up to date; where nothing differs and none is open, there is none."""
    figures = {"told_yen": told_yen, "found_yen": found_yen, "text": text[:500]}
    known: MoneyDifference | None = open_of(subject, kind).first()
    if known:
        if any(getattr(known, name) != value for name, value in figures.items()):
            for name, value in figures.items():
                setattr(known, name, value)
            known.save(update_fields=list(figures))
        return known
    if not differs:
        return None
    made = MoneyDifference.objects.create(firm=firm, kind=kind, subject_key=key_of(subject), opened_on=on, **figures)
    audit.record(event="difference.opened", by=by, target=made, detail={"kind": kind, "yen": made.yen})
    return made


@transaction.atomic
def settle_difference(*, difference_id: int, how: str, by: Any, on: date) -> MoneyDifference:
    """Say how a difference came to an end; only once the figures agree. A second time changes nothing.

    Raises:
        MoneyDifference.DoesNotExist: no such row.
        MoneyRefused: the figures still differ, or nothing is said.
    """
    locked_firm(MoneyDifference.objects.get(pk=difference_id).firm_id)
    found = MoneyDifference.objects.get(pk=difference_id)
    if found.closed_on:
        return found
    if not how.strip():
        raise MoneyRefused("どう片付いたかを書いてください。")
    if yen := still_open(found):
        raise MoneyRefused(STILL[Kind(found.kind)].format(yen=abs(yen)))
    return close(found, how=how, by=by, on=on)


def close(found: MoneyDifference, *, how: str, by: Any, on: date) -> MoneyDifference:
    found.closed_on, found.closed_by, found.how = on, by, how.strip()[:300]
    found.save(update_fields=["closed_on", "closed_by", "how"])
    audit.record(event="difference.settled", by=by, target=found, detail={"kind": found.kind, "how": found.how})
    return found


def subject_of(found: MoneyDifference) -> Any:
    """The remittance, receipt or invoice that a difference is about."""
    label, _, pk = found.subject_key.partition(":")
    tables: dict[str, Any] = {one._meta.label_lower: one for one in (Remittance, TrustReceipt, Invoice)}
    return tables[label].objects.get(pk=pk)


def still_open(found: MoneyDifference) -> int:
    """What still differs now, in yen; for an invoice 1 while any line differs."""
    subject = subject_of(found)
    if isinstance(subject, Invoice):
        return int(subject.state == Invoice.State.DIFFERS)
    if isinstance(subject, TrustReceipt):
        return 0 if subject.cancelled_at or subject.remittance_id else subject.yen
    if subject.state == Remittance.State.CANCELLED:
        return 0
    if found.kind == Kind.LATE:
        return subject.yen if subject.state == Remittance.State.TOLD else 0
    if found.kind == Kind.BANK:
        return int(subject.yen - (subject.bank_yen or 0))
    return int(subject.yen - (subject.trust_receipts.aggregate(yen=Sum("yen"))["yen"] or 0))
