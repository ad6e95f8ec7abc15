"""Of which tables somebody has no row: known in one question, and only while a page is made."""

from datetime import date

import pytest
from django.apps import apps

from claims.models import Hold, Plan
from debtors.models import PersonRelation
from debtors.presence import nothing_of
from tests.factories.debtors import person, user
from toyota_collect.held import held
from toyota_collect.permissions import Role
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def held_one():
    someone = person()
    Hold.objects.create(
        person=someone,
        reason="dispute",
        channels=["call"],
        starts_on=date(2026, 1, 1),
        review_on=date(2027, 1, 1),
        placed_by=user(Role.SUPERVISOR),
    )
    return someone


def test_a_row_of_any_of_the_people_is_known(held_one):
    other = person()
    with held():
        assert nothing_of(Hold, [other.pk])
        assert not nothing_of(Hold, [held_one.pk])
        assert not nothing_of(Hold, [other.pk, held_one.pk])


def test_outside_a_piece_of_work_nothing_is_known(held_one):
    assert not nothing_of(Plan, [held_one.pk])


def test_two_keys_of_one_table_are_told_apart():
    someone, speaker = person(), person()
    PersonRelation.objects.create(
        person=someone,
        actor=speaker,
        kind="proxy",
        ground="contract",
        origin="届出",
        starts_on=date(2026, 1, 1),
        entered_by=user(Role.COLLECTOR),
    )
    with held():
        assert nothing_of(PersonRelation, [someone.pk], by="actor")
        assert not nothing_of(PersonRelation, [someone.pk])
        assert not nothing_of(PersonRelation, [speaker.pk], by="actor")


def test_all_tables_are_one_question(held_one, django_assert_num_queries):
    with held(), django_assert_num_queries(1):
        for key in registry.rare:
            app, model, name = key.split(".")
            nothing_of(apps.get_model(app, model), [held_one.pk], by=name)


def test_a_table_without_a_key_to_a_person_is_a_mistake(held_one):
    with held(), pytest.raises(KeyError):
        nothing_of(type(user(Role.COLLECTOR)), [held_one.pk])
