"""What will lapse and what has: each claim in one band, what could still be done, and what was never done."""

import csv
import io
from datetime import date

import pytest

from claims import countdown as figures
from claims import lapses
from claims.models import Claim
from claims.services import events, holds
from debtors.models import Contact
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, user
from toyota_collect.models import AccessLog, Section
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _business_date(settings):
    settings.DEMO, settings.BASE_DATE = True, TODAY


@pytest.fixture
def supervisor(client):
    someone = user(Role.SUPERVISOR)
    client.force_login(someone)
    return someone


def ending(on, of=None, **facts):
    """A tax whose five years end on the day."""
    made = claim(of, due_on=date(on.year - 5, on.month, on.day), **facts)
    Claim.objects.filter(pk=made.pk).update(prescribes_on=on)
    made.refresh_from_db()
    return made


def bands(who, **filters):
    found = figures.bands(figures.lapsing(who, on=TODAY, filters=filters), on=TODAY)
    return {row["months"]: (row["instalments"], row["yen"]) for row in found}


@pytest.mark.parametrize(
    ("ends_on", "band"),
    [
        pytest.param(date(2026, 11, 19), None, id="lapsed yesterday"),
        pytest.param(date(2026, 11, 20), 1, id="today is the last day"),
        pytest.param(date(2026, 12, 20), 1, id="民法143条: one month"),
        pytest.param(date(2026, 12, 21), 3, id="a day more"),
        pytest.param(date(2027, 2, 20), 3, id="three months"),
        pytest.param(date(2027, 2, 21), 6, id="more than three"),
        pytest.param(date(2027, 5, 20), 6, id="six months"),
        pytest.param(date(2027, 5, 21), 12, id="more than six"),
        pytest.param(date(2027, 11, 20), 12, id="twelve months"),
        pytest.param(date(2027, 11, 21), None, id="more than twelve"),
    ],
)
def test_each_claim_is_in_one_band(supervisor, ends_on, band):
    ending(ends_on)
    expected = dict.fromkeys(figures.MONTHS, (0, 0))
    assert bands(supervisor) == expected | ({band: (1, 10_000)} if band else {})


def test_filters_by_kind_group_and_class(supervisor):
    tax = ending(date(2026, 12, 1))
    water = claim(kind="water_charge", source="suido", due_on=date(2021, 12, 1), principal_yen=3_000)
    Claim.objects.filter(pk=water.pk).update(prescribes_on=date(2026, 12, 1))
    assert bands(supervisor)[1] == (2, 13_000)
    assert bands(supervisor, kind=tax.kind_id)[1] == (1, 10_000)
    assert bands(supervisor, group="home")[1] == (1, 3_000)
    assert bands(supervisor, legal_class="A")[1] == (1, 10_000)
    assert bands(supervisor, legal_class="B")[1] == (0, 0)


def test_the_list_says_what_was_done_and_what_could_be(client, supervisor):
    someone = person()
    owed = ending(date(2026, 12, 1), someone)
    answer = client.get("/claims/clocks/")
    assert answer.status_code == 200
    assert "何もしていない" in answer.text
    (row,) = answer.context["rows"]
    assert row["could"]["acts"] == ["催告", "分納誓約（債務の承認）", "徴収猶予"]
    events.record_events(claim_ids=[owed.pk], kind="dunning", on=date(2022, 1, 10), by=supervisor, origin="督促状")
    events.record_events(claim_ids=[owed.pk], kind="demand", on=date(2026, 6, 10), by=supervisor, origin="催告書")
    Claim.objects.filter(pk=owed.pk).update(prescribes_on=date(2027, 1, 20))
    holds.place_hold(
        person_id=someone.pk, reason="welfare", channels=["seizure"], starts_on=TODAY, review_on=TODAY, by=supervisor
    )
    answer = client.get("/claims/clocks/", {"months": "3"})
    (row,) = answer.context["rows"]
    assert "催告" in str(row["done"].get_kind_display())
    assert "差押" not in row["could"]["acts"]
    assert "福祉支援" in row["could"]["silenced"]
    assert client.get("/claims/clocks/", {"months": "1"}).context["rows"] == []
    assert client.get("/claims/clocks/", {"months": "x", "kind": "y", "group": "z"}).status_code == 200


def test_the_countdown_as_csv_is_safe_for_spreadsheets_and_logged(client, supervisor):
    owed = ending(date(2026, 12, 1))
    owed.identity.name = "=架空"
    owed.identity.save()
    answer = client.get("/claims/clocks/csv/")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][-1] == "できること"
    assert (rows[1][1], rows[1][5], rows[1][6]) == ("'=架空", "2026-12-01", "10000")
    assert AccessLog.objects.filter(action="countdown.csv").count() == 1


def test_a_section_sees_its_own_claims_only(client):
    ending(date(2026, 12, 1))
    water = claim(kind="water_charge", source="suido", due_on=date(2021, 12, 1))
    Claim.objects.filter(pk=water.pk).update(prescribes_on=date(2026, 12, 1))
    client.force_login(user(Role.SECTION_VIEWER, section=Section.objects.get(pk=water.section_id)))
    answer = client.get("/claims/clocks/")
    assert [row["claim"] for row in answer.context["rows"]] == [water]
    assert "市・県民税" not in answer.text.partition("<main")[2]


# Lapse report ----------------------------------------------------------------------------------------------------


def report(who, since=date(2026, 4, 1), until=date(2026, 11, 19), **filters):
    claims = lapses.lapsed(who, since=since, until=until, filters=filters).select_related("kind", "identity__person")
    return lapses.rows_of(list(claims))


def test_a_lapse_counts_once_within_the_period_with_what_it_still_owed(supervisor):
    first, last = ending(date(2026, 4, 1)), ending(date(2026, 11, 19))
    ending(date(2026, 3, 31))
    ending(TODAY)
    paid = ending(date(2026, 5, 1))
    pay(paid, 10_000, on=date(2026, 4, 20))
    Claim.objects.filter(pk=paid.pk).update(prescribes_on=date(2026, 5, 1))
    written_off = ending(date(2026, 6, 1))
    book(written_off, "write_off", "principal", -10_000, on=date(2026, 7, 1))
    Claim.objects.filter(pk=written_off.pk).update(prescribes_on=date(2026, 6, 1))
    assert [(row["claim"], row["yen"]) for row in report(supervisor)] == [
        (first, 10_000),
        (written_off, 10_000),
        (last, 10_000),
    ]


@pytest.mark.parametrize(
    ("facts", "gaps"),
    [
        pytest.param([], ["no_dunning", "no_demand", "no_contact", "no_execution"], id="nothing at all"),
        pytest.param([("dunning", date(2021, 9, 20))], ["no_demand", "no_contact", "no_execution"], id="督促 only"),
        pytest.param([("demand", date(2025, 9, 1))], ["no_dunning", "no_contact", "no_execution"], id="催告 in the last year"),
        pytest.param([("demand", date(2025, 8, 31))], ["no_dunning", "no_contact", "no_execution"], id="催告 365 days before"),
        pytest.param(
            [("demand", date(2025, 8, 30))], ["no_dunning", "no_demand", "no_contact", "no_execution"], id="催告 too long ago"
        ),
        pytest.param([("seizure", date(2023, 5, 1))], ["no_dunning", "no_demand", "no_contact"], id="差押"),
        pytest.param([("stop", date(2024, 5, 1))], ["no_dunning", "no_demand", "no_contact"], id="執行停止: not to be executed"),
        pytest.param([("contact", date(2025, 9, 1))], ["no_dunning", "no_demand", "no_execution"], id="contact in the last year"),
        pytest.param(
            [("contact", date(2025, 8, 30))], ["no_dunning", "no_demand", "no_contact", "no_execution"], id="contact too long ago"
        ),
        pytest.param(
            [("demand", date(2026, 9, 1)), ("contact", date(2026, 9, 1))],
            ["no_dunning", "no_demand", "no_contact", "no_execution"],
            id="done only after the end",
        ),
    ],
)  # fmt: skip
def test_the_report_says_what_was_not_done(supervisor, facts, gaps):
    someone = person()
    owed = ending(date(2026, 8, 31), someone)
    for kind, on in facts:
        if kind == "contact":
            Contact.objects.create(person=someone, on=on, channel="phone", outcome="talked", text="架空", by=supervisor)
        else:
            owed.events.create(kind=kind, on=on, ground=owed.ground, origin="架空", by=supervisor)
    (row,) = report(supervisor)
    assert row["gaps"] == gaps


def test_holds_of_the_last_year_are_named(supervisor):
    someone = person()
    ending(date(2026, 8, 31), someone)
    holds.place_hold(
        person_id=someone.pk,
        reason="dispute",
        channels=["notice"],
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 1),
        by=supervisor,
    )
    (row,) = report(supervisor)
    assert [hold.reason for hold in row["holds"]] == ["dispute"]


def test_the_report_as_page_and_csv(client, supervisor):
    ending(date(2026, 8, 31))
    page = client.get("/claims/clocks/lapsed/")
    assert (page.context["instalments"], page.context["yen"], page.context["clean"]) == (1, 10_000, 0)
    assert [row["gaps"]["no_dunning"] for row in page.context["kinds"]] == [1]
    rows = list(csv.reader(io.StringIO(client.get("/claims/clocks/lapsed/csv/").content.decode("utf-8-sig"))))
    assert rows[1][5:7] == ["2026-08-31", "10000"]
    assert rows[1][-1] == "督促なし・最後の1年に催告なし・最後の1年に接触なし・差押・訴えなし"
    future = client.get("/claims/clocks/lapsed/", {"until_on": "2026-11-20"})
    assert "まだ消滅していない日" in future.text


def test_queries_do_not_grow_with_the_list(client, supervisor, django_assert_max_num_queries):
    ending(date(2026, 12, 1))
    ending(date(2026, 8, 31))
    for path in ("/claims/clocks/", "/claims/clocks/lapsed/"):
        client.get(path)
        with django_assert_max_num_queries(40) as few:
            client.get(path)
        for _ in range(8):
            ending(date(2026, 12, 1))
            ending(date(2026, 8, 31))
        with django_assert_max_num_queries(len(few.captured_queries)):
            client.get(path)
