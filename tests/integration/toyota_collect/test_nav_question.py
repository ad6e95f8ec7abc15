"""What waits in the lines of the navigation: one question, made once in some minutes for each user, answered each time."""

from functools import lru_cache

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject

from tests.factories.claims import claim
from tests.factories.debtors import user
from toyota_collect import context
from toyota_collect.permissions import Role
from welfare.models import HardshipFlag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    monkeypatch.setattr(context, "_question", lru_cache(context._question))


def test_the_question_is_made_once_and_answered_each_time():
    collector = user(Role.COLLECTOR)
    first = context._counts(collector)
    HardshipFlag.objects.create(
        person=claim().identity.person, found_on="2026-11-01", seen_on="2026-11-01", score=3, threshold=3
    )
    with CaptureQueriesContext(connection) as asked:
        again = context._counts(collector)
    assert len(asked) == 1
    assert again == first | {"welfare:signals": first["welfare:signals"] + 1}


def test_users_and_roles_do_not_share_a_question():
    collector, lawyer = user(Role.COLLECTOR), user(Role.LAWYER)
    assert context._counts(collector).keys() != context._counts(lawyer).keys()
    collector.role = Role.LAWYER
    assert context._counts(collector).keys() == context._counts(lawyer).keys()


def test_who_asks_in_two_requests_is_one_user():
    collector = user(Role.COLLECTOR)
    first, second = (context._counts(SimpleLazyObject(lambda: collector)) for _ in range(2))
    assert first == second
    assert context._question.cache_info().hits == 1
