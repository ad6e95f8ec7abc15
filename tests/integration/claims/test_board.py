"""The board's figures are the ledger's, counted by the database."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdfium2 import PdfDocument

from claims import board, board_page
from claims.models import BoardDay
from claims.tasks import count_board
from debtors.models import Assignment, WorkItem
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, user
from tests.factories.plans import signed, water
from toyota_collect.models import Approval
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
    assert board.counted(on=DAY).value["standing"].all_people == 1


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


def test_clocks_count_claims_in_the_bands_of_the_list_behind_them(client, settings):
    settings.BASE_DATE = DAY
    clerk = user(Role.SUPERVISOR)
    for last_day in (date(2026, 12, 20), date(2026, 12, 21), date(2027, 5, 20), date(2027, 11, 20), date(2027, 11, 21)):
        owed = claim(prescribes_on=last_day, principal_yen=1_000, fee_yen=100)
        if last_day == date(2026, 12, 21):
            _step(owed.identity.person, DAY, clerk)
    found = {row["months"]: (row["instalments"], row["yen"], row["idle"]) for row in board.clocks(on=DAY)}
    assert found == {1: (1, 1_100, 1), 3: (1, 1_100, 0), 6: (1, 1_100, 1), 12: (1, 1_100, 1)}
    client.force_login(clerk)
    for months, (instalments, *_) in found.items():
        page = client.get(reverse("claims:countdown"), {"months": months}).context["page"]
        assert page.paginator.count == instalments


def _step(someone, due_on, owner):
    return WorkItem.objects.create(
        person=someone, reason="例", next_step="電話", due_on=due_on, owner=owner, subject_key="case", opened_by=owner
    )


def test_plans_count_those_that_run_and_of_them_the_broken_ones():
    clerk = user(Role.COLLECTOR)
    kept, broken, paid_up = (signed(water(principal_yen=60_000, due_on=date(2026, 11, 19)), by=clerk) for _ in range(3))
    Assignment.objects.create(person=broken.person, officer=clerk, by_hand=True, reason="例", since=DAY, by=clerk)
    first = kept.instalments.order_by("number")[0]
    for plan, yen in ((kept, first.amount_yen), (paid_up, 60_000)):
        pay(plan.claims.get().claim, yen, on=DAY)
    late = first.due_on + timedelta(days=25)  # past the days of grace, before the second instalment
    assert board.plans(on=late) == {"running": 2, "broken": 1, "officers": {None: (1, 0), clerk.pk: (1, 1)}}


def test_officers_stand_with_their_people_and_steps_and_nobodys_money(client, settings):
    settings.BASE_DATE = DAY
    boss, busy = user(Role.SUPERVISOR), user(Role.COLLECTOR)
    mine = claim(principal_yen=777_777, due_on=date(2024, 6, 30)).identity.person
    claim(principal_yen=5_000, due_on=date(2024, 6, 30))
    Assignment.objects.create(person=mine, officer=busy, by_hand=True, reason="例", since=DAY, by=boss)
    other = claim(principal_yen=5_000, due_on=date(2024, 6, 30)).identity.person
    _step(other, DAY - timedelta(days=1), busy)
    client.force_login(boss)
    shown = client.get(reverse("claims:board")).context
    table = next(one for one in shown["tables"] if one.code == "officers")
    rows = {row.label: [cell.value for cell in row.cells] for row in table.rows}
    assert rows == {str(busy): [1, 1, 1, 1, "—"], "担当なし": [2, 1, 0, 0, "—"]}
    assert not any("円" in name for name in table.columns)
    for row in table.rows:
        for cell in row.cells:
            if cell.url and cell.value:
                assert client.get(cell.url).context["page"].paginator.count == cell.value


def test_every_figure_on_top_is_as_long_as_the_list_behind_it(client, settings):
    settings.BASE_DATE = DAY
    boss, clerk = user(Role.SUPERVISOR), user(Role.COLLECTOR)
    for number in range(3):
        claim(due_on=date(2024, 6, 30), prescribes_on=DAY + timedelta(days=number), principal_yen=1_000)
    _step(claim(due_on=date(2024, 6, 30)).identity.person, DAY - timedelta(days=1), clerk)
    _step(claim(due_on=date(2024, 6, 30)).identity.person, DAY, clerk)
    client.force_login(boss)
    facts = {one["label"]: one for one in client.get(reverse("claims:board")).context["facts"]}
    assert [facts[name]["value"] for name in ("未折衝", "期限超過の次の一手", "時効1か月以内")] == ["3", "1", "3"]
    for name in ("未折衝", "期限超過の次の一手", "時効1か月以内"):
        assert client.get(facts[name]["url"]).context["page"].paginator.count == int(facts[name]["value"])


def test_every_sum_of_a_kind_a_group_and_an_age_opens_its_claims(client, settings):
    settings.BASE_DATE = DAY
    for place, due_on in enumerate((date(2026, 11, 19), date(2025, 11, 20), date(2025, 11, 21), date(2020, 4, 30))):
        claim(due_on=due_on, principal_yen=1_000 + place)
        claim(due_on=due_on, principal_yen=500, kind="housing_rent", source="jutaku")
    claim(due_on=date(2026, 12, 1))
    client.force_login(user(Role.SUPERVISOR))
    shown = client.get(reverse("claims:board")).context
    for name, rows in (("kind", shown["kinds"]), ("group", shown["groups"]), ("age", shown["ages"])):
        for row in rows:
            answer = client.get(reverse("claims:overdue"), {name: row["code"]}).context
            found = [one["claim"] for one in answer["rows"]]
            if row["instalments"]:  # of an age nobody is of, all are shown
                assert len(found) == answer["page"].paginator.count == row["instalments"]
                assert sum(one.booked_yen for one in found) == answer["yen"] == row["yen"]
                assert found == sorted(found, key=lambda one: (one.due_on, one.pk))
    everything = client.get(reverse("claims:overdue"), {"kind": "'; drop", "age": "9"}).context
    assert len(everything["rows"]) == 8


@pytest.mark.parametrize(
    ("before", "note"),
    [
        ({DAY - timedelta(days=7): 5}, "先週より −4"),
        ({DAY - timedelta(days=14): 1}, "先週と同じ"),
        ({DAY - timedelta(days=8): 0, DAY - timedelta(days=9): 9}, "先週より ＋1"),
        ({DAY - timedelta(days=6): 5, DAY - timedelta(days=15): 5}, "90日以上、接触も納付もない"),
    ],
)
def test_a_week_is_compared_with_the_week_before(before, note):
    for on, number in before.items():
        BoardDay.objects.create(on=on, figures={"untouched": number})
    claim(due_on=date(2024, 6, 30))
    shown = board_page.context_of(user(Role.SUPERVISOR), on=DAY)
    assert shown["facts"][0]["note"] == note
    assert BoardDay.objects.get(on=DAY).figures["untouched"] == 1


def test_a_day_is_remembered_once_as_it_was_counted_last(settings):
    for _ in range(2):
        count_board()
    claim(due_on=date(2024, 6, 30))
    board.counted(on=DAY, anew=True)
    assert BoardDay.objects.get(on=DAY).figures["untouched"] == 1


def test_approvals_wait_by_kind_and_for_whom(client, settings):
    settings.BASE_DATE = DAY
    boss = user(Role.SUPERVISOR, decision_rank="manager")
    for number, rank in enumerate(("chief", "manager", "director")):
        Approval.objects.create(
            subject_type="hold", subject_key=str(number), title="例", requested_by=user(Role.COLLECTOR), needs_rank=rank
        )
    Approval.objects.create(subject_type="hold", subject_key="own", title="例", requested_by=boss, needs_rank="chief")
    client.force_login(boss)
    table = next(one for one in client.get(reverse("claims:board")).context["tables"] if one.code == "approvals")
    assert [[cell.value for cell in row.cells] for row in table.rows] == [[2, 2, 0]]
    for cell in table.rows[0].cells[:2]:
        assert client.get(cell.url).context["page"].paginator.count == cell.value


def test_the_files_hold_the_figures_of_the_page_and_no_debtor(client, settings):
    settings.BASE_DATE = DAY
    debtor = person(name="架空　太郎", kana="カクウ　タロウ")
    claim(debtor, principal_yen=4_321_000, due_on=date(2024, 6, 30))
    client.force_login(user(Role.SUPERVISOR))
    shown = client.get(reverse("claims:board")).context
    csv_text = client.get(reverse("claims:board-csv")).content.decode()
    book = load_workbook(BytesIO(client.get(reverse("claims:board-xlsx")).content))
    pdf = client.get(reverse("claims:board-pdf"))
    text = "".join(page.get_textpage().get_text_range() for page in PdfDocument(pdf.content))
    assert pdf["Content-Type"] == "application/pdf"
    assert "4321000" in csv_text
    assert "4,321,000" in text
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    for table in [shown["standing_table"], *shown["tables"]]:
        for row in table.rows:
            for cell in row.cells:
                assert str(cell.value) in cells or cell.value == ""
                assert str(cell.value) in csv_text
        assert table.title in text
    for told in (csv_text, text, str(cells)):
        assert "架空" not in told.replace("架空のデータ", "")
        assert debtor.number not in told


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


def test_the_figures_are_kept_until_the_job_counts_anew():
    claim(principal_yen=1_000)
    first = board.counted(on=DAY)
    claim(principal_yen=2_000)
    assert board.counted(on=DAY) == first
    for _ in range(2):
        count_board()
    again = board.counted(on=DAY)
    assert (first.value["yen"], again.value["yen"]) == (1_000, 3_000)
    assert again.at > first.at
