"""What the one switch does to a claim, how long it may last, where it stands, which relief fits. No database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.holds import Clock, Row
from welfare.rules.respite import (
    Offer,
    OfferClaim,
    SpanRefused,
    Standing,
    Terms,
    check_span,
    effect_on_claim,
    fitting,
    longest_last_day,
    standing,
    usual_last_day,
)

DAY, ENDS = date(2026, 11, 20), date(2027, 2, 20)
TERMS = Terms(usual_months=3, longest_months=6, review_days=30, end_lead_days=14)
ROW = Row(
    "welfare", "", "A", date(2000, 4, 1), True, "head", ("notice", "call", "seizure", "lawyers"), "none", Clock.RUNS,
    "市の扱い", "福祉支援", asks_before_clock_ends=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("last_day", "inside"),
    [
        pytest.param(date(2026, 11, 19), False, id="over the day before it begins"),
        pytest.param(DAY, True, id="on its first day"),
        pytest.param(date(2027, 2, 19), True, id="on its last day"),
        pytest.param(ENDS, False, id="on the day after it"),
        pytest.param(None, False, id="postponed"),
    ],
)
def test_a_clock_ends_inside_from_the_first_day_to_the_last(last_day, inside):
    found = effect_on_claim(ROW, last_day=last_day, starts_on=DAY, ends_on=ENDS)
    assert found.ends_inside is inside
    assert (set(found.channels), found.late_charge_runs, found.clock_runs) == (
        {"notice", "call", "seizure", "lawyers"}, True, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("last_on", "review_on", "words"),
    [
        pytest.param(date(2027, 5, 19), date(2026, 12, 20), "", id="six months to the day"),
        pytest.param(date(2027, 5, 20), date(2026, 12, 20), "6か月", id="a day too long"),
        pytest.param(date(2026, 11, 19), date(2026, 11, 19), "前です", id="over before it begins"),
        pytest.param(date(2027, 2, 19), DAY, "見直しの日", id="review on the first day"),
        pytest.param(date(2027, 2, 19), date(2027, 2, 19), "", id="review on the last day"),
        pytest.param(date(2027, 2, 19), ENDS, "見直しの日", id="review after it"),
    ],
)
def test_days_are_in_order_and_not_too_many(last_on, review_on, words):
    if not words:
        check_span(TERMS, starts_on=DAY, last_on=last_on, review_on=review_on)
        return
    with pytest.raises(SpanRefused, match=words):
        check_span(TERMS, starts_on=DAY, last_on=last_on, review_on=review_on)


def test_months_end_on_the_day_before_the_corresponding_one():
    assert usual_last_day(TERMS, starts_on=DAY) == date(2027, 2, 19)
    assert longest_last_day(TERMS, starts_on=date(2026, 8, 31)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("on", "settled", "expected"),
    [
        (date(2026, 11, 19), False, Standing.COMING),
        (DAY, False, Standing.RUNNING),
        (date(2026, 12, 20), False, Standing.RUNNING),
        (date(2026, 12, 21), False, Standing.REVIEW_DUE),
        (date(2027, 2, 19), False, Standing.REVIEW_DUE),
        (ENDS, False, Standing.OVER_UNREVIEWED),
        (ENDS, True, Standing.OVER),
    ],
)
def test_it_is_an_alarm_from_the_day_after_the_review_and_from_its_end(on, settled, expected):
    found = standing(
        starts_on=DAY, ends_on=ENDS, review_on=date(2026, 12, 20), settled=settled, on=on, end_lead_days=14
    )
    assert found is expected


def test_it_is_ending_two_weeks_before_where_the_review_is_done():
    days = {"starts_on": DAY, "ends_on": ENDS, "review_on": date(2027, 2, 19), "settled": False, "end_lead_days": 14}
    assert standing(on=date(2027, 2, 4), **days) is Standing.RUNNING
    assert standing(on=date(2027, 2, 5), **days) is Standing.ENDING


OFFERS = [
    Offer("grace", "A", "tax", 0),
    Offer("sale", "A", "tax", 6),
    Offer("other", "A", "other", 0),
    Offer("c", "C", "", 0),
]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.booleans(), st.integers(-400, 100)), max_size=12))
def test_no_offer_is_for_a_class_it_is_not_for(claims):
    given_ = [OfferClaim(key, cls, tax, DAY + timedelta(days=days)) for key, (cls, tax, days) in enumerate(claims)]
    by_key = {one.key: one for one in given_}
    for fit in fitting(OFFERS, given_, on=DAY):
        assert set(fit.claims).isdisjoint(fit.too_late)
        for key in (*fit.claims, *fit.too_late):
            assert by_key[key].legal_class == fit.offer.legal_class
            assert not fit.offer.ground or (fit.offer.ground == "tax") == by_key[key].is_tax
    known = {key for fit in fitting(OFFERS, given_, on=DAY) for key in (*fit.claims, *fit.too_late)}
    assert known == {one.key for one in given_ if one.legal_class != "B"}


def test_the_time_to_apply_is_over_on_the_day_after_its_last():
    claim = OfferClaim(1, "A", True, date(2026, 5, 20))
    assert fitting(OFFERS[1:2], [claim], on=date(2026, 11, 20))[0].claims == (1,)
    assert fitting(OFFERS[1:2], [claim], on=date(2026, 11, 21))[0].too_late == (1,)
