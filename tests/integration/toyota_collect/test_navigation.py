"""The side navigation: what waits in its lines is counted in one question, as each line's own rows are."""

from datetime import date

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Hold
from debtors.services import visits
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.factories.signals import flag
from toyota_collect import context
from toyota_collect.permissions import Permission, Role, allows
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def lines(who) -> dict[str, int | None]:
    request = RequestFactory().get("/")
    request.user, request.resolver_match = who, None
    return {one["url"]: one["count"] for section in context.shell(request)["nav"] for one in section["items"]}


@pytest.fixture
def waiting():
    someone = person()
    claim(someone, due_on=date(2026, 8, 31))
    visits.open_visit(person_id=someone.pk, on=DAY, by=user(Role.COLLECTOR))
    flag(someone)
    for place in range(2):
        days = {"starts_on": date(2026, 1, 1), "review_on": date(2026, 11, 1 + place)}
        by = user(Role.SUPERVISOR)
        Hold.objects.create(person=person(), reason="dispute", channels=["call"], placed_by=by, **days)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_each_line_counts_its_own_rows(waiting, role):
    who = user(role, section=claim(person()).section if role == Role.SECTION_VIEWER else None)
    found = lines(who)
    for item in registry.nav:
        if allows(who, Permission(item.permission)):
            own = sum(rows.count() for rows in item.waiting(who)) if item.waiting else None
            assert found[reverse(item.url_name)] == own, item.label


def test_what_waits_stands_beside_its_line(waiting):
    found = lines(user(Role.SUPERVISOR))
    assert found[reverse("notices:counter")] == 1
    assert found[reverse("claims:holds")] == 2
    assert found[reverse("welfare:signals")] == 1


def test_all_lines_are_counted_in_one_question(waiting):
    who = user(Role.SUPERVISOR)
    with CaptureQueriesContext(connection) as asked:
        lines(who)
    counting = [query["sql"] for query in asked if "count(*)" in query["sql"].lower()]
    assert len(counting) == 1
    assert counting[0].count("count(*)") > 5
