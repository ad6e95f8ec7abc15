"""People are found by whatever is in front of staff, and never by what must stay hidden."""

from datetime import date

import pytest
from django.urls import reverse

from debtors.models import Person
from debtors.rules.normalise import address_key, kana_key, name_key, phone_key
from debtors.search import find_people
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, protect, user
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def known(name: str, kana: str, **facts) -> Person:
    made = person(name=name, kana=kana, name_key=name_key(name), kana_key=kana_key(kana), **facts)
    facts = {"phone": made.phone, "phone_key": phone_key(made.phone), "atena_number": made.atena_number}
    identity(made, address_key=address_key(made.address), **facts)
    return made


@pytest.fixture
def takasaki() -> Person:
    return known(
        "髙﨑　由美子", "タカサキ ユミコ", birth_on=date(1984, 3, 14), phone="0565-00-1234", atena_number="0004127736"
    )


def numbers(text: str, role: str = Role.COLLECTOR, **facts) -> list[str]:
    found = find_people(text, user=user(role, **facts), on=DAY)
    assert found.count == len(found.rows)
    return [row["shown"].number for row in found.rows]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("タカサキ ユミコ", id="full-width kana"),
        pytest.param("ﾀｶｻｷ", id="half-width kana, the beginning"),
        pytest.param("たかさき", id="hiragana"),
        pytest.param("ユミコ", id="the inside of a reading"),
        pytest.param("高崎由美子", id="the common form of old characters"),
        pytest.param("髙﨑", id="the characters as written"),
        pytest.param("由美子", id="the inside of a name"),
        pytest.param("タカサキ S59.3.14", id="narrowed by the birth date"),
        pytest.param("0004127736", id="宛名番号"),
        pytest.param("０００４１２７７３６", id="宛名番号 in full width"),
        pytest.param("0565-00-1234", id="phone"),
        pytest.param("+81 565-00-1234", id="phone from abroad"),
        pytest.param("タカサケ ユミコ", id="a slip of the pen"),
        pytest.param("タ", id="one letter"),
        pytest.param("たか", id="two letters"),
        pytest.param("高", id="one character"),
        pytest.param("タカサキ ユーミコ", id="a long vowel too many"),
        pytest.param("小坂本町", id="a town"),
        pytest.param("小坂", id="the beginning of a town"),
        pytest.param("豊田市小坂本町1-1", id="an address in other words"),
        pytest.param("坂本町1", id="the inside of an address"),
    ],
)
def test_a_person_is_found_by(text, takasaki):
    known("山本 一", "ヤマモト ハジメ", address="愛知県豊田市若宮町九丁目9番地")
    assert numbers(text) == [takasaki.number]


def test_numbers_of_sections_letters_and_our_own_are_looked_up_exactly(takasaki):
    owed = claim(takasaki, notice_number="7000012345")
    for number in (takasaki.number, owed.identity.person_number, "7000012345"):
        assert numbers(number) == [takasaki.number]
    assert numbers("700001234") == []


def test_another_birth_date_finds_nobody(takasaki):
    assert numbers("タカサキ S59.3.15") == []


def test_whole_names_come_before_beginnings():
    longer, whole = known("森山 一", "モリヤマ"), known("森 一", "モリ")
    assert numbers("モリ") == [whole.number, longer.number]


def test_fifty_are_shown_and_all_are_counted():
    for _ in range(52):
        known("鈴木 孝", "スズキ タカシ")
    found = find_people("スズキ", user=user(Role.COLLECTOR), on=DAY)
    assert (found.count, len(found.rows), found.more) == (52, 50, False)


def test_a_line_sums_overdue_living_claims_only(takasaki):
    claim(takasaki, principal_yen=10_000, fee_yen=100)
    pay(claim(takasaki, principal_yen=5_000), 2_000, on=date(2026, 9, 1))
    claim(takasaki, principal_yen=400, due_on=date(2026, 12, 25))
    claim(takasaki, principal_yen=30, prescribes_on=date(2026, 11, 19))
    (row,) = find_people("タカサキ", user=user(Role.COLLECTOR), on=DAY).rows
    assert (row["instalments"], row["outstanding_yen"]) == (2, 13_100)


def test_the_number_of_queries_does_not_depend_on_the_people(takasaki, django_assert_max_num_queries):
    who = user(Role.COLLECTOR)
    for _ in range(20):
        claim(known("高崎 一", "タカサキ ハジメ"))
    with django_assert_max_num_queries(14):
        assert len(find_people("タカサキ", user=who, on=DAY).rows) == 21


def test_a_protected_person_is_found_by_name_but_shows_no_place_and_not_by_phone(takasaki):
    protect(takasaki)
    (row,) = find_people("タカサキ", user=user(Role.COLLECTOR), on=DAY).rows
    shown = row["shown"]
    assert (shown.address, shown.phone, shown.postal_code, shown.household_number) == ("", "", "", "")
    assert numbers("0565-00-1234") == []


def test_a_section_finds_only_people_who_owe_it_something(takasaki):
    section = claim(takasaki, kind="housing_rent", source="jutaku").section
    tax_only = known("高崎 二郎", "タカサキ ジロウ")
    owed = claim(tax_only, notice_number="7000099999")
    facts = {"role": Role.SECTION_VIEWER, "section": section}
    assert numbers("タカサキ", **facts) == [takasaki.number]
    assert numbers("7000099999", **facts) == []
    assert numbers(owed.identity.person_number, **facts) == []


def test_a_search_is_logged_with_its_words_and_one_exact_number_opens_the_person(client, takasaki):
    client.force_login(user(Role.COLLECTOR))
    assert client.get(reverse("debtors:search"), {"q": "たかさき"}).status_code == 200
    row = AccessLog.objects.get()
    assert (row.action, row.purpose) == ("search", "collection")
    assert row.path.endswith("?q=たかさき")
    answer = client.get(reverse("debtors:search"), {"q": takasaki.number})
    assert answer.url == reverse("debtors:person", args=[takasaki.number])


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        pytest.param("オオタ キョウコ", "オータ キヨウコ", id="long vowel and large kana"),
        pytest.param("ヤマノ カヅコ", "ヤマノ カズコ", id="ヅ and ズ"),
        pytest.param("オオタ キョウコ", "きようこ", id="the inside, in hiragana"),
        pytest.param("タケ イチロウ", "イチロウ", id="a vowel at the seam of two names"),
        pytest.param("タケ イチロウ", "タケ イチロー", id="a vowel at the seam, written otherwise"),
    ],
)
def test_readings_are_found_as_other_systems_write_them(written, searched):
    someone = known("大田 京子", written)
    known("山本 一", "ヤマモト ハジメ")
    assert numbers(searched) == [someone.number]


def test_forms_of_another_family_come_after_the_form_that_was_asked_for():
    alike, asked = known("斉藤 一", "サイトウ ハジメ"), known("斎藤 一", "サイトウ ハジメ")
    assert set(numbers("斎藤")) == {asked.number, alike.number}
    assert numbers("斎藤")[0] == asked.number
    assert numbers("齋藤")[-1] in (asked.number, alike.number)


def test_a_whole_name_is_found_where_more_begin_so_than_are_counted(monkeypatch):
    for _ in range(4):
        known("森山 一", "モリヤマ")
    whole = known("森", "モリ")
    monkeypatch.setattr("debtors.search.COUNT_LIMIT", 2)
    found = find_people("森", user=user(Role.COLLECTOR), on=DAY)
    assert (found.rows[0]["shown"].number, found.count, found.more) == (whole.number, 2, True)


def test_where_more_live_at_a_place_than_are_counted_it_says_so_and_still_hides_who_is_protected(takasaki, monkeypatch):
    names = (("山本 一", "ヤマモト ハジメ"), ("鈴木 花子", "スズキ ハナコ"), ("佐藤 次郎", "サトウ ジロウ"))
    others = [known(name, reading, birth_on=date(1950 + place, 1, 1)) for place, (name, reading) in enumerate(names)]
    protect(others[0])
    monkeypatch.setattr("debtors.search.COUNT_LIMIT", 3)
    found = find_people("小坂本町", user=user(Role.COLLECTOR), on=DAY)
    assert found.more
    assert others[0].number not in {row["shown"].number for row in found.rows}
    monkeypatch.setattr("debtors.search.COUNT_LIMIT", 4)
    found = find_people("小坂本町", user=user(Role.COLLECTOR), on=DAY)
    assert (found.more, found.count) == (False, 3)


def test_a_protected_person_and_who_may_be_the_same_are_not_found_by_their_place(takasaki):
    same = known("髙﨑　由美子", "タカサキ ユミコ", birth_on=takasaki.birth_on)
    other = known("山本 一", "ヤマモト ハジメ")
    assert set(numbers("小坂本町")) == {takasaki.number, same.number, other.number}
    protect(takasaki)
    assert numbers("小坂本町") == numbers("坂本町1") == [other.number]


def test_a_section_finds_by_place_only_its_own_debtors(takasaki):
    section = claim(takasaki, kind="housing_rent", source="jutaku").section
    takasaki.identities.filter(source__code="jutaku").update(address_key="若宮町9-9")
    known("山本 一", "ヤマモト ハジメ")
    facts = {"role": Role.SECTION_VIEWER, "section": section}
    assert numbers("若宮町", **facts) == [takasaki.number]
    assert numbers("小坂本町", **facts) == []


def test_while_typing_the_first_people_are_shown_without_sums_and_each_look_is_logged(client, takasaki):
    client.force_login(user(Role.COLLECTOR))
    protect(known("髙﨑　花", "タカサキ ハナ", address="愛知県豊田市若宮町九丁目9番地"))
    for _ in range(9):
        known("高崎 一", "タカサキ ハジメ")
    page = client.get(reverse("debtors:search-as-typed"), {"q": "たか"}).content.decode()
    assert page.count("<li>") == 8
    assert "候補 11人" in page
    assert "若宮町" not in page
    assert AccessLog.objects.get().path.endswith("?q=たか")
    assert client.get(reverse("debtors:search-as-typed"), {"q": " "}).content == b""
    assert AccessLog.objects.count() == 1
