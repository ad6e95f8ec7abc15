"""The bench of pages at its smallest: the city can be made, everybody can work in it, and every page answers."""

import pytest

from bench import beside, boards, pages
from bench._city import ON, fill
from bench._staff import MIX
from debtors.models import SourceIdentity
from tests.factories.extracts import import_all

pytestmark = pytest.mark.django_db


def test_a_small_city_is_made_and_every_page_of_it_counts_its_queries():
    fill(120)
    staff = pages.staff_of_city()
    assert len({one.cookie for one in staff}) == len(staff) == 20
    assert {one.may_see_board for one in staff} == {True, False}
    found = pages.queries_of(staff)
    assert found.keys() == {*MIX, "panels"}
    assert all(0 < fewest <= most for fewest, most in found.values())


def test_every_board_is_counted_answers_and_shows_what_its_peer_finds(capsys):
    fill(120)
    boards._count(120)
    assert boards._plainly(120) > 0
    assert sum(boards.places_of_people(ON).values()) > 20
    boards._say_queries(120)
    told = capsys.readouterr().err
    assert all(f"120 people, {page}: " in told for page in boards.BOARDS)
    assert {one.mix.keys() == boards.BOARDS.keys() for one in boards.supervisors()} == {True}


def test_the_extract_that_is_imported_beside_the_staff_is_whole_and_of_people_who_are_known(tmp_path, monkeypatch):
    fill(120)
    known = SourceIdentity.objects.count()
    monkeypatch.setattr(beside, "ROWS", 41)
    for number in range(2):
        batch = import_all(beside.write(tmp_path / str(number), number))
        counts = batch.files.values_list("status", "rows", "inserted", "rejected")
        assert list(counts) == [("committed", 41, 41, 0)]
    assert SourceIdentity.objects.count() == known


def test_every_fourth_of_the_staff_does_nothing_but_type():
    fill(120)
    assert [one.mix == {"typing": 1} for one in beside.staff_who_type()] == [True, False, False, False] * 5
