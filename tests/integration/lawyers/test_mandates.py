"""委任の束: from the candidates to the hand-over. Whoever may not go does not go, at no step."""

from datetime import date, timedelta

import pytest

from claims.models import Claim, Hold
from claims.services.holds import place_hold
from lawyers.models import LegalCase, LegalClaim, Mandate
from lawyers.services import mandates
from lawyers.services.candidates import candidates
from lawyers.services.mandates import MandateRefused
from tests.factories import legal
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.legal import DAY
from tests.factories.signals import flag
from toyota_collect import approvals
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.models import Approval
from toyota_collect.permissions import Role
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db


def reasons(someone) -> set[str]:
    one = candidates([someone.pk], on=DAY)[0].verdict
    return {reason.code for reason in one.person_reasons} | {reason.code for _, reason in one.excluded}


def test_somebody_free_may_go():
    someone = legal.free()
    found = candidates([someone.pk], on=DAY)[0]
    assert found.verdict.allowed
    assert not reasons(someone)
    assert found.verdict.total_yen == found.dues[found.claims[0].pk].total_yen > 200_000


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("welfare_gate", lambda one: one.lawyer_questions.all().delete()),
        ("held", lambda one: place_hold(
            person_id=one.pk, reason="dispute", starts_on=DAY, review_on=DAY + timedelta(days=30), channels=["lawyers"],
            by=user(Role.SUPERVISOR))),
        ("not_dunned", lambda one: [event.delete() for event in _events(one)]),
        ("nothing", lambda one: pay(Claim.objects.get(identity__person=one), 200_000, on=date(2026, 1, 5))),
        ("no_heir", lambda one: type(one).objects.filter(pk=one.pk).update(died_on=date(2026, 1, 1))),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_each_reason_keeps_somebody_out(firm, code, spoil):
    someone = legal.free()
    spoil(someone)
    assert code in reasons(someone)
    with pytest.raises(MandateRefused):
        legal.picked(firm, someone)
    assert not LegalCase.objects.exists()


def _events(one):
    return Claim.objects.get(identity__person=one).events.all()


def test_a_sign_of_hardship_stops_the_hand_over_and_never_hastens_it(firm):
    """Looked into or eased: neither picked, nor handed over once it was decided."""
    someone, other = legal.free("甲"), legal.free("乙")
    flag(someone)
    with pytest.raises(MandateRefused, match="困窮"):
        legal.picked(firm, someone)
    made = legal.approved(firm, other)
    legal.packet(made)
    flag(other)
    with pytest.raises(MandateRefused, match="委任できなくなった"):
        mandates.hand_over(mandate_id=made.pk, by=user(Role.COLLECTOR), on=DAY)
    assert "困窮" in LegalCase.objects.get(person=other).end_reason


def test_tax_never_goes_and_is_not_even_named_to_the_firm(firm):
    someone = legal.free()
    tax = claim(someone, kind="resident_tax", source="zei", due_on=date(2025, 5, 31))
    legal.picked(firm, someone)
    assert not LegalClaim.objects.filter(claim=tax).exists()
    assert "class_a" in reasons(someone)


def test_people_of_one_draft_are_together_and_a_claim_is_in_one_place(firm):
    one, other = legal.free("甲"), legal.free("乙")
    first = legal.picked(firm, one)
    assert legal.picked(firm, other) == first
    assert first.cases.count() == 2
    assert legal.picked(firm, one, other) == first, "who is in it stays in it"
    assert first.cases.count() == 2
    another = legal.firm(user(Role.LAWYER), name="架空 あおば法律事務所")
    with pytest.raises(MandateRefused, match="すでに弁護士へ委任"):
        legal.picked(another, one)


@pytest.mark.parametrize(
    ("facts", "says"),
    [({"is_active": False}, "契約は終わって"), ({"groups": ["child"]}, "この債権群を委任できません")],
)
def test_a_firm_gets_only_what_its_contract_is_about(lawyer, facts, says):
    of = legal.firm(lawyer, name="架空 別の事務所", **facts)
    with pytest.raises(MandateRefused, match=says):
        legal.picked(of, legal.free())


def test_nobody_hands_over_without_the_decision_of_a_second_person(firm):
    collector = user(Role.COLLECTOR)
    made = legal.picked(firm, legal.free(), by=collector)
    with pytest.raises(MandateRefused, match="決裁が済んでから"):
        mandates.hand_over(mandate_id=made.pk, by=collector, on=DAY)
    asked = mandates.ask(mandate_id=made.pk, reason="応じない", by=collector, on=DAY)
    with pytest.raises(MandateRefused):
        mandates.ask(mandate_id=made.pk, reason="応じない", by=collector, on=DAY)
    with pytest.raises(ApprovalRefused):
        approvals.decide(approval_id=asked.pk, decision="approved", by=collector)
    outcome = approvals.decide_many(approval_ids=[asked.pk], by=legal.decider())
    assert "1件ずつ" in outcome[0].problem
    approvals.decide(approval_id=asked.pk, decision="approved", by=legal.decider())
    made.refresh_from_db()
    assert made.stage == "approved"
    assert not made.handed_on


def test_the_hand_over_needs_todays_packet_and_silences_the_city(firm):
    someone = legal.free()
    owed = Claim.objects.get(identity__person=someone)
    made = legal.approved(firm, someone)
    by = user(Role.COLLECTOR)
    with pytest.raises(MandateRefused, match="書類の束"):
        mandates.hand_over(mandate_id=made.pk, by=by, on=DAY)
    old = legal.packet(made)
    type(old).objects.update(as_of=DAY - timedelta(days=1))
    with pytest.raises(MandateRefused, match="作り直して"):
        mandates.hand_over(mandate_id=made.pk, by=by, on=DAY)
    legal.packet(made, unread=[{"case": "x", "what": "甲1"}])
    with pytest.raises(MandateRefused, match="目で確かめて"):
        mandates.hand_over(mandate_id=made.pk, by=by, on=DAY)
    assert Claim.objects.filter(pk=owed.pk).reachable_by("notice", on=DAY).exists()
    mandates.hand_over(mandate_id=made.pk, by=by, on=DAY, looked=True)
    case = LegalCase.objects.get()
    assert case.state == "handed"
    assert case.last_entry
    assert case.readiness["colour"]
    hold = Hold.objects.get(claim=owed)
    assert (hold.reason, hold.decision) == ("lawyers", made.approval)
    for channel in ("notice", "call"):
        assert not Claim.objects.filter(pk=owed.pk).reachable_by(channel, on=DAY).exists()
    with pytest.raises(MandateRefused):
        mandates.hand_over(mandate_id=made.pk, by=by, on=DAY, looked=True)
    assert Hold.objects.count() == 1


def test_who_may_not_go_any_more_stays_behind_although_it_was_decided(firm):
    stays, goes = legal.free("残る"), legal.free("行く")
    made = legal.approved(firm, stays, goes)
    legal.packet(made)
    protect(stays)
    with pytest.raises(MandateRefused, match="1人が委任できなくなった"):
        mandates.hand_over(mandate_id=made.pk, by=user(Role.COLLECTOR), on=DAY)
    left = LegalCase.objects.get(person=stays)
    assert left.state == "dropped"
    assert "支援措置" in left.end_reason
    legal.packet(made)
    mandates.hand_over(mandate_id=made.pk, by=user(Role.COLLECTOR), on=DAY)
    assert list(LegalCase.objects.filter(state="handed").values_list("person", flat=True)) == [goes.pk]
    assert not Hold.objects.filter(person=stays).exists()


def test_given_up_its_people_are_free_again(firm):
    someone = legal.free()
    made = legal.picked(firm, someone)
    with pytest.raises(MandateRefused, match="理由"):
        mandates.give_up(mandate_id=made.pk, reason=" ", by=user(Role.COLLECTOR), on=DAY)
    mandates.give_up(mandate_id=made.pk, reason="方針が変わった", by=user(Role.COLLECTOR), on=DAY)
    assert candidates([someone.pk], on=DAY)[0].verdict.allowed
    assert legal.picked(firm, someone) != made


def test_dropped_with_a_reason(firm):
    someone = legal.free()
    made = legal.picked(firm, someone)
    case = made.cases.get()
    with pytest.raises(MandateRefused):
        mandates.drop(case_id=case.pk, reason="", by=user(Role.COLLECTOR), on=DAY)
    mandates.drop(case_id=case.pk, reason="事情が分かった", by=user(Role.COLLECTOR), on=DAY)
    with pytest.raises(MandateRefused):
        mandates.drop(case_id=case.pk, reason="もう一度", by=user(Role.COLLECTOR), on=DAY)
    with pytest.raises(MandateRefused, match="だれも入っていません"):
        mandates.ask(mandate_id=made.pk, reason="応じない", by=user(Role.COLLECTOR), on=DAY)


def test_sent_back_it_is_a_draft_again(firm):
    by = user(Role.COLLECTOR)
    made = legal.picked(firm, legal.free(), by=by)
    asked = mandates.ask(mandate_id=made.pk, reason="応じない", by=by, on=DAY)
    approvals.decide(approval_id=asked.pk, decision="rejected", reason="訪問してから", by=legal.decider())
    made.refresh_from_db()
    assert made.state == ("差戻し", "care")
    assert mandates.ask(mandate_id=made.pk, reason="訪問した", by=by, on=DAY).is_open


def test_as_many_questions_for_many_people_as_for_one(firm, django_assert_max_num_queries):
    people = [legal.free(f"多 {n}") for n in range(6)]
    with django_assert_max_num_queries(60) as few:
        candidates([people[0].pk], on=DAY)
    with django_assert_max_num_queries(60) as many:
        candidates([one.pk for one in people], on=DAY)
    assert len(many) == len(few)


def test_the_gate_is_asked_of_every_app(firm, monkeypatch):
    someone = legal.free()
    monkeypatch.setattr(registry, "lawyer_gates", [])
    with pytest.raises(MandateRefused, match="しくみがありません"):
        legal.picked(firm, someone)
    assert not Mandate.objects.filter(cases__person=someone).exists()
    assert not Approval.objects.exists()


def test_somebody_without_any_claim_is_no_candidate():
    assert not candidates([person().pk], on=DAY)[0].verdict.allowed
