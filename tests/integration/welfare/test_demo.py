"""The demo city shows every state of support once, and a second run adds nothing."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from debtors.models import Assignment
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.factories.welfare import DAY
from toyota_collect.permissions import Role
from welfare.models import LawyerQuestion, Referral


def run() -> int:
    out = StringIO()
    call_command("demo_referrals", stdout=out)
    return int(json.loads(out.getvalue())["referrals"])


@pytest.mark.django_db
def test_the_demo_city_has_people_on_their_way_to_support():
    collector, supervisor, worker = (user(role) for role in (Role.COLLECTOR, Role.SUPERVISOR, Role.WELFARE_WORKER))
    for account, name in ((collector, "collector"), (supervisor, "supervisor"), (worker, "welfare")):
        account.username = name
        account.save()
    for _ in range(8):
        Assignment.objects.create(
            person=claim(person(), kind="housing_rent", source="jutaku").identity.person,
            officer=collector,
            by_hand=True,
            reason="見本",
            since=DAY,
            by=supervisor,
        )
    assert run() == 7
    assert run() == 0
    states = sorted(Referral.objects.values_list("state", flat=True))
    assert states == ["answered", "answered", "consented", "consented", "declined", "offered", "received"]
    assert Referral.objects.open_to_workers(on=DAY).count() == 5
    assert LawyerQuestion.objects.count() == 1
