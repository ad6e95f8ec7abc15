"""What a basis opens on a day; tax never without a ground of its own."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toyota_collect.permissions import OPENED_TO, SEES_GROUNDS, Ground, Role, visible_grounds
from toyota_collect.tax_words import tax_words_in
from welfare.rules.disclosure import TAX, Basis, grounds_open, items_open

DAY = date(2026, 11, 20)
GROUNDS = {"contact": ["consent"], "troubles": ["consent"], "debts": ["contract", "coercive"], "tax": ["tax"]}
GIVEN = Basis("本人の同意（書面）", ("contact", "debts"), DAY, DAY + timedelta(days=30), None, "")


@pytest.mark.parametrize(
    ("change", "day", "is_open"),
    [
        pytest.param({}, DAY, True, id="on its first day"),
        pytest.param({}, DAY + timedelta(days=30), True, id="on its last day"),
        pytest.param({}, DAY + timedelta(days=31), False, id="the day after"),
        pytest.param({}, DAY - timedelta(days=1), False, id="the day before"),
        pytest.param({"starts_on": None}, DAY, False, id="printed, not signed"),
        pytest.param({"ended_on": DAY}, DAY, False, id="withdrawn the same day"),
        pytest.param({"ended_on": DAY + timedelta(days=5)}, DAY, False, id="whatever day the withdrawal bears"),
    ],
)
def test_a_basis_is_open_from_its_day_to_its_last_and_never_after_a_withdrawal(change, day, is_open):
    basis = replace(GIVEN, **change)
    assert basis.is_open(day) is is_open
    assert bool(items_open(basis, on=day)) is is_open
    assert bool(grounds_open(basis, GROUNDS, on=day)) is is_open


def test_tax_is_opened_by_its_own_ground_alone():
    named = replace(GIVEN, items=("contact", TAX))
    assert items_open(named, on=DAY) == {"contact"}
    assert Ground.TAX not in grounds_open(named, GROUNDS, on=DAY)
    assert grounds_open(replace(named, tax_ground="本人の同意"), GROUNDS, on=DAY) == {"consent", "tax"}


@given(
    items=st.sets(st.sampled_from(["contact", "troubles", "debts", "tax", "unknown"])),
    ground=st.sampled_from(["", "本人の同意"]),
    shift=st.integers(-40, 40),
    withdrawn=st.booleans(),
    role=st.sampled_from(list(Role)),
)
def test_nothing_outside_the_open_items_is_ever_seen(items, ground, shift, withdrawn, role):
    day = DAY + timedelta(days=shift)
    basis = Basis("同意", tuple(sorted(items)), DAY, DAY + timedelta(days=30), DAY if withdrawn else None, ground)
    opened = grounds_open(basis, GROUNDS, on=day)
    told = {one for item in items for one in GROUNDS.get(item, ())}
    assert opened <= told
    assert not opened or (0 <= shift <= 30 and not withdrawn)
    assert Ground.TAX not in opened or ground

    class Somebody:
        pass

    somebody = Somebody()
    somebody.role = role
    seen = visible_grounds(somebody, opened=opened)
    assert seen - SEES_GROUNDS.get(role, frozenset()) <= opened & OPENED_TO.get(role, frozenset())


def test_words_of_tax_are_found_in_what_would_be_told():
    for told in (
        "税30万円を滞納",
        "納税が遅れている",
        "国保の督促が来た",
        "固定資産の税",
        "市民 税",
        "自動車　税10万円",
        "差し押さえられた",
    ):
        assert tax_words_in(told), told
    assert tax_words_in("市民税を3期滞納、差押の話をした") == ["税", "差押"]
    assert tax_words_in("家賃と水道が払えない。先月仕事をやめた") == []


def test_the_log_names_the_basis_with_its_days():
    assert GIVEN.text() == "本人の同意（書面） R8.11.20からR8.12.20まで"
    named = replace(GIVEN, items=("tax",), tax_ground="本人の同意")
    assert named.text().endswith("、税は本人の同意")
