from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtors.rules.certainty import Rule
from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import link_identities, may_be_protected, may_be_same

BASE = IdentityRecord(
    id=1,
    source="zei",
    person_number="Z1",
    name_key="豊田太郎",
    kana_key="トヨタタロウ",
    birth_on=date(1970, 1, 1),
    sex="1",
    address_key="小坂本町1-25",
    phone_key="0565311212",
)


def same(number, source, **changes):
    return replace(BASE, id=number, source=source, person_number=f"{source}-{number}", **changes)


def groups(*records):
    return link_identities(records).groups


def test_the_same_atena_number_links_whatever_else_differs():
    married = same(2, "kaigo", atena_number="100", name_key="岡崎花子", kana_key="オカザキハナコ", address_key="西町1")
    result = link_identities([replace(BASE, atena_number="100"), married])
    assert result.groups == ((1, 2),)
    assert (result.links[0].rule, result.links[0].evidence) == (Rule.ATENA, ("宛名番号",))


def test_an_atena_number_that_everything_contradicts_is_refused():
    other = same(
        2, "kaigo", atena_number="100", name_key="岡崎花子", kana_key="オカザキハナコ", birth_on=date(1999, 9, 9)
    )
    third = same(3, "koki", atena_number="100")
    result = link_identities([replace(BASE, atena_number="100"), other, third])
    assert result.groups == ((1, 3), (2,))
    assert result.refusals[0].ids == (1, 2, 3)


def test_two_numbers_of_one_source_with_one_atena_number_are_one_person():
    assert groups(replace(BASE, atena_number="100"), same(2, "zei", atena_number="100")) == ((1, 2),)


def test_the_same_corporate_number_links():
    company = {"birth_on": None, "kana_key": "", "sex": ""}
    a = replace(BASE, corporate_number="1180301018771", **company)
    b = same(2, "suido", corporate_number="1180301018771", name_key="別表記", **company)
    assert link_identities([a, b]).links[0].rule is Rule.CORPORATE
    assert groups(replace(a, atena_number="1"), replace(b, atena_number="2")) == ((1,), (2,))


def test_strict_agreement_with_address_or_phone_links():
    by_address = link_identities([BASE, same(2, "suido", phone_key="")])
    by_phone = link_identities([BASE, same(2, "suido", address_key="西町1")])
    assert [link.rule for link in by_address.links] == [Rule.STRICT_ADDRESS]
    assert by_address.links[0].text == "氏名・フリガナ・生年月日・住所が一致"
    assert [link.rule for link in by_phone.links] == [Rule.STRICT_PHONE]


def test_small_and_large_kana_are_one_reading():
    a = replace(BASE, kana_key="トヨタショウジ")
    assert groups(a, same(2, "kokuho", kana_key="トヨタシヨウジ")) == ((1, 2),)


@pytest.mark.parametrize(
    "change",
    [
        {"name_key": "豊田次郎", "kana_key": "トヨタジロウ"},
        {"name_key": "豊田次郎", "birth_on": None},
        {"kana_key": "トヨタヒロシ"},
        {"birth_on": date(1970, 1, 2)},
        {"birth_on": None, "kana_key": ""},
        {"birth_on": None, "address_key": "西町1"},
        {"address_key": "西町1", "phone_key": ""},
        {"address_key": "", "phone_key": ""},
        {"sex": "2"},
    ],
    ids=lambda change: "+".join(change),
)
def test_anything_less_stays_apart(change):
    assert groups(BASE, same(2, "suido", **change)) == ((1,), (2,))


def test_twins_with_one_spelling_but_two_readings_stay_apart():
    assert groups(BASE, same(2, "kokuho", kana_key="トヨタタイチ")) == ((1,), (2,))


def test_two_numbers_of_one_source_are_never_joined():
    assert groups(BASE, same(2, "zei")) == ((1,), (2,))


def test_two_atena_numbers_are_never_joined():
    assert groups(replace(BASE, atena_number="1"), same(2, "kaigo", atena_number="2")) == ((1,), (2,))


def test_not_even_over_a_third_record():
    bridged = link_identities([BASE, same(2, "zei"), same(3, "suido")])
    assert bridged.groups == ((1,), (2,), (3,))
    assert bridged.refusals[0].ids == (1, 2, 3)
    namesakes = [replace(BASE, phone_key=""), same(2, "zei", address_key="西町1")]
    bridge = same(3, "suido")
    assert groups(*namesakes, bridge) == ((1,), (2,), (3,))
    with_atena = [replace(BASE, atena_number="1", phone_key=""), same(2, "koki", atena_number="2", address_key="西町1")]
    assert groups(*with_atena, bridge) == ((1,), (2,), (3,))


def test_a_cluster_conflicts_through_any_of_its_members():
    first = [replace(BASE, atena_number="1"), same(2, "kaigo", atena_number="1", address_key="西町9", phone_key="")]
    other = same(3, "kaigo", atena_number="")
    # 3 agrees with 1 in everything, but 1 is already person kaigo-2 in the source of 3.
    assert groups(*first, other) == ((1, 2), (3,))


def test_one_record_with_a_number_draws_the_others_in():
    records = [replace(BASE, atena_number="1"), same(2, "suido"), same(3, "jutaku"), same(4, "koki", atena_number="1")]
    result = link_identities(records)
    assert result.groups == ((1, 2, 3, 4),)
    assert len(result.links) == 3


def test_two_records_must_not_share_an_id():
    with pytest.raises(ValueError, match="同じ番号"):
        link_identities([BASE, BASE])


RECORDS = st.lists(
    st.builds(
        dict,
        source=st.sampled_from(["zei", "kaigo", "suido"]),
        name_key=st.sampled_from(["豊田太郎", "豊田次郎"]),
        kana_key=st.sampled_from(["トヨタタロウ", "トヨタタイチ", ""]),
        birth_on=st.sampled_from([date(1970, 1, 1), date(1980, 1, 1), None]),
        sex=st.sampled_from(["1", "2", ""]),
        address_key=st.sampled_from(["小坂本町1", "西町1", ""]),
        phone_key=st.sampled_from(["0565311212", "09000000000", ""]),
        atena_number=st.sampled_from(["", "", "1", "2"]),
    ),
    max_size=9,
)


@given(RECORDS, st.randoms(use_true_random=False))
def test_guards_hold_for_any_set_in_any_order(facts, random):
    records = [replace(BASE, id=n, person_number=str(n), **fact) for n, fact in enumerate(facts)]
    result = link_identities(records)
    shuffled = records[:]
    random.shuffle(shuffled)
    assert link_identities(shuffled) == result
    assert sorted(key for group in result.groups for key in group) == [record.id for record in records]
    assert len(result.links) == sum(len(group) - 1 for group in result.groups)
    for group in result.groups:
        assert len({records[key].sex for key in group if not records[key].atena_number} - {""}) < 2
        for a, b in combinations([records[key] for key in group], 2):
            assert not (a.atena_number and b.atena_number) or a.atena_number == b.atena_number
            assert a.source != b.source or a.atena_number == b.atena_number != ""


@pytest.mark.parametrize(
    ("change", "suspected"),
    [
        ({}, True),
        ({"address_key": "", "phone_key": ""}, True),
        ({"birth_on": None, "phone_key": ""}, True),
        ({"birth_on": None, "address_key": ""}, True),
        ({"name_key": "", "address_key": ""}, True),
        ({"birth_on": None, "address_key": "西町1", "phone_key": ""}, False),
        ({"name_key": "豊田次郎", "kana_key": "トヨタジロウ"}, False),
        ({"name_key": "", "kana_key": ""}, False),
    ],
    ids=str,
)
def test_suspicion_keeps_a_letter_back(change, suspected):
    other = same(2, "suido", **change)
    assert may_be_same(other, BASE) is suspected
    assert may_be_protected([other], [BASE]) == (frozenset({2}) if suspected else frozenset())
