"""時効ボード as pages: every clock with its dates, what-if without JavaScript, and only what the user may know."""

from datetime import date

import pytest

from claims.models import Claim, ClaimEvent
from claims.services import events
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.models import AccessLog, Section
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _business_date(settings):
    settings.DEMO, settings.BASE_DATE = True, TODAY


@pytest.fixture
def collector(client):
    someone = user(Role.COLLECTOR)
    client.force_login(someone)
    return someone


def page(client, someone, **query):
    answer = client.get(f"/claims/of/{someone.number}/clocks/", query)
    assert answer.status_code == 200
    return answer


def test_clocks_stand_by_their_end_with_the_dates_in_cells(client, collector):
    someone = person()
    late = claim(someone, due_on=date(2024, 8, 31))
    soon = claim(someone, due_on=date(2021, 12, 5))
    lapsed = claim(someone, due_on=date(2019, 8, 31))
    seized = claim(someone, due_on=date(2025, 8, 31))
    events.record_events(claim_ids=[seized.pk], kind="seizure", on=TODAY, by=collector, origin="架空")
    answer = page(client, someone)
    assert [row["claim"] for row in answer.context["rows"]] == [soon, late, seized, lapsed]
    for text in ("R8.12.5", "あと15日", "R11.8.31", "完成猶予中", "差 R8.11.20", "納期限 R6.8.31"):
        assert text in answer.text
    assert AccessLog.objects.filter(action="clocks", person_key=someone.number).count() == 1


def test_the_chain_of_the_chosen_claim_is_told(client, collector):
    someone = person()
    first, other = claim(someone, due_on=date(2023, 8, 31)), claim(someone, due_on=date(2024, 8, 31))
    events.record_events(claim_ids=[other.pk], kind="demand", on=TODAY, by=collector, origin="架空")
    assert page(client, someone).context["chosen"] == first
    answer = page(client, someone, claim=other.pk)
    assert answer.context["chosen"] == other
    assert "令和9年5月20日まで完成しません" in answer.text


def test_what_if_works_by_address_alone_and_stores_nothing(client, collector):
    someone = person()
    chosen, other = claim(someone, due_on=date(2023, 8, 31)), claim(someone, due_on=date(2024, 8, 31))
    answer = page(client, someone, act="deed", on="2026-11-20", scope="all", claim=chosen.pk)
    assert "2件すべてが動く" in answer.text
    assert answer.text.count("R13.11.20") >= 4
    answer = page(client, someone, act="part_payment", claim=other.pk)
    moved = {row["claim"]: row["outcome"].moves for row in answer.context["rows"]}
    assert moved == {chosen: False, other: True}
    answer = page(client, someone, act="deed", scope="one", claim=chosen.pk)
    assert {row["claim"]: row["outcome"].moves for row in answer.context["rows"]} == {chosen: True, other: False}
    assert not ClaimEvent.objects.exists()


def test_a_day_before_today_and_nonsense_are_answered_without_a_what_if(client, collector):
    someone = person()
    claim(someone)
    assert "基準日より前の日は試算できません" in page(client, someone, act="deed", on="2026-11-19").text
    assert page(client, someone, act="teleport", claim="x").context["asked"].act == "nothing"


def test_only_what_the_user_may_know(client):
    someone = person()
    tax, water = claim(someone), claim(someone, kind="water_charge", source="suido")
    section = Section.objects.get(pk=water.section_id)
    client.force_login(user(Role.SECTION_VIEWER, section=section))
    answer = page(client, someone)
    assert [row["claim"] for row in answer.context["rows"]] == [water]
    assert Claim.objects.get(pk=tax.pk).kind.short_name not in answer.text


def test_a_clock_that_cannot_be_run_does_not_hide_the_others(client, collector):
    someone = person()
    sound, broken = claim(someone), claim(someone, kind="water_charge", source="suido")
    ClaimEvent.objects.create(
        claim=broken, kind="stop", on=TODAY, ground=broken.ground, origin="架空", by=collector, detail={}
    )
    answer = page(client, someone)
    assert [row["claim"] for row in answer.context["rows"]] == [sound]
    assert "私債権は徴収停止" in answer.text


def test_queries_do_not_grow_with_the_claims(client, collector, django_assert_max_num_queries):
    one, many = person(), person()
    claim(one)
    for month in range(1, 13):
        claim(many, due_on=date(2025, month, 28))
    page(client, one)
    with django_assert_max_num_queries(40) as few:
        page(client, one, act="deed")
    with django_assert_max_num_queries(len(few.captured_queries)):
        page(client, many, act="deed")


def test_nobody_who_owes_nothing(client, collector):
    assert "未納の債権はありません" in page(client, person()).text
