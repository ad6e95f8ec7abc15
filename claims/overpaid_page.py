"""One overpayment: why it arose, what is proposed with each step of the interest, what was decided, and its notice."""

from datetime import date
from typing import Any

from django.db import transaction

from claims.models import Entry, Overpayment, RefundAccount
from claims.rules.late_charge import percent
from claims.services.overpayments import propose
from debtors.protection import hidden_people
from toyota_collect.documents.store import draw_number, letterhead, make_document
from toyota_collect.models import Document
from toyota_collect.permissions import Ground

KIND = "refund_notice"


class NoNotice(Exception):
    """No notice can be made; the message says why, in Japanese."""


def context_of(over: Overpayment, *, on: date) -> dict[str, Any]:
    """Context of the page."""
    plan, interest = propose(over, on=on)
    account = RefundAccount.objects.filter(person=over.person, ended_at=None).first() if over.person else None
    return {
        "over": over,
        "plan": plan,
        "shares": [share for share in plan.shares if share.yen],
        "interest": interest,
        "steps": [{"step": step, "percent": percent(step.rate)} for step in interest.steps],
        "pay_out_yen": plan.rest_yen + interest.yen,
        "account": account,
        "entries": over.entries.select_related("claim__kind", "receipt", "by", "reversed_by").order_by("pk"),
        "refunds": over.refunds.select_related("transfer_file", "account").order_by("pk"),
        "waiting": over.approval is not None and over.approval.is_open,
        "decided": decided(over),
        "on": on,
    }


def decided(over: Overpayment) -> bool:
    """Whether something has been set off or paid out by decision."""
    return (
        over.entries.filter(kind__in=[Entry.Kind.SET_OFF, Entry.Kind.REFUND], reversed_by=None)
        .exclude(kind=Entry.Kind.REFUND, claim__isnull=False)
        .exists()
    )


@transaction.atomic
def notice_document(over: Overpayment, *, by: Any, on: date) -> Document:
    """過誤納金還付・充当通知書, made once after the decision. A protected person's address stands nowhere on it.

    Raises:
        NoNotice: nothing is decided yet, or nobody is known whom to tell.
    """
    over = Overpayment.objects.select_for_update(of=("self",)).select_related("person", "notice").get(pk=over.pk)
    if over.notice:
        return over.notice
    if over.person is None:
        raise NoNotice("納付した人が分からないため、通知書は作れません。")
    if not decided(over):
        raise NoNotice("まだ決裁が済んでいません。承認されてから作ってください。")
    set_offs = list(
        over.entries.filter(kind=Entry.Kind.SET_OFF, reversed_by=None).select_related("claim__kind").order_by("pk")
    )
    refunds = list(over.refunds.filter(returned_on=None).select_related("account").order_by("pk"))
    over.notice = make_document(
        template="documents/refund_notice.html",
        context=letterhead(on)
        | {
            "over": over,
            "person": over.person,
            "hidden": bool(hidden_people([over.person.pk], on=on)),
            "set_offs": _by_claim(set_offs),
            "set_off_yen": -sum(entry.amount_yen for entry in set_offs),
            "refunds": refunds,
            "refund_yen": sum(refund.amount_yen for refund in refunds),
            "interest_yen": sum(refund.interest_yen for refund in refunds),
            "is_tax": over.ground == Ground.TAX,
        },
        kind=KIND,
        number=draw_number(series="refund", mark="豊債管還", on=on),
        subject_type="debtors.person",
        subject_key=over.person.number,
        by=by,
    )
    over.save(update_fields=["notice"])
    return over.notice


def _by_claim(entries: list[Entry]) -> list[dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {}
    for entry in entries:
        if entry.claim is None:
            continue
        row = rows.setdefault(entry.claim.pk, {"claim": entry.claim, "principal": 0, "other": 0, "yen": 0})
        row["principal" if entry.component == Entry.Component.PRINCIPAL else "other"] -= entry.amount_yen
        row["yen"] -= entry.amount_yen
    return list(rows.values())
