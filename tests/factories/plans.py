"""Plans for tests, drafted and signed as the product does."""

from datetime import date
from typing import Any

from claims import plan_documents as documents
from claims.models import Claim, Plan
from claims.rules.plan import Terms
from claims.services import plans
from claims.services.plan_standing import state_of
from debtors.models import Person
from tests.factories.claims import claim
from tests.integration.notices.test_desk_slip import words as pages
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import Document

DAY = date(2026, 11, 20)


def terms(**facts: Any) -> Terms:
    return Terms(**({"starts_on": DAY, "pay_day": 25, "longest": 36, "count": 3} | facts))


def drafted(*claims: Claim, by: Any, **facts: Any) -> Plan:
    owner: Person = claims[0].identity.person
    given = {"person_id": owner.pk, "claim_ids": [one.pk for one in claims], "terms": terms(), "on": DAY, "by": by}
    return plans.draft(**(given | facts))


def signed(*claims: Claim, by: Any, signed_on: date = DAY, **facts: Any) -> Plan:
    plan = drafted(*claims, by=by, **facts)
    documents.deed_document(plan, by=by, on=DAY)
    return sign(plan, by=by, signed_on=signed_on)


def sign(plan: Plan, *, by: Any, signed_on: date = DAY, **facts: Any) -> Plan:
    given = {"signer": "架空 太郎", "signed_as": "self", "today": signed_on} | facts
    return plans.sign(plan_id=plan.pk, signed_on=signed_on, by=by, **given)


def water(someone: Person | None = None, **facts: Any) -> Claim:
    return claim(someone, kind="housing_rent", source="jutaku", **facts)


def standing_on(plan: Plan, on: date) -> str:
    plan.refresh_from_db()
    return state_of(plan, on=on).code


def words(document: Document) -> str:
    """The text of its pages without blanks."""
    return "".join(pages(document_bytes(document)))
