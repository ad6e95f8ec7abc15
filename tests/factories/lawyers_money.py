"""Firms with money of the city in their hands. Synthetic."""

from datetime import date
from itertools import count
from uuid import uuid4

from claims.models import BookingSource, Claim, Entry
from lawyers import reference
from lawyers.models import Designation, Firm, LegalCase, LegalClaim, Mandate, Proceeding, ProceedingStep, Proposal
from lawyers.services import remittances, trust
from lawyers.services.recoveries import FEES
from tests.factories.claims import claim
from tests.factories.debtors import user
from toyota_collect.models import Setting
from toyota_collect.permissions import Role

HANDED, DAY = date(2026, 9, 1), date(2026, 11, 20)
_numbers = count(1)


def we_book() -> None:
    """All kinds are booked by us, and the table of fees that ships stands."""
    BookingSource.objects.update(by=BookingSource.By.OWN)
    fees = next(row for row in reference.rows() if row["key"] == FEES)
    facts = {"value": fees["value"], "source": "架空"}
    Setting.objects.get_or_create(key=FEES, starts_on=date(2026, 4, 1), defaults=facts)


def firm(*, designated=True, **facts):
    """A firm with one lawyer, designated from the hand-over on."""
    made = Firm.objects.create(name=facts.pop("name", f"架空法律事務所{next(_numbers)}"), **facts)
    made.members.add(user(Role.LAWYER))
    if designated:
        Designation.objects.create(firm=made, starts_on=HANDED, number="告示第1号", source="架空の告示")
    return made


def lawyer(of):
    return of.members.first()


def rent(of=None, *, yen=100_000, **facts):
    """A claim for rent: no late charge grows, so that figures stay what they are."""
    kind = {"kind": "housing_damages", "source": "jutaku", "due_on": date(2026, 3, 31)}
    return claim(of, principal_yen=yen, **(kind | facts))


def case(of, *claims, yen=100_000, **facts):
    """A case that the firm has accepted; ``claims`` are one person's."""
    claims = claims or (rent(yen=yen),)
    someone = claims[0].identity.person
    clerk = user(Role.COLLECTOR)
    number = next(_numbers)
    mandate = Mandate.objects.create(
        firm=of, group="home", fiscal_year=2026, number=number, drafted_on=HANDED, by=clerk,
        decided_on=HANDED, handed_on=HANDED, handed_by=clerk,
    )  # fmt: skip
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    state = {"state": "accepted", "accepted_on": HANDED, "accepted_by": lawyer(of), "conflict_check": "なし"}
    made = LegalCase.objects.create(
        mandate=mandate,
        person=someone,
        number=f"弁8-{number}",
        **({"handed_on": HANDED, "last_entry": last} | state | facts),
    )
    for one in claims:
        LegalClaim.objects.create(case=made, claim=one, principal_yen=one.principal_yen, other_yen=0)
    return made


def finish(of_case, *, on=DAY, by=None):
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    of_case.state, of_case.ended_on, of_case.ended_by, of_case.end_reason = (
        "finished",
        on,
        by or user("collector"),
        "完了",
    )
    of_case.end_entry = last
    of_case.save()
    of_case.lines.update(is_open=False)


def proceeding(of_case, forum, **days):
    clerk = user(Role.COLLECTOR)
    filed = min(days.values())
    asked = Proposal.objects.create(
        case=of_case, kind=forum, text="架空", proposed_on=filed, by=clerk, token=uuid4(), state="accepted",
        decided_by=clerk, decided_on=filed,
    )  # fmt: skip
    made = Proceeding.objects.create(
        case=of_case, proposal=asked, route=forum, court="架空簡易裁判所", by=clerk, opened_on=filed
    )
    for kind, on in days.items():
        ProceedingStep.objects.create(proceeding=made, kind=kind, on=on, by=clerk)
    return made


def take(of_case, yen, *, received_on=date(2026, 10, 5), token=None, on=DAY, by=None):
    by = by or lawyer(of_case.firm)
    return trust.take(
        case_id=of_case.pk, received_on=received_on, yen=yen, note="", token=token or uuid4(), by=by, on=on
    )


def tell(*taken, yen=None, sent_on=date(2026, 10, 10), token=None, on=DAY, by=None):
    of = taken[0].case.firm
    return remittances.tell(
        firm_id=of.pk, trust_ids=[one.pk for one in taken], sent_on=sent_on, token=token or uuid4(),
        yen=sum(one.yen for one in taken) if yen is None else yen, by=by or lawyer(of), on=on,
    )  # fmt: skip


def confirm(told, *, by, bank_yen=None, arrived_on=date(2026, 10, 12), source="通帳", on=DAY):
    return remittances.confirm(
        remittance_id=told.pk, arrived_on=arrived_on, bank_yen=told.yen if bank_yen is None else bank_yen,
        bank_source=source, by=by, on=on,
    )  # fmt: skip


def booked(*taken, confirmed_by=None, booked_by=None):
    """Told, arrived and booked as it should be."""
    told = tell(*taken)
    confirm(told, by=confirmed_by or user(Role.RECEIPTS_CLERK))
    return remittances.book(remittance_id=told.pk, by=booked_by or user(Role.SUPERVISOR), on=DAY)


def balance(of: Claim) -> int:
    of.refresh_from_db()
    return of.principal_yen + of.fee_yen + of.late_yen + of.cost_yen
