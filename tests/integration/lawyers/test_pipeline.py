"""弁護士に引き継ぐ流れ: each case stands at one stage, and each stage opens its cases."""

from datetime import date

import pytest
from django.urls import reverse

from lawyers import pipeline
from lawyers.models import LegalCase
from tests.factories.claims import claim
from tests.factories.debtors import user
from tests.factories.lawyers import case, firm, mandate
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def test_each_case_stands_at_one_stage_and_each_stage_opens_its_cases(client, settings):
    settings.BASE_DATE = DAY
    boss = user(Role.SUPERVISOR)
    of = mandate(firm())
    given = {"handed_on": DAY, "last_entry": 1}
    taken = given | {"accepted_on": DAY, "accepted_by": boss, "conflict_check": "なし"}
    ended = taken | {"state": "finished", "ended_by": boss, "end_reason": "完納", "end_entry": 2}
    names = [
        case(of, claim(kind="housing_rent", source="jutaku"), **facts).number
        for facts in (
            {},
            given | {"state": "handed"},
            taken | {"state": "accepted"},
            ended | {"ended_on": date(2026, 4, 1)},
            ended | {"ended_on": date(2026, 3, 31)},
            {"state": "dropped", "ended_on": DAY, "ended_by": boss, "end_reason": "外した"},
        )
    ]
    (table,) = pipeline.board_tables(boss, DAY)
    assert [row.cells[0].value for row in table.rows] == [1, 1, 1, 0, 1]
    client.force_login(boss)
    shown = [[one.number for one in client.get(row.url).context["page"]] for row in table.rows]
    assert shown == [[names[0]], [names[1]], [names[2]], [], [names[3]]]


@pytest.mark.parametrize("stage", ["", "nothing", "court"])
def test_any_address_shows_a_stage(client, stage):
    client.force_login(user(Role.COLLECTOR))
    assert client.get(reverse("lawyers:cases"), {"stage": stage}).status_code == 200


def test_who_may_not_see_the_cases_sees_no_stages():
    assert not list(pipeline.board_tables(user(Role.WELFARE_WORKER), DAY))
    assert not LegalCase.objects.exists()
