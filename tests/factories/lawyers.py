"""Firms, mandates and cases for tests, written as rows; claims of one person become one case."""

from datetime import date
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image, ImageDraw

from claims.models import Claim, ClaimEvidence
from claims.services.evidence import attach
from lawyers.models import Firm, LegalCase, LegalClaim, Mandate
from tests.factories.debtors import system_user

DAY = date(2026, 11, 20)
_numbers = count(1)


def firm(*members: Any, **facts: Any) -> Firm:
    made = Firm.objects.create(**({"name": f"架空法律事務所{next(_numbers)}"} | facts))
    made.members.set(members)
    return made


def mandate(of: Firm | None = None, *claims: Claim, **facts: Any) -> Mandate:
    """A draft with the claims in it, a case a person."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "group": "home",
        "fiscal_year": 2026,
        "number": number,
        "drafted_on": DAY,
        "by": system_user(),
    }
    made = Mandate.objects.create(firm=of or firm(), **(defaults | facts))
    by_person: dict[int, list[Claim]] = {}
    for claim in claims:
        by_person.setdefault(claim.identity.person_id or 0, []).append(claim)
    for place, mine in enumerate(by_person.values(), 1):
        case(made, *mine, number=f"R8委{made.number}-{place:03d}")
    return made


def case(of: Mandate, *claims: Claim, **facts: Any) -> LegalCase:
    """A case of the person who owes the claims."""
    defaults: dict[str, Any] = {
        "person": claims[0].identity.person,
        "number": f"R8委{of.number}-{next(_numbers):03d}",
    }
    made = LegalCase.objects.create(mandate=of, **(defaults | facts))
    for claim in claims:
        other = claim.fee_yen + claim.late_yen + claim.cost_yen
        LegalClaim.objects.create(case=made, claim=claim, principal_yen=claim.principal_yen, other_yen=other)
    return made


NEEDED = {"C": ("contract", "cause", "basis", "delivery"), "B": ("cause", "basis", "delivery")}


def evidence(
    *claims: Claim, kinds: tuple[str, ...] = NEEDED["C"], by: Any = None, text: str = ""
) -> list[ClaimEvidence]:
    """A scanned page for each kind, of its own content; with ``text`` a PDF whose text can be read."""
    made = []
    for kind in kinds:
        number = next(_numbers)
        content, name = (
            (page(text), f"{kind}{number}.pdf") if text else (scan(f"{kind} {number}"), f"{kind}{number}.png")
        )
        made += attach(
            claim_ids=[claim.pk for claim in claims],
            kind=kind,
            name=name,
            content=content,
            by=by or system_user(),
            on=DAY,
        )
    return made


def scan(text: str, size: tuple[int, int] = (620, 877), form: str = "PNG") -> bytes:
    """A picture of a page, with something on it."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, size[0] - 20, size[1] - 20), outline="black", width=3)
    draw.text((60, 60), text, fill="black")
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def page(text: str) -> bytes:
    """A PDF page whose text can be read."""
    from weasyprint import HTML

    return bytes(
        HTML(string=f"<html lang='ja'><body style='font-family: BIZ UDPGothic'>{text}</body></html>").write_pdf()
    )
