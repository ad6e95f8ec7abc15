"""The firm takes a case on or not; the city takes it back at any time, and in that moment nothing of it is left to the firm."""

from datetime import timedelta
from uuid import uuid4

import pytest

from claims.models import Claim, Hold
from debtors.models import WorkItem
from lawyers.models import LegalCase, Proposal
from lawyers.services import cases, proposals, room
from lawyers.services.cases import CaseRefused
from lawyers.services.room import RoomRefused
from tests.factories import legal
from tests.factories.debtors import user
from tests.factories.legal import DAY
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def someone():
    return legal.free()


def stop(case) -> Hold:
    return Hold.objects.create(
        person=case.person, reason="welfare", channels=["notice", "call", "lawyers"], starts_on=DAY,
        review_on=DAY + timedelta(days=30), placed_by=user(Role.SUPERVISOR),
    )  # fmt: skip


def test_taken_on_after_the_check_for_conflicts(firm, lawyer, someone):
    (case,) = legal.handed(firm, someone)
    with pytest.raises(CaseRefused, match="利益相反"):
        cases.accept(case_id=case.pk, conflict_check="", by=lawyer, on=DAY)
    for _ in range(2):
        found = cases.accept(case_id=case.pk, conflict_check="該当なし", by=lawyer, on=DAY)
    assert (found.state, found.accepted_on, found.accepted_by) == ("accepted", DAY, lawyer)
    with pytest.raises(CaseRefused, match="辞退できません"):
        cases.decline(case_id=case.pk, reason="相反", by=lawyer, on=DAY)


def test_declined_the_city_works_on_it_again(firm, lawyer, someone):
    (case,) = legal.handed(firm, someone)
    cases.decline(case_id=case.pk, reason="相手方が依頼者", by=lawyer, on=DAY)
    case.refresh_from_db()
    assert case.state == "declined"
    assert not case.lines.filter(is_open=True).exists()
    assert WorkItem.objects.filter(person=someone, subject_key=f"lawyers:{case.pk}").exists()
    tomorrow = DAY + timedelta(days=1)
    assert Claim.objects.filter(identity__person=someone).reachable_by("notice", on=tomorrow).exists()


def test_another_firms_case_does_not_exist(firm, someone):
    (case,) = legal.handed(firm, someone)
    stranger = user(Role.LAWYER)
    legal.firm(stranger, name="架空 よその事務所")
    with pytest.raises(LegalCase.DoesNotExist):
        cases.accept(case_id=case.pk, conflict_check="該当なし", by=stranger, on=DAY)
    assert not LegalCase.objects.of_member(stranger).exists()


def test_a_firm_whose_contract_ended_sees_nothing(firm, lawyer, someone):
    legal.accepted(firm, someone)
    firm.is_active = False
    firm.save()
    assert not LegalCase.objects.of_member(lawyer).exists()


@pytest.mark.parametrize("end", [cases.recall, cases.take_return, cases.finish], ids=lambda one: one.__name__)
def test_taken_back_it_is_gone_at_once_and_the_record_stays(firm, lawyer, someone, end):
    (case,) = legal.accepted(firm, someone)
    room.write_entry(case_id=case.pk, day=DAY, kind="phone", text="電話した", token=uuid4(), by=lawyer, on=DAY)
    waiting = proposals.propose(
        case_id=case.pk, kind="payment_order", text="応じない", token=uuid4(), by=lawyer, on=DAY
    )
    with pytest.raises(CaseRefused, match="理由"):
        end(case_id=case.pk, reason=" ", by=user(Role.COLLECTOR), on=DAY)
    end(case_id=case.pk, reason="困窮が分かった", by=user(Role.COLLECTOR), on=DAY)
    assert not LegalCase.objects.of_member(lawyer).exists()
    with pytest.raises(LegalCase.DoesNotExist):
        room.write_entry(case_id=case.pk, day=DAY, kind="phone", text="また", token=uuid4(), by=lawyer, on=DAY)
    waiting.refresh_from_db()
    assert waiting.state == Proposal.State.REFUSED
    assert not WorkItem.objects.filter(subject_key=f"proposal:{waiting.pk}", closed_at=None).exists()
    case.refresh_from_db()
    assert case.entries.count() == 1
    assert case.end_entry is not None
    assert not case.lines.filter(is_open=True).exists()
    assert Hold.objects.get(reason="lawyers").ends_on == DAY + timedelta(days=1)
    with pytest.raises(CaseRefused):
        end(case_id=case.pk, reason="もう一度", by=user(Role.COLLECTOR), on=DAY)


def test_while_the_city_stops_it_the_firm_reads_and_does_nothing(firm, lawyer, someone):
    (case,) = legal.accepted(firm, someone)
    assert not room.stopped([case], on=DAY)
    stop(case)
    assert room.stopped([case], on=DAY) == {case.pk: "市の指示で止めています"}
    for kind in ("payment_order", "summary", "execution", "settle"):
        with pytest.raises(proposals.ProposalRefused, match="止めている件"):
            proposals.propose(case_id=case.pk, kind=kind, text="応じない", token=uuid4(), by=lawyer, on=DAY)
    assert proposals.propose(case_id=case.pk, kind="welfare", text="困っている", token=uuid4(), by=lawyer, on=DAY)


def test_what_is_sent_twice_is_written_once(firm, lawyer, someone):
    (case,) = legal.accepted(firm, someone)
    tokens = [uuid4() for _ in range(3)]
    for _ in range(2):
        room.write_entry(case_id=case.pk, day=DAY, kind="note", text="メモ", token=tokens[0], by=lawyer, on=DAY)
        room.ask(case=case, by_firm=True, text="契約書は？", token=tokens[1], by=lawyer, on=DAY)
        proposals.propose(case_id=case.pk, kind="waive", text="資力なし", token=tokens[2], by=lawyer, on=DAY)
    assert (case.entries.count(), case.questions.count(), case.proposals.count()) == (1, 1, 1)
    assert WorkItem.objects.filter(person=someone, closed_at=None, subject_key__startswith="question").count() == 1


def test_a_question_is_answered_once_by_the_other_side(firm, lawyer, someone):
    (case,) = legal.accepted(firm, someone)
    asked = room.ask(case=case, by_firm=True, text="契約書は？", token=uuid4(), by=lawyer, on=DAY)
    with pytest.raises(type(asked).DoesNotExist):
        room.answer(question_id=asked.pk, by_firm=True, text="自分で", by=lawyer, on=DAY)
    room.answer(question_id=asked.pk, by_firm=False, text="送ります", by=user(Role.COLLECTOR), on=DAY)
    with pytest.raises(RoomRefused, match="すでに"):
        room.answer(question_id=asked.pk, by_firm=False, text="また", by=user(Role.COLLECTOR), on=DAY)
    assert not WorkItem.objects.filter(subject_key=f"question:{asked.pk}", closed_at=None).exists()


def test_a_report_is_of_a_month_that_is_over_and_sent_once(firm, lawyer):
    facts = {"firm_id": firm.pk, "text": "報告", "figures": {}, "by": lawyer, "on": DAY}
    with pytest.raises(RoomRefused, match="終わっていない"):
        room.report(month=DAY.replace(day=1), **facts)
    room.report(month=DAY.replace(month=10, day=31), **facts)
    with pytest.raises(RoomRefused, match="すでに"):
        room.report(month=DAY.replace(month=10, day=1), **facts)


def test_welfare_takes_the_case_home(firm, lawyer, someone):
    (case,) = legal.accepted(firm, someone)
    made = proposals.propose(case_id=case.pk, kind="welfare", text="収入がない", token=uuid4(), by=lawyer, on=DAY)
    proposals.accept(proposal_id=made.pk, reply="つなぎます", by=user(Role.COLLECTOR), on=DAY)
    case.refresh_from_db()
    assert case.state == "returned"
    assert not LegalCase.objects.of_member(lawyer).exists()
