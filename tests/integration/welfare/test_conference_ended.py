"""A decision of the 支援会議 ends at once, written by a collector or by the worker whom the person tells."""

import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.factories import welfare as made
from tests.factories.debtors import person, user
from tests.factories.welfare import DAY
from toyota_collect import approvals, audit
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role
from welfare.models import CaseNote, ConferenceDecision, Referral
from welfare.services import cases, referrals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
LATER = DAY + timedelta(days=60)


@pytest.fixture
def someone():
    return person(name="架空 花子", kana="カクウ ハナコ")


@pytest.fixture
def worker():
    return user(Role.WELFARE_WORKER)


def asked(someone: Any, by: Any, valid_until: date = LATER) -> ConferenceDecision:
    return referrals.ask_conference(
        person_id=someone.pk, held_on=DAY, members="福祉課 架空一", items=["contact"], why="連絡がとれない",
        valid_until=valid_until, by=by, on=DAY,
    )  # fmt: skip


def decided(someone: Any, by: Any) -> ConferenceDecision:
    decision = asked(someone, by)
    approvals.decide(approval_id=decision.approval_id, decision="approved", by=user(Role.SUPERVISOR), on=DAY)
    decision.refresh_from_db()
    return decision


def handed_over(someone: Any, by: Any, **facts: Any) -> Referral:
    decision = decided(someone, by)
    return referrals.hand_over(person_id=someone.pk, conference_id=decision.pk, by=by, on=DAY, **facts)


def end(referral: Referral, by: Any, reason: str = "決定の誤り") -> ConferenceDecision:
    assert referral.conference_id
    return referrals.end_conference(conference_id=referral.conference_id, reason=reason, by=by, on=DAY)


def test_an_ended_decision_ends_the_case_the_talk_and_the_access_at_once(someone, collector, worker, client):
    referral = handed_over(someone, collector, meeting=(DAY, time(10), "窓口"))
    case = cases.receive(referral_id=referral.pk, by=worker, on=DAY)
    cases.attempt(case_id=case.pk, day=DAY, part="morning", channel="phone", reached=True, by=worker, on=DAY)
    client.force_login(worker)
    case_url, room, export = (
        reverse("welfare:case", args=[referral.pk]),
        reverse("welfare:room"),
        reverse("welfare:exchange-document"),
    )
    assert client.get(case_url).status_code == 200
    assert someone.name in client.get(room).content.decode()
    assert referral.case_number in client.get(export).content.decode()
    assert referral.case_number in client.get(export + "?form=csv").content.decode()
    end(referral, collector)
    again = end(referral, worker, reason="もう一度")
    referral.refresh_from_db()
    assert (again.ended_on, again.ended_by, again.end_reason) == (DAY, collector, "決定の誤り")
    assert referral.state == "withdrawn"
    assert referral.meetings.get().outcome == "cancelled"
    assert AuditEvent.objects.filter(event="conference.ended").count() == 1
    assert not ConferenceDecision.objects.open(on=DAY).exists()
    assert client.get(case_url).status_code == 404
    shown = client.get(room).content.decode()
    assert someone.name not in shown
    assert referral.case_number in shown  # so that the worker stops
    assert referral.case_number not in client.get(export).content.decode()
    assert json.loads(client.get(export).content)["cases"] == []
    assert referral.case_number not in client.get(export + "?form=csv").content.decode()
    with pytest.raises(cases.CaseClosed, match="支援会議の決定が終わった"):
        cases.note(case_id=case.pk, day=DAY, text="x", by=worker, on=DAY)
    assert not CaseNote.objects.exists()


def test_a_decision_ended_after_the_answer_closes_the_case_and_leaves_the_answer(someone, collector, worker, client):
    referral = handed_over(someone, collector)
    case = cases.receive(referral_id=referral.pk, by=worker, on=DAY)
    cases.answer(case_id=case.pk, code="budget", day=DAY, by=worker, on=DAY)
    end(referral, collector)
    referral.refresh_from_db()
    assert referral.state == "answered"
    client.force_login(worker)
    assert client.get(reverse("welfare:case", args=[referral.pk])).status_code == 404


def test_nobody_is_handed_over_on_an_ended_decision(someone, collector):
    decision = decided(someone, collector)
    referrals.end_conference(conference_id=decision.pk, reason="誤り", by=collector, on=DAY)
    with pytest.raises(referrals.ReferralRefused, match="有効な同意も、支援会議の決定もありません"):
        referrals.hand_over(person_id=someone.pk, conference_id=decision.pk, by=collector, on=DAY)


def test_a_decision_ends_with_a_reason_and_not_before_it_was_made(someone, collector):
    decision = asked(someone, collector)
    with pytest.raises(referrals.ReferralRefused, match="取り下げて"):
        referrals.end_conference(conference_id=decision.pk, reason="誤り", by=collector, on=DAY)
    other = decided(person(), collector)
    with pytest.raises(referrals.ReferralRefused, match="理由"):
        referrals.end_conference(conference_id=other.pk, reason=" ", by=collector, on=DAY)
    assert ConferenceDecision.objects.open(on=DAY).get() == other


@pytest.mark.parametrize("lack", [{"ended_by": None}, {"end_reason": ""}, {"ended_on": None}, {"ended_on": DAY - timedelta(days=1)}, {"decided_on": None}])  # fmt: skip
def test_the_database_keeps_no_end_without_who_and_why(someone, collector, lack):
    decision = decided(someone, collector)
    facts = {"ended_on": DAY, "ended_by": collector, "end_reason": "誤り"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ConferenceDecision.objects.filter(pk=decision.pk).update(**(facts | lack))


def test_nothing_ends_whose_record_fails(someone, collector, monkeypatch):
    referral = handed_over(someone, collector)

    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        end(referral, collector)
    referral.refresh_from_db()
    assert referral.state == "consented"
    assert ConferenceDecision.objects.open(on=DAY).exists()


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SUPERVISOR])
def test_the_collecting_side_ends_it_where_the_decision_is_shown(someone, collector, client, role):
    referral = handed_over(someone, collector)
    client.force_login(user(role))
    talk = reverse("welfare:talk", args=[someone.number])
    url = reverse("welfare:conference-end", args=[referral.conference_id])
    assert url in client.get(talk).content.decode()
    assert "理由を書いてください" in client.post(url, {"reason": " "}, follow=True).content.decode()
    assert ConferenceDecision.objects.open(on=DAY).exists()
    for _ in range(2):
        response = client.post(url, {"reason": "本人が望んでいない"}, follow=True)
        assert response.redirect_chain == [(talk, 302)]
    page = response.content.decode()
    assert "支援会議の決定を終えました" in page
    assert "本人が望んでいない" in page
    assert "支援会議の決定の終了" in page
    assert url not in page
    assert AuditEvent.objects.filter(event="conference.ended").count() == 1


@pytest.mark.parametrize("by_consent", [True, False])
def test_a_worker_writes_that_the_person_takes_it_back_and_the_case_is_gone(
    someone, collector, worker, client, by_consent
):
    referral = made.handed_over(someone, collector) if by_consent else handed_over(someone, collector)
    cases.receive(referral_id=referral.pk, by=worker, on=DAY)
    client.force_login(worker)
    case_url, url = (reverse(f"welfare:{name}", args=[referral.pk]) for name in ("case", "case-withdraw"))
    assert url in client.get(case_url).content.decode()
    assert client.post(url, {"how": " "}).status_code == 200
    assert client.get(case_url).status_code == 200
    response = client.post(url, {"how": "電話"}, follow=True)
    assert response.redirect_chain == [(reverse("welfare:room"), 302)]
    assert f"{referral.case_number}の取り消しを登録しました" in response.content.decode()
    assert someone.name not in response.content.decode()
    assert client.get(case_url).status_code == 404
    assert client.post(url, {"how": "電話"}).status_code == 404
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    if by_consent:
        assert referral.consent
        assert (referral.consent.withdrawn_by, referral.consent.withdrawn_how) == (worker, "電話")
    else:
        assert referral.conference
        assert (referral.conference.ended_by, referral.conference.end_reason) == (worker, "本人の申出（電話）")
    event = "consent.withdrawn" if by_consent else "conference.ended"
    assert AuditEvent.objects.get(event=event).by == worker


def test_a_worker_says_how_it_was_asked_for_and_only_of_an_open_case(someone, collector, worker):
    referral = handed_over(someone, collector)
    with pytest.raises(cases.CaseRefused, match="どのように"):
        cases.withdraw(referral_id=referral.pk, how=" ", by=worker, on=DAY)
    cases.withdraw(referral_id=referral.pk, how="来庁", by=worker, on=DAY)
    with pytest.raises(cases.CaseClosed):
        cases.withdraw(referral_id=referral.pk, how="来庁", by=worker, on=DAY)
    assert AuditEvent.objects.filter(event="conference.ended").count() == 1
