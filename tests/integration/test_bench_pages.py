"""The bench of pages at its smallest: the city can be made, everybody can work in it, and every page answers."""

import pytest

from bench import pages
from bench._city import fill
from bench._staff import MIX

pytestmark = pytest.mark.django_db


def test_a_small_city_is_made_and_every_page_of_it_counts_its_queries():
    fill(120)
    staff = pages.staff_of_city()
    assert len({one.cookie for one in staff}) == len(staff) == 20
    assert {one.may_see_board for one in staff} == {True, False}
    found = pages.queries_of(staff)
    assert found.keys() == {*MIX, "panels"}
    assert all(0 < fewest <= most for fewest, most in found.values())
