"""One receipt of money: what it paid, what became of the rest, and the statement handed to the payer."""

from datetime import date
from typing import Any

from claims.models import Claim, Entry, Receipt
from claims.services.cancellations import CANCELLATION
from claims.services.posting import OWN_SOURCE
from debtors.models import Person
from toyota_collect.documents.store import draw_number, letterhead, make_document
from toyota_collect.models import Approval, Document
from toyota_collect.permissions import Permission, allows

KIND = "allocation_statement"


class NothingToPrint(Exception):
    """No statement can be made; the message says why, in Japanese."""


def context_of(receipt: Receipt) -> dict[str, Any]:
    """Context of the page; a constant number of queries."""
    rows = allocation_rows(receipt)
    waiting = Approval.objects.filter(subject_type=CANCELLATION, subject_key=str(receipt.pk), decision="").first()
    return {
        "receipt": receipt,
        "person": person_of(receipt),
        "rows": rows,
        "total_yen": sum(row["yen"] for row in rows),
        "entries": receipt.entries.select_related("claim__kind", "overpayment", "reverses", "reversed_by", "by"),
        "cancellation": getattr(receipt, "cancellation", None),
        "waiting": waiting,
        "own": receipt.source.code == OWN_SOURCE,
        "payment": getattr(receipt, "payment", None),
    }


def allocation_rows(receipt: Receipt) -> list[dict[str, Any]]:
    """What stands of the receipt, a row a claim (or overpayment) in the order of due dates, yen per component."""
    standing = receipt.entries.filter(kind=Entry.Kind.RECEIPT, reversed_by=None).select_related(
        "claim__kind", "overpayment"
    )
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for entry in standing:
        key = (entry.claim_id or 0, entry.overpayment_id or 0)
        row = rows.setdefault(
            key,
            {"claim": entry.claim, "overpayment": entry.overpayment, "yen": 0}
            | dict.fromkeys(Entry.Component.values, 0),
        )
        row[entry.component] -= entry.amount_yen
        row["yen"] -= entry.amount_yen
    for row in rows.values():
        row["charges"] = row["fee"] + row["cost"]
    return sorted(rows.values(), key=lambda row: (row["claim"] is None, _due(row["claim"]), row["yen"]))


def person_of(receipt: Receipt) -> Person | None:
    """Whose claims it paid, or who is owed its rest."""
    people = Person.objects.filter(identities__claims__entries__receipt=receipt).distinct()
    return people.first() or Person.objects.filter(overpayments__entries__receipt=receipt).first()


def sees_all_money(user: Any) -> bool:
    return allows(user, Permission.MONEY_VIEW)


def statement_document(receipt: Receipt, *, by: Any, on: date) -> Document:
    """充当明細書: made when first asked for, then kept; a later change of the allocation makes a new one.

    Raises:
        NothingToPrint: nothing of the receipt stands booked.
    """
    rows = allocation_rows(receipt)
    person = person_of(receipt)
    if not rows or person is None:
        raise NothingToPrint("この領収には、記帳された充当がありません。")
    key = f"{receipt.pk}:{_content_mark(receipt)}"
    kept = Document.objects.filter(kind=KIND, subject_type="claims.receipt", subject_key=key).first()
    if kept:
        return kept
    context = letterhead(on) | {
        "person": person,
        "receipt": receipt,
        "rows": rows,
        "total_yen": sum(row["yen"] for row in rows),
    }
    return make_document(
        template="documents/allocation_statement.html",
        context=context,
        kind=KIND,
        number=draw_number(series="allocation", mark="豊債管充", on=on),
        subject_type="claims.receipt",
        subject_key=key,
        by=by,
    )


def _content_mark(receipt: Receipt) -> int:
    """The last entry of the receipt: the statement is of what stood by then."""
    last = receipt.entries.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def _due(claim: Claim | None) -> date:
    return claim.due_on if claim else date.max
