"""支援措置の人の住所の照会: a reason, another person's decision, minutes, and every look written down."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from debtors.models import AddressReveal
from debtors.services import reveals
from debtors.services.reveals import RevealRefused
from tests.factories.debtors import person, protect, user
from toyota_collect import approvals
from toyota_collect.models import AccessLog, Approval, AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
PLACE = "愛知県豊田市架空町9番地"


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO, settings.BASE_DATE = True, date(2026, 11, 20)


@pytest.fixture
def hidden():
    someone = person(address=PLACE, phone="0565-00-0009")
    protect(someone)
    return someone


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


@pytest.fixture
def boss():
    return user(Role.SUPERVISOR)


def approve(reveal, by):
    approvals.decide(approval_id=reveal.approval_id, decision=Approval.Decision.APPROVED, by=by)


def test_from_the_question_to_the_look(hidden, collector, boss, client):
    client.force_login(collector)
    person_page = client.get(reverse("debtors:person", args=[hidden.number])).content.decode()
    assert PLACE not in person_page
    assert reverse("debtors:reveals", args=[hidden.number]) in person_page
    asked = client.post(reverse("debtors:reveals", args=[hidden.number]), {"reason": "訴状の送達先"}, follow=True)
    reveal = AddressReveal.objects.get()
    show = reverse("debtors:reveal-show", args=[reveal.pk])
    assert PLACE not in asked.content.decode()
    assert PLACE not in client.post(show, follow=True).content.decode()
    approve(reveal, boss)
    page = client.get(reverse("debtors:reveal", args=[reveal.pk])).content.decode()
    assert PLACE not in page
    assert "住所を表示する" in page
    answer = client.post(show)
    assert PLACE in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    logged = AccessLog.objects.filter(action="reveal.address").order_by("pk").last()
    assert (logged.by, logged.person_key, logged.basis) == (
        collector, hidden.number, f"照会 {reveal.pk}・決裁 {reveal.approval_id}"
    )  # fmt: skip
    assert PLACE not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert PLACE not in str(Approval.objects.values_list("evidence", "reason", "title").get())


@pytest.mark.parametrize(
    ("after", "shown"),
    [(timedelta(minutes=29, seconds=59), True), (timedelta(minutes=30), False)],
    ids=["a second before the end", "the end"],
)
def test_it_expires(hidden, collector, boss, after, shown):
    reveal = reveals.ask(person_id=hidden.pk, reason="架空", by=collector)
    approve(reveal, boss)
    reveal.refresh_from_db()
    moment = reveal.until - timedelta(minutes=30) + after
    if shown:
        assert reveals.look(reveal_id=reveal.pk, by=collector, now=moment).address == PLACE
    else:
        with pytest.raises(RevealRefused, match="過ぎました"):
            reveals.look(reveal_id=reveal.pk, by=collector, now=moment)


def test_only_who_asked_may_look(hidden, collector, boss):
    reveal = reveals.ask(person_id=hidden.pk, reason="架空", by=collector)
    approve(reveal, boss)
    for other in (boss, user(Role.COLLECTOR)):
        with pytest.raises(RevealRefused, match="本人だけ"):
            reveals.look(reveal_id=reveal.pk, by=other, now=timezone.now())


def test_nobody_grants_what_they_asked_for(hidden, boss):
    reveal = reveals.ask(person_id=hidden.pk, reason="架空", by=boss)
    with pytest.raises(approvals.ApprovalRefused, match="起案した本人"):
        approve(reveal, boss)
    with pytest.raises(IntegrityError), transaction.atomic():
        AddressReveal.objects.filter(pk=reveal.pk).update(granted_by=boss, until=timezone.now())


def test_it_cannot_be_decided_in_bulk(hidden, collector, boss):
    reveal = reveals.ask(person_id=hidden.pk, reason="架空", by=collector)
    (outcome,) = approvals.decide_many(approval_ids=[reveal.approval_id], by=boss)
    assert "1件ずつ" in outcome.problem


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(hidden, collector, reason):
    with pytest.raises(RevealRefused, match="何のために"):
        reveals.ask(person_id=hidden.pk, reason=reason, by=collector)


def test_what_is_not_hidden_is_not_asked_for(collector):
    with pytest.raises(RevealRefused, match="隠されていません"):
        reveals.ask(person_id=person().pk, reason="架空", by=collector)


def test_asking_twice_waits_once(hidden, collector):
    reveals.ask(person_id=hidden.pk, reason="架空", by=collector)
    with pytest.raises(RevealRefused, match="待っています"):
        reveals.ask(person_id=hidden.pk, reason="架空", by=collector)
    assert AddressReveal.objects.count() == 1
