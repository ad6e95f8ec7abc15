"""A contact is written with the step that follows it; nothing that is owed is left without one."""

from datetime import date

import pytest
from django.db import DatabaseError
from django.urls import reverse

from debtors import services_work
from debtors.models import Contact, WorkItem
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
TALKED = {"on": DAY, "channel": "phone", "outcome": "talked", "text": "仕事が減った。来庁を約束"}


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


@pytest.fixture
def debtor():
    return claim().identity.person


def record(of, by, **facts):
    return services_work.record_contact(person_id=of.pk, by=by, **(TALKED | facts))


def test_a_contact_closes_the_open_step_and_opens_the_next(debtor, collector):
    record(debtor, collector, next_step="来庁を受ける", next_due_on=date(2026, 11, 24))
    record(debtor, collector, outcome="absent", next_step="もう一度電話する", next_due_on=date(2026, 11, 27))
    closed, still_open = WorkItem.objects.order_by("pk")
    assert (closed.outcome, closed.closed_by) == ("不在", collector)
    assert (still_open.next_step, still_open.owner, still_open.closed_at) == ("もう一度電話する", collector, None)
    assert debtor.contacts.count() == 2


@pytest.mark.parametrize("half", [{}, {"next_step": "電話する"}, {"next_due_on": date(2026, 11, 30)}])
def test_while_something_is_owed_a_next_step_is_needed(debtor, collector, half):
    with pytest.raises(services_work.NextStepMissing):
        record(debtor, collector, **half)
    assert not Contact.objects.exists()


def test_without_debt_a_contact_may_stand_alone(collector):
    record(person(), collector)
    assert not WorkItem.objects.exists()


def test_nothing_remains_when_the_audit_row_cannot_be_written(debtor, collector, monkeypatch):
    def fail(**_):
        raise DatabaseError("no room")

    monkeypatch.setattr(services_work.audit, "record", fail)
    with pytest.raises(DatabaseError):
        record(debtor, collector, next_step="電話する", next_due_on=DAY)
    assert (Contact.objects.count(), WorkItem.objects.count()) == (0, 0)


def test_one_step_is_open_for_a_subject(debtor, collector):
    step = {"person_id": debtor.pk, "reason": "返戻", "next_step": "住所を調べる", "due_on": DAY, "by": collector}
    services_work.open_work_item(**step, subject_key="letter:1")
    services_work.open_work_item(**step, subject_key="letter:2")
    with pytest.raises(services_work.WorkItemRefused):
        services_work.open_work_item(**step, subject_key="letter:1")


def test_a_step_is_closed_once_and_with_a_result(debtor, collector):
    item = services_work.open_work_item(
        person_id=debtor.pk, reason="返戻", next_step="住所を調べる", due_on=DAY, by=collector, subject_key="letter:1"
    )
    close = {"item_id": item.pk, "by": collector, "on": DAY}
    with pytest.raises(services_work.WorkItemRefused):
        services_work.close_work_item(outcome="  ", **close)
    services_work.close_work_item(outcome="住所が分かった", **close)
    with pytest.raises(services_work.WorkItemRefused):
        services_work.close_work_item(outcome="もう一度", **close)
    assert AuditEvent.objects.filter(event="work_item.closed").count() == 1


def test_the_cases_own_step_is_closed_by_a_contact_while_something_is_owed(client, debtor, collector):
    facts = {"reason": "電話", "next_step": "電話する", "due_on": DAY, "by": collector}
    owing = services_work.open_work_item(person_id=debtor.pk, **facts)
    clear = services_work.open_work_item(person_id=person().pk, **facts)
    client.force_login(collector)
    for item in (owing, clear):
        client.post(reverse("debtors:close-work", args=[item.pk]), {"outcome": "済んだ"})
        item.refresh_from_db()
    assert (owing.closed_at, clear.outcome) == (None, "済んだ")


def test_the_form_writes_what_was_typed(client, debtor, collector):
    client.force_login(collector)
    typed = {
        "on": "2026-11-19", "channel": "counter", "outcome": "promised", "text": "分けて納めたい", "promised_on": "2026-11-30",
        "next_step": "入金を確かめる", "next_due_on": "2026-12-01",
    }  # fmt: skip
    answer = client.post(reverse("debtors:new-contact", args=[debtor.number]), typed)
    assert answer.url == reverse("debtors:person", args=[debtor.number])
    contact = Contact.objects.get()
    assert (contact.on, contact.promised_on, contact.by) == (date(2026, 11, 19), date(2026, 11, 30), collector)
    assert "分けて納めたい" in client.get(reverse("debtors:panel-course", args=[debtor.number])).content.decode()
    assert "入金を確かめる" in client.get(reverse("debtors:work")).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"on": "2026-11-21"}, "on", id="a day that has not come"),
        pytest.param({"outcome": "promised"}, "promised_on", id="a promise without a day"),
        pytest.param({"next_due_on": "2026-11-01"}, "next_due_on", id="a step due before the contact"),
        pytest.param({"next_step": ""}, "next_step", id="debt without a step"),
        pytest.param({"text": ""}, "text", id="nothing said"),
    ],
)
def test_the_form_says_what_to_mend(client, debtor, collector, change, field):
    client.force_login(collector)
    typed = {k: str(v) for k, v in TALKED.items()} | {"next_step": "電話する", "next_due_on": "2026-11-30"} | change
    answer = client.post(reverse("debtors:new-contact", args=[debtor.number]), typed)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Contact.objects.exists()


def test_what_is_open_is_listed_by_day_and_owner(client, debtor, collector):
    late = {"person_id": debtor.pk, "reason": "電話", "by": collector}
    services_work.open_work_item(
        **late, next_step="遅れた手", due_on=date(2026, 11, 1), subject_key="a", owner=collector
    )
    services_work.open_work_item(**late, next_step="他の人の手", due_on=date(2026, 12, 1), subject_key="b")
    client.force_login(collector)

    def steps(whose):
        return [item.next_step for item in client.get(reverse("debtors:work"), {"whose": whose}).context["page"]]

    assert (steps("mine"), steps("overdue"), steps("all")) == (["遅れた手"], ["遅れた手"], ["遅れた手", "他の人の手"])
