"""What became of people while a firm has their case: nothing goes on as if nothing had happened, and somebody hears of it."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Hold, Receipt
from debtors.models import WorkItem
from lawyers.keys import key_of
from lawyers.models import LegalCase, Packet
from lawyers.room_pages import packets_of
from lawyers.services import court, mandates, packets, proposals, room, watching
from lawyers.services.court import CourtRefused
from lawyers.services.mandates import MandateRefused
from lawyers.services.proposals import ProposalRefused
from lawyers.services.room import RoomRefused
from lawyers.tasks import watch_cases
from tests.factories import legal
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, protect, system_user, user
from tests.factories.legal import DAY
from toyota_collect import approvals
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(firm):
    return legal.accepted(firm, legal.free())[0]


def wait(someone: Any) -> None:
    asked = someone.lawyer_questions.create(
        asked_on=DAY, asked_by=user(Role.SUPERVISOR), ground="条例", answer="wait", answered_on=DAY,
        answered_by=user(Role.WELFARE_WORKER), wait_until=DAY + timedelta(days=60),
    )  # fmt: skip
    assert asked


SPOILS = {
    "protected": lambda case: protect(case.person),
    "welfare_gate": lambda case: wait(case.person),
    "paid": lambda case: pay(Claim.objects.get(legal_lines__case=case), 200_000, on=DAY),
}


@pytest.mark.parametrize("code", SPOILS)
def test_no_court_is_gone_to_with_somebody_who_would_not_be_handed_over_today(case, lawyer, code):
    made = legal.decided(case, "payment_order", lawyer)
    begun = court.open_proceeding(proposal_id=made.pk, court="簡裁", court_number="", by=lawyer, on=DAY)
    waiting = proposals.propose(case_id=case.pk, kind="execution", text="応じない", token=uuid4(), by=lawyer, on=DAY)
    SPOILS[code](case)
    with pytest.raises(CourtRefused, match="市が確かめてから"):
        court.add_step(proceeding_id=begun.pk, kind="filed", day=DAY, by=lawyer, on=DAY)
    with pytest.raises(ProposalRefused):
        proposals.ask_decision(proposal_id=waiting.pk, reason="必要", council="", by=user(Role.COLLECTOR), on=DAY)


@pytest.mark.parametrize("code", SPOILS)
def test_each_morning_it_is_told_once(case, code):
    assert watching.watch(on=DAY, by=system_user()) == 0
    SPOILS[code](case)
    assert watching.watch(on=DAY, by=system_user()) >= 1
    assert watching.watch(on=DAY, by=system_user()) == 0
    assert WorkItem.objects.filter(subject_key=f"lawyers:{case.pk}:{code}").count() == 1


def test_a_firm_that_ended_or_does_not_answer_is_told(firm, case):
    handed = legal.handed(firm, legal.free("待つ"))[0]
    assert watching.watch(on=DAY + timedelta(days=14), by=system_user()) == 0
    assert watching.watch(on=DAY + timedelta(days=15), by=system_user()) == 1
    assert WorkItem.objects.filter(subject_key=f"lawyers:{handed.pk}:unaccepted").exists()
    firm.is_active = False
    firm.save()
    assert watching.watch(on=DAY, by=system_user()) == 2


def test_a_clock_that_ends_soon_is_told(case):
    last = Claim.objects.get(legal_lines__case=case).prescribes_on
    told = WorkItem.objects.filter(subject_key=f"lawyers:{case.pk}:clock:{last:%Y-%m-%d}")
    watching.watch(on=last - timedelta(days=200), by=system_user())
    assert not told.exists()
    watching.watch(on=last - timedelta(days=170), by=system_user())
    assert told.exists()


def test_what_fails_in_one_matter_stops_no_other(case, monkeypatch, settings):
    settings.BASE_DATE = DAY
    SPOILS["protected"](case)

    def fails(**_: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(court, "follow_the_days", fails)
    with pytest.raises(RuntimeError):
        watch_cases()
    assert WorkItem.objects.filter(subject_key=f"lawyers:{case.pk}:protected").exists()


def test_a_hold_of_the_heir_stops_the_case_of_the_dead(firm, case):
    heir = person(name="架空 相続", name_key="架空相続", kana_key="ソウゾク", birth_on=date(1961, 1, 1))
    rent = Claim.objects.get(legal_lines__case=case)
    rent.parties.create(
        person=heir, role="heir", starts_on=DAY, ground="contract", share_numerator=1, share_denominator=1
    )
    assert not room.stopped([case], on=DAY)
    Hold.objects.create(
        person=heir, reason="welfare", channels=["lawyers"], starts_on=DAY, review_on=DAY + timedelta(days=30),
        placed_by=user(Role.SUPERVISOR),
    )  # fmt: skip
    assert room.stopped([case], on=DAY) == {case.pk: "市の指示で止めています"}


@pytest.mark.parametrize(
    "text", ["市県民税も滞納しています", "給与を差し押さえ済み", "生活保護を申請中", "国 保も遅れています"]
)
def test_the_city_cannot_tell_the_firm_of_tax_or_welfare(case, lawyer, text):
    asked = room.ask(case=case, by_firm=True, text="ほかに事情は", token=uuid4(), by=lawyer, on=DAY)
    collector = user(Role.COLLECTOR)
    with pytest.raises(RoomRefused, match="伝えられません"):
        room.answer(question_id=asked.pk, by_firm=False, text=text, by=collector, on=DAY)
    with pytest.raises(RoomRefused, match="伝えられません"):
        room.ask(case=case, by_firm=False, text=text, token=uuid4(), by=collector, on=DAY)
    made = proposals.propose(case_id=case.pk, kind="waive", text="資力がない", token=uuid4(), by=lawyer, on=DAY)
    with pytest.raises(ProposalRefused, match="伝えられません"):
        proposals.refuse(proposal_id=made.pk, reply=text, by=collector, on=DAY)
    with pytest.raises(RoomRefused, match="伝えられません"):
        room.send_file(case=case, title=text, name="a.png", content=legal.deed(), by=collector, on=DAY)
    assert room.answer(question_id=asked.pk, by_firm=False, text="家賃だけです", by=collector, on=DAY)


def test_a_way_of_paying_that_tells_of_tax_is_not_told(case, lawyer):
    rent = Claim.objects.get(legal_lines__case=case)
    for yen, channel in ((1_000, "seizure"), (2_000, "convenience")):
        facts = {"paid_on": DAY, "amount_yen": yen, "left_yen": yen, "ground": rent.ground, "channel": channel}
        receipt = Receipt.objects.create(source=rent.source, receipt_number=f"X{yen}", **facts)
        book(rent, "receipt", "principal", -yen, on=DAY, receipt=receipt)
    client = Client()
    client.force_login(lawyer)
    shown = client.get(reverse("lawyers:room-case", args=[case.pk])).content.decode()
    assert "差押" not in shown
    assert "収納（コンビニ）" in shown
    assert "1,000" in shown


def test_somebody_sent_back_waits_for_the_city_again(case, lawyer):
    made = proposals.propose(case_id=case.pk, kind="payment_order", text="応じない", token=uuid4(), by=lawyer, on=DAY)
    asked = proposals.ask_decision(proposal_id=made.pk, reason="必要", council="", by=user(Role.COLLECTOR), on=DAY)
    assert not type(made).objects.waiting().exists()
    approvals.decide(approval_id=asked.pk, decision="rejected", reason="訪問してから", by=legal.decider())
    assert type(made).objects.waiting().get() == made
    client = Client()
    client.force_login(user(Role.COLLECTOR))
    assert "見送る" in client.get(reverse("lawyers:case", args=[case.pk])).content.decode()
    assert proposals.ask_decision(
        proposal_id=made.pk, reason="訪問した", council="", by=user(Role.COLLECTOR), on=DAY
    ).is_open


# --- between decision and hand-over ------------------------------------------------------------------------------


def test_a_claim_paid_before_the_hand_over_leaves_the_rest(firm):
    someone, other = legal.free("甲"), legal.free("乙")
    second = legal.rent(someone, yen=60_000, due_on=date(2025, 6, 30))
    made = legal.approved(firm, someone, other)
    legal.packet(made)
    pay(second, 60_000, on=DAY)
    pay(Claim.objects.get(identity__person=other), 200_000, on=DAY)
    with pytest.raises(MandateRefused, match="2人が委任できなくなったか、納付が"):
        mandates.hand_over(mandate_id=made.pk, by=user(Role.COLLECTOR), on=DAY)
    legal.packet(made)
    mandates.hand_over(mandate_id=made.pk, by=user(Role.COLLECTOR), on=DAY)
    case = LegalCase.objects.get(state="handed")
    assert case.person == someone
    assert [line.principal_yen for line in case.lines.filter(is_open=True)] == [200_000]
    assert LegalCase.objects.get(person=other).end_reason == mandates.PAID


def test_nothing_goes_to_a_firm_whose_contract_ended_meanwhile(firm):
    made = legal.approved(firm, legal.free())
    legal.packet(made)
    firm.is_active = False
    firm.save()
    with pytest.raises(MandateRefused, match="契約は終わって"):
        mandates.hand_over(mandate_id=made.pk, by=user(Role.COLLECTOR), on=DAY)


# --- what the firm may take out ----------------------------------------------------------------------------------


def test_a_packet_made_anew_waits_until_somebody_has_looked_at_its_scans(case, lawyer):
    Packet.objects.all().delete()
    made = legal.packet(case.mandate, unread=[{"case": case.number, "what": "甲1", "pages": [1]}], of=1)
    assert not packets_of(lawyer).exists()
    for _ in range(2):
        packets.look_at(packet_id=made.pk, by=user(Role.COLLECTOR))
    assert packets_of(lawyer).get() == made


def test_whoever_leaves_takes_no_key_along(firm, case, lawyer):
    stays = user(Role.LAWYER)
    firm.members.add(stays)
    old = key_of(firm.pk, on=DAY, by=stays)
    firm.refresh_from_db()
    type(firm).objects.update(key_since=DAY - timedelta(days=30))
    Packet.objects.update(key_since=DAY - timedelta(days=30), of=1)
    assert packets_of(stays).exists()
    firm.members.remove(lawyer)
    assert key_of(firm.pk, on=DAY, by=stays) != old
    assert not packets_of(stays).exists(), "the file opens with the old key: one of the new has to be made"


def test_nothing_of_a_claim_of_tax_is_in_what_a_case_asks_a_court_for(case, lawyer):
    tax = claim(case.person, kind="resident_tax", source="zei", principal_yen=87_654)
    line = case.lines.create(claim=tax, principal_yen=87_654, other_yen=0)
    from lawyers.room_pages import line_choices

    assert line.pk not in dict(line_choices(case, lawyer))
