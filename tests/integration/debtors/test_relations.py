"""人の関係 and households: who acts for whom, who lives with whom, and what nobody may see of it."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from claims.roles_page import roles_of
from debtors.households import heads_of, household_of
from debtors.models import Person, PersonRelation
from debtors.services import relations
from debtors.services.relations import RelationRefused
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, protect, user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def staff(settings):
    settings.BASE_DATE = DAY
    return user(Role.COLLECTOR)


def add(of: Person, staff, **facts) -> PersonRelation:
    given = {"kind": "tax_agent", "starts_on": date(2026, 11, 1), "origin": "納税管理人届"}
    return relations.add_relation(person_id=of.pk, by=staff, **(given | facts))


def in_house(number: str, relation: str, **facts) -> Person:
    someone = person(**facts)
    identity(someone, "juki", ground="register", household_number=number, relation=relation)
    return someone


def test_who_acts_takes_letters_until_the_day_it_ends(staff):
    someone = person()
    made = add(someone, staff, name="架空　管理人", address="岐阜県架空市1番地", takes_letters=True)
    assert relations.letter_takers([someone.pk], on=DAY) == {someone.pk: [made]}
    relations.correct_relation(relation_id=made.pk, phone="0565-00-2222", by=staff)
    relations.end_relation(relation_id=made.pk, ends_on=DAY, by=staff)
    assert relations.letter_takers([someone.pk], on=DAY) == {}
    assert len(relations.letter_takers([someone.pk], on=date(2026, 11, 19))) == 1
    written = set(AuditEvent.objects.filter(subject_key=str(made.pk)).values_list("event", flat=True))
    assert {"relation.added", "relation.corrected", "relation.ended"} <= written
    with pytest.raises(RelationRefused, match="すでに終わって"):
        relations.end_relation(relation_id=made.pk, ends_on=DAY, by=staff)
    with pytest.raises(RelationRefused, match="新しく登録"):
        relations.correct_relation(relation_id=made.pk, kind="proxy", by=staff)


def test_what_is_no_relation_is_refused(staff):
    someone = person()
    add(someone, staff, name="架空　管理人")
    for facts, message in (
        ({}, "整理番号か、氏名"),
        ({"actor_id": someone.pk}, "本人"),
        ({"name": "架空", "origin": " "}, "何で知ったか"),
        ({"name": "架空", "takes_letters": True}, "住所が要ります"),
        ({"name": "架空　管理人"}, "すでに登録"),
    ):
        with pytest.raises(RelationRefused, match=message):
            add(someone, staff, **facts)
    assert PersonRelation.objects.count() == 1


@pytest.mark.parametrize("wrong", ["nobody", "both", "self", "ends"])
def test_the_database_refuses_what_is_no_relation(staff, wrong):
    someone, other = person(), person()
    facts = {
        "nobody": {},
        "both": {"actor": other, "name": "架空"},
        "self": {"actor": someone},
        "ends": {"actor": other, "ends_on": date(2026, 1, 1)},
    }[wrong]
    given = {
        "person": someone,
        "kind": "proxy",
        "starts_on": date(2026, 1, 1),
        "entered_by": staff,
        "ground": "contract",
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonRelation.objects.create(**(given | facts))


def test_the_household_is_read_from_the_register_the_head_first(staff):
    son = in_house("H1", "子", birth_on=date(2000, 1, 1))
    head = in_house("H1", "世帯主", birth_on=date(1970, 1, 1))
    in_house("H2", "世帯主")
    owed = claim(son, principal_yen=12_345)
    members = household_of(son, staff, on=DAY)
    assert [(one.person, one.outstanding_yen, one.is_head) for one in members] == [
        (head, 0, True),
        (son, 12_345, False),
    ]
    assert {key: entry.person for key, entry in heads_of([son.pk, head.pk]).items()} == {son.pk: head, head.pk: head}
    assert owed.identity.person == son


def test_a_protected_person_is_in_no_household_for_anybody(staff):
    head, wife = (
        in_house("H1", "世帯主"),
        in_house("H1", "妻", name="架空　保護", birth_on=date(1990, 2, 2), name_key="架空保護"),
    )
    protect(wife)
    assert household_of(wife, staff, on=DAY) is None
    assert [one.person for one in household_of(head, staff, on=DAY)] == [head]
    client = Client()
    client.force_login(staff)
    of_wife = client.get(reverse("debtors:panel-relations", args=[wife.number])).content.decode()
    of_head = client.get(reverse("debtors:panel-relations", args=[head.number])).content.decode()
    assert "世帯は表示しません" in of_wife
    assert head.name not in of_wife
    assert "架空　保護" not in of_head


def test_an_agent_is_entered_and_ended_on_the_screen_and_sees_whom_it_acts_for(staff):
    someone, agent = person(), person(name="架空　後見人")
    claim(someone, principal_yen=5_000, due_on=date(2027, 1, 31))
    client = Client()
    client.force_login(staff)
    url = reverse("debtors:new-relation", args=[someone.number])
    filled = {"kind": "guardian", "number": agent.number, "starts_on": "2026-11-01", "origin": "登記事項証明書"}
    assert "どちらか一方" in client.post(url, filled | {"name": "架空"}).content.decode()
    assert "見つかりません" in client.post(url, filled | {"number": "X1"}).content.decode()
    assert client.post(url, filled).status_code == 302
    assert "架空　後見人" in client.get(reverse("debtors:panel-relations", args=[someone.number])).content.decode()
    assert "成年後見人等として" in client.get(reverse("debtors:panel-relations", args=[agent.number])).content.decode()
    (row,) = roles_of(agent, staff, on=DAY)["roles"]
    assert (row.role, row.debtor, row.asked_yen, row.total_yen) == ("成年後見人等", someone, 0, 5_000)
    client.post(reverse("debtors:end-relation", args=[PersonRelation.objects.get().pk]))
    assert roles_of(agent, staff, on=DAY)["roles"] == []
