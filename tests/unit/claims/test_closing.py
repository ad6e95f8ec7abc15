"""The council's tables and the waterfall as pure additions over sums of entries."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.closing.flows import Flow, Flows, Kind, RefundFlow
from claims.closing.tables import PARTS, closing, rate, thousands
from claims.closing.waterfall import CASH, CORRECTION, FRESH, SET_OFF, WRITE_OFF, by_year, part_of, waterfall

ACTS = ["levy", "correction", "exemption", "late_fixed", "receipt", "set_off", "refund", "write_off"]
KINDS = [Kind(1, "市民税・県民税", "tax"), Kind(2, "保育料", "child")]


def flow(act="receipt", yen=-100, *, kind=1, year=2025, fresh=False, component="principal", back=False, later=False):
    return Flow(kind, year, fresh, component, act, back, later, yen)


def flows(*entries: Flow, refunds: tuple[RefundFlow, ...] = (), stopped: dict[int, int] | None = None) -> Flows:
    return Flows(date(2026, 11, 20), KINDS, list(entries), [], list(refunds), stopped or {})


def whole(found: Flows, year: int = 2025, part: str = "principal"):
    return closing(found, year=year, part=part).total.whole


@pytest.mark.parametrize(
    ("act", "yen", "figures"),
    [
        ("levy", 500, (500, 0, 0, 500)),
        ("correction", -200, (-200, 0, 0, -200)),
        ("exemption", -200, (-200, 0, 0, -200)),
        ("late_fixed", 70, (70, 0, 0, 70)),
        ("receipt", -300, (0, 300, 0, -300)),
        ("set_off", -300, (0, 300, 0, -300)),
        ("refund", 300, (0, -300, 0, 300)),
        ("write_off", -300, (0, 0, 300, -300)),
    ],
)
def test_each_kind_of_entry_stands_in_one_column(act, yen, figures):
    line = whole(flows(flow(act, yen)))
    assert (line.charged, line.collected, line.written_off, line.outstanding) == figures


def test_a_kind_of_entry_that_no_column_knows_is_no_silent_sum():
    with pytest.raises(KeyError, match="refund_interest"):
        closing(flows(flow("refund_interest", -5)), year=2025)


@pytest.mark.parametrize(
    ("act", "fresh", "back", "part"),
    [
        ("receipt", False, False, CASH),
        ("receipt", False, True, CASH),
        ("refund", False, False, CASH),
        ("set_off", False, False, SET_OFF),
        ("correction", False, False, CORRECTION),
        ("exemption", False, True, CORRECTION),
        ("levy", False, True, CORRECTION),
        ("levy", False, False, FRESH),
        ("late_fixed", False, False, FRESH),
        ("write_off", False, False, WRITE_OFF),
        ("write_off", True, False, WRITE_OFF),
        ("levy", True, False, FRESH),
        ("levy", True, True, FRESH),
        ("receipt", True, False, FRESH),
        ("correction", True, False, FRESH),
    ],
)
def test_each_entry_falls_into_one_part(act, fresh, back, part):
    assert part_of(flow(act, fresh=fresh, back=back)) == part


def test_now_and_carried_over_stand_apart():
    table = closing(
        flows(
            flow("levy", 1_000, year=2024, fresh=True),
            flow("receipt", -400, year=2024, fresh=True),
            flow("receipt", -100, year=2025),
            flow("levy", 2_000, fresh=True),
            flow("receipt", -1_900, fresh=True),
            flow("levy", 10, kind=2, fresh=True),
        ),
        year=2025,
    )
    tax, child = table.groups
    assert [(name, line.charged, line.collected, line.outstanding) for name, line in tax.rows[0].lines] == [
        ("現年", 2_000, 1_900, 100),
        ("滞納繰越", 600, 100, 500),
        ("計", 2_600, 2_000, 600),
    ]
    assert [name for name, _ in child.rows[0].lines] == ["現年"]
    assert table.total.whole.rate == rate(2_000, 2_610) == "76.62"


def test_refunds_due_stand_beside_what_was_collected():
    refunds = (RefundFlow(1, 2024, 2024, "principal", False, 50), RefundFlow(None, 2025, None, "principal", False, 7))
    table = closing(flows(flow("levy", 1, year=2024, fresh=True), refunds=refunds), year=2025)
    assert [group.name for group in table.groups] == ["市税", "所属なし"]
    assert (table.total.old.refund_due, table.total.now.refund_due, table.total.whole.collected) == (50, 7, 0)


def test_what_takes_effect_later_is_in_no_waterfall_of_today():
    found = waterfall(
        flows(flow("levy", 9, fresh=True), flow("receipt", -4, fresh=True, later=True)), since=2024, until=2025
    )
    assert (found.parts[FRESH], found.closing) == (9, 9)


def test_what_is_stopped_is_a_note_and_no_part():
    found = flows(flow("levy", 900, year=2024, fresh=True), stopped={2025: 300})
    fall = waterfall(found, since=2024, until=2025)
    assert (fall.opening, fall.closing, fall.reduction, fall.stopped) == (900, 900, 0, 300)
    assert waterfall(found, since=2024, until=2025, part="late").stopped is None


@pytest.mark.parametrize(
    ("part", "of", "text"),
    [(0, 0, "—"), (1, 3, "33.33"), (99_999, 100_000, "99.99"), (5, 5, "100.00"), (-1, 3, "−33.33"), (3, 1, "300.00"),
     (-1, 1_000_000, "0.00")],
)  # fmt: skip
def test_a_rate_is_cut_after_two_decimals(part, of, text):
    assert rate(part, of) == text


@pytest.mark.parametrize(
    ("yen", "rounded"), [(0, 0), (499, 0), (500, 1), (1_499, 1), (-499, 0), (-500, -1), (-1_500, -2)]
)
def test_thousands_round_the_half_away_from_zero(yen, rounded):
    assert thousands(yen) == rounded


def test_rounded_rows_need_not_add_up_to_the_rounded_total():
    assert thousands(400) + thousands(400) != thousands(800)


some_flows = st.lists(
    st.builds(
        flow,
        act=st.sampled_from(ACTS),
        yen=st.integers(-(10**9), 10**9),
        kind=st.sampled_from([1, 2]),
        year=st.integers(2019, 2026),
        fresh=st.booleans(),
        component=st.sampled_from(list(PARTS)),
        back=st.booleans(),
    ),
    max_size=40,
)


@given(some_flows)
def test_every_line_balances_and_years_follow_each_other(entries):
    found = flows(*entries)
    for part in PARTS:
        for year in range(2019, 2027):
            table = closing(found, year=year, part=part)
            for row in [
                table.total,
                *(group.total for group in table.groups),
                *(r for g in table.groups for r in g.rows),
            ]:
                for _, line in row.all_lines:
                    assert line.charged - line.collected - line.written_off == line.outstanding
            assert sum(group.total.whole.outstanding for group in table.groups) == table.total.whole.outstanding
            assert table.total.whole.outstanding == closing(found, year=year + 1, part=part).total.old.opening


@given(some_flows)
def test_parts_of_the_waterfall_add_up_and_end_where_the_table_ends(entries):
    found = flows(*entries)
    fall = waterfall(found, since=2019, until=2025)
    years = by_year(found, since=2019, until=2025)
    assert fall.closing == closing(found, year=2025).total.whole.outstanding
    assert fall.opening == closing(found, year=2019).total.whole.outstanding == years[0].opening
    assert all(one.closing == other.opening for one, other in itertools.pairwise(years))
    assert years[-1].closing == fall.closing
    for part in fall.parts:
        assert sum(one.parts[part] for one in years) == fall.parts[part]


@given(some_flows, st.integers(1, 10**9), st.booleans())
def test_a_write_off_raises_neither_the_rate_nor_cash(entries, yen, fresh):
    before = flows(*entries)
    after = flows(*entries, flow("write_off", -yen, fresh=fresh))
    one, other = whole(before), whole(after)
    assert (one.collected, one.charged, one.rate) == (other.collected, other.charged, other.rate)
    fall, lower = (waterfall(found, since=2019, until=2025) for found in (before, after))
    assert lower.parts == fall.parts | {WRITE_OFF: fall.parts[WRITE_OFF] - yen}
    assert lower.closing == fall.closing - yen
