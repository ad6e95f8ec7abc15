"""Claims for tests, booked through entries as the product does."""

from datetime import date
from itertools import count
from typing import Any

from claims.models import Claim, ClaimKind, Entry, Receipt
from debtors.models import Person
from tests.factories.debtors import identity, person, system_user

_numbers = count(1)


def claim(
    of: Person | None = None,
    *,
    kind: str = "resident_tax",
    source: str = "zei",
    principal_yen: int = 10_000,
    fee_yen: int = 0,
    due_on: date = date(2026, 8, 31),
    **facts: Any,
) -> Claim:
    """A claim with its levy booked; returned with the balances the trigger keeps."""
    of = of or person()
    kind_row = ClaimKind.objects.get(code=kind)
    known = of.identities.filter(source__code=source).first() or identity(of, source, ground=kind_row.ground)
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "levy_year": 2026,
        "taxation_year": 2026,
        "notice_number": f"{number:010d}",
        "instalment": 1,
        "nominal_due_on": due_on,
        "section": kind_row.section,
        "ground": kind_row.ground,
    }
    made = Claim.objects.create(source=known.source, kind=kind_row, identity=known, due_on=due_on, **(defaults | facts))
    if principal_yen:
        book(made, "levy", "principal", principal_yen, on=date(2026, 6, 1))
    if fee_yen:
        book(made, "levy", "fee", fee_yen, on=date(2026, 9, 20))
    made.refresh_from_db()
    return made


def book(on_claim: Claim, kind: str, component: str, amount_yen: int, *, on: date, **facts: Any) -> Entry:
    """Book one entry; ``amount_yen`` is signed. Money comes with a receipt of its own, if none is given."""
    if kind == "receipt" and "receipt" not in facts and amount_yen < 0:
        facts["receipt"] = receive(on_claim, -amount_yen, on=on)
    if kind == "reversal" and "reverses" in facts:
        facts.setdefault("receipt", facts["reverses"].receipt)
    return Entry.objects.create(
        claim=on_claim, kind=kind, component=component, amount_yen=amount_yen, on=on, by=system_user(), **facts
    )


def receive(on_claim: Claim, amount_yen: int, *, on: date) -> Receipt:
    """A receipt of which nothing is used yet."""
    return Receipt.objects.create(
        source=on_claim.source,
        receipt_number=f"R{next(_numbers):09d}",
        paid_on=on,
        amount_yen=amount_yen,
        left_yen=amount_yen,
        ground=on_claim.ground,
        channel="窓口",
    )


def pay(on_claim: Claim, amount_yen: int, *, on: date, component: str = "principal") -> Receipt:
    """A receipt that pays one component of the claim."""
    receipt = receive(on_claim, amount_yen, on=on)
    book(on_claim, "receipt", component, -amount_yen, on=on, receipt=receipt)
    on_claim.refresh_from_db()
    return receipt
