"""The demo city has its lawyers at work, passes over people in hardship, and a second run adds nothing."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lawyers.models import LegalCase, Proceeding, Settlement
from tests.factories import legal
from tests.factories.debtors import user
from tests.factories.signals import flag
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank

ACCOUNTS = {
    "collector": Role.COLLECTOR,
    "supervisor": Role.SUPERVISOR,
    "welfare": Role.WELFARE_WORKER,
    "lawyer": Role.LAWYER,
    "director": Role.SUPERVISOR,
}


def run() -> int:
    out = StringIO()
    call_command("demo_lawyers", stdout=out)
    return int(json.loads(out.getvalue())["cases"])


@pytest.fixture
def _accounts(db: None) -> None:
    for name, role in ACCOUNTS.items():
        account = user(role, **({"decision_rank": DecisionRank.DIRECTOR} if name == "director" else {}))
        account.username = name
        account.save()


@pytest.mark.usefixtures("_accounts")
def test_the_demo_city_has_cases_on_their_way_and_passes_over_hardship(settings):
    settings.DEMO = True
    people = [legal.free(f"見本 {n}") for n in range(8)]
    spared = people[0]
    flag(spared)
    assert run() == 7
    assert run() == 0
    assert not LegalCase.objects.filter(person=spared).exists()
    states = sorted(LegalCase.objects.values_list("state", flat=True))
    assert states == ["accepted", "accepted", "accepted", "handed", "picked", "picked", "picked"]
    assert Proceeding.objects.count() == 1
    assert Settlement.objects.count() == 0  # the proposal waits for the city


@pytest.mark.usefixtures("_accounts")
def test_a_city_with_too_few_people_is_left_alone(settings):
    settings.DEMO = True
    legal.free("見本")
    assert run() == 0


def test_only_a_demo_is_filled(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        run()
