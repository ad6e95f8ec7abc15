"""決算の表 and its proof on PostgreSQL: the bookkeeper who reads single entries finds the same figures."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.closing.flows import count
from claims.closing.kept import counted
from claims.closing.tables import NOW, PARTS, closing
from claims.closing.tying import tie
from claims.closing.waterfall import WRITE_OFF, waterfall
from claims.models import Claim, Entry, FrozenYear, Receipt
from claims.services.years import carried_over
from tests.factories.claims import book
from tests.integration.claims.closing import books

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
YEARS = range(2021, 2027)


@pytest.fixture
def city(kept):
    kept(books.build)
    return count(on=DAY)


def shown(flows, year, part):
    table = closing(flows, year=year, part=part)
    found = {}
    for group in table.groups:
        for row in group.rows:
            for name, line in row.lines:
                if name != "計":
                    found[row.name, name == NOW] = {
                        "opening": line.opening,
                        "charged": line.charged,
                        "collected": line.collected,
                        "written_off": line.written_off,
                        "outstanding": line.outstanding,
                    }
    return {key: line for key, line in found.items() if any(line.values())}


@pytest.mark.parametrize("part", PARTS)
def test_the_bookkeeper_finds_the_same_to_the_yen(city, part):
    for year in YEARS:
        assert shown(city, year, part) == books.by_hand(year, part)


def test_the_city_shows_what_it_is_to_show(city):
    acts = {(flow.act, flow.back) for flow in city.entries}
    assert {
        ("receipt", True),
        ("set_off", False),
        ("write_off", False),
        ("refund", False),
        ("exemption", False),
    } <= acts
    line = closing(city, year=2025).total.whole
    assert line.charged
    assert line.collected
    assert line.refund_due


def test_refunds_due_are_what_stands_on_overpayments_at_the_years_end(city):
    for year in YEARS:
        found = sum(closing(city, year=year, part=part).total.whole.refund_due for part in PARTS)
        assert found == books.refunds_by_hand(year)
    now = closing(city, year=2025).total.now
    assert now.refund_due == 2_500
    assert closing(city, year=2026).total.old.refund_due == 2_500 // 2 + 9_000


def test_a_year_ends_with_what_the_next_begins_and_with_what_the_years_page_carries_over(city):
    for year in YEARS:
        tables = [closing(city, year=year, part=part) for part in PARTS]
        after = [closing(city, year=year + 1, part=part) for part in PARTS]
        assert [one.total.whole.outstanding for one in tables] == [one.total.old.opening for one in after]
        assert sum(one.total.whole.outstanding for one in tables) == carried_over(year).yen
    assert FrozenYear.objects.get().carried_yen == carried_over(2025).yen


def test_a_write_off_is_no_collection(city):
    before = closing(city, year=2026).total.whole
    owed = Claim.objects.filter(principal_yen__gt=5_000).first()
    book(owed, "write_off", "principal", -5_000, on=date(2026, 10, 1))
    flows = count(on=DAY)
    after = closing(flows, year=2026).total.whole
    assert (after.collected, after.rate) == (before.collected, before.rate)
    assert after.outstanding == before.outstanding - 5_000
    one, other = (waterfall(found, since=2025, until=2026) for found in (city, flows))
    assert other.parts == one.parts | {WRITE_OFF: one.parts[WRITE_OFF] - 5_000}


def test_what_was_reversed_counts_in_its_own_year(city):
    row = closing(city, year=2024).total.old
    # 10,000 of 2023 bounced in 2024: nothing is collected in its stead, and it is owed again.
    assert Entry.objects.filter(kind="reversal", on=date(2024, 4, 1)).exists()
    assert row.collected == -10_000


# --- counted twice -------------------------------------------------------------------------------------------


def tamper(statement: str, *params: object) -> None:
    """Behind the ledger's back: no trigger sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, params)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_everything_ties_where_nobody_has_tampered(city):
    found = tie(city)
    assert found.ties
    assert not found.differences
    assert not found.found
    assert {check.name: check.difference for check in found.checks if check.difference} == {}
    assert len(found.checks) >= 8


@pytest.mark.parametrize(
    ("kind", "component", "what"),
    [("receipt", "principal", "収納"), ("levy", "principal", "調定額"), ("levy", "fee", "収入未済額"), ("late_fixed", "late", "収入未済額")],
)  # fmt: skip
def test_a_yen_in_an_entry_is_found_in_its_claim(city, kind, component, what):
    entry = Entry.objects.filter(kind=kind, component=component).exclude(claim=None).order_by("pk").first()
    tamper("UPDATE claims_entry SET amount_yen = amount_yen + 1 WHERE id = %s", entry.pk)
    found = tie(count(on=DAY))
    assert not found.ties
    assert any(check.name.startswith(what) and abs(check.difference) == 1 for check in found.checks)
    (place,) = [one for one in found.differences if one.what == f"残額（{PARTS[component]}）"]
    assert place.kind == entry.claim.kind.name
    assert (place.yen, place.year) == (-1, min(books.year_of(one) for one in entry.claim.entries.all()))
    assert place.url == f"/claims/{entry.claim_id}/"
    assert entry.claim.notice_number in place.label


def test_a_yen_on_a_receipt_is_found_with_its_year(city):
    entry = Entry.objects.filter(kind="receipt", claim__kind__code="housing_rent").order_by("pk").first()
    tamper("UPDATE claims_receipt SET left_yen = left_yen + 1 WHERE id = %s", entry.receipt_id)
    (place,) = tie(count(on=DAY)).differences
    assert (place.what, place.kind, place.year, place.yen) == ("収納", entry.claim.kind.name, books.year_of(entry), -1)
    assert Receipt.objects.get(pk=entry.receipt_id).receipt_number in place.label


def test_two_differences_that_cancel_each_other_are_found(city):
    one, other = Claim.objects.filter(principal_yen__gt=1).order_by("pk")[:2]
    tamper("UPDATE claims_claim SET principal_yen = principal_yen + 1 WHERE id = %s", one.pk)
    tamper("UPDATE claims_claim SET principal_yen = principal_yen - 1 WHERE id = %s", other.pk)
    found = tie(count(on=DAY))
    (check,) = [check for check in found.checks if not check.ties]
    assert (check.difference, check.found) == (0, 2)
    assert sorted(place.yen for place in found.differences) == [-1, 1]


def test_an_entry_moved_into_a_frozen_year_is_found(city):
    entry = Entry.objects.get(amount_yen=-777)
    tamper("UPDATE claims_entry SET accounting_year = 2025 WHERE id = %s", entry.pk)
    (place,) = tie(count(on=DAY)).differences
    assert (place.what, place.year, place.yen) == ("繰越", 2025, 777)


def test_a_write_off_without_a_decision_is_found(city):
    owed = Claim.objects.filter(principal_yen__gt=100).first()
    book(owed, "write_off", "principal", -100, on=date(2026, 10, 1))
    (place,) = tie(count(on=DAY)).differences
    assert (place.what, place.kind, place.year, place.yen) == ("不納欠損", owed.kind.name, 2026, -100)


def test_levies_that_count_in_another_year_are_named(city):
    assert [(one.levy_year, one.year) for one in tie(city).other_years] == [(2021, 2026)]


# --- counting ------------------------------------------------------------------------------------------------


def test_counting_asks_the_same_however_many_claims_there_are(kept):
    counted(on=DAY)
    asked = []
    for make in (lambda: None, lambda: kept(books.build)):
        make()
        with CaptureQueriesContext(connection) as queries:
            counted(on=DAY, anew=True)
        asked.append(len(queries))
    assert asked[0] == asked[1] == 4 + 6 + 2 + 2 + 4  # sums, proof, one view, alone, kept


def test_what_was_counted_is_kept_until_the_job_counts_anew(settings):
    from claims.tasks import count_closing

    settings.BASE_DATE = DAY
    books.levied(2026, 1_000)
    first = counted(on=DAY)
    books.levied(2026, 2_000)
    assert counted(on=DAY) == first
    for _ in range(2):
        count_closing()
    again = counted(on=DAY)
    assert closing(again.value.flows, year=2026).total.now.charged == 3_000
    assert again.at > first.at
    assert counted(on=date(2026, 11, 23)) == again  # nobody has counted since: the page says how old it is
    assert counted(on=date(2026, 11, 19)).on == date(2026, 11, 19)  # the day was set back
