"""決裁 on the screen: the evidence is there, two persons are needed, and a decision is made once."""

import pytest
from django.urls import reverse

from tests.factories.debtors import user
from toyota_collect import approvals
from toyota_collect.models import Approval, AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
EVIDENCE = {"対象（通）": 1234, "除外（人）": {"支援措置": 3}, "基準日": "2026-11-20"}


@pytest.fixture
def operator():
    return user(Role.PRINT_OPERATOR)


@pytest.fixture
def asked(operator):
    return approvals.ask(
        subject_type="run", subject_key="1", title="一斉催告 見本", amount_yen=9_876_543, evidence=EVIDENCE, by=operator
    )


@pytest.fixture
def supervisor(client):
    someone = user(Role.SUPERVISOR)
    client.force_login(someone)
    return someone


def decide(client, asked, decision, reason=""):
    return client.post(
        reverse("approvals:decide", args=[asked.pk]), {"decision": decision, "reason": reason}, follow=True
    )


def test_the_evidence_is_written_out_for_people(client, supervisor, asked):
    body = client.get(reverse("approvals:detail", args=[asked.pk])).content.decode()
    for text in ("一斉催告 見本", "9,876,543", "1,234", "除外（人）　支援措置", "令和8年11月20日"):
        assert text in body
    assert "一斉催告 見本" in client.get(reverse("approvals:waiting")).content.decode()


def test_a_second_person_approves(client, supervisor, asked):
    assert "承認としました" in decide(client, asked, "approved").content.decode()
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("approved", supervisor)
    assert AuditEvent.objects.filter(event="approval.approved", by=supervisor).exists()
    assert asked.title not in client.get(reverse("approvals:waiting")).content.decode()
    assert asked.title in client.get(reverse("approvals:waiting"), {"show": "decided"}).content.decode()


def test_who_asked_cannot_decide_even_as_a_supervisor(client, supervisor):
    own = approvals.ask(subject_type="hold", subject_key="2", title="自分の件", by=supervisor)
    assert "選べません：起案した本人です" in client.get(reverse("approvals:detail", args=[own.pk])).content.decode()
    assert "起案した本人は決裁できません" in decide(client, own, "approved").content.decode()
    assert Approval.objects.get(pk=own.pk).is_open


def test_sending_back_needs_a_reason(client, supervisor, asked):
    assert "差し戻す理由を書いてください" in decide(client, asked, "rejected").content.decode()
    decide(client, asked, "rejected", "最低金額を見直す")
    asked.refresh_from_db()
    assert (asked.decision, asked.decision_reason) == ("rejected", "最低金額を見直す")


def test_a_decision_is_made_once(client, supervisor, asked):
    decide(client, asked, "approved")
    assert "すでに決定されています" in decide(client, asked, "rejected", "考え直した").content.decode()
    assert Approval.objects.get(pk=asked.pk).decision == "approved"


@pytest.mark.parametrize("decision", ["", "maybe"])
def test_an_unknown_answer_decides_nothing(client, supervisor, asked, decision):
    decide(client, asked, decision)
    assert Approval.objects.get(pk=asked.pk).is_open


def test_a_decision_is_posted_never_followed(client, supervisor, asked):
    assert client.get(reverse("approvals:decide", args=[asked.pk])).status_code == 405
