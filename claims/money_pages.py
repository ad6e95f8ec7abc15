"""What the money screens show: the state of the day's work, one payment in doubt with its trial, one person's statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import QuerySet, Sum

from claims.models import Claim, Entry, Overpayment, Payment, PaymentCase, PaymentLine, Receipt
from claims.moneyfiles.layout import read_layouts
from claims.services.allocation import Plan, plan_allocation
from claims.services.cases import ACTIONS, Proposal, likely_payers, propose
from claims.services.posting import OWN_SOURCE
from claims.services.settling import own_kinds
from claims.services.transfers import waiting
from debtors.models import Person


def money_facts(*, on: date) -> dict[str, Any]:
    """The figures at the top of 収納."""
    provisional = Payment.objects.filter(state=Payment.State.PROVISIONAL, settled_at=None)
    left = Receipt.objects.filter(payment__case__closed_at=None, payment__case__isnull=False, left_yen__gt=0)
    refunds, refunds_yen = waiting()
    today = Receipt.objects.filter(source__code=OWN_SOURCE, booked_on=on, cancellation=None)
    return {
        "cases": PaymentCase.objects.filter(closed_at=None).count(),
        "left_yen": left.aggregate(yen=Sum("left_yen"))["yen"] or 0,
        "provisional": provisional.count(),
        "provisional_yen": provisional.aggregate(yen=Sum("amount_yen"))["yen"] or 0,
        "today_yen": today.aggregate(yen=Sum("amount_yen"))["yen"] or 0,
        "overpaid_yen": Overpayment.objects.aggregate(yen=Sum("left_yen"))["yen"] or 0,
        "refunds": refunds,
        "refunds_yen": refunds_yen,
    }


# --- one payment in doubt ----------------------------------------------------------------------------


def case_page(case: PaymentCase, given: Mapping[str, str], *, on: date) -> dict[str, Any]:
    """Context of the case: what the files said, why nobody may book it alone, and what the chosen answer would do."""
    payment = case.payment
    person = _person(given.get("person", "")) or payment.person
    proposal = propose(case, person=person)
    offered = offered_claims(case, person.number if person else "")
    chosen = _chosen(given, offered, proposal)
    action = given.get("action", proposal.action)
    plan = _trial(case, offered, chosen, action)
    return {
        "case": case,
        "payment": payment,
        "person": person,
        "people": _people(payment, given.get("q", ""), proposal),
        "q": given.get("q", ""),
        "lines": [(line, shown_detail(line)) for line in payment.lines.select_related("file").order_by("pk")],
        "proposal": proposal,
        "action": action,
        "actions": _actions(case),
        "offered": [(claim, claim.pk in chosen) for claim in offered],
        "plan": plan,
        "shares": {share.claim.pk: share for share in plan.shares},
        "booked": entries_of(payment),
        "waiting": case.approval is not None and case.approval.is_open,
        "on": on,
    }


def offered_claims(case: PaymentCase, number: str) -> list[Claim]:
    """Claims the payment may go to: those it named and what the person owes, of kinds whose money we book."""
    payment = case.payment
    own = own_kinds(on=payment.paid_on)
    rows = Claim.objects.outstanding().filter(kind_id__in=own).select_related("kind", "identity")
    person = _person(number) or payment.person
    if person is None:
        return []
    return list(rows.filter(identity__person=person).order_by("due_on", "pk"))


def answer_of(case: PaymentCase, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What ``cases.ask`` takes, from the clerk's form: the yen of each claim are worked out here, never typed."""
    person = cleaned["person"] or case.payment.person
    action = cleaned["action"]
    lines = []
    if action == "allocate":
        claims = Claim.objects.filter(pk__in=cleaned["claims"]).select_related("kind")
        plan = plan_allocation(claims, yen=_left(case), on=case.payment.paid_on)
        lines = [share.as_json() for share in plan.shares if share.yen]
    return {
        "action": action,
        "lines": lines,
        "person_id": person.pk if person and action != "unknown" else None,
        "reason": cleaned["reason"],
    }


def entries_of(payment: Payment) -> Sequence[Entry]:
    """What the payment has been booked on, the reversed ones too."""
    if payment.receipt_id is None:
        return []
    rows = Entry.objects.filter(receipt=payment.receipt_id).select_related("claim__kind", "overpayment", "reversed_by")
    return list(rows.order_by("pk"))


def shown_detail(line: PaymentLine) -> list[tuple[str, str]]:
    """What else the file said of the payment, with the names its layout gives."""
    labels = _labels()
    return [(labels.get(name, name), text) for name, text in line.detail.items() if text]


@cache
def _labels() -> dict[str, str]:
    fields = (one for layout in read_layouts() for section in layout.sections.values() for one in section)
    named = {one.name: one.label for one in fields if one.detail}
    return named | {"result": "振替の結果", "mismatch": "金額の違い", "duplicate": "重なり"}


def _actions(case: PaymentCase) -> list[tuple[str, str]]:
    of_money = case.kind in (PaymentCase.Kind.NO_FINAL, PaymentCase.Kind.CONTRADICTS)
    booking = ["allocate", "return", "unknown"]
    names = ["no_money", "keep"] if of_money else booking
    if of_money and case.payment.receipt and case.payment.receipt.left_yen:  # it came in and stands nowhere yet
        names = ["no_money", *booking]
    return [(name, ACTIONS[name]) for name in names]


def _trial(case: PaymentCase, offered: Sequence[Claim], chosen: set[int], action: str) -> Plan:
    claims = [claim for claim in offered if claim.pk in chosen] if action == "allocate" else []
    return plan_allocation(claims, yen=_left(case), on=case.payment.paid_on)


def _left(case: PaymentCase) -> int:
    receipt = case.payment.receipt
    return receipt.left_yen if receipt else case.payment.amount_yen


def _chosen(given: Mapping[str, str], offered: Sequence[Claim], proposal: Proposal) -> set[int]:
    if "trial" in given:
        getlist = getattr(given, "getlist", lambda name: [])
        return {int(pk) for pk in getlist("claims") if pk.isdecimal()}
    if proposal.plan and proposal.plan.used_yen:
        return {share.claim.pk for share in proposal.plan.shares if share.yen}
    return {claim.pk for claim in offered}


def _people(payment: Payment, words: str, proposal: Proposal) -> Sequence[Person]:
    if words.strip():
        from debtors.rules.normalise import kana_key, name_key

        keys = (kana_key(words), name_key(words))
        found: QuerySet[Person] = (
            Person.objects.filter(kana_key__startswith=keys[0]) if keys[0] else Person.objects.none()
        )
        return list(
            (found | Person.objects.filter(name_key__startswith=keys[1]) | Person.objects.filter(number=words))[:8]
        )
    return proposal.people or ([] if payment.person_id else likely_payers(payment))


def _person(number: str) -> Person | None:
    return Person.objects.filter(number=number).first() if number else None


# --- one person's statement for a period ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One claim over a period: what was owed before it, what moved, what was owed at its end (booked yen)."""

    claim: Claim
    opening_yen: int
    raised_yen: int
    paid_yen: int
    closing_yen: int
    entries: Sequence[Entry]


def statement_lines(claims: QuerySet[Claim], *, from_on: date, to_on: date) -> list[StatementLine]:
    """Claims that were owed or moved between the two days, both included; two queries."""
    found = {claim.pk: claim for claim in claims}
    entries: dict[int, list[Entry]] = {pk: [] for pk in found}
    rows = Entry.objects.filter(claim__in=found, on__lte=to_on).select_related("receipt", "reverses")
    for entry in rows.order_by("on", "pk"):
        if entry.claim_id:
            entries[entry.claim_id].append(entry)
    lines = []
    for pk, claim in found.items():
        before = sum(entry.amount_yen for entry in entries[pk] if entry.on < from_on)
        moved = [entry for entry in entries[pk] if entry.on >= from_on]
        paid = -sum(entry.amount_yen for entry in moved if _is_payment(entry))
        raised = sum(entry.amount_yen for entry in moved if not _is_payment(entry))
        if before or moved:
            lines.append(StatementLine(claim, before, raised, paid, before + raised - paid, moved))
    return lines


def _is_payment(entry: Entry) -> bool:
    kinds = {entry.kind, entry.reverses.kind if entry.reverses else ""}
    return bool(kinds & {Entry.Kind.RECEIPT, Entry.Kind.SET_OFF})
