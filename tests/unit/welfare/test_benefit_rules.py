"""Whether a benefit may fit: three-valued, never a promise, and no knowledge makes a likely one out of a missing fact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from welfare.rules.benefits import FACTS, Chance, codes_of, in_order, look

CODES = sorted(FACTS)
VALUES = st.sampled_from([True, False, None])
KNOWN = st.dictionaries(st.sampled_from(CODES), VALUES)
CONDITIONS = st.lists(st.lists(st.sampled_from(CODES), min_size=1, max_size=3).map("|".join), max_size=3).map(" ".join)


@pytest.mark.parametrize(
    ("conditions", "facts", "chance"),
    [
        ("", {}, Chance.LIKELY),
        ("pays_nhi lost_job|disaster", {}, Chance.ASK),
        ("pays_nhi lost_job|disaster", {"pays_nhi": True}, Chance.ASK),
        ("pays_nhi lost_job|disaster", {"pays_nhi": True, "disaster": True}, Chance.LIKELY),
        ("pays_nhi lost_job|disaster", {"pays_nhi": False, "disaster": True}, Chance.UNLIKELY),
        ("pays_nhi lost_job|disaster", {"pays_nhi": True, "lost_job": False}, Chance.ASK),
        ("pays_nhi lost_job|disaster", {"lost_job": False, "disaster": False}, Chance.UNLIKELY),
    ],
)
def test_all_conditions_and_one_of_each_alternatives(conditions, facts, chance):
    assert look("x", conditions, facts).chance is chance


@given(CONDITIONS, KNOWN)
def test_what_is_not_known_is_never_taken_for_known(conditions, facts):
    found = look("x", conditions, facts)
    without = look("x", conditions, {code: value for code, value in facts.items() if value is not None})
    assert found == without
    if found.chance is Chance.LIKELY:
        assert all(any(facts.get(code) is True for code in one.split("|")) for one in conditions.split())
    if found.chance is Chance.UNLIKELY:
        assert any(all(facts.get(code) is False for code in one.split("|")) for one in conditions.split())


@given(CONDITIONS, KNOWN, st.sampled_from(CODES))
def test_an_answer_only_settles_what_was_open(conditions, facts, code):
    if facts.get(code) is not None:
        return
    before = look("x", conditions, facts).chance
    for answer in (True, False):
        after = look("x", conditions, facts | {code: answer}).chance
        assert after is before or before is Chance.ASK


@given(st.lists(st.tuples(CONDITIONS, KNOWN), max_size=8))
def test_those_that_seem_to_fit_come_first_in_their_order(given_):
    looks = [look(str(place), conditions, facts) for place, (conditions, facts) in enumerate(given_)]
    ordered = in_order(looks)
    assert sorted(ordered, key=looks.index) == looks
    assert [one.chance for one in ordered] == sorted((one.chance for one in looks), key=list(Chance).index)


def test_codes_are_named_once():
    assert codes_of("a b|c a|b") == ("a", "b", "c")
