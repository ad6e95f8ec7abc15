"""Taking imports back in tests, and all that a file may change, to be compared before and after."""

from datetime import date
from typing import Any

import pytest

from claims import tasks
from claims.models import Claim, ClaimEvent, Entry, ImportFile, Receipt, TakingBack
from claims.services import taking_back
from claims.services.verify import verify_ledger
from debtors.models import FormerFact, Person, SourceIdentity
from tests.factories.debtors import user
from toyota_collect import approvals

BALANCES = ("levied_yen", "principal_yen", "fee_yen", "late_yen", "cost_yen")
FACTS = ("identity_id", "nominal_due_on", "due_on", "contract_on", "el_qr", "section_paid_yen", *BALANCES)
PERSON = ("name", "kana", "address", "phone", "birth_on", "name_key", "address_key", "person_id")


def ask(file: ImportFile, *, whole: bool = False, reason: str = "別の市の抽出だった") -> TakingBack:
    clerk = user("receipts_clerk")
    return taking_back.ask(batch_id=file.batch_id, file_id=None if whole else file.pk, reason=reason, by=clerk)


def take_back(file: ImportFile, *, whole: bool = False) -> TakingBack:
    """Ask, decide, do."""
    asked = ask(file, whole=whole)
    approvals.decide(approval_id=asked.approval_id, decision="approved", by=user("supervisor"))
    tasks.take_back(taking_id=asked.pk)
    asked.refresh_from_db()
    return asked


def refusal(file: ImportFile, **options: Any) -> str:
    with pytest.raises(taking_back.TakeBackRefused) as refused:
        ask(file, **options)
    return str(refused.value)


def proven() -> str:
    """The digest of a ledger in which everything agrees."""
    proof = verify_ledger()
    assert proof.ok, proof.differences
    return proof.digest


def balances(on: date | None = None) -> dict[Any, dict[str, int]]:
    """What is owed by claim in force and component, as of the day."""
    rows = Entry.objects.filter(claim__taken_back_at=None, claim__isnull=False)
    found: dict[Any, dict[str, int]] = {}
    for entry in rows.filter(on__lte=on) if on else rows:
        part = found.setdefault((entry.claim.notice_number, entry.claim.instalment), {})
        part[entry.component] = part.get(entry.component, 0) + entry.amount_yen
    return {key: {name: yen for name, yen in part.items() if yen} for key, part in found.items()}


def course() -> list[Any]:
    """The balances of every day on which something happened, and of the day before."""
    days = sorted(set(Entry.objects.values_list("on", flat=True)))
    return [(day, {key: part for key, part in balances(day).items() if part}) for day in days]


def state() -> dict[str, Any]:
    """Everything a file may change, as it stands: claims, events, identities, former facts, receipts."""
    return {
        "claims": list(Claim.objects.order_by("pk").values("pk", *FACTS)),
        "clocks": list(Claim.objects.outstanding().order_by("pk").values_list("pk", "prescribes_on")),
        "events": sorted(ClaimEvent.objects.filter(withdrawn_at=None).values_list("claim", "kind", "on")),
        "people": list(SourceIdentity.objects.order_by("pk").values("pk", *PERSON)),
        "former": sorted(FormerFact.objects.values_list("identity", "what", "value")),
        "receipts": sorted(
            Receipt.objects.filter(taken_back_at=None, cancellation=None).values_list(
                "receipt_number", "paid_on", "amount_yen", "left_yen"
            )
        ),
        "shown": list(Person.objects.in_force().order_by("pk").values("number", "name", "address", "phone")),
    }
