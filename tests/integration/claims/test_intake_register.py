"""The resident register: who is linked, what is hidden, and what ends."""

from datetime import date

import pytest

from debtors.models import FormerFact, Person, ProtectionFlag, SourceIdentity
from tests.factories.extracts import claims, counts, import_one, register, rejects

pytestmark = pytest.mark.django_db
PROTECTED = {"protected_from": "20260401", "protected_until": "20270331"}


def flags() -> list[tuple[date, date | None]]:
    return list(ProtectionFlag.objects.order_by("starts_on").values_list("starts_on", "ends_on"))


def test_people_who_owe_nothing_stay_without_a_person(tmp_path):
    file = import_one(register(tmp_path, {}, {"atena_number": "A002", "name": "見本　花子"} | PROTECTED))
    assert counts(file) == (2, 0, 0, 0)
    assert not Person.objects.exists()
    assert ProtectionFlag.objects.get().person is None


def test_a_debtor_takes_the_registers_facts_and_its_protection(tmp_path):
    import_one(register(tmp_path, PROTECTED | {"moved_on": "20250401"}))
    import_one(claims(tmp_path, {"address": "豊田市西町三丁目60番地"}))
    person = Person.objects.get()
    assert (person.address, person.address_origin) == ("愛知県豊田市小坂本町一丁目25番地", "juki")
    assert (person.household_number, person.phone, person.atena_number) == ("H001", "0565-00-1111", "A001")
    assert SourceIdentity.objects.get(source__code="juki").moved_on == date(2025, 4, 1)
    assert ProtectionFlag.objects.get().person == person
    assert list(Person.objects.protected(on=date(2027, 3, 31))) == [person]
    assert not Person.objects.protected(on=date(2027, 4, 1)).exists()


def test_what_the_register_knows_besides_is_kept_once(tmp_path):
    besides = {
        "former_address": "豊田市西町３丁目６０番地", "moved_on": "20240401", "former_name": "見本　太郎",
        "former_kana": "ミホン　タロウ", "alias": "架空　タロー", "alias_kana": "カクウ　タロー",
    }  # fmt: skip
    import_one(register(tmp_path, {}))
    assert counts(import_one(register(tmp_path, besides))) == (0, 1, 0, 0)
    assert counts(import_one(register(tmp_path, besides))) == (0, 0, 1, 0)
    assert set(FormerFact.objects.values_list("what", "key", "until")) == {
        ("address", "西町3-60", date(2024, 4, 1)),
        ("name", "見本太郎", None),
        ("kana", "ミホンタロウ", None),
        ("name", "架空タロー", None),
        ("kana", "カクウタロー", None),
    }


def test_what_a_source_no_longer_says_is_kept_with_its_day(tmp_path):
    import_one(claims(tmp_path, {"phone": "0565-00-2222"}))
    import_one(claims(tmp_path, {"address": "豊田市西町３丁目６０番地", "phone": ""}))
    assert set(FormerFact.objects.values_list("what", "value", "until")) == {
        ("address", "豊田市小坂本町一丁目25番地", date(2026, 11, 20)),
        ("phone", "0565-00-2222", date(2026, 11, 20)),
    }


def test_a_death_reaches_the_person(tmp_path):
    import_one(claims(tmp_path, {}))
    import_one(register(tmp_path, {}))
    file = import_one(register(tmp_path, {"died_on": "20261001"}))
    assert counts(file) == (0, 1, 0, 0)
    assert Person.objects.get().died_on == date(2026, 10, 1)


def test_protection_that_is_no_longer_named_ends_on_the_business_date(tmp_path):
    import_one(register(tmp_path, PROTECTED))
    file = import_one(register(tmp_path, {}))
    assert counts(file) == (0, 1, 0, 0)
    assert flags() == [(date(2026, 4, 1), date(2026, 11, 20))]


def test_protection_is_prolonged_and_renewed(tmp_path):
    import_one(register(tmp_path, PROTECTED))
    import_one(register(tmp_path, PROTECTED | {"protected_until": ""}))
    assert flags() == [(date(2026, 4, 1), None)]
    import_one(register(tmp_path, PROTECTED))
    path = register(tmp_path, {"protected_from": "20261101", "protected_until": "20271031"})
    import_one(path)
    assert flags() == [(date(2026, 4, 1), date(2026, 11, 20)), (date(2026, 11, 1), date(2027, 11, 1))]
    assert counts(import_one(path)) == (0, 0, 1, 0)


def test_refused_rows_of_the_register(tmp_path):
    rows = [{}, {}, {"atena_number": "A002", "protected_from": "20260401", "protected_until": "20260331"}]
    assert rejects(import_one(register(tmp_path, *rows))) == [(3, "duplicate"), (4, "date")]


def test_characters_outside_the_standard_are_taken_and_said(tmp_path):
    file = import_one(register(tmp_path, {"name": "架空　\ue000子"}))
    assert SourceIdentity.objects.get().name == "架空　\ue000子"
    assert file.message.startswith("外字を含む行が1行あります")
