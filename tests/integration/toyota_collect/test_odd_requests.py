"""What no screen sends is answered where it comes in: 400 or 404, or a sentence at the field. No view has to think of it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims.forms_money import LARGEST_FILE, BankTotalForm
from tests.factories.debtors import user
from tests.integration.toyota_collect import hostile
from toyota_collect.days import DayField
from toyota_collect.permissions import Role


@pytest.fixture
def collector(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user(Role.COLLECTOR))
    return client


def test_a_nul_is_refused_wherever_it_stands(collector: Client) -> None:
    assert collector.get("/people/", {"q": "架空"}).status_code == 200
    answers = [
        collector.get("/people/%00/"),
        collector.get("/people/", {"q": "架空\0"}),
        collector.get("/people/", {"a\0": ""}),
        collector.post("/claims/calls/build/", {"x": ["", "\0"]}),
        collector.post("/claims/calls/build/", "x=%00", content_type="application/x-www-form-urlencoded"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 5
    assert "受け付けられません" in answers[1].content.decode()
    stranger = Client(raise_request_exception=False)
    stranger.cookies["sessionid"] = "\0" * 32
    assert stranger.get("/people/").status_code == 400


@pytest.mark.parametrize("day", ["1868-01-25", "2026-11-20", "2199-12-31"])
def test_a_day_of_our_years_is_read(day: str) -> None:
    assert DayField().clean(day) == date.fromisoformat(day)


@pytest.mark.parametrize("day", ["0001-01-01", "1868-01-24", "2200-01-01", "9999-12-31"])
def test_a_slip_of_the_year_is_told(day: str) -> None:
    with pytest.raises(ValidationError, match="年を確かめてください"):
        DayField().clean(day)


@pytest.mark.parametrize(
    ("year", "answer"), [("2025", 302), ("1899", 404), ("2100", 404), ("18446744073709551616", 404)]
)
def test_a_year_in_an_address_is_one_that_can_be(db: None, year: str, answer: int) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(user(Role.RECEIPTS_CLERK))
    assert client.post(f"/claims/years/{year}/freeze/").status_code == answer


def test_a_filter_that_a_table_has_not_exports_nothing(db: None) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(user(Role.ADMINISTRATOR))
    assert client.get("/admin/claims/claimkind/export/").status_code == 200
    assert client.get("/admin/claims/claimkind/export/", {"nothing": "1"}).status_code == 400


def test_a_table_that_is_a_bomb_is_not_opened(db: None) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(user(Role.ADMINISTRATOR))
    bomb = hostile.zip_of({"xl/worksheets/sheet1.xml": b" " * 65 * 2**20})
    for content, said in ((bomb, "開くと大きくなりすぎます"), (b"", "空"), (b"a" * (5 * 2**20 + 1), "上限の5MiB")):
        given = {"import_file": SimpleUploadedFile("架空.xlsx", content), "format": "1"}
        page = client.post("/admin/toyota_collect/section/import/", given)
        assert (page.status_code, said in page.content.decode()) == (200, True)


def test_a_statement_of_the_bank_has_a_largest_size() -> None:
    file = SimpleUploadedFile("架空.txt", b"1")
    file.size = LARGEST_FILE + 1
    assert "大きすぎます" in str(BankTotalForm({}, {"statement": file}).errors["statement"])
    file.size = LARGEST_FILE
    assert BankTotalForm({}, {"statement": file}).is_valid()


def test_a_firms_kinds_of_claims_are_chosen_and_not_typed(db: None) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(user(Role.ADMINISTRATOR))
    page = client.post("/admin/lawyers/firm/add/", {"name": "架空法律事務所", "groups": "%"})
    assert (page.status_code, "正しく選択してください" in page.content.decode()) == (200, True)
    assert client.post("/admin/lawyers/firm/add/", {"name": "架空法律事務所", "groups": "welfare"}).status_code == 302
