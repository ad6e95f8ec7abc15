"""見通し: its sums are the ledger's, read a second time without SQL, and its pages and files hold them."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from claims.closing.flows import count
from claims.forecast import facts
from claims.forecast.kept import counted
from claims.forecast.pages import _warning, context_of, percent
from claims.models import ClaimEndLine, Entry
from claims.rules.forecast import CASH, ENDED, LAPSED, OTHER, OUTCOMES, Month, actual
from claims.tasks import count_closing
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, user
from tests.factories.plans import signed, water
from tests.integration.claims.closing import books
from tests.integration.claims.test_claim_ends import approve, draft, lapsed
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
SIZE = 100_000_000  # of which ten per cent, seven times over, are whole yen


def read(on=DAY):
    return facts.read(count(on=on).aged, on=on)


def by_hand(year):
    """Opening and outcomes of the year, from entries read one after another; shares nothing with the product."""
    entries = list(Entry.objects.exclude(claim=None).select_related("reverses").order_by("pk"))
    first: dict[int, int] = {}
    for entry in entries:
        first[entry.claim_id] = min(first.get(entry.claim_id, 9_999), books.year_of(entry))
    opening, outcomes = 0, Counter(dict.fromkeys(OUTCOMES, 0))
    lapses = set(
        ClaimEndLine.objects.filter(end__ground__in=["prescription", "enyo"], end__booked_on__isnull=False).values_list(
            "claim", flat=True
        )
    )
    for entry in entries:
        of = books.year_of(entry)
        if entry.component != "principal" or first[entry.claim_id] >= year or of > year:
            continue
        if of < year:
            opening += entry.amount_yen
            continue
        kind = entry.reverses.kind if entry.reverses else entry.kind
        lapsed = LAPSED if entry.claim_id in lapses else ENDED
        outcomes[{"receipt": CASH, "refund": CASH, "write_off": lapsed}.get(kind, OTHER)] -= entry.amount_yen
    return opening, dict(outcomes)


@pytest.mark.parametrize("year", range(2021, 2027))
def test_openings_and_outcomes_are_the_entries_in_a_city_with_everything(kept, year):
    """Reversals, set-offs, write-offs, refunds, and a year that was opened again."""
    kept(books.build)
    found = actual(read().parts, year)
    assert (found.opening, dict(found.parts)) == by_hand(year)


def test_what_was_written_off_as_lapsed_is_told_as_a_lapse():
    owed = lapsed(levy_year=2019, principal_yen=0)
    book(owed, "levy", "principal", 3_210, on=date(2019, 6, 1))
    approve(draft([owed], user(Role.COLLECTOR)), user(Role.SUPERVISOR))
    year = books.year_of(Entry.objects.get(kind="write_off", component="principal"))
    found = actual(read().parts, year)
    assert (found.opening, dict(found.parts)) == (3_210, {CASH: 0, OTHER: 0, LAPSED: 3_210, ENDED: 0})
    assert dict(found.parts) == by_hand(year)[1]


def plant(shares, *, until=2026):
    """A claim of each year from 2018 on, of which every later year pays its share of what is left. Returns what was paid by year."""
    paid: dict[int, int] = defaultdict(int)
    for first in range(2018, until):
        owed, left = books.levied(first, SIZE), SIZE
        for year in range(first + 1, until):
            yen = left * shares[year] // 100
            if yen:
                pay(owed, yen, on=date(year, 10, 1))
            paid[year] += yen
            left -= yen
    return paid


def test_a_planted_history_gives_back_the_planted_forecast_and_errors():
    """Beside it the same reckoning written out: arrears by age, what the three years before took of such, cut to yen."""
    shares = dict.fromkeys(range(2019, 2024), 10) | {2024: 20, 2025: 10}
    paid = plant(shares)
    shown = context_of(counted(on=DAY))
    left = dict.fromkeys(range(2018, 2026), SIZE)
    history: dict[tuple[int, int], tuple[int, int]] = {}  # (year, age) → carried into it, paid of it
    foretold = {}
    for year in range(2019, 2027):
        ages: dict[int, int] = defaultdict(int)
        for first in range(2018, year):
            ages[min(5, year - first)] += left[first]
        foretold[year] = 0
        for age, opening in ages.items():
            all_ages = [history[one] for one in history if year - 3 <= one[0] < year]
            same_age = [history[one] for one in history if year - 3 <= one[0] < year and one[1] == age]
            pool = same_age or all_ages
            whole = sum(carried for carried, _ in pool)
            foretold[year] += opening * sum(cash for _, cash in pool) // whole if whole else 0
        for first in range(2018, year):
            yen = left[first] * shares.get(year, 0) // 100
            carried, cash = history.get((year, min(5, year - first)), (0, 0))
            history[year, min(5, year - first)] = carried + left[first], cash + yen
            left[first] -= yen
    cash_of = {one["year"]: one["rows"][0] for one in shown["tested"]}
    assert set(cash_of) == set(range(2020, 2026))  # of 2019 nothing was known at its beginning
    for year, row in cash_of.items():
        assert (row["foretold"], row["came"], row["error"]) == (foretold[year], paid[year], paid[year] - foretold[year])
    assert shown["rows"][0]["yen"] == foretold[2026]
    # Until 2023 every year is like the others; in 2024 twice as much comes as ever, and 2025 is foretold too high for it.
    assert {year: row["held"] for year, row in cash_of.items()} == {
        2020: None, 2021: None, 2022: None, 2023: True, 2024: False, 2025: False,
    }  # fmt: skip
    low, high = shown["rows"][0]["span_yen"]
    assert low == foretold[2026] * paid[2025] // foretold[2025]
    assert high == 2 * foretold[2026]


def test_a_write_off_by_lapse_is_no_cash_and_one_by_waiver_no_lapse():
    owed = books.levied(2020, 10_000)
    book(owed, "write_off", "principal", -4_000, on=date(2022, 5, 1))
    found = actual(read().parts, 2022)
    assert dict(found.parts) == {CASH: 0, OTHER: 0, LAPSED: 0, ENDED: 4_000}


def test_what_lapses_is_told_by_month_and_only_what_lives():
    for last_day, yen in ((DAY, 100), (date(2026, 11, 30), 20), (date(2027, 11, 20), 3), (date(2027, 11, 21), 1_000)):
        claim(principal_yen=yen, prescribes_on=last_day)
    claim(principal_yen=5_000, prescribes_on=DAY - timedelta(days=1))
    claim(principal_yen=6_000, prescribes_on=date(2027, 1, 1), due_on=date(2026, 12, 1))
    assert read().lapsing == {date(2026, 11, 1): 120, date(2027, 11, 1): 3}
    shown = context_of(counted(on=DAY))
    assert (shown["lapsing_total"], len(shown["lapsing"])) == (123, 13)


# --- plans -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan():
    """Three instalments: 25 November, December and January; signed on 20 November."""
    return signed(water(person(), principal_yen=60_000, due_on=date(2026, 11, 19)), by=user(Role.COLLECTOR))


def plan_months(on):
    return read(on).plan_months


def test_a_month_counts_plans_that_stood_at_its_beginning_and_money_in_the_days_of_grace(plan):
    owed = plan.claims.get().claim
    first, second, third = plan.instalments.order_by("number")
    pay(owed, first.amount_yen, on=date(2026, 11, 25))
    pay(owed, second.amount_yen - 100, on=second.due_on + timedelta(days=10))  # the last day of grace
    pay(owed, 100, on=second.due_on + timedelta(days=11))
    after = date(2027, 3, 1)
    december = Month(facts.month_number(date(2026, 12, 1)), second.amount_yen, second.amount_yen - 100)
    january = Month(facts.month_number(date(2027, 1, 1)), third.amount_yen, 0)
    assert plan_months(after) == [december, january]  # in November the plan did not stand yet


def test_what_is_taken_back_did_not_pay(plan):
    owed = plan.claims.get().claim
    pay(owed, 60_000, on=DAY)
    book(owed, "reversal", "principal", 60_000, on=date(2026, 11, 24), reverses=owed.entries.get(kind="receipt"))
    assert [one.paid for one in plan_months(date(2027, 3, 1))] == [0, 0]


@pytest.mark.parametrize(
    ("closed_on", "months"), [(date(2026, 12, 31), 1), (date(2027, 1, 1), 2), (date(2026, 11, 30), 0)]
)
def test_a_plan_that_was_closed_before_a_month_is_not_asked_for_it(plan, closed_on, months):
    plan.closed_on, plan.closed_as, plan.close_reason, plan.closed_by = closed_on, "cancelled", "例", plan.by
    plan.save()
    assert len(plan_months(date(2027, 3, 1))) == months


@pytest.mark.parametrize(
    ("on", "months"), [(date(2027, 1, 10), 0), (date(2027, 1, 11), 1)], ids=["in grace", "after it"]
)
def test_a_month_is_told_when_the_days_of_grace_of_its_last_day_are_over(plan, on, months):
    assert len(plan_months(on)) == months


def test_what_is_to_come_is_what_is_not_paid_yet(plan):
    owed = plan.claims.get().claim
    first, second, third = (one.amount_yen for one in plan.instalments.order_by("number"))
    pay(owed, first + 50, on=DAY)
    assert read(date(2026, 11, 26)).plans_due == {date(2026, 12, 1): second - 50, date(2027, 1, 1): third}
    rows = context_of(counted(on=date(2026, 11, 26)))["plans"]["rows"]
    assert [(row["months"], row["due"], row["yen"]) for row in rows] == [
        (months, second + third - 50, None) for months in (3, 6, 12)
    ]


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def chief(client, settings):
    settings.BASE_DATE = DAY
    client.force_login(user(Role.SUPERVISOR))
    return client


def test_page_and_files_hold_the_same_figures_and_say_that_they_are_no_facts(chief):
    plant(dict.fromkeys(range(2019, 2026), 10))
    answer = chief.get(reverse("claims:forecast"))
    shown, body = answer.context, answer.content.decode()
    assert "これは見通しで、実績ではありません" in body
    text = chief.get(reverse("claims:forecast-csv")).content.decode()
    book_ = load_workbook(BytesIO(chief.get(reverse("claims:forecast-xlsx")).content))
    assert chief.get(reverse("claims:forecast-pdf"))["Content-Type"] == "application/pdf"
    cash = shown["tested"][0]["rows"][0]
    assert cash["came"]
    assert f"現金収納,{cash['foretold']},{cash['span'][0]},{cash['span'][1]},{cash['came']},{cash['error']}" in text
    assert [row[2] for row in book_["見通し"].iter_rows(min_row=2, values_only=True)] == [
        row["yen"] for row in shown["rows"]
    ]
    assert shown["rows"][0]["span"]


def test_where_too_little_is_known_the_page_says_so(chief):
    for suffix in ("", "-csv", "-xlsx", "-pdf"):
        assert chief.get(reverse(f"claims:forecast{suffix}")).status_code == 200
    assert "まだありません" in chief.get(reverse("claims:forecast")).content.decode()
    plant({2023: 10, 2024: 10, 2025: 10} | dict.fromkeys(range(2019, 2023), 0))
    count_closing()
    assert "幅は示せません" in chief.get(reverse("claims:forecast")).content.decode()


def test_the_page_asks_no_record_once_counted_and_the_job_counts_anew(chief, django_assert_max_num_queries):
    for _ in range(2):
        count_closing()
    plant(dict.fromkeys(range(2019, 2026), 10))
    with django_assert_max_num_queries(20):
        assert not chief.get(reverse("claims:forecast")).context["rows"]
    count_closing()
    assert chief.get(reverse("claims:forecast")).context["rows"]


@pytest.mark.parametrize(
    ("yen", "range_", "so_far", "says"),
    [
        (100, (90, 110), 110, ""),
        (100, None, 999, ""),
        (111, (90, 110), 0, "多すぎ"),
        (89, (90, 110), 0, "少なすぎ"),
        (100, (90, 110), 111, "幅を超えて"),
    ],
)
def test_a_forecast_outside_its_own_range_says_why(yen, range_, so_far, says):
    warning = _warning(yen, range_, so_far)
    assert (says in warning) if says else warning == ""


@pytest.mark.parametrize(("error", "of", "text"), [(12, 100, "＋12.0"), (-5, 40, "−12.5"), (0, 9, "0.0"), (5, 0, "—")])
def test_errors_are_told_in_per_cent(error, of, text):
    assert percent(error, of) == text
