"""名寄せ at intake: new identities find their person, and nobody is made one who is not."""

from datetime import date
from itertools import count
from typing import Any

import pytest

from debtors.models import IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem
from debtors.rules.normalise import address_key, kana_key, name_key, phone_key
from debtors.services import link_new_identities, linking, refresh_people
from tests.factories.debtors import system_user
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
_numbers = count(1)


def known(source: str, **facts: Any) -> SourceIdentity:
    """An identity as the intake leaves it: with its keys, without a person."""
    defaults: dict[str, Any] = {
        "person_number": f"{source}{next(_numbers)}",
        "name": "架空　太郎",
        "kana": "カクウ　タロウ",
        "birth_on": date(1980, 4, 1),
        "address": "豊田市小坂本町1-25",
        "ground": "register" if source == "juki" else "contract",
    }
    made = SourceIdentity(source=SourceSystem.objects.get(code=source), **(defaults | facts))
    made.name_key, made.kana_key = name_key(made.name), kana_key(made.kana)
    made.address_key, made.phone_key = address_key(made.address), phone_key(made.phone)
    made.save()
    return made


def linked() -> list[set[str]]:
    """The person numbers that stand together, by person."""
    link_new_identities(by=system_user())
    return [set(one.identities.values_list("person_number", flat=True)) for one in Person.objects.order_by("pk")]


def test_a_single_identity_becomes_a_person_of_its_own():
    only = known("suido", birth_on=None)
    assert linked() == [{only.person_number}]
    link = IdentityLink.objects.get()
    assert (link.rule, link.evidence, link.linked_by.username) == ("alone", {}, "system.intake")
    person = Person.objects.get()
    assert person.number == f"P{person.pk:08d}"
    assert AuditEvent.objects.filter(event="identities.linked", detail={"links": 1}).exists()


def test_the_number_of_the_city_links_whatever_the_spelling():
    tax = known("zei", atena_number="A1", name="髙﨑　恵", kana="タカサキ　メグミ")
    care = known("kaigo", atena_number="A1", name="高崎恵", kana="ﾀｶｻｷ ﾒｸﾞﾐ", address="豊田市西町3-60")
    assert linked() == [{tax.person_number, care.person_number}]
    link = IdentityLink.objects.get(identity=care)
    assert (link.rule, link.evidence) == ("atena", {"agree": ["宛名番号"], "with": f"zei:{tax.person_number}"})


def test_agreement_in_everything_links_without_a_number():
    tax = known("zei", atena_number="A1")
    water = known("suido", kana="ｶｸｳ ﾀﾛｳ", address="愛知県豊田市小坂本町一丁目25番地")
    assert linked() == [{tax.person_number, water.person_number}]
    assert IdentityLink.objects.get(identity=water).rule == "strict_address"


def test_without_a_birth_date_the_dwelling_itself_must_agree():
    tax, water = known("zei", atena_number="A1"), known("suido", birth_on=None)
    other = known("jutaku", birth_on=None, address="豊田市西町3-60")
    assert linked() == [{tax.person_number, water.person_number}, {other.person_number}]
    assert IdentityLink.objects.get(identity=water).rule == "dwelling"


def test_who_lives_there_too_and_fits_keeps_an_account_apart():
    father = known(
        "juki", atena_number="A1", person_number="A1", name="架空　浩", kana="カクウ　ヒロシ", birth_on=date(1950, 5, 5)
    )
    son = known("zei", atena_number="A2", name="架空　弘", kana="カクウ　ヒロシ")
    water = known("suido", name="架空　弘", kana="ｶｸｳ ﾋﾛｼ", birth_on=None)
    assert linked() == [{son.person_number}, {water.person_number}]  # the father owes nothing, yet he might be meant
    assert SourceIdentity.objects.get(pk=father.pk).person is None


def test_what_a_source_said_before_still_finds_the_person():
    tax = known("zei", atena_number="A1")
    tax.former_facts.create(what="address", value="豊田市西町3-60", key="西町3-60", until=date(2024, 4, 1))
    assert linked() == [{tax.person_number}]
    water = known("suido", address="西町3-60")
    assert linked() == [{tax.person_number, water.person_number}]
    assert IdentityLink.objects.get(identity=water).evidence["agree"] == ["氏名", "フリガナ", "生年月日", "旧住所"]


def test_pairs_that_staff_keep_apart_are_not_linked(monkeypatch):
    tax, water = known("zei", atena_number="A1"), known("suido")
    monkeypatch.setattr(linking, "pairs_apart", lambda: {(tax.pk, water.pk)})
    link_new_identities(by=system_user())
    assert Person.objects.count() == 2


def test_the_register_bridges_and_only_debtors_become_persons():
    tax = known("zei", atena_number="A1", address="豊田市西町3-60")
    house = known("jutaku")
    entry = known("juki", atena_number="A1", person_number="A1")
    known("juki", atena_number="A9", person_number="A9", name="見本　花子", kana="ミホン　ハナコ")
    assert linked() == [{tax.person_number, house.person_number, entry.person_number}]
    assert SourceIdentity.objects.get(atena_number="A9").person is None


def test_namesakes_with_two_numbers_stay_apart_from_the_third():
    one = known("zei", atena_number="A1")
    two = known("zei", atena_number="A2")
    third = known("suido")
    assert sorted(map(sorted, linked())) == sorted([[one.person_number], [two.person_number], [third.person_number]])


def test_a_later_identity_joins_its_person():
    tax = known("zei", atena_number="A1")
    assert linked() == [{tax.person_number}]
    water = known("suido")
    care = known("kaigo", atena_number="A1", name="架空太郎", address="豊田市西町3-60")
    assert linked() == [{tax.person_number, water.person_number, care.person_number}]
    assert IdentityLink.objects.count() == 3


def test_a_later_identity_never_brings_a_second_number_of_the_city():
    tax, water = known("zei", atena_number="A1"), known("suido")
    assert linked() == [{tax.person_number, water.person_number}]
    moved = "豊田市西町3-60"
    SourceIdentity.objects.filter(pk=tax.pk).update(address=moved, address_key=address_key(moved))
    other = known("kaigo", atena_number="A2")  # agrees in everything with the water account alone
    assert linked() == [{tax.person_number, water.person_number}, {other.person_number}]


def test_a_later_identity_never_brings_a_second_number_of_one_source():
    tax, water = known("zei", atena_number="A1"), known("suido")
    linked()
    second = known("suido")
    assert linked() == [{tax.person_number, water.person_number}, {second.person_number}]


def test_two_persons_that_exist_are_never_made_one():
    water, house = known("suido"), known("jutaku", address="豊田市西町3-60", phone="0565-00-1111")
    assert len(linked()) == 2
    between = known("kyoiku", phone="0565-00-1111")  # address of the one, phone of the other
    assert linked() == [{water.person_number, between.person_number}, {house.person_number}]


def test_protection_follows_the_identity_to_its_person():
    entry = known("juki", atena_number="A1", person_number="A1")
    ProtectionFlag.objects.create(
        identity=entry, starts_on=date(2026, 4, 1), ground="register", origin="住民記録システム"
    )
    known("zei", atena_number="A1")
    link_new_identities(by=system_user())
    assert ProtectionFlag.objects.get().person == Person.objects.get()


def test_the_best_source_speaks_first_and_others_fill_the_gaps():
    known("suido", atena_number="A1", kana="ｶｸｳ ﾀﾛｳ", phone="0565-00-1111", postal_code="4710000")
    known("zei", atena_number="A1", name="架空　太朗", kana="", postal_code="4710034", sex="1")
    known("juki", atena_number="A1", person_number="A1", name="架空　太郞", kana="", address="", household_number="H1")
    link_new_identities(by=system_user())
    person = Person.objects.get()
    assert (person.name, person.kana, person.sex) == ("架空　太郞", "カクウ タロウ", "1")
    assert (person.postal_code, person.address_origin, person.phone) == ("4710034", "zei", "0565-00-1111")
    assert (person.atena_number, person.household_number) == ("A1", "H1")


def test_shown_facts_follow_the_identity_and_nothing_else_is_touched():
    known("zei", atena_number="A1")
    link_new_identities(by=system_user())
    Person.objects.update(letter_variant="large")
    assert refresh_people() == 0
    SourceIdentity.objects.update(name="架空　一郎")
    assert refresh_people() == 1
    person = Person.objects.get()
    assert (person.name, person.letter_variant) == ("架空　一郎", "large")
    assert person.history.filter(name="架空　太郎").exists()


def test_a_body_with_a_corporate_number_is_a_corporation():
    known("zei", name="株式会社架空", kana="", birth_on=None, corporate_number="1234567890123")
    known("suido", name="(株)架空", kana="", birth_on=None, corporate_number="1234567890123")
    link_new_identities(by=system_user())
    assert Person.objects.get().is_corporate
    assert set(IdentityLink.objects.values_list("rule", flat=True)) == {"corporate"}


def test_linking_again_changes_nothing():
    known("zei", atena_number="A1")
    known("suido")
    assert link_new_identities(by=system_user()) == 2
    assert link_new_identities(by=system_user()) == 0
    assert AuditEvent.objects.count() == 1
