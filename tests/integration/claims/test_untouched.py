"""未折衝の人を担当に振る: an officer and a step for each, once."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from claims import standing
from claims.models import UntouchedPerson
from claims.services.untouched import MOST, UntouchedRefused, hand_out
from debtors.models import Assignment, WorkItem
from tests.factories.claims import claim
from tests.factories.debtors import protect, user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
DUE = DAY + timedelta(days=7)


@pytest.fixture
def boss():
    return user(Role.SUPERVISOR)


@pytest.fixture
def officer():
    return user(Role.COLLECTOR)


def neglected(number=1, **facts):
    people = [claim(due_on=date(2024, 6, 30), **facts).identity.person for _ in range(number)]
    standing.count(on=DAY)
    return people


def give(people, officer, boss, **facts):
    asked = {"next_step": "電話する", "due_on": DUE, "reason": "未折衝のため", "on": DAY} | facts
    return hand_out(person_ids=[one.pk for one in people], officer=officer, by=boss, **asked)


def test_each_gets_the_officer_and_a_step_and_leaves_the_list(boss, officer):
    people = neglected(2)
    assert give(people, officer, boss) == (2, 0)
    for someone in people:
        item = WorkItem.objects.get(person=someone)
        assert (item.owner, item.next_step, item.due_on, item.reason) == (officer, "電話する", DUE, "未折衝")
        assert (someone.assignment.officer, someone.assignment.by_hand) == (officer, True)
    assert not UntouchedPerson.objects.exists()
    assert standing.count(on=DAY).people[standing.STEP] == 2
    event = AuditEvent.objects.get(event="untouched.handed_out")
    assert event.by == boss
    assert event.detail["people"] == sorted(one.number for one in people)


def test_twice_is_once(boss, officer):
    people = neglected(2)
    give(people, officer, boss)
    assert give(people, user(Role.COLLECTOR), boss) == (0, 2)
    assert WorkItem.objects.count() == 2
    assert {one.officer for one in Assignment.objects.all()} == {officer}


def test_whoever_has_the_person_already_keeps_them_by_the_rules(boss, officer):
    (someone,) = neglected()
    Assignment.objects.create(person=someone, officer=officer, by_hand=True, reason="前から", since=DAY, by=boss)
    give([someone], officer, boss)
    assert Assignment.objects.get().reason == "前から"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"due_on": DAY - timedelta(days=1)}, "期限"),
        ({"reason": " "}, "理由"),
    ],
)
def test_a_wrong_day_or_no_reason_gives_nobody_away(boss, officer, facts, says):
    people = neglected(2)
    with pytest.raises(UntouchedRefused, match=says):
        give(people, officer, boss, **facts)
    assert not WorkItem.objects.exists()
    assert not Assignment.objects.exists()
    assert UntouchedPerson.objects.count() == 2


def test_nobody_too_many_or_an_officer_who_may_not_have_people_are_refused(boss, officer):
    people = neglected()
    with pytest.raises(UntouchedRefused, match="選んで"):
        give([], officer, boss)
    with pytest.raises(UntouchedRefused, match=f"{MOST}人"):
        hand_out(
            person_ids=range(MOST + 1), officer=officer, next_step="電話", due_on=DUE, reason="例", on=DAY, by=boss
        )
    with pytest.raises(UntouchedRefused, match="徴収担当"):
        give(people, user(Role.AUDITOR), boss)
    assert not WorkItem.objects.exists()


def test_the_page_lists_by_officer_and_hands_out(client, settings, boss, officer):
    settings.BASE_DATE = DAY
    first, second = neglected(2)
    protect(second)
    Assignment.objects.create(person=first, officer=officer, by_hand=True, reason="例", since=DAY, by=boss)
    client.force_login(boss)
    url = reverse("claims:untouched")
    counts = {one["label"]: one["count"] for one in client.get(url).context["filters"]}
    assert counts == {"すべて": 2, "担当なし": 1, str(officer): 1}
    page = client.get(url, {"officer": "none"})
    assert [row.person for row in page.context["page"]] == [second]
    assert "保護" in page.content.decode()
    given = {
        "person": [first.pk, second.pk],
        "officer": officer.pk,
        "next_step": "訪問する",
        "due_on": DUE,
        "reason": "例",
    }
    answer = client.post(url, given, follow=True)
    assert "2人を" in answer.content.decode()
    assert WorkItem.objects.filter(next_step="訪問する", owner=officer).count() == 2
    again = client.post(url, given)
    assert again.status_code == 302
    assert WorkItem.objects.count() == 2


def test_a_refusal_keeps_what_was_ticked(client, settings, boss, officer):
    settings.BASE_DATE = DAY
    (someone,) = neglected()
    client.force_login(boss)
    given = {"person": [someone.pk], "officer": officer.pk, "next_step": "電話", "due_on": "2026-11-01", "reason": "例"}
    body = client.post(reverse("claims:untouched"), given).content.decode()
    assert "基準日かそのあとの日" in body
    assert f'value="{someone.pk}" id="person-{someone.pk}" checked' in body


@pytest.mark.parametrize("order", ["yen", "clock", "old", "'; drop"])
@pytest.mark.parametrize("officer", ["", "none", "7", "x"])
def test_any_address_shows_a_list(client, boss, officer, order):
    neglected()
    client.force_login(boss)
    assert client.get(reverse("claims:untouched"), {"officer": officer, "order": order}).status_code == 200


def test_somebody_for_whom_a_step_was_opened_since_is_gone_from_the_list(client, boss, officer):
    someone, _ = neglected(2)
    WorkItem.objects.create(
        person=someone, reason="例", next_step="例", due_on=DAY, owner=officer, subject_key="other", opened_by=officer
    )
    client.force_login(boss)
    assert client.get(reverse("claims:untouched")).context["page"].paginator.count == 1
