"""縮減の内訳: a planted history gives back just what was planted, to the yen."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.closing.flows import count
from claims.closing.waterfall import CASH, CORRECTION, FRESH, SET_OFF, WRITE_OFF, by_year, waterfall
from claims.models import Entry, Hold
from claims.services.overpaid import open_overpayment
from tests.factories.claims import book, claim, receive
from tests.factories.debtors import person, system_user, user
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
FIRST, LAST = 2019, 2025  # the years after the first up to the last
# What happens in a year to an older claim: the entry, and the part in which it is to be found.
ACTS = {"receipt": CASH, "set_off": SET_OFF, "exemption": CORRECTION, "correction": CORRECTION, "write_off": WRITE_OFF}


@dataclass(frozen=True)
class Step:
    """A tenth or more of what is left goes, some of it is taken back the year after."""

    year: int
    act: str
    tenths: int
    taken_back: bool
    closing_weeks: bool  # on a day of the next April or May, in the accounts of this year


steps = st.builds(
    Step, st.integers(2017, 2024), st.sampled_from(list(ACTS)), st.integers(1, 10), st.booleans(), st.booleans()
)
histories = st.lists(
    st.tuples(st.integers(2016, 2025), st.integers(1, 10**7), st.lists(steps, max_size=6)), min_size=1, max_size=5
)


@given(histories)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_a_planted_history_gives_back_the_planted_parts(plan):
    with transaction.atomic():
        opening, planted, years = plant(plan)
        flows = count(on=DAY)
        fall = waterfall(flows, since=FIRST, until=LAST)
        assert (fall.opening, fall.parts) == (opening, {part: planted[part] for part in fall.parts})
        assert fall.closing == opening + sum(planted.values())
        alone = by_year(flows, since=FIRST, until=LAST)
        assert [one.parts for one in alone] == [{part: years[one.until, part] for part in one.parts} for one in alone]
        assert all(before.closing == after.opening for before, after in pairwise(alone))
        transaction.set_rollback(True)


def plant(plan):
    """Book the plan; tell what was planted, in the planter's own words."""
    opening, years = 0, Counter()
    someone, staff = person(), system_user()
    over = open_overpayment(
        person_id=someone.pk, cause="excess", arose_on=date(2016, 4, 1), explanation="架空", ground="tax",
        bears_interest=False, by=staff,
    )  # fmt: skip

    def tell(year, part, yen):
        nonlocal opening
        if year <= FIRST:
            opening += yen
        else:
            years[year, part] += yen

    book(None, "receipt", "overpaid", -(10**9), on=date(2016, 4, 1), overpayment=over, receipt=fund(someone))
    for levied, yen, happened in plan:
        owed = claim(someone, principal_yen=0, levy_year=levied)
        book(owed, "levy", "principal", yen, on=date(levied, 6, 1))
        tell(levied, FRESH, yen)
        left = yen
        for step in sorted(happened, key=lambda step: step.year):
            part = left * step.tenths // 10
            if step.year < levied or not part:
                continue
            new = step.year == levied
            place = WRITE_OFF if step.act == "write_off" else FRESH if new else ACTS[step.act]
            facts = {"overpayment": over} if step.act == "set_off" else {}
            if step.closing_weeks:
                facts |= {"on": date(step.year + 1, 5, 20), "accounting_year": step.year}
            else:
                facts["on"] = date(step.year, 12, 31)
            entry = book(owed, step.act, "principal", -part, **facts)
            tell(step.year, place, -part)
            left -= part
            if step.taken_back:
                book(
                    owed, "reversal", "principal", part, on=date(step.year + 1, 7, 1), reverses=entry,
                    overpayment=entry.overpayment,
                )  # fmt: skip
                tell(step.year + 1, WRITE_OFF if step.act == "write_off" else ACTS[step.act], part)
                # Not to be taken twice: the next steps take from what was left before.
        owed.refresh_from_db()
        assert owed.principal_yen >= 0
    planted = Counter()
    for (_, part), yen in years.items():
        planted[part] += yen
    return opening, planted, years


def fund(someone):
    return receive(claim(someone, principal_yen=0), 10**9, on=date(2016, 4, 1))


def test_the_parts_of_a_small_history():
    owed = claim(principal_yen=0, levy_year=2018)
    book(owed, "levy", "principal", 100_000, on=date(2018, 6, 1))
    book(owed, "receipt", "principal", -30_000, on=date(2020, 7, 1))
    book(owed, "correction", "principal", -5_000, on=date(2021, 7, 1))
    book(owed, "write_off", "principal", -20_000, on=date(2022, 7, 1))
    new = claim(principal_yen=0, levy_year=2023)
    book(new, "levy", "principal", 50_000, on=date(2023, 6, 1))
    book(new, "receipt", "principal", -42_000, on=date(2024, 5, 1), accounting_year=2023)
    book(new, "receipt", "principal", -1_000, on=date(2024, 5, 2))
    fall = waterfall(count(on=DAY), since=FIRST, until=LAST)
    assert (fall.opening, fall.closing, fall.reduction) == (100_000, 52_000, 48_000)
    assert fall.parts == {CASH: -31_000, SET_OFF: 0, CORRECTION: -5_000, WRITE_OFF: -20_000, FRESH: 8_000}
    assert (fall.lowered, fall.cash_share) == (56_000, "55.35")


def test_a_levy_that_is_taken_back_later_is_a_correction():
    owed = claim(principal_yen=0, levy_year=2021)
    levy = book(owed, "levy", "principal", 9_000, on=date(2021, 6, 1))
    book(owed, "reversal", "principal", -9_000, on=date(2023, 6, 1), reverses=levy)
    fall = waterfall(count(on=DAY), since=FIRST, until=LAST)
    assert (fall.parts[FRESH], fall.parts[CORRECTION], fall.closing) == (9_000, -9_000, 0)


def test_today_is_an_end_too():
    owed = claim(principal_yen=0, levy_year=2025)
    book(owed, "levy", "principal", 9_000, on=date(2025, 6, 1))
    book(owed, "receipt", "principal", -1_000, on=DAY)
    book(owed, "receipt", "principal", -2_000, on=date(2026, 11, 21))
    fall = waterfall(count(on=DAY), since=2025, until=2026)
    assert (fall.parts[CASH], fall.closing) == (-1_000, 8_000)


def test_what_is_stopped_at_the_end_is_told_beside():
    owed, other = (claim(principal_yen=0, levy_year=2021) for _ in range(2))
    for one in (owed, other):
        book(one, "levy", "principal", 9_000, on=date(2021, 6, 1))
    book(owed, "levy", "fee", 100, on=date(2021, 9, 1))
    book(owed, "receipt", "principal", -1_000, on=date(2024, 6, 1))
    facts = {"claim": owed, "person": owed.identity.person, "reason": "execution_stop", "channels": ["seizure"]}
    by = user(Role.SUPERVISOR)
    Hold.objects.create(starts_on=date(2023, 4, 1), ends_on=date(2025, 3, 31), placed_by=by, **facts)
    Hold.objects.create(starts_on=date(2025, 4, 1), review_on=date(2027, 1, 1), placed_by=by, **facts)
    flows = count(on=DAY)
    # At the end of 2024 the first stop is over and the second has not begun; today the second is in force.
    assert {one.until: one.stopped for one in by_year(flows, since=2021, until=2024)} == {2022: 0, 2023: 9_000, 2024: 0}
    assert Entry.objects.filter(kind="write_off").count() == 0
