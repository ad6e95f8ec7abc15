"""The board's figures are the ledger's, counted by the database."""

from datetime import date

import pytest
from django.urls import reverse

from claims import board
from claims.tasks import count_board
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, user
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def test_owed_by_kind_and_group_leaves_out_what_is_not_due_or_lapsed():
    debtor = person()
    claim(debtor, principal_yen=10_000, fee_yen=100, levy_year=2026)
    claim(debtor, principal_yen=5_000, levy_year=2025, due_on=date(2025, 8, 31))
    claim(debtor, kind="housing_rent", source="jutaku", principal_yen=20_000, levy_year=2024)
    claim(debtor, principal_yen=1_000, due_on=date(2026, 12, 25), instalment=4)
    claim(debtor, principal_yen=2_000, prescribes_on=date(2026, 11, 19), instalment=3)
    rows = board.owed(on=DAY)
    assert [(row["name"], row["instalments"], row["yen"]) for row in board.by_kind(rows)] == [
        ("市民税・県民税", 2, 15_100),
        ("市営住宅使用料", 1, 20_000),
    ]
    tax, home = board.by_group(rows)
    assert (tax["name"], tax["yen"], tax["fresh_yen"]) == ("市税", 15_100, 10_100)
    assert (home["yen"], home["fresh_yen"]) == (20_000, 0)
    assert board.people_owing(on=DAY) == 1


@pytest.mark.parametrize(
    ("due_on", "age"),
    [
        (date(2026, 11, 19), "1年未満"),
        (date(2025, 11, 21), "1年未満"),
        (date(2025, 11, 20), "1〜2年"),
        (date(2021, 11, 21), "4〜5年"),
        (date(2021, 11, 20), "5年以上"),
        (date(2009, 4, 30), "5年以上"),
    ],
)
def test_age_is_counted_in_whole_years_since_the_due_date(due_on, age):
    claim(due_on=due_on, principal_yen=12_345)
    assert {row["name"]: row["yen"] for row in board.by_age(board.owed(on=DAY)) if row["yen"]} == {age: 12_345}


def test_collected_by_month_takes_bounced_money_off():
    owed = claim(principal_yen=50_000)
    pay(owed, 10_000, on=date(2026, 10, 31))
    pay(owed, 20_000, on=date(2026, 11, 1))
    bounced = owed.entries.get(on=date(2026, 11, 1), kind="receipt")
    book(owed, "reversal", "principal", 20_000, on=date(2026, 11, 10), reverses=bounced)
    pay(owed, 300, on=date(2026, 11, 20))
    pay(owed, 7, on=date(2025, 10, 31))  # before the first month shown
    months = board.collected_by_month(on=DAY)
    assert len(months) == 13
    assert {row["name"]: row["yen"] for row in months if row["yen"]} == {"R8.10": 10_000, "R8.11": 300}
    assert (months[0]["name"], months[-1]["name"]) == ("R7.11", "R8.11")


def test_clocks_count_claims_within_each_span():
    for last_day in (date(2026, 12, 20), date(2026, 12, 21), date(2027, 5, 20), date(2027, 11, 20), date(2027, 11, 21)):
        claim(prescribes_on=last_day, principal_yen=1_000)
    found = {row["months"]: (row["instalments"], row["yen"]) for row in board.clocks(on=DAY)}
    assert found == {1: (1, 1_000), 3: (2, 2_000), 6: (3, 3_000), 12: (4, 4_000)}


@pytest.mark.parametrize(("yen", "text"), [(0, "0.0"), (99_999, "0.0"), (1_234_567_890, "1,234.5"), (-150_000, "−0.1")])
def test_millions_are_cut_to_one_decimal(yen, text):
    assert board.millions(yen) == text


def test_the_page_carries_a_table_for_every_picture(client, settings):
    settings.BASE_DATE = DAY
    claim(principal_yen=4_321_000)
    client.force_login(user(Role.SUPERVISOR))
    body = client.get(reverse("claims:board")).content.decode()
    for name in ("group-table", "age-table", "month-table"):
        assert body.count(f'data-table="{name}"') == body.count(f'id="{name}"') == 1
    assert "4,321,000" in body


def test_an_empty_ledger_makes_a_page_too(client):
    client.force_login(user(Role.SUPERVISOR))
    assert client.get(reverse("claims:board")).status_code == 200


def test_the_figures_are_kept_until_the_job_counts_anew(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "board"}}
    claim(principal_yen=1_000)
    first = board.counted(on=DAY)
    claim(principal_yen=2_000)
    assert board.counted(on=DAY) == first
    for _ in range(2):
        count_board()
    again = board.counted(on=DAY)
    assert (first["yen"], again["yen"]) == (1_000, 3_000)
    assert again["counted_at"] > first["counted_at"]
