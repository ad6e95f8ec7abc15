"""関係者: heirs with shares, guarantors with a limit, joint debtors; and who sees what of them."""

from datetime import date
from fractions import Fraction as F

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import ClaimParty
from claims.roles_page import roles_of
from claims.services import parties
from claims.services.parties import Heir, PartyRefused
from debtors.models import IdentityLink, Person, SourceIdentity, SourceSystem
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.models import AuditEvent, Section
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
DIED = date(2026, 10, 1)


@pytest.fixture
def staff(settings):
    settings.BASE_DATE = DAY
    return user(Role.COLLECTOR)


@pytest.fixture
def dead():
    someone = person(died_on=DIED)
    claim(someone, principal_yen=10_001, due_on=date(2027, 1, 31))  # no late charge yet
    return someone


def enter(dead, staff, *heirs: Heir, **facts):
    given = {"starts_on": DIED, "origin": "戸籍全部事項証明書"} | facts
    return parties.enter_heirs(person_id=dead.pk, heirs=heirs, by=staff, **given)


def test_heirs_are_entered_on_all_open_claims_and_owe_their_shares_to_the_yen(dead, staff):
    wife, son = person(), person()
    claim(dead, principal_yen=99, due_on=date(2027, 1, 31))
    claim(dead, principal_yen=0)
    made = enter(dead, staff, Heir(wife.pk, F(1, 2), True), Heir(son.pk, F(1, 2)))
    assert len(made) == 4
    (of_son,) = roles_of(son, staff, on=DAY)["roles"]
    (of_wife,) = roles_of(wife, staff, on=DAY)["roles"]
    assert (of_son.role, of_son.debtor, of_son.terms) == ("相続人", dead, "持分 1/2")
    assert (of_wife.asked_yen, of_son.asked_yen, of_son.total_yen) == (5_001 + 50, 5_000 + 49, 10_100)
    assert of_wife.terms == "持分 1/2・代表者"
    assert [row.debtor for row in roles_of(dead, staff, on=DAY)["others"]] == [wife, son]
    audit = AuditEvent.objects.get(event="heirs.entered")
    assert audit.detail["heirs"] == {wife.number: "1/2", son.number: "1/2"}


def test_heirs_entered_again_take_the_place_of_the_former(dead, staff):
    wife, son = person(), person()
    enter(dead, staff, Heir(wife.pk, F(1)))
    enter(dead, staff, Heir(wife.pk, F(1, 3)), Heir(son.pk, F(2, 3)), starts_on=date(2026, 11, 1))
    assert list(
        ClaimParty.objects.order_by("pk").values_list("person", "share_numerator", "share_denominator", "ends_on")
    ) == [(wife.pk, 1, 1, date(2026, 11, 1)), (wife.pk, 1, 3, None), (son.pk, 2, 3, None)]
    claim_id = dead.identities.get().claims.get().pk
    assert [line.person_id for line in parties.parties_of([claim_id], on=date(2026, 10, 31))[claim_id]] == [wife.pk]
    assert len(parties.parties_of([claim_id], on=date(2026, 11, 1))[claim_id]) == 2
    enter(dead, staff, Heir(son.pk, F(1)), starts_on=date(2026, 11, 1))
    assert [line.person_id for line in parties.parties_of([claim_id], on=DAY)[claim_id]] == [son.pk]


@pytest.mark.parametrize(
    ("shares", "facts", "message"),
    [
        ((F(1, 2), F(1, 3)), {}, "合計が5/6"),
        ((), {}, "1人以上"),
        ((F(1),), {"origin": " "}, "何で知ったか"),
        ((F(1),), {"starts_on": date(2026, 9, 30)}, "死亡日より前"),
    ],
)
def test_heirs_that_cannot_stand_are_refused(dead, staff, shares, facts, message):
    with pytest.raises(PartyRefused, match=message):
        enter(dead, staff, *(Heir(person().pk, share) for share in shares), **facts)
    assert not ClaimParty.objects.exists()


def test_the_living_have_no_heirs_nor_the_dead_themselves_nor_two_speakers(dead, staff):
    one, other = person(), person()
    living = claim().identity.person
    with pytest.raises(PartyRefused, match="死亡は登録されていません"):
        enter(living, staff, Heir(one.pk, F(1)))
    with pytest.raises(PartyRefused, match="亡くなった本人"):
        enter(dead, staff, Heir(dead.pk, F(1)))
    with pytest.raises(PartyRefused, match="1人だけ"):
        enter(dead, staff, Heir(one.pk, F(1, 2), True), Heir(other.pk, F(1, 2), True))
    with pytest.raises(PartyRefused, match="承継する債権がない"):
        enter(person(died_on=DIED), staff, Heir(one.pk, F(1)))


def test_an_heir_known_only_to_the_register_becomes_a_person(dead, staff):
    entry = SourceIdentity.objects.create(
        source=SourceSystem.objects.get(code="juki"),
        person_number="A900",
        atena_number="A900",
        name="架空　次郎",
        name_key="架空次郎",
        ground="register",
    )
    parties.enter_heirs_by_number(
        person_id=dead.pk, lines=[("A900", F(1), False)], starts_on=DIED, origin="戸籍", by=staff
    )
    entry.refresh_from_db()
    assert entry.person.name == "架空　次郎"
    assert IdentityLink.objects.get(identity=entry).person == entry.person
    assert ClaimParty.objects.get().person == entry.person
    with pytest.raises(PartyRefused, match="見つかりません"):
        parties.enter_heirs_by_number(
            person_id=dead.pk, lines=[("A901", F(1), False)], starts_on=DIED, origin="戸籍", by=staff
        )


def test_a_guarantor_answers_up_to_the_limit_and_a_joint_debtor_for_all(staff):
    owed = claim(kind="housing_rent", source="jutaku", principal_yen=50_000, due_on=date(2027, 1, 31))
    surety, joint = person(), person()
    facts = {"claim_id": owed.pk, "starts_on": date(2020, 4, 1), "origin": "賃貸借契約書", "by": staff}
    party = parties.add_party(person_id=surety.pk, role="guarantor", limit_yen=30_000, **facts)
    parties.add_party(person_id=joint.pk, role="joint", **facts)
    assert [(row.asked_yen, row.total_yen) for row in roles_of(surety, staff, on=DAY)["roles"]] == [(30_000, 50_000)]
    assert [(row.asked_yen, row.total_yen) for row in roles_of(joint, staff, on=DAY)["roles"]] == [(50_000, 50_000)]
    parties.correct_party(party_id=party.pk, limit_yen=20_000, origin="変更契約書", note="", by=staff)
    assert roles_of(surety, staff, on=DAY)["roles"][0].asked_yen == 20_000
    for wrong, message in (
        ({"person_id": surety.pk, "role": "guarantor"}, "すでに登録"),
        ({"person_id": owed.identity.person_id, "role": "joint"}, "本人"),
        ({"person_id": person().pk, "role": "heir"}, "一度に登録"),
        ({"person_id": person().pk, "role": "joint", "limit_yen": 1}, "極度額"),
        ({"person_id": person().pk, "role": "joint", "origin": ""}, "何で知ったか"),
    ):
        with pytest.raises(PartyRefused, match=message):
            parties.add_party(**(facts | wrong))
    parties.end_party(party_id=party.pk, ends_on=DAY, reason="完済", by=staff)
    assert roles_of(surety, staff, on=DAY)["roles"] == []
    with pytest.raises(PartyRefused, match="すでに終わって"):
        parties.end_party(party_id=party.pk, ends_on=DAY, reason="完済", by=staff)


@pytest.mark.parametrize(
    "facts",
    [
        {"share_numerator": 2, "share_denominator": 1},
        {"share_numerator": 1},
        {"limit_yen": 0},
        {"ends_on": date(2026, 1, 1)},
    ],
)
def test_the_database_refuses_what_is_no_party(facts):
    owed, other = claim(), person()
    given = {"claim": owed, "person": other, "role": "heir", "starts_on": date(2026, 1, 1), "ground": "tax"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimParty.objects.create(**(given | facts))


def test_a_section_sees_the_roles_of_its_own_claims_only(staff):
    rent = claim(kind="housing_rent", source="jutaku", principal_yen=50_000, due_on=date(2027, 1, 31))
    debtor = rent.identity.person
    tax = claim(debtor, principal_yen=77_777, due_on=date(2027, 1, 31))
    surety = person(name="架空　保証人")
    for owed in (rent, tax):
        parties.add_party(
            claim_id=owed.pk, person_id=surety.pk, role="joint", starts_on=date(2026, 1, 1), origin="契約書", by=staff
        )
    section = user(Role.SECTION_VIEWER, section=Section.objects.get(pk=rent.section_id))
    client = Client()
    client.force_login(section)
    shown = client.get(reverse("claims:panel-roles", args=[debtor.number])).content.decode()
    assert "50,000" in shown
    assert "77,777" not in shown
    assert "127,777" not in shown
    assert f"/{surety.number}/" not in shown
    client.force_login(staff)
    assert "127,777" in client.get(reverse("claims:panel-roles", args=[debtor.number])).content.decode()


def test_heirs_are_entered_in_one_form(dead, staff):
    wife, son = person(), person()
    client = Client()
    client.force_login(staff)
    url = reverse("claims:heirs", args=[dead.number])
    filled = {"starts_on": "2026-10-01", "origin": "戸籍", "speaker": "0"}
    filled |= {"number_0": wife.number, "share_0": "1/2", "number_1": son.number, "share_1": "1/3"}
    assert "合計が5/6" in client.post(url, filled).content.decode()
    assert client.post(url, filled | {"share_1": " 1 / 2 "}).status_code == 302
    assert ClaimParty.objects.filter(speaks=True).get().person == wife
    assert "持分 1/2" in client.get(url).content.decode()
    page = client.get(reverse("claims:claim", args=[ClaimParty.objects.first().claim_id])).content.decode()
    assert "持分 1/2" in page


def test_the_panel_asks_the_same_number_of_queries_for_many(dead, staff, django_assert_num_queries):
    enter(dead, staff, Heir(person().pk, F(1)))
    roles_of(dead, staff, on=DAY)
    with CaptureQueriesContext(connection) as few:
        roles_of(dead, staff, on=DAY)
    for _ in range(5):
        claim(dead)
    enter(dead, staff, *(Heir(person().pk, F(1, 4)) for _ in range(4)), starts_on=DAY)
    with django_assert_num_queries(len(few)):
        roles_of(dead, staff, on=DAY)
    assert Person.objects.count() == 6
