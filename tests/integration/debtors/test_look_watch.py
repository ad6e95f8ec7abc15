"""Looks at the own family, at colleagues and at far more people than usual are found once, told with a reason, and closed by another."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from debtors.models import PersonRelation
from debtors.rules.looks import is_unusual
from debtors.services.look_watch import watch
from debtors.tasks import watch_looks
from tests.factories.debtors import person, user
from toyota_collect import services_watch
from toyota_collect.models import AccessLog, LookAlert, Setting
from toyota_collect.permissions import Role

DAY = date(2026, 11, 19)
Kind = LookAlert.Kind


@pytest.mark.parametrize(
    ("people", "usual", "unusual"),
    [
        pytest.param(149, [1], False, id="below the floor"),
        pytest.param(150, [], True, id="at the floor, a new account"),
        pytest.param(150, [50, 50, 50], False, id="three times the median"),
        pytest.param(151, [50, 50, 50], True, id="more than three times"),
        pytest.param(200, [10, 80, 90], False, id="the median, not the mean"),
    ],
)
def test_what_is_unusual(people, usual, unusual):
    assert is_unusual(people, usual, floor=150, times=3) is unusual


def looked(by, *people, on=DAY, times=1):
    at = timezone.make_aware(datetime(on.year, on.month, on.day, 10))
    for one in people:
        AccessLog.objects.bulk_create(
            [
                AccessLog(by=by, action="person", person_key=one.number, purpose="collection", path="/")
                for _ in range(times)
            ]
        )
    with connection.cursor() as cursor:  # the log writes its own moment
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE toyota_collect_accesslog SET at = %s WHERE at > now() - interval '1 minute'", [at])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def found():
    return set(LookAlert.objects.values_list("kind", "user", "person_key", "looks"))


@pytest.mark.django_db
def test_oneself_the_household_and_whom_one_acts_for():
    me, wife, ward, stranger = (
        person(atena_number="A1", household_number="H1"),
        person(household_number="H1"),
        person(),
        person(household_number="H2"),
    )
    staff = user(Role.COLLECTOR, own_number="A1")
    PersonRelation.objects.create(
        person=ward,
        actor=me,
        kind="guardian",
        starts_on=date(2026, 1, 1),
        ground="consent",
        origin="届出",
        entered_by=staff,
    )
    looked(staff, me, wife, ward, stranger)
    looked(staff, wife)
    assert watch(day=DAY) == 3
    assert found() == {(Kind.OWN, staff.pk, one.number, times) for one, times in ((me, 1), (wife, 2), (ward, 1))}


@pytest.mark.django_db
def test_a_colleague_and_that_a_second_run_only_counts():
    theirs, other = person(atena_number="B1"), person()
    user(Role.COLLECTOR, own_number="B1")
    curious = user(Role.COLLECTOR)
    looked(curious, theirs, other)
    assert [watch(day=DAY), watch(day=DAY)] == [1, 0]
    looked(curious, theirs)
    assert watch(day=DAY) == 0
    assert found() == {(Kind.COLLEAGUE, curious.pk, theirs.number, 2)}


@pytest.mark.django_db
def test_far_more_people_than_usual():
    Setting.objects.filter(key="watch.volume").update(value={"floor": 3, "times": 2})
    people = [person() for _ in range(5)]
    curious, busy = user(Role.COLLECTOR), user(Role.COLLECTOR)
    for back in (1, 2, 3):
        looked(curious, people[0], on=DAY - timedelta(days=back))
        looked(busy, *people[:4], on=DAY - timedelta(days=back))
    looked(curious, *people, times=2)
    looked(busy, *people)
    watch(day=DAY)
    assert found() == {(Kind.VOLUME, curious.pk, "", 5)}


@pytest.mark.django_db
def test_the_job_looks_two_days_back(monkeypatch):
    days = []
    monkeypatch.setattr("debtors.services.look_watch.watch", lambda *, day: days.append(day))
    watch_looks()
    assert days == [timezone.localdate() - timedelta(days=2), timezone.localdate() - timedelta(days=1)]


@pytest.fixture
def alert(db):
    return LookAlert.objects.create(kind=Kind.VOLUME, user=user(Role.COLLECTOR), day=DAY, looks=200, reason="架空")


@pytest.fixture
def auditor(client, settings, db):
    settings.DEMO, settings.BASE_DATE = True, date(2026, 11, 20)
    someone = user(Role.AUDITOR)
    client.force_login(someone)
    return someone


def test_the_auditor_closes_it_once_with_an_answer(client, auditor, alert):
    address = reverse("users:close-alert", args=[alert.pk])
    client.post(address, {"answer": " "})
    alert.refresh_from_db()
    assert alert.closed_at is None
    client.post(address, {"answer": "一斉催告の確認のため"})
    client.post(address, {"answer": "書き換え"})
    alert.refresh_from_db()
    assert (alert.answer, alert.closed_by) == ("一斉催告の確認のため", auditor)
    assert "一斉催告の確認のため" in client.get(reverse("users:look-alerts")).content.decode()


def test_nobody_closes_an_alert_of_their_own(alert):
    with pytest.raises(services_watch.AlertRefused, match="自分"):
        services_watch.close(alert_id=alert.pk, answer="見た", by=alert.user)


def test_a_citizen_is_told_offices_and_purposes_and_no_names(client, auditor):
    asked, other = person(), person()
    collector = user(Role.COLLECTOR)
    looked(collector, asked, times=3)
    looked(collector, asked, on=DAY - timedelta(days=400))
    looked(auditor, asked)
    looked(collector, other)
    told = services_watch.told_looks(person_key=asked.number, since=DAY, until=DAY)
    assert [(one.day, one.office, one.purpose, one.what, one.times) for one in told] == [
        (DAY, "徴収担当", "徴収事務", "人の画面", 3)
    ]
    query = {"person": asked.number, "since": "2026-11-01", "until": "2026-11-30"}
    page = client.get(reverse("users:look-answer"), query).content.decode()
    assert "徴収事務" in page
    assert collector.display_name not in page
    paper = client.get(reverse("users:look-answer-pdf"), query)
    assert paper.content.startswith(b"%PDF")
    assert AccessLog.objects.filter(action="look_answer.pdf", person_key=asked.number, by=auditor).exists()


def test_days_the_wrong_way_round_are_told(client, auditor):
    query = {"person": "T1", "since": "2026-11-30", "until": "2026-11-01"}
    assert "始まりの日より前" in client.get(reverse("users:look-answer"), query).content.decode()


def test_the_log_is_taken_out_for_an_audit(client, auditor):
    collector = user(Role.COLLECTOR)
    AccessLog.objects.create(by=collector, action="search", purpose="collection", path="/people/?q==cmd()")
    answer = client.get(reverse("users:access-log-csv"), {"user": collector.username})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "人をさがした" in lines[1]
