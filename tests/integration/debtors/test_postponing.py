"""後回し: a row leaves my day for a time, comes back by itself, and nobody loses it out of sight."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from debtors import day_page, postponing_page
from debtors.models import Postponement
from debtors.services.assigning import assign_by_hand
from debtors.services.postponing import PostponingRefused, postpone, take_up
from debtors.services_work import open_work_item, record_contact
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, user
from toyota_collect import audit
from toyota_collect.held import held
from toyota_collect.models import AccessLog, AuditEvent, Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)  # a Friday; Monday is a holiday
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _day(settings):
    settings.BASE_DATE = DAY


@pytest.fixture
def officer():
    return user(Role.COLLECTOR)


@pytest.fixture
def payer(officer):
    """Somebody who has paid a part, and is therefore in the officer's day."""
    return paying(officer)


def paying(officer, **facts):
    owed = claim(principal_yen=9_000, **facts)
    someone = owed.identity.person
    assign_by_hand(person_id=someone.pk, officer=officer, reason="見本", on=DAY, by=user(Role.SUPERVISOR))
    pay(owed, 3_000, on=DAY - timedelta(days=2))
    return someone


def put_off(someone, by, *, on=DAY, until=WEDNESDAY, reason="answer", **facts):
    return postpone(person_id=someone.pk, on=on, until=until, reason=reason, by=by, **facts)


def shown(officer, *, on=DAY) -> tuple[list[int], list[int]]:
    """Who is in the day, and who waits."""
    day = day_page.day_of(officer, on=on)
    return [one.person_id for one in day.entries], [one.person_id for one in day.postponed]


def test_a_row_waits_until_its_day_and_is_back_by_itself(officer, payer):
    assert shown(officer) == ([payer.pk], [])
    put_off(payer, officer)
    assert shown(officer) == ([], [payer.pk])
    assert shown(officer, on=TUESDAY) == ([], [payer.pk])
    assert shown(officer, on=WEDNESDAY) == ([payer.pk], [])


def test_anything_new_brings_it_back(officer, payer):
    put_off(payer, officer)
    pay(payer.identities.get().claims.get(), 1, on=DAY)
    assert shown(officer) == ([payer.pk], [])


@pytest.mark.parametrize("day", [DAY - timedelta(days=2), DAY - timedelta(days=40)])
def test_money_that_is_booked_late_is_new_too(officer, payer, day):
    put_off(payer, officer)
    pay(payer.identities.get().claims.get(), 1_000, on=day)
    assert shown(officer) == ([payer.pk], [])


def test_a_step_that_was_set_for_it_brings_it_back(officer, payer):
    put_off(payer, officer)
    step = {"reason": "返戻", "next_step": "住所を調べる", "due_on": DAY, "by": officer, "owner": officer}
    open_work_item(person_id=payer.pk, subject_key="letter:1", **step)
    assert shown(officer) == ([payer.pk], [])


def test_a_promise_that_is_broken_meanwhile_brings_it_back(officer, payer):
    given = {"channel": "phone", "outcome": "promised", "text": "納める", "promised_on": TUESDAY, "by": officer}
    record_contact(person_id=payer.pk, on=DAY - timedelta(days=5), next_step="待つ", next_due_on=WEDNESDAY, **given)
    put_off(payer, officer)
    assert shown(officer, on=TUESDAY) == ([], [payer.pk])
    Postponement.objects.update(until=date(2026, 11, 26))
    assert shown(officer, on=WEDNESDAY) == ([payer.pk], [])


def test_it_is_written_once_with_its_audit_row(officer, payer):
    token = uuid4()
    made = put_off(payer, officer, token=token, text=" 勤務先に確かめる ")
    assert put_off(payer, officer, token=token) == made
    assert (made.text, made.times, made.counted_from) == ("勤務先に確かめる", 1, DAY)
    row = AuditEvent.objects.get(event="day.postponed")
    assert (row.by, row.subject_key, row.detail["until"]) == (officer, str(made.pk), "2026-11-25")


def test_nothing_is_left_where_the_audit_row_fails(officer, payer, monkeypatch):
    def refuse(**_):
        raise RuntimeError("no audit")

    running = put_off(payer, officer)
    monkeypatch.setattr(audit, "record", refuse)
    for act in (
        lambda: put_off(payer, officer, until=TUESDAY),
        lambda: take_up(postponement_id=running.pk, by=officer),
    ):
        with pytest.raises(RuntimeError):
            act()
        assert Postponement.objects.get(ended_at=None) == running


def test_taking_up_again_is_done_once(officer, payer):
    made = put_off(payer, officer)
    for _ in range(2):
        ended = take_up(postponement_id=made.pk, by=officer)
    assert shown(officer) == ([payer.pk], [])
    assert ended.ended_by == officer
    assert AuditEvent.objects.filter(event="day.taken_up").count() == 1


def test_a_second_one_takes_the_place_of_the_first_and_counts_on(officer, payer):
    first = put_off(payer, officer, until=TUESDAY)
    second = put_off(payer, officer, on=TUESDAY, until=WEDNESDAY)
    first.refresh_from_db()
    assert first.ended_at
    assert (second.times, second.counted_from) == (2, DAY)
    with pytest.raises(PostponingRefused, match="5開庁日"):
        put_off(payer, officer, on=TUESDAY, until=date(2026, 12, 1))
    pay(payer.identities.get().claims.get(), 1, on=TUESDAY)
    third = put_off(payer, officer, on=TUESDAY, until=date(2026, 12, 1))
    assert (third.times, third.counted_from) == (1, TUESDAY)


@pytest.mark.parametrize(
    ("until", "why"),
    [
        pytest.param(DAY, "明日から", id="today"),
        pytest.param(date(2026, 11, 23), "閉庁日", id="a holiday"),
        pytest.param(date(2026, 12, 1), "5開庁日", id="beyond the working days"),
    ],
)
def test_a_day_that_does_not_do_is_refused(officer, payer, until, why):
    with pytest.raises(PostponingRefused, match=why):
        put_off(payer, officer, until=until)
    assert not Postponement.objects.exists()


def test_nobody_waits_beyond_their_clock(officer):
    someone = paying(officer, prescribes_on=WEDNESDAY)
    with pytest.raises(PostponingRefused, match="時効の最終日"):
        put_off(someone, officer, until=date(2026, 11, 26))
    assert put_off(someone, officer, until=WEDNESDAY).until == WEDNESDAY


def test_a_step_that_is_due_does_not_wait(officer, payer):
    step = {"reason": "電話", "next_step": "電話する", "due_on": DAY, "by": officer, "owner": officer}
    open_work_item(person_id=payer.pk, **step)
    with pytest.raises(PostponingRefused, match="次の一手の期限"):
        put_off(payer, officer)


def test_how_many_days_is_a_dated_setting(officer, payer):
    Setting.objects.create(key="day.postpone_working_days", value=1, starts_on=DAY, source="試験")
    with pytest.raises(PostponingRefused, match="1開庁日"):
        put_off(payer, officer)
    assert put_off(payer, officer, until=TUESDAY)


def test_who_is_not_in_the_day_cannot_be_put_off(officer):
    with pytest.raises(PostponingRefused, match="本日の業務に出ていない"):
        put_off(person(), officer)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"until": DAY}, "postponement_comes_back_later"),
        ({"counted_from": TUESDAY}, "postponement_comes_back_later"),
        ({"reason": "other"}, "postponement_for_another_reason_says_which"),
        ({"ended_at": "2026-11-20T00:00Z"}, "postponement_ended_by_somebody"),
    ],
)
def test_the_database_refuses_what_cannot_be(officer, payer, facts, constraint):
    made = put_off(payer, officer)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Postponement.objects.filter(pk=made.pk).update(**facts)
    made.pk = None
    with pytest.raises(IntegrityError, match="postponement_one_running_per_person"), transaction.atomic():
        made.save(force_insert=True)


def test_the_page_puts_off_and_takes_up_and_comes_back_to_the_same_list(client, officer, payer):
    client.force_login(officer)
    day = reverse("debtors:day")
    link = f"{reverse('debtors:postpone', args=[payer.number])}?back=reason%3D%25E5%2585%25A5%25E9%2587%2591"
    assert link in client.get(day, {"reason": "入金"}).content.decode()
    page = client.get(link)
    assert "5開庁日" in page.content.decode()
    assert AccessLog.objects.filter(action="postpone", person_key=payer.number).count() == 1
    form = page.context["form"]
    sent = {"token": form["token"].value(), "until": "2026-11-25", "reason": "other"}
    assert "内容を書いてください" in client.post(link, sent).content.decode()
    assert "閉庁日" in client.post(link, sent | {"text": "待つ", "until": "2026-11-22"}).content.decode()
    for _ in range(2):
        answer = client.post(link, sent | {"text": "待つ"})
        assert answer.url == f"{day}?reason=%E5%85%A5%E9%87%91"
    made = Postponement.objects.get()
    text = client.get(day).content.decode()
    assert "後回し <strong" in text
    assert "その他（内容を書く）　待つ" in text
    assert client.post(reverse("debtors:take-up", args=[made.pk])).url == day
    assert "後回し <strong" not in client.get(day).content.decode()


def test_the_page_says_why_nobody_can_wait(client, officer):
    someone = paying(officer, prescribes_on=DAY)
    client.force_login(officer)
    text = client.get(reverse("debtors:postpone", args=[someone.number])).content.decode()
    assert "時効の最終日" in text
    assert 'name="until"' not in text


def test_the_queries_of_the_day_do_not_grow_with_those_who_wait(
    officer, payer, django_assert_num_queries, django_assert_max_num_queries
):
    put_off(payer, officer)
    with held(), django_assert_max_num_queries(32) as few:  # as the page asks
        day_page.day_of(officer, on=DAY)
    for _ in range(3):
        put_off(paying(officer), officer)
    with held(), django_assert_num_queries(len(few)):
        day_page.day_of(officer, on=DAY)


def test_who_assigns_sees_how_often_and_why(client, officer, payer):
    supervisor = user(Role.SUPERVISOR)
    assert not list(postponing_page.lines(supervisor, DAY))
    put_off(payer, officer, reason="papers")
    put_off(paying(officer), officer, reason="papers")
    for _ in range(2):
        put_off(payer, officer)
    assert not list(postponing_page.lines(officer, DAY))
    (line,) = postponing_page.lines(supervisor, DAY)
    assert line.text == ("いま2人（続けて3回以上1人）。この30日に4件：折り返し・回答を待つ2、書類の到着を待つ2")
    assert line.tone == "care"
    client.force_login(supervisor)
    page = client.get(reverse("debtors:postponements"))
    assert [one.times for one in page.context["page"]] == [3, 1]
    assert payer.name in page.content.decode()
    assert "後回し" in client.get(reverse("claims:board")).content.decode()
    (later,) = postponing_page.lines(supervisor, DAY + timedelta(days=29))
    assert "いま0人" in later.text
    assert not list(postponing_page.lines(supervisor, DAY + timedelta(days=30)))


def test_the_course_of_the_case_tells_it_to_colleagues(client, officer, payer):
    made = put_off(payer, officer, reason="other", text="証明を待つ")
    client.force_login(officer)
    url = reverse("debtors:panel-course", args=[payer.number])
    text = client.get(url).content.decode()
    assert "本日の業務から外した（その他）。証明を待つ" in text
    assert "<s>" not in text
    take_up(postponement_id=made.pk, by=officer)
    assert "<s>" in client.get(url).content.decode()
