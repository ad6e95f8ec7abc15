"""What a person owes as the screens sum it up, and one claim laid open."""

from datetime import date

import pytest
from django.urls import reverse

from claims.models import ClaimEvent, Hold
from claims.services.charges import amounts_due
from claims.statement import matrix_of, statement_of
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, system_user, user
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def debtor():
    return person()


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def states(debtor, collector):
    return {line.claim.pk: line.state for line in statement_of(debtor, collector, on=DAY).lines}


def test_totals_are_those_of_a_letter_overdue_and_living(debtor, collector):
    tax = claim(debtor, principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    rent = claim(debtor, kind="housing_rent", source="jutaku", principal_yen=26_300)
    claim(debtor, principal_yen=9_000, due_on=DAY, instalment=4)  # its last day is today
    claim(debtor, principal_yen=8_000, due_on=date(2019, 8, 31), prescribes_on=date(2026, 11, 19), levy_year=2019)
    pay(claim(debtor, principal_yen=7_000, instalment=2), 7_000, on=date(2026, 8, 1))
    statement = statement_of(debtor, collector, on=DAY)
    due = amounts_due([tax, rent], as_of=DAY)
    assert statement.total.count == 2
    assert statement.total.total_yen == sum(one.total_yen for one in due.values())
    assert statement.total.principal_yen == 67_300
    assert [(group.code, group.count) for group in statement.groups] == [("tax", 1), ("home", 1)]
    assert (statement.future.count, statement.future.principal_yen) == (1, 9_000)
    assert (statement.prescribed.count, statement.prescribed.principal_yen) == (1, 8_000)


def test_each_cell_says_where_its_claim_stands(debtor, collector):
    future = claim(debtor, due_on=date(2026, 12, 25), instalment=4)
    unpaid = claim(debtor, instalment=3, prescribes_on=date(2027, 5, 21))
    near = claim(debtor, instalment=2, prescribes_on=date(2027, 5, 20))
    part = claim(debtor, instalment=1, principal_yen=5_000)
    pay(part, 1_000, on=date(2026, 9, 1))
    paid = claim(debtor, levy_year=2025)
    pay(paid, 10_000, on=date(2026, 9, 1))
    planned = claim(debtor, kind="housing_rent", source="jutaku")
    Hold.objects.create(
        person=debtor, kind=planned.kind, reason="plan", channels=["call"], starts_on=DAY, review_on=DAY,
        placed_by=system_user(),
    )  # fmt: skip
    demanded = claim(debtor, levy_year=2021, prescribes_on=date(2027, 2, 28))
    ClaimEvent.objects.create(
        claim=demanded, kind="demand", on=date(2026, 8, 28), ground="tax", origin="一斉催告", by=system_user()
    )
    assert states(debtor, collector) == {
        future.pk: "future",
        unpaid.pk: "open",
        near.pk: "clock",
        part.pk: "part",
        paid.pk: "paid",
        planned.pk: "plan",
        demanded.pk: "grace",
    }


def test_months_begin_with_april_and_a_second_notice_gets_its_own_row(debtor, collector):
    facts = {"kind": "nursery_fee", "source": "hoiku", "levy_year": 2025}
    claim(debtor, **facts, instalment=4, notice_number="A", child_number="1", principal_yen=100)
    claim(debtor, **facts, instalment=3, notice_number="A", child_number="1", principal_yen=200)
    claim(debtor, **facts, instalment=4, notice_number="B", child_number="2", principal_yen=400)
    matrix = matrix_of(statement_of(debtor, collector, on=DAY))
    (group,) = matrix["groups"]
    first, second = group["kinds"][0]["years"]
    assert [bool(cell) for cell in first["cells"]] == [True, *[False] * 10, True]
    assert [bool(cell) for cell in second["cells"]] == [True, *[False] * 11]
    assert (first["balance_yen"], second["balance_yen"], matrix["total_yen"]) == (300, 400, 700)
    assert (group["rows"], matrix["count"]) == (2, 3)


def test_the_nearest_clock_names_the_claim_that_lapses_first(debtor, collector):
    claim(debtor, instalment=1, prescribes_on=date(2028, 1, 31))
    first = claim(debtor, instalment=2, prescribes_on=date(2027, 1, 31))
    statement = statement_of(debtor, collector, on=DAY)
    assert [line.claim.pk for line in statement.soon] == [first.pk]
    assert statement.nearest.claim.pk == first.pk


# --- the claim page ------------------------------------------------------------------------------------


@pytest.fixture
def page(client, collector):
    client.force_login(collector)
    return lambda one, **query: client.get(reverse("claims:claim", args=[one.pk]), query)


def test_every_entry_is_shown_with_the_balance_after_it(page, debtor):
    owed = claim(debtor, principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    pay(owed, 21_000, on=date(2026, 10, 1))
    receipt = owed.entries.get(kind="receipt")
    book(owed, "reversal", "principal", 21_000, on=date(2026, 10, 5), reverses=receipt)
    rows = page(owed).context["rows"]
    assert [row["balance"] for row in rows] == [41_000, 41_100, 20_100, 41_100]


def test_balances_and_late_charge_follow_the_chosen_day(page, debtor):
    owed = claim(debtor, principal_yen=41_000, due_on=date(2026, 6, 30))
    pay(owed, 21_000, on=date(2026, 10, 1))
    before, after = page(owed, as_of="2026-09-30").context, page(owed, as_of="2026-10-01").context
    assert [part["yen"] for part in before["balances"]] == [41_000, 0, 0, 0]
    assert [part["yen"] for part in after["balances"]] == [20_000, 0, 0, 0]
    assert (before["later"], after["later"]) == (1, 0)
    assert before["charge"].steps[-1].to_on == date(2026, 9, 30)
    assert before["total_yen"] == 41_000 + before["late_yen"]


def test_the_late_charge_is_shown_step_by_step_to_the_truncation(page, debtor):
    # 30 days at 2.4 %, 31 days at 8.7 %, 324 days at 9.1 % on 41,000 yen: 80 + 302 + 3,311 = 3,693 → 3,600 yen.
    body = page(claim(debtor, principal_yen=41_000, due_on=date(2025, 10, 31))).content.decode()
    for text in ("41,000 × 2.4% × 30 ÷ 365", "41,000 × 8.7% × 31 ÷ 365", "41,000 × 9.1% × 324 ÷ 365", "3,693", "3,600"):
        assert text in body


def test_past_the_last_announced_year_the_charge_says_that_it_is_an_estimate(page, debtor):
    owed = claim(debtor, principal_yen=41_000, due_on=date(2026, 6, 30))
    assert "概算" not in page(owed).content.decode()
    assert "概算" in page(owed, as_of="2027-03-31").content.decode()


def test_the_clock_is_shown_with_its_steps(page, debtor):
    owed = claim(debtor, due_on=date(2025, 10, 31))
    ClaimEvent.objects.create(
        claim=owed, kind="dunning", on=date(2025, 11, 20), ground="tax", origin="市税収納システム", by=system_user()
    )
    clock = page(owed).context["clock"]
    # Sent on 20 November: renewed from 1 December (地方税法18条の2), five years to 30 November 2030.
    assert (len(clock.steps), clock.last_day) == (2, date(2030, 11, 30))


@pytest.mark.parametrize("typed", ["", "きのう", "2026-02-30"])
def test_a_day_that_cannot_be_read_means_the_business_date(page, debtor, typed, settings):
    settings.BASE_DATE = DAY
    answer = page(claim(debtor), as_of=typed)
    assert (answer.status_code, answer.context["as_of"]) == (200, DAY)


def test_a_difference_from_the_sections_figure_is_shown(page, debtor, settings):
    settings.BASE_DATE = DAY
    owed = claim(debtor, principal_yen=10_000, section_paid_yen=4_000)
    pay(owed, 3_000, on=date(2026, 10, 1))
    assert "台帳は 3,000円" in page(owed).content.decode()
