"""What becomes of claims' rows when two people are found to be one (名寄せ), or are parted: divided by whose claims they name."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Max, Model, Q
from django.urls import reverse

from claims.models import (
    Acknowledgement,
    ClaimParty,
    Entry,
    Hold,
    Measure,
    Payment,
    Plan,
    Receipt,
    RefundAccount,
    Slip,
)
from debtors.services.joining import JoinRefused
from toyota_collect.money import yen_text
from toyota_collect.registry import ByHand, Parting, PersonTable, Registry

ALL = Q()


def register(registry: Registry) -> None:
    registry.person_table(
        PersonTable(
            "claims.hold.person",
            "猶予・保留",
            moves=ALL,
            fit=_one_open_hold,
            concerns=through(Hold, "claim__identity"),
            matters=Q(ends_on=None),
            decide="どちらの人の保留かを確かめ、要る人に登録し直す",
            name=lambda hold: hold.title,
        ),
        PersonTable(
            "claims.measure.person",
            "猶予・停止の案",
            moves=ALL,
            concerns=through(Measure, "lines__claim__identity"),
            decide="2人分の期別を含む案です。人ごとに起案し直す",
            name=lambda measure: measure.label,
            url=lambda measure: reverse("claims:measure", args=[measure.pk]),
        ),
        PersonTable("claims.untouchedperson.person"),  # counted anew within minutes
        PersonTable(
            "claims.plan.person",
            "分納",
            moves=Q(closed_on=None),
            fit=_free_plan_number,
            concerns=through(Plan, "claims__claim__identity"),
            matters=Q(closed_on=None),
            decide="2人分の期別を含む分納です。本人たちに確かめ、人ごとに組み直す",
            name=lambda plan: f"誓約履歴{plan.history_number}",
            url=lambda plan: reverse("claims:plan", args=[plan.pk]),
        ),
        PersonTable(
            "claims.acknowledgement.person",
            "債務承認書",
            moves=ALL,
            concerns=through(Acknowledgement, "lines__claim__identity"),
            matters=Q(signed_on=None, dropped_on=None),
            decide="2人分の期別を含む承認書です。署名を受けず、人ごとに作り直す",
            name=lambda paper: paper.document.number,
        ),
        PersonTable(
            "claims.slip.person",
            "納付書",
            moves=ALL,
            concerns=through(Slip, "lines__claim__identity"),
            matters=Q(voided_on=None),
            decide="2人分の期別を含む納付書です。無効にし、人ごとに作り直す",
            name=lambda slip: slip.reference,
            url=lambda slip: reverse("notices:slip", args=[slip.pk]),
        ),
        PersonTable(
            "claims.payment.person",
            "納付の知らせ",
            moves=ALL,
            concerns=through(Payment, "targets__claim__identity"),
            decide="だれの納付かを確かめ、要るなら収納の取消しと充て直しを起案する",
            name=lambda payment: f"{payment.paid_on} {yen_text(payment.amount_yen)}",
        ),
        PersonTable(
            "claims.overpayment.person",
            "過誤納金",
            moves=ALL,
            concerns=_overpaid_for,
            matters=Q(left_yen__gt=0),
            decide="だれに返すお金かを、納付の記録で確かめる",
            name=lambda over: f"{over.arose_on} {yen_text(over.left_yen)}",
            url=lambda over: reverse("claims:overpayment", args=[over.pk]),
        ),
        PersonTable(
            "claims.refundaccount.person",
            "還付口座",
            moves=Q(ended_at=None),
            fit=_only_where_none_is_in_use,
            matters=Q(ended_at=None),
            decide="口座名義を見て、だれの口座かを確かめる",
            name=lambda account: account.holder_kana,
        ),
        PersonTable(
            "claims.claimparty.person",
            "関係者",
            moves=ALL,
            fit=_once_per_role,
            decide="だれが関係者かを、契約・届出の書類で確かめる",
            name=lambda party: party.get_role_display(),
        ),
    )
    registry.parting_checks.append(money_across)


def through(model: type[Model], path: str) -> Callable[[Sequence[int]], Mapping[int, set[int]]]:
    """Which identities rows of the model are about, by the claims they name."""

    def concerns(pks: Sequence[int]) -> Mapping[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        rows = model._default_manager.filter(pk__in=pks, **{f"{path}__isnull": False}).order_by()
        for pk, identity in rows.values_list("pk", path).distinct():
            found[pk].add(identity)
        return found

    return concerns


def money_across(parting: Parting) -> Iterator[ByHand]:
    """Money that was booked on claims of both while they were one: it was one human's, and the ledger says both's."""
    entries = Entry.objects.filter(receipt__isnull=False, kind=Entry.Kind.RECEIPT, reversed_by=None)
    if parting.since:
        entries = entries.filter(written_at__gt=parting.since)
    going = entries.filter(claim__identity__in=parting.identities).values("receipt")
    both = entries.filter(claim__identity__person=parting.person_id, receipt__in=going).values("receipt")
    for receipt in Receipt.objects.filter(pk__in=both).order_by("pk"):
        yield ByHand(
            f"receipt:{receipt.pk}",
            f"領収 {receipt.receipt_number}（{yen_text(receipt.amount_yen)}）を、2人の期別に分けて充てています",
            "だれの納付かを確かめ、違うなら収納の取消しを起案して充て直す",
            reverse("claims:receipt", args=[receipt.pk]),
        )


def _overpaid_for(pks: Sequence[int]) -> Mapping[int, set[int]]:
    """By the claims whose money it was: those of the receipts that filled it, or from which it was taken."""
    found: dict[int, set[int]] = defaultdict(set)
    own = Entry.objects.filter(overpayment__in=pks).order_by()
    for over, identity in own.filter(claim__isnull=False).values_list("overpayment", "claim__identity").distinct():
        found[over].add(identity)
    by_receipt = own.filter(receipt__isnull=False, receipt__entries__claim__isnull=False)
    for over, identity in by_receipt.values_list("overpayment", "receipt__entries__claim__identity").distinct():
        found[over].add(identity)
    return found


def _one_open_hold(hold: Hold, person_id: int) -> Mapping[str, Any]:
    """Two open holds of one scope and reason cannot both stand: which of the two holds on, a person decides first."""
    same = Hold.objects.filter(person=person_id, kind=hold.kind_id, claim=hold.claim_id, reason=hold.reason)
    if hold.ends_on is None and same.filter(ends_on=None).exists():
        raise JoinRefused(
            f"2人とも「{hold.title}」の保留が、同じ範囲で続いています。人の画面で一方を終わらせてから、答えてください。"
        )
    return {}


def _free_plan_number(plan: Plan, person_id: int) -> Mapping[str, Any]:
    """The number of the deed, unless the other has a plan of that number: then the next that is free."""
    theirs = Plan.objects.filter(person=person_id)
    if not theirs.filter(history_number=plan.history_number).exists():
        return {}
    return {"history_number": (theirs.aggregate(last=Max("history_number"))["last"] or 0) + 1}


def _only_where_none_is_in_use(account: RefundAccount, person_id: int) -> Mapping[str, Any] | None:
    return None if RefundAccount.objects.filter(person=person_id, ended_at=None).exists() else {}


def _once_per_role(party: ClaimParty, person_id: int) -> Mapping[str, Any] | None:
    same = ClaimParty.objects.filter(person=person_id, claim=party.claim_id, role=party.role, ends_on=None)
    return None if party.ends_on is None and same.exists() else {}
