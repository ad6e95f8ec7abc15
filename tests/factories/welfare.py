"""Consents and referrals for tests, made through the services as the product does."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from debtors.models import Person
from tests.factories.debtors import person, user
from toyota_collect.permissions import Role
from welfare.models import Consent, Referral, SupportCase
from welfare.services import cases, consents, referrals

DAY = date(2026, 11, 20)
UNTIL = DAY + timedelta(days=180)


def scan() -> bytes:
    """A white sheet as a scanner gives it."""
    out = BytesIO()
    Image.new("L", (20, 28), 255).save(out, "PNG")
    return out.getvalue()


def sheet_facts(**facts: Any) -> dict[str, Any]:
    plain = {"troubles": ["money"], "items": ["contact", "troubles"], "recipients": ["support"], "valid_until": UNTIL}
    return plain | facts


def by_word(someone: Person, by: Any, **facts: Any) -> Consent:
    """An oral consent: quick, for no paper is printed."""
    heard = {"checked": "birth", "said": "読み上げて説明した。「お願いします」", "witness": user(Role.SUPERVISOR)}
    return consents.take_oral(person_id=someone.pk, by=by, on=DAY, **(heard | sheet_facts(**facts)))


def signed(someone: Person, by: Any, *, tax_signed: bool = False, **facts: Any) -> Consent:
    made = consents.prepare(person_id=someone.pk, by=by, on=DAY, **sheet_facts(**facts))
    return consents.take_signed(
        consent_id=made.pk, signer=someone.name, signed_on=DAY, name="同意書.png", content=scan(),
        tax_signed=tax_signed, by=by, on=DAY,
    )  # fmt: skip


def written(someone: Person, by: Any, *, items: list[str]) -> Consent:
    """A signed consent without its paper being rendered."""
    from toyota_collect.documents.store import keep_document

    document = keep_document(
        number=f"試第{Consent.objects.count() + 1}号", kind="welfare_consent", subject_type="debtors.person",
        subject_key=someone.number, path=f"documents/{someone.number}.pdf", content=b"%PDF-", pages=1, by=by,
    )  # fmt: skip
    return Consent.objects.create(
        person=someone, way="written", troubles=["money"], items=items, recipients=["support"], valid_until=UNTIL,
        made_on=DAY, made_by=by, document=document, given_on=DAY, signer=someone.name, taken_by=by, scan_sha256="0" * 64,
        scan_path="consents/00/x.png", scan_name="同意書.png", scan_type="image/png",
    )  # fmt: skip


def handed_over(
    someone: Person | None = None, by: Any = None, *, consent: Consent | None = None, **facts: Any
) -> Referral:
    someone, by = someone or person(), by or user(Role.COLLECTOR)
    consent = consent or by_word(someone, by)
    return referrals.hand_over(person_id=someone.pk, consent_id=consent.pk, by=by, on=DAY, **facts)


def received(worker: Any, **facts: Any) -> SupportCase:
    return cases.receive(referral_id=handed_over(**facts).pk, by=worker, on=DAY)
