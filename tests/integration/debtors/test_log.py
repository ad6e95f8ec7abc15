"""The log: written once, in its place or as a page, corrected by a new line, and one course with everything else."""

from datetime import date, time
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from debtors import services_work
from debtors.happenings import course_of, topic_of, topics_of
from debtors.models import Contact, OutcomeRule, Snippet, WorkItem
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.plans import signed
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
FACTS = {"on": DAY, "channel": "phone", "outcome": "talked", "text": "話した"}
STEP = {"next_step": "電話する", "next_due_on": date(2026, 11, 30)}


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


@pytest.fixture
def debtor():
    return claim().identity.person


def record(of, by, **facts):
    return services_work.record_contact(person_id=of.pk, by=by, **(FACTS | STEP | facts))


def typed(**change):
    return {"on": "2026-11-20", "channel": "phone", "outcome": "talked", "text": "話した"} | {
        "next_step": "電話する", "next_due_on": "2026-11-30",
    } | change  # fmt: skip


def test_what_is_sent_twice_is_written_once(client, debtor, collector):
    client.force_login(collector)
    sent = typed(token=str(uuid4()))
    for _ in range(2):
        assert client.post(reverse("debtors:new-contact", args=[debtor.number]), sent).status_code == 302
    assert (Contact.objects.count(), WorkItem.objects.count()) == (1, 1)


def test_a_line_is_never_changed_and_never_deleted(debtor, collector):
    line = record(debtor, collector)
    for act in (lambda: Contact.objects.filter(pk=line.pk).update(text="別の話"), line.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            act()
    assert Contact.objects.get().text == "話した"


def test_a_correction_is_a_line_of_its_own_and_both_are_shown(client, debtor, collector):
    client.force_login(collector)
    old = record(debtor, collector, outcome="absent")
    page = client.get(reverse("debtors:correct-contact", args=[old.pk]))
    assert page.context["form"]["outcome"].value() == "absent"
    assert "next_step" not in page.context["form"].fields
    sent = typed(outcome="promised", promised_on="2026-11-30", promised_yen="5000", why="別の人と取り違えた")
    answer = client.post(reverse("debtors:correct-contact", args=[old.pk]), sent)
    assert answer.url == reverse("debtors:person", args=[debtor.number])
    new = Contact.objects.get(corrects=old)
    assert (new.outcome, new.promised_yen, new.person_id, new.by) == ("promised", 5_000, debtor.pk, collector)
    assert list(Contact.objects.in_force()) == [new]
    assert WorkItem.objects.get().next_step == "電話する"  # what follows from it stays
    lines = {one.struck: one for one in course_of(debtor, collector, on=DAY)}
    assert "R8.11.20の行を訂正。理由：別の人と取り違えた" in lines[False].text
    assert "に訂正】" in lines[True].text
    assert (bool(lines[False].url), bool(lines[True].url)) == (True, False)
    course = client.get(reverse("debtors:panel-course", args=[debtor.number])).content.decode()
    assert "<s>不在。話した" in course
    assert (
        "約束 R8.11.30に5,000円" in client.get(reverse("debtors:panel-course", args=[debtor.number])).content.decode()
    )


@pytest.mark.parametrize("change", [{"why": " "}, {"why": ""}])
def test_a_correction_needs_its_reason(debtor, collector, change):
    old = record(debtor, collector)
    with pytest.raises(services_work.CorrectionRefused, match="理由"):
        services_work.correct_contact(contact_id=old.pk, by=collector, **FACTS, **change)


def test_a_line_is_corrected_once_and_the_newer_one_again(debtor, collector):
    old = record(debtor, collector)
    token = uuid4()
    again = {"contact_id": old.pk, "why": "誤記", "by": collector, "token": token} | FACTS
    new = services_work.correct_contact(**again)
    assert services_work.correct_contact(**again) == new  # the same form once more
    with pytest.raises(services_work.CorrectionRefused, match="すでに訂正"):
        services_work.correct_contact(**(again | {"token": uuid4()}))
    assert services_work.correct_contact(**(again | {"contact_id": new.pk, "token": uuid4()})).corrects == new


def test_what_the_post_wrote_is_corrected_elsewhere(debtor, collector):
    services_work.log_letters(lines=[(debtor.pk, "催告書", "contract")], outcome="sent", on=DAY, by=collector)
    with pytest.raises(services_work.CorrectionRefused, match="発送"):
        services_work.correct_contact(contact_id=Contact.objects.get().pk, why="誤記", by=collector, **FACTS)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"promised_yen": 1_000}, "contact_promised_sum_has_a_day"),
        ({"promised_yen": 0, "promised_on": DAY}, "contact_promised_sum_has_a_day"),
        ({"why": "誤記"}, "contact_correction_has_a_reason"),
    ],
)
def test_the_table_refuses_half_facts(collector, facts, name):
    with pytest.raises(IntegrityError, match=name):
        Contact.objects.create(person=person(), by=collector, ground="contract", **FACTS, **facts)


def test_the_outcome_proposes_the_step_from_the_table(client, debtor, collector):
    OutcomeRule.objects.filter(outcome="absent").update(next_step="夜に電話する", days=2)
    client.force_login(collector)
    url = reverse("debtors:new-contact", args=[debtor.number])
    page = client.get(url).content.decode()
    assert 'data-step="夜に電話する" data-due="2026-11-23"' in page  # the 22nd is a Sunday
    answer = client.post(url, typed(outcome="absent", text="", next_step="", next_due_on=""))
    assert {"next_step", "next_due_on"} == set(answer.context["form"].errors)
    assert answer.context["form"]["next_step"].value() == "夜に電話する"
    assert client.post(url, typed(outcome="absent", text="")).status_code == 302  # silence says all there is to say


def test_a_ready_word_is_put_in_without_scripts(client, debtor, collector):
    Snippet.objects.create(code="x", label="見本", text="見本の文。")
    client.force_login(collector)
    url = reverse("debtors:new-contact", args=[debtor.number])
    form = client.post(url, typed(insert="x")).context["form"]
    assert (form["text"].value(), form["outcome"].value(), Contact.objects.count()) == ("話した見本の文。", "talked", 0)
    Snippet.objects.filter(code="x").update(in_use=False)
    assert "見本の文。" not in client.get(url).content.decode()


def test_in_its_place_the_form_is_a_fragment_and_the_panels_follow(client, debtor, collector):
    client.force_login(collector)
    url = reverse("debtors:new-contact", args=[debtor.number])
    form = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in form
    assert "autofocus" in form
    wrong = client.post(url, typed(outcome=""), headers={"HX-Request": "true"})
    assert "<html" not in wrong.content.decode()
    assert not Contact.objects.exists()
    done = client.post(url, typed(), headers={"HX-Request": "true"}).content.decode()
    for name in ("next", "contact", "course"):
        assert f"aria-labelledby='{name}'" in done
    assert Contact.objects.count() == 1


def test_a_protected_person_is_warned_of_wherever_one_writes(client, debtor, collector):
    protect(debtor)
    client.force_login(collector)
    url = reverse("debtors:new-contact", args=[debtor.number])
    for headers in ({}, {"HX-Request": "true"}):
        assert "支援措置の対象です" in client.get(url, headers=headers).content.decode()


def test_everything_stands_in_one_course_and_is_filtered_by_topic(client, collector):
    owed = claim(principal_yen=60_000)
    debtor = owed.identity.person
    pay(owed, 1_000, on=date(2026, 10, 1))
    record(debtor, collector, at=time(10, 30), with_whom="spouse")
    signed(owed, by=collector)
    course = course_of(debtor, collector, on=DAY)
    assert {topic_of(one) for one in course} == {"contact", "money", "plan", "hold", "event"}  # 承認 is an event
    assert [row["code"] for row in topics_of(course, "")] == ["", "contact", "money", "plan", "hold", "event"]
    client.force_login(collector)
    url = reverse("debtors:panel-course", args=[debtor.number])
    shown = client.get(url, {"topic": "plan"}).context
    assert {one.kind for one in shown["course"]} == {"分納"}
    assert client.get(url, {"topic": "nonsense"}).context["topics"][0]["current"]
    spoken = client.get(url, {"topic": "contact"}).content.decode()
    assert "10:30" in spoken
    assert "相手：配偶者。" in spoken


def test_the_course_takes_no_more_queries_for_more_lines(client, collector):
    owed = claim(principal_yen=60_000)
    debtor = owed.identity.person
    record(debtor, collector)
    client.force_login(collector)
    url = reverse("debtors:panel-course", args=[debtor.number])
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(5):
        record(debtor, collector)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
