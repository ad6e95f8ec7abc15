"""福祉につなぐ流れ and 弁護士に引き継ぐ流れ: each stage is as long as the list behind it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tests.factories.debtors import person, user
from tests.factories.welfare import handed_over
from toyota_collect.permissions import Role
from welfare import pipeline
from welfare.models import Consent, LawyerQuestion, Referral

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today(settings):
    settings.BASE_DATE = DAY


def stages_of(table):
    return {row.label: (row.cells[0].value, row.note) for row in table.rows}


def test_each_stage_counts_its_people_and_opens_their_list(client):
    boss = user(Role.SUPERVISOR)
    for days in (3, 14, 15):
        Consent.objects.create(
            person=person(),
            way="written",
            items=["name"],
            recipients=["support"],
            valid_until=DAY + timedelta(days=365),
            made_on=DAY - timedelta(days=days),
            made_by=boss,
        )
    for days in (30, 31):
        LawyerQuestion.objects.create(person=person(), asked_on=DAY - timedelta(days=days), asked_by=boss, ground="例")
    (table,) = pipeline.board_tables(boss, DAY)
    assert stages_of(table) == {
        "見立て待ち": (0, ""),
        "署名待ち": (3, "14日超 1人"),
        "回答待ち": (0, ""),
        "今年度の回答": (0, ""),
        "委任前の照会": (2, "30日超 1人"),
    }
    client.force_login(boss)
    for row in table.rows[1:]:
        assert client.get(row.url).context["page"].paginator.count == row.cells[0].value
    rows = client.get(table.rows[1].url).context["rows"]
    assert [one["days"] for one in rows] == [15, 14, 3]


def test_referrals_wait_for_an_answer_until_it_comes_and_those_of_last_year_are_left_out(client):
    boss = user(Role.SUPERVISOR)
    under_way, answered, last_year = (handed_over(person(), user(Role.COLLECTOR)) for _ in range(3))
    Referral.objects.filter(pk=answered.pk).update(state="answered", answered_on=DAY, result="")
    Referral.objects.filter(pk=last_year.pk).update(state="answered", answered_on=date(2026, 3, 31), result="")
    Referral.objects.filter(pk=under_way.pk).update(handed_on=DAY - timedelta(days=31))
    (table,) = pipeline.board_tables(boss, DAY)
    found = stages_of(table)
    assert (found["回答待ち"], found["今年度の回答"]) == ((1, "30日超 1人"), (1, ""))
    client.force_login(boss)
    assert under_way.person.name in client.get(table.rows[2].url).content.decode()


@pytest.mark.parametrize("stage", ["", "nothing", "answered", "signs"])
def test_any_address_shows_a_stage(client, stage):
    client.force_login(user(Role.COLLECTOR))
    assert client.get(reverse("welfare:pipeline"), {"stage": stage}).status_code == 200


def test_who_may_not_refer_sees_no_stages():
    assert not list(pipeline.board_tables(user(Role.AUDITOR), DAY))
