"""文面の比較試験, the rules: who is drawn together, who is outside, what the lot gives, what may be said."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.rules.experiments import (
    Addressee,
    Answer,
    Outside,
    assign,
    draw,
    fault_of_shares,
    figures,
    sizes,
    units,
    verdict,
)
from toyota_collect.intervals import Interval, difference

SEED = "00112233445566778899aabbccddeeff"


def someone(number: int, *places: str, **facts: bool) -> Addressee:
    return Addressee(f"T{number:08d}", places, **facts)


def answer(unit: str, arm: int, day: int | None = None, yen: int = 0, **facts: bool) -> Answer:
    return Answer(unit, arm, day, {21: yen if day is not None and day <= 21 else 0, 42: yen}, **facts)


people = st.lists(
    st.builds(
        Addressee,
        number=st.integers(0, 99_999).map(lambda n: f"T{n:08d}"),
        places=st.lists(st.sampled_from("abcdefghijklmnop"), max_size=2, unique=True).map(tuple),
        protected=st.booleans(),
        deceased=st.booleans(),
        held=st.booleans(),
        hardship=st.booleans(),
    ),
    unique_by=lambda one: one.number,
    max_size=40,
)


@given(people, st.sampled_from([(50, 50), (34, 33, 33), (70, 10, 10, 10)]), st.text(max_size=8))
def test_nobody_who_may_not_take_part_is_ever_drawn_nor_anybody_beside_them(found, shares, seed):
    places = assign(found, shares, seed=seed)
    assert set(places) == {one.number for one in found}
    for one in found:
        place = places[one.number]
        assert (place.arm is None) == (place.outside is not None)
        if one.outside:
            assert place.outside is one.outside
        for other in found:
            if set(one.places) & set(other.places):
                assert (place.unit, place.arm) == (places[other.number].unit, places[other.number].arm)
                assert not (other.outside and place.arm is not None)


@given(people, st.text(min_size=1, max_size=8))
def test_the_draw_is_the_same_in_any_order_of_the_people(found, seed):
    assert assign(found, (50, 50), seed=seed) == assign(reversed(found), (50, 50), seed=seed)


@given(st.integers(0, 5_000), st.sampled_from([(50, 50), (1, 99), (34, 33, 33), (25, 25, 25, 25)]))
def test_the_sizes_are_the_shares_and_leave_nobody_over(count, shares):
    found = sizes(count, shares)
    assert sum(found) == count
    assert all(abs(size - count * part / 100) < 1 for size, part in zip(found, shares, strict=True))


def test_another_seed_is_another_draw_of_the_same_sizes():
    names = [f"T{n:08d}" for n in range(1_000)]
    one, other = draw(names, (50, 50), seed=SEED), draw(names, (50, 50), seed="other")
    assert Counter(one.values()) == Counter(other.values()) == {0: 500, 1: 500}
    assert 400 < sum(one[name] == other[name] for name in names) < 600  # as often as chance has it
    assert draw(reversed(names), (50, 50), seed=SEED) == one


def test_a_draw_does_not_follow_the_numbers_of_people():
    found = draw([f"T{n:08d}" for n in range(1_000)], (50, 50), seed=SEED)
    assert 200 < sum(found[f"T{n:08d}"] for n in range(500)) < 300


def test_people_of_a_household_and_of_an_address_are_one():
    found = units([someone(1, "世帯 7"), someone(2, "x"), someone(3, "世帯 7", "x"), someone(4, "y"), someone(5)])
    assert {name: len(members) for name, members in found.items()} == {"T00000001": 3, "T00000004": 1, "T00000005": 1}


@pytest.mark.parametrize("fact", ["protected", "deceased", "held", "hardship", "answering"])
def test_who_is_outside_takes_the_household_along_and_each_has_a_reason(fact):
    one, other = someone(1, "x", **{fact: True}), someone(2, "x")
    places = assign([one, other, someone(3)], (99, 1), seed=SEED)
    assert places[one.number].outside == Outside(fact)
    assert places[other.number].outside == Outside.TOGETHER
    assert places["T00000003"].arm == 0


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ((100,), "2つから4つ"),
        ((20,) * 5, "2つから4つ"),
        ((50, 40), "いまは90％"),
        ((100, 0), "1％以上"),
        ((50, 50), ""),
    ],
)
def test_shares_that_cannot_be_drawn_by_are_named(shares, told):
    assert told in fault_of_shares(shares)
    assert bool(fault_of_shares(shares)) == bool(told)


def test_a_household_counts_once_and_the_first_answer_of_anybody_counts():
    found = [
        answer("a", 0, 20, 5_000),
        answer("a", 0, 3, 1_000),
        answer("b", 0),
        answer("c", 1, 22, 9_000, returned=True),
    ]
    three, six = figures(found, 2, days=21), figures(found, 2, days=42)
    assert [(one.people, one.units, one.responded, one.returned) for one in three] == [(3, 2, 1, 0), (1, 1, 0, 1)]
    assert [one.responded for one in six] == [1, 1]
    assert [(one.yen, one.paid_yen) for one in six] == [(6_000, (6_000,)), (9_000, (9_000,))]
    assert [one.yen for one in three] == [6_000, 0]


@pytest.mark.parametrize(("day", "responded"), [(-1, 1), (0, 1), (21, 1), (22, 0), (None, 0)])
def test_the_last_day_counts_and_the_next_does_not(day, responded):
    assert figures([answer("a", 0, day)], 2, days=21)[0].responded == responded


def many(arm: int, count: int, responded: int) -> list[Answer]:
    return [answer(f"{arm}-{n}", arm, 5 if n < responded else None) for n in range(count)]


def test_the_difference_is_that_of_newcombe_and_wider_for_more_texts():
    found = [*many(0, 80, 48), *many(1, 70, 56)]
    two = figures(found, 2, days=21)
    assert two[0].against is None
    assert two[1].against == difference(56, 70, 48, 80)
    three = figures([*found, *many(2, 75, 50)], 3, days=21)
    assert three[1].against == difference(56, 70, 48, 80, level=0.975)
    assert three[1].against.low < two[1].against.low < two[1].against.high < three[1].against.high


def test_nobody_counted_is_no_figure():
    found = figures(many(0, 10, 5), 2, days=21)
    assert (found[1].units, found[1].rate, found[1].against) == (0, None, None)
    assert "くらべられません" in verdict("B", found[1].against)


@pytest.mark.parametrize(
    ("against", "told"),
    [
        (Interval(0.05, -0.01, 0.11), "差があるとは言えません（差は−1.0ポイントから＋11.0ポイントのあいだ）"),
        (Interval(0.05, 0.0, 0.11), "差があるとは言えません"),
        (Interval(0.2, 0.0524, 0.3339), "割合が5.2〜33.4ポイント高い"),
        (Interval(-0.2, -0.3339, -0.0524), "割合が5.2〜33.4ポイント低い"),
    ],
)
def test_no_more_is_said_than_the_interval_holds(against, told):
    assert told in verdict("B", against)


def test_a_planted_effect_lies_in_its_interval_in_nine_of_ten_towns():
    """20 % answer text A and 30 % text B: 200 towns of 600 households each."""
    hits = 0
    for town in range(200):
        names = [f"T{n:08d}" for n in range(600)]
        arms = draw(names, (50, 50), seed=f"town {town}")
        luck = draw(names, [1] * 100, seed=f"luck {town}")  # 0-99, evenly, whatever the text
        found = [answer(name, arm, 5 if luck[name] < (30 if arm else 20) else None) for name, arm in arms.items()]
        against = figures(found, 2, days=21)[1].against
        hits += against.low <= 0.1 <= against.high
    assert hits >= 180
