"""実績 beside a second count, in plain Python over all records: acts, what followed them, and each yen at most once."""

import random
from collections import Counter
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from claims import board
from claims.models import ClaimEvent, Entry, Hold
from claims.performance.flows import Response, Yield, count
from claims.performance.kept import counted
from claims.performance.pages import context_of
from claims.tasks import count_performance
from debtors.models import Contact
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, system_user, user
from tests.factories.plans import signed
from tests.integration.claims.closing import books
from toyota_collect.models import Setting
from toyota_collect.permissions import Role
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
FIRST = date(2024, 4, 1)


@pytest.fixture
def clerk():
    return user(Role.COLLECTOR, team="徴収第1係")


def speak(someone, on, by, *, channel="phone", outcome="talked", **facts):
    return Contact.objects.create(person=someone, on=on, channel=channel, outcome=outcome, text="記録", by=by, **facts)


def numbers(found, **wanted):
    return {one.code: one.number for one in found.counts if all(getattr(one, k) == v for k, v in wanted.items())}


# --- acts ------------------------------------------------------------------------------------------------------------


def test_contacts_count_by_channel_and_team_and_once_when_corrected(clerk):
    someone = person()
    wrong = speak(someone, date(2026, 10, 31), clerk)
    speak(someone, date(2026, 11, 1), clerk, corrects=wrong, why="日付の誤り")
    speak(someone, date(2026, 11, 2), clerk, outcome="absent")
    speak(someone, date(2026, 11, 2), user(Role.COLLECTOR, team="徴収第2係"), channel="visit")
    speak(someone, date(2026, 11, 3), clerk, channel="counter", outcome="plan")
    speak(someone, date(2026, 11, 4), clerk, channel="other", outcome="note")
    speak(someone, date(2026, 11, 4), clerk, channel="letter", outcome="sent")
    found = count(on=DAY)
    assert numbers(found, month=date(2026, 11, 1), team="徴収第1係") == {"call": 1, "missed": 1, "counter": 1}
    assert numbers(found, team="徴収第2係") == {"visit": 1}
    assert not numbers(found, month=date(2026, 10, 1))


@pytest.mark.parametrize(
    ("on", "counts"),
    [(date(2024, 3, 31), 0), (date(2024, 4, 1), 1), (DAY, 1), (DAY + timedelta(days=1), 0)],
    ids=["before the first year", "its first day", "today", "tomorrow"],
)
def test_an_act_counts_from_the_first_of_three_years_to_the_day(clerk, on, counts):
    speak(person(), on, clerk)
    assert sum(one.number for one in count(on=DAY).counts) == counts


def test_holds_plans_and_events_count_by_people_and_days_and_not_when_withdrawn(clerk):
    someone = person()
    first, second = (claim(someone, instalment=number, principal_yen=30_000) for number in (1, 2))
    for owed in (first, second):
        Hold.objects.create(
            person=someone, claim=owed, reason="execution_stop", channels=["call"], starts_on=DAY, review_on=DAY,
            placed_by=clerk,
        )  # fmt: skip
        ClaimEvent.objects.create(claim=owed, kind="seizure", on=DAY, ground="tax", origin="例", by=clerk)
    ClaimEvent.objects.create(
        claim=first, kind="suit", on=DAY, ground="tax", origin="例", by=clerk, withdrawn_at="2026-11-20T00:00Z"
    )
    signed(claim(principal_yen=60_000), by=clerk)
    found = numbers(count(on=DAY))
    assert (found["stop"], found["seizure"], found["plan"]) == (1, 1, 1)
    assert "suit" not in found


# --- what followed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "code"),
    [(0, "call"), (1, "call"), (30, "call"), (31, None), (-1, None)],
    ids=["same day", "next day", "day 30, the last", "day 31", "paid before"],
)
def test_money_belongs_to_a_call_not_more_than_thirty_days_before(clerk, days, code):
    owed = claim(due_on=date(2025, 8, 31))
    speak(owed.identity.person, date(2026, 9, 1), clerk)
    pay(owed, 1_000, on=date(2026, 9, 1) + timedelta(days=days))
    month = (date(2026, 9, 1) + timedelta(days=days)).replace(day=1)
    assert count(on=DAY).yields == [Yield(code, month, "徴収第1係" if code else "", 1_000)]


def test_the_last_act_counts_and_of_one_day_the_meeting(clerk):
    owed = claim(due_on=date(2025, 8, 31))
    for on, channel in ((10, "counter"), (12, "phone"), (12, "visit")):
        speak(owed.identity.person, date(2026, 9, on), clerk, channel=channel)
    pay(owed, 1_000, on=date(2026, 9, 12))
    pay(owed, 500, on=date(2026, 9, 11))
    assert {one.code: one.yen for one in count(on=DAY).yields} == {"visit": 1_000, "counter": 500}


def test_what_is_taken_back_is_taken_off_where_it_stood_in_its_own_month(clerk):
    owed = claim(due_on=date(2025, 8, 31))
    speak(owed.identity.person, date(2026, 9, 1), clerk)
    pay(owed, 1_000, on=date(2026, 9, 2))
    book(owed, "reversal", "principal", 1_000, on=date(2026, 10, 5), reverses=owed.entries.get(kind="receipt"))
    found = count(on=DAY)
    assert {one.month.month: (one.code, one.yen) for one in found.yields} == {9: ("call", 1_000), 10: ("call", -1_000)}
    assert [(one.paid, one.of) for one in found.responses if one.days == 30] == [(0, 1)]


@pytest.mark.parametrize("seed", range(4))
def test_each_yen_stands_once_and_all_of_them_are_the_money_of_the_ledger(clerk, seed):
    """Random people, calls, meetings and payments, some taken back: beside them an attribution of one entry after another."""
    dice = random.Random(seed)
    days = [date(2026, 3, 1) + timedelta(days=place) for place in range(200)]
    for _ in range(12):
        someone = person()
        owed = claim(someone, principal_yen=100_000, due_on=date(2025, 8, 31))
        for _ in range(dice.randint(0, 4)):
            speak(someone, dice.choice(days), clerk, channel=dice.choice(["phone", "visit", "counter"]))
        for _ in range(dice.randint(0, 4)):
            pay(owed, dice.randint(1, 9) * 100, on=dice.choice(days))
        for money in owed.entries.filter(kind="receipt"):
            if dice.random() < 0.25:
                book(owed, "reversal", "principal", -money.amount_yen, on=dice.choice(days), reverses=money)
    found = count(on=DAY)
    expected = Counter()
    for entry in Entry.objects.filter(kind__in=["receipt", "reversal"]).select_related("claim__identity", "reverses"):
        paid = entry.reverses or entry
        expected[_act_before(entry.claim.identity.person, paid.on), entry.on.replace(day=1)] -= entry.amount_yen
    ours = Counter()
    for one in found.yields:
        ours[one.code, one.month] += one.yen
    assert {key: yen for key, yen in ours.items() if yen} == {key: yen for key, yen in expected.items() if yen}
    assert sum(ours.values()) == -sum(entry.amount_yen for entry in Entry.objects.exclude(kind="levy"))
    assert found == count(on=DAY)


def _act_before(someone, paid_on):
    """The kind of the last act before the payment, read from the person's own lines."""
    order = {"counter": 0, "visit": 1, "phone": 2}
    acts = [one for one in someone.contacts.all() if timedelta() <= paid_on - one.on <= timedelta(days=30)]
    if not acts:
        return None
    last = max(acts, key=lambda one: (one.on, -order[one.channel]))
    return {"counter": "counter", "visit": "visit", "phone": "call"}[last.channel]


@pytest.mark.parametrize("on", [date(2025, 3, 31), date(2026, 3, 31), DAY], ids=str)
def test_all_money_of_a_month_is_that_of_the_board_in_a_city_with_everything(kept, on):
    """Reversals, set-offs, write-offs, refunds, a year opened again: only money is told, and all of it."""
    kept(books.build)
    months = Counter()
    for one in count(on=on).yields:
        months[one.month] += one.yen
    shown = board.collected_by_month(on=on)
    first = date(on.year - 1, on.month, 1)
    expected = [row["yen"] for row in shown]
    assert [months[_later(first, place)] for place in range(13)] == expected
    assert any(expected)


def _later(first, months):
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def test_people_count_once_a_year_with_their_first_act_and_only_when_their_days_have_passed(clerk):
    paid, late, silent, fresh = (claim(due_on=date(2025, 8, 31)) for _ in range(4))
    for owed in (paid, late, silent):
        speak(owed.identity.person, date(2026, 7, 1), clerk)
        speak(owed.identity.person, date(2026, 8, 15), clerk)  # the second act of the year tells nothing more
    speak(fresh.identity.person, DAY - timedelta(days=20), clerk)
    pay(paid, 100, on=date(2026, 7, 15))  # day 14
    pay(late, 100, on=date(2026, 7, 16))  # day 15
    pay(fresh, 100, on=DAY - timedelta(days=19))
    assert count(on=DAY).responses == [
        Response("call", 2026, 14, 4, 2, 0),
        Response("call", 2026, 30, 3, 2, 0),
        Response("call", 2026, 90, 3, 2, 0),
    ]


@pytest.mark.parametrize(("days", "of"), [(14, 0), (15, 1)])
def test_a_person_is_in_the_whole_when_the_last_day_has_passed(clerk, days, of):
    speak(person(), DAY - timedelta(days=days), clerk)
    assert sum(one.of for one in count(on=DAY).responses if one.days == 14) == of


def test_a_plan_after_a_call_is_told(clerk):
    owed = claim(principal_yen=60_000, due_on=date(2025, 8, 31))
    speak(owed.identity.person, date(2026, 11, 18), clerk)
    signed(owed, by=clerk)
    (last,) = [one for one in count(on=date(2027, 3, 1)).responses if one.days == 90]
    assert (last.of, last.agreed) == (1, 1)


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def chief(client, settings):
    settings.BASE_DATE = DAY
    client.force_login(user(Role.SUPERVISOR))
    return client


def test_cost_and_yield_stand_beside_each_other_and_what_is_not_set_is_said(chief, clerk):
    Setting.objects.filter(key="performance.costs").update(value={"call": 250})
    owed = claim(due_on=date(2025, 8, 31))
    for on in (1, 2):
        speak(owed.identity.person, date(2026, 9, on), clerk)
    speak(owed.identity.person, date(2026, 9, 3), clerk, channel="visit")
    pay(owed, 1_000, on=date(2026, 9, 2))
    pay(owed, 70, on=date(2026, 6, 2))
    shown = chief.get(reverse("claims:performance"), {"year": "2026"}).context["yields"]
    rows = {row["label"]: row for row in shown["rows"]}
    call, visit = rows["電話で話せた"], rows["訪問"]
    assert (call["number"], call["cost"], call["yen"], call["each"], call["ratio"]) == (2, 500, 1_000, 500, "2.0")
    assert (visit["number"], visit["unit"], visit["cost"], visit["ratio"]) == (1, None, None, "—")
    assert (shown["none"], shown["total"]) == (70, 1_070)


def test_a_team_shows_its_own_acts_and_nobody_is_told_of_by_name(chief, clerk):
    other = user(Role.COLLECTOR, team="徴収第2係")
    speak(person(), date(2026, 9, 1), clerk)
    for _ in range(2):
        speak(person(name="架空　債務子"), date(2026, 9, 1), other)
    speak(person(), date(2026, 9, 1), system_user())
    for team, number in (("", 4), ("徴収第1係", 1), ("徴収第2係", 2), ("-", 1), ("知らない係", 4)):
        answer = chief.get(reverse("claims:performance"), {"team": team})
        contacts = answer.context["groups"][0]["rows"]
        assert sum(row["total"] for row in contacts) == number
        body = answer.content.decode()
        assert str(clerk) not in body
        assert "債務子" not in body


@pytest.mark.parametrize("year", ["2026", "2025", "all", "1999", "x"])
def test_page_and_files_hold_the_same_figures(chief, clerk, year):
    for place in range(7):
        speak(person(), date(2026, 4, 1) + timedelta(days=30 * place), clerk, outcome="absent")
    owed = claim(due_on=date(2025, 8, 31))
    speak(owed.identity.person, date(2025, 6, 1), clerk)
    pay(owed, 1_234, on=date(2025, 6, 10))
    given = {"year": year}
    shown = chief.get(reverse("claims:performance"), given).context
    text = chief.get(reverse("claims:performance-csv"), given).content.decode()
    book_ = load_workbook(BytesIO(chief.get(reverse("claims:performance-xlsx"), given).content))
    pdf = chief.get(reverse("claims:performance-pdf"), given)
    assert pdf["Content-Type"] == "application/pdf"
    missed = next(row for row in shown["groups"][0]["rows"] if row["label"] == "電話がつながらず")
    assert f"連絡,電話がつながらず,{','.join(map(str, missed['cells']))},{missed['total']}" in text
    rows = list(book_["費用と収納"].iter_rows(values_only=True))
    assert rows[-1][4] == shown["yields"]["total"]
    assert book_.sheetnames == ["実績の件数", "働きかけのあと", "費用と収納", "説明"]


def test_an_empty_city_makes_a_page_too(chief):
    for suffix in ("", "-csv", "-xlsx", "-pdf"):
        assert chief.get(reverse(f"claims:performance{suffix}")).status_code == 200


def test_the_page_asks_no_record_once_counted_and_the_job_counts_anew(chief, clerk, django_assert_max_num_queries):
    for _ in range(2):
        count_performance()
    speak(person(), DAY, clerk)
    with django_assert_max_num_queries(20):
        shown = chief.get(reverse("claims:performance")).context
    assert shown["groups"][0]["rows"][2]["total"] == 0
    count_performance()
    assert context_of(counted(on=DAY), year="2026", team="")["groups"][0]["rows"][2]["total"] == 1


def test_every_act_has_a_name_of_its_own_and_a_group():
    codes = [act.code for act in registry.acts]
    assert len(set(codes)) == len(codes) >= 19
