"""The pages of the council's figures, and the papers that leave with them: one set of numbers."""

import csv
import io
import re
from datetime import date

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from claims.closing import papers
from claims.closing.kept import counted
from claims.closing.papers import Sheet
from claims.closing.tables import thousands
from claims.models import ClaimKind
from tests.factories.claims import book
from tests.factories.debtors import user
from tests.integration.claims.closing import books
from toyota_collect.models import Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
CLOSING, PROGRAMME = reverse("claims:closing"), reverse("claims:programme")


@pytest.fixture
def chief(client, kept):
    kept(books.build)
    client.force_login(user(Role.SUPERVISOR))
    return client


def rows_of(body: str, caption: str) -> list[list[str]]:
    """The cells of the table with the caption, as somebody reads them."""
    (table,) = [one for one in re.findall(r"<table.*?</table>", body, re.S) if caption in one]
    return [
        [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr.*?</tr>", table, re.S)
    ]


def number(text: str) -> int:
    return int(text.replace(",", "").replace("−", "-").replace("＋", ""))


def figures_by_hand(year: int, part: str = "principal") -> dict[tuple[str, str], list[int]]:
    """What the page must show of each kind: 調定, 収入済, 不納欠損, 収入未済."""
    return {
        (name, "現年" if fresh else "滞納繰越"): [
            line[key] for key in ("charged", "collected", "written_off", "outstanding")
        ]
        for (name, fresh), line in books.by_hand(year, part).items()
    }


@pytest.mark.parametrize("part", ["principal", "fee", "late"])
@pytest.mark.parametrize("year", [2022, 2024, 2025, 2026])
def test_the_page_shows_what_the_bookkeeper_found(chief, year, part):
    body = chief.get(CLOSING, {"year": year, "part": part}).content.decode()
    kinds = set(ClaimKind.objects.values_list("name", flat=True))
    found, name = {}, ""
    for row in rows_of(body, "種目ごとの現年と滞納繰越")[1:]:
        if len(row) == 1:  # that there is nothing
            continue
        if len(row) == 8:
            name = row[0]
        term, charged, collected, _, written_off, outstanding, _ = row[-7:]
        line = [number(text) for text in (charged, collected, written_off, outstanding)]
        if name in kinds and term != "計" and any(line):
            found[name, term] = line
        if name == "合計" and term == "計":
            assert line == [sum(column) for column in zip(*figures_by_hand(year, part).values(), strict=True)]
    expected = figures_by_hand(year, part)
    assert {key: line for key, line in expected.items() if any(line)} == found


def test_a_year_that_runs_says_so_and_a_wrong_address_shows_the_last_closed_one(chief):
    assert "年度の途中の額です" in chief.get(CLOSING, {"year": 2026}).content.decode()
    body = chief.get(CLOSING, {"year": "x", "unit": "pound", "part": "soul"}).content.decode()
    assert "令和7年度の決算（本税・元金）" in body
    assert "年度の途中" not in body
    assert "一致" in body


def test_thousands_are_rounded_each_by_itself_and_the_page_says_so(chief):
    yen, thousand = (chief.get(CLOSING, {"year": 2025, "unit": unit}).context for unit in ("yen", "thousand"))
    assert [[thousands(one) for one in line.figures] for line in yen["lines"]] == [
        line.figures for line in thousand["lines"]
    ]
    assert [line.rate for line in yen["lines"]] == [line.rate for line in thousand["lines"]]
    assert "四捨五入" in chief.get(CLOSING, {"unit": "thousand"}).content.decode()


def test_a_difference_stands_on_both_pages_and_leads_to_its_claim(chief):
    owed = books.Claim.objects.filter(principal_yen__gt=5_000).first()
    book(owed, "write_off", "principal", -1, on=date(2026, 10, 1))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE claims_claim SET principal_yen = principal_yen + 1 WHERE id = %s", [owed.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    body = chief.get(CLOSING).content.decode()
    assert "照合に差異があります" in body
    assert reverse("claims:claim", args=[owed.pk]) in body
    assert "照合に差異があります" in chief.get(PROGRAMME).content.decode()


# --- papers --------------------------------------------------------------------------------------------------


def lines_of(shown) -> list[tuple[str, str, list[int], str]]:
    return [(line.kind, line.term, line.figures, line.rate) for line in shown["lines"]]


@pytest.mark.parametrize("unit", ["yen", "thousand"])
def test_csv_workbook_and_pdf_of_the_closing_hold_the_numbers_of_the_page(chief, unit):
    asked = {"year": 2025, "unit": unit}
    lines = lines_of(chief.get(CLOSING, asked).context)
    raw = chief.get(reverse("claims:closing-csv"), asked).content
    assert raw.startswith(b"\xef\xbb\xbf")
    _, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert [(row[3], row[4], [int(one) for one in row[5:10]], row[10]) for row in rows] == lines
    book_ = load_workbook(io.BytesIO(chief.get(reverse("claims:closing-xlsx"), asked).content))
    assert book_.sheetnames == ["決算の表", "照合", "説明"]
    _, *rows = book_["決算の表"].iter_rows(values_only=True)
    assert [(row[3], row[4], list(row[5:10]), row[10]) for row in rows] == lines
    answer = chief.get(reverse("claims:closing-pdf"), asked)
    text, pages = read(answer.content)
    for *_, figures, rate in lines:
        assert all(f"{figure:,}".replace("-", "−") in text for figure in figures)
        assert rate in text
    assert "令和8年11月20日" in text
    assert "出所：債権台帳の記帳" in text
    assert f"1 / {pages}" in text


def test_csv_workbook_and_pdf_of_the_programme_hold_the_numbers_of_the_page(chief):
    asked = {"since": 2021, "until": 2025}
    page = chief.get(PROGRAMME, asked)
    shown, body = page.context, page.content.decode()
    falls = [one["fall"] for one in shown["years"]] + [shown["fall"]]
    numbers = [[fall.opening, *fall.parts.values(), fall.closing, fall.reduction] for fall in falls]
    on_page = [[number(cell) for cell in row[1:8]] for row in rows_of(body, "年度ごとの内訳（円）")[1:]]
    assert on_page == [row[:-1] for row in numbers]
    _, *rows = csv.reader(io.StringIO(chief.get(reverse("claims:programme-csv"), asked).content.decode("utf-8-sig")))
    assert [[int(cell) for cell in row[1:9]] for row in rows] == numbers
    book_ = load_workbook(io.BytesIO(chief.get(reverse("claims:programme-xlsx"), asked).content))
    _, *rows = book_["縮減の内訳"].iter_rows(values_only=True)
    assert [list(row[1:9]) for row in rows] == numbers
    text, _ = read(chief.get(reverse("claims:programme-pdf"), asked).content)
    assert all(f"{abs(one):,}" in text for row in numbers for one in row)


def read(content: bytes) -> tuple[str, int]:
    """The words of a landscape PDF, and its pages."""
    import pypdfium2

    with pikepdf.open(io.BytesIO(content)) as opened:
        _, _, width, height = map(float, opened.pages[0].mediabox)
        assert (round(width), round(height)) == (842, 595)
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document), len(document)


def test_a_name_that_a_spreadsheet_would_run_stays_text():
    sheet = Sheet("x", ["種目"], [["=1+1"], [-5]])
    assert papers.csv_text(sheet) == "種目\r\n'=1+1\r\n-5\r\n"
    cells = [row[0] for row in load_workbook(io.BytesIO(papers.workbook([sheet]))).active.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [("'=1+1", "s"), (-5, "n")]


# --- the programme -------------------------------------------------------------------------------------------


def test_the_programme_begins_with_the_six_closed_years(chief):
    shown = chief.get(PROGRAMME).context
    assert (shown["since"], shown["until"], shown["running"]) == (2019, 2025, False)
    assert [one["year"] for one in shown["years"]] == [2020, 2021, 2022, 2023, 2024, 2025]
    assert "（本日まで）" in chief.get(PROGRAMME).content.decode()
    turned = chief.get(PROGRAMME, {"since": 2025, "until": 2022})
    assert (turned.context["since"], turned.context["until"]) == (2021, 2022)
    assert "終わりの年度より前の年度を選んでください。" in turned.content.decode()


def test_the_parts_of_the_page_are_those_of_the_bookkeeper(chief):
    fall = chief.get(PROGRAMME, {"since": 2022, "until": 2026}).context["fall"]
    closed = {year: sum(line["outstanding"] for line in books.by_hand(year).values()) for year in (2022, 2026)}
    assert (fall.opening, fall.closing) == (closed[2022], closed[2026])
    written_off = sum(line["written_off"] for year in range(2023, 2027) for line in books.by_hand(year).values())
    assert fall.parts["write_off"] == -written_off != 0
    old = [line for year in range(2023, 2027) for (_, fresh), line in books.by_hand(year).items() if not fresh]
    assert fall.parts["cash"] + fall.parts["set_off"] == -sum(line["collected"] for line in old)
    assert fall.parts["set_off"] == -6_000


def test_the_citys_own_figure_stands_beside_with_what_is_not_known_of_it(chief):
    body = chief.get(PROGRAMME).content.decode()
    assert "1,500,000,000" in body
    assert "要確認" in body
    shown = chief.get(PROGRAMME).context
    assert shown["headline"]["difference"] == shown["fall"].reduction - 1_500_000_000
    assert shown["headline"]["same_years"]
    assert not chief.get(PROGRAMME, {"since": 2024, "until": 2025}).context["headline"]["same_years"]
    Setting.objects.filter(key="boards.headline").delete()
    assert "市の公表" not in chief.get(PROGRAMME).content.decode()


def test_an_empty_ledger_makes_pages_and_papers_too(client):
    client.force_login(user(Role.SUPERVISOR))
    for name in ("closing", "programme"):
        for suffix in ("", "-csv", "-xlsx", "-pdf"):
            assert client.get(reverse(f"claims:{name}{suffix}")).status_code == 200


def test_pages_ask_the_ledger_nothing_once_it_is_counted(chief):
    counted(on=DAY, anew=True)
    for page in (CLOSING, PROGRAMME):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            chief.get(page)
        assert not [one["sql"] for one in asked if "claims_entry" in one["sql"]]
        assert len(asked) < 30
