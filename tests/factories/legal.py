"""People who may go to lawyers, and their cases on the way, made through the services as the product does. Synthetic."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from claims.models import Claim
from claims.services.clocks import refresh_clocks
from claims.services.events import record_events
from debtors.models import Person
from lawyers.keys import key_of
from lawyers.models import Firm, LegalCase, Mandate, Packet, Proposal, Settlement
from lawyers.services import cases, mandates, proposals, settlements
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user, user
from tests.factories.welfare import scan
from toyota_collect import approvals
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank
from welfare.services import questions

DAY = date(2026, 11, 20)
_numbers = count(1)
DUNNED, ARRIVED = date(2025, 6, 20), "2025-06-23"


def rent(of: Person, *, yen: int = 200_000, due_on: date = date(2025, 5, 31), **facts: Any) -> Claim:
    """Rent that was dunned and owes; its clock runs."""
    made = claim(
        of,
        kind="housing_rent",
        source="jutaku",
        principal_yen=yen,
        due_on=due_on,
        levy_year=2025,
        contract_on=due_on,
        **facts,
    )
    record_events(
        claim_ids=[made.pk],
        kind="dunning",
        on=DUNNED,
        origin="督促状",
        detail={"arrived_on": ARRIVED},
        by=system_user(),
    )
    refresh_clocks([made.pk])
    made.refresh_from_db()
    return made


def free(name: str = "賃借 一郎", **facts: Any) -> Person:
    """Somebody whom welfare has nothing against, with rent to pay."""
    number = next(_numbers)  # nobody may be taken for another
    own = {
        "name": f"架空 {name}",
        "name_key": f"架空{name}{number}",
        "kana_key": f"カクウ{number}",
        "birth_on": date(1950, 1, 1) + timedelta(days=97 * number),
        "address": f"愛知県豊田市架空町{number}番地",
    }
    made = person(**(own | facts))
    rent(made)
    welfare_says_go(made)
    return made


def welfare_says_go(someone: Person) -> None:
    asked = questions.ask(person_id=someone.pk, by=user(Role.SUPERVISOR), on=DAY)
    questions.answer(question_id=asked.pk, answer="go", by=user(Role.WELFARE_WORKER), on=DAY)


def firm(*members: Any, name: str = "架空 みどり法律事務所", **facts: Any) -> Firm:
    made = Firm.objects.create(name=name, **facts)
    made.members.set(members)
    return made


def decider() -> Any:
    return user(Role.SUPERVISOR, decision_rank=DecisionRank.DIRECTOR)


def picked(of: Firm, *people: Person, by: Any = None) -> Mandate:
    ids = [one.pk for one in people]
    return mandates.pick(firm_id=of.pk, group="home", person_ids=ids, by=by or user(Role.COLLECTOR), on=DAY)


def approved(of: Firm, *people: Person, by: Any = None) -> Mandate:
    by = by or user(Role.COLLECTOR)
    made = picked(of, *people, by=by)
    asked = mandates.ask(mandate_id=made.pk, reason="催告と訪問に応じない", by=by, on=DAY)
    approvals.decide(approval_id=asked.pk, decision="approved", by=decider())
    made.refresh_from_db()
    return made


def packet(mandate: Mandate, **facts: Any) -> Packet:
    """A packet that was made and checked; of its file, only the record."""
    people = mandate.cases.filter(state="picked").count()
    key_of(mandate.firm_id, on=DAY, by=system_user())
    mandate.firm.refresh_from_db()
    ready = {
        "key_since": mandate.firm.key_since,
    } | {"state": "ready", "path": "packets/x.pdf", "sha256": "0" * 64, "made_at": "2026-11-20T10:00:00+09:00"}
    return Packet.objects.create(mandate=mandate, as_of=DAY, by=system_user(), **({"of": people} | ready | facts))


def handed(of: Firm, *people: Person) -> list[LegalCase]:
    made = approved(of, *people)
    packet(made)
    mandates.hand_over(mandate_id=made.pk, by=user(Role.COLLECTOR), on=DAY)
    return list(made.cases.filter(state="handed"))


def accepted(of: Firm, *people: Person, by: Any = None) -> list[LegalCase]:
    """Cases that a member of the firm has taken on."""
    member = by or of.members.get()
    return [
        cases.accept(case_id=one.pk, conflict_check="事件簿で該当なし", by=member, on=DAY)
        for one in handed(of, *people)
    ]


def decided(case: LegalCase, kind: str, by: Any, *, council: str = "", terms: dict[str, Any] | None = None) -> Proposal:
    """A proposal of the firm that the city has decided to follow."""
    made = proposals.propose(
        case_id=case.pk, kind=kind, text="交渉に応じない", token=uuid4(), by=by, on=DAY, terms=terms
    )
    asked = proposals.ask_decision(proposal_id=made.pk, reason="必要", council=council, by=user(Role.COLLECTOR), on=DAY)
    approvals.decide(approval_id=asked.pk, decision="approved", by=decider())
    made.refresh_from_db()
    return made


def deed() -> bytes:
    """A signed sheet as a scanner gives it."""
    return scan()


def settled(case: LegalCase, by: Any, terms: dict[str, Any], *, council: str = "専決第3号") -> Settlement:
    """A settlement that the city agreed to and the debtor signed."""
    made = decided(case, "settle", by, council=council, terms=terms)
    return settlements.sign(proposal_id=made.pk, signed_on=DAY, name="和解書.png", content=deed(), by=by, on=DAY)
