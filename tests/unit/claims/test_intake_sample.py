"""Trying a layout on a sample, and guessing how a file is written. All data is synthetic."""

from datetime import date

import pytest

from claims.intake.layout import layout_of
from claims.intake.sample import date_form, guess, raw_places, try_out
from tests.factories.gakudo import PLACES, extract, row

KINDS = {"after_school_fee": 11, "school_lunch": 12}
CSV = "整理番号,氏名,科目,年度,通知書番号,期別,納期限,調定額\nT1,架空　太郎,01,2026,N1,1,20260731,5000\n"


def table(**changes) -> dict:
    fields = {name: {"start": start - 1, "width": width} for name, (start, width) in PLACES.items()}
    fields["kind"]["map"] = {"GK": "after_school_fee", "GS": "school_lunch"}
    fields["sex"]["map"] = {"M": "1", "F": "2"}
    fields["birth_on"]["as"] = "era7"
    fields["due_on"]["as"] = "era_ymd"
    fields["levy_year"]["as"] = "era_year"
    return {
        "code": "gakudo", "source": "gakudo", "name": "学童", "content": "claims", "files": "gakudo_*", "encoding": "cp932",
        "format": "fixed", "record_bytes": 187, "ground": "contract", "fields": fields, **changes,
    }  # fmt: skip


def tried(data: bytes, **changes):
    return try_out(layout_of("x", table(**changes)), data, kinds=KINDS, as_of=date(2026, 11, 20))


def test_every_field_is_read_as_an_import_would_read_it():
    found = tried(extract())
    first = dict(zip(found.labels, found.rows[0], strict=True))
    assert (found.count, found.accepted, found.problem) == (12, 12, "")
    assert first["氏名・名称"] == "架空　一郎"
    assert (first["債権種目"], first["納期限"], first["調定額"]) == ("after_school_fee", "2026-06-30", "5000")
    assert (first["性別"], first["賦課年度"], first.get("相当年度", "")) == ("1", "2026", "")


def test_gaps_between_fields_are_shown_as_unused():
    places = tried(extract()).places
    assert [one.where for one in places if not one.field] == ["136〜147バイト"]
    assert places[1].values == ("架空　一郎", "架空　一郎", "見本　花子")


@pytest.mark.parametrize(
    ("line", "field"),
    [(row(0, yen="12A"), "levied_yen"), (row(0, due="R081332"), "due_on"), (row(0, kind="ZZ"), "kind"), (b"short", "")],
    ids=["amount", "date", "kind", "length"],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_field(line, field):
    found = tried(extract(2) + line + b"\r\n")
    assert (found.count, found.accepted) == (3, 2)
    assert [(one.line, one.field) for one in found.refusals] == [(3, field)]


def test_an_empty_sample_and_a_missing_title_are_said():
    assert "行がありません" in tried(b"").problem
    by_title = {name: {"column": name} for name in table()["fields"]}
    by_title |= {"birth_on": {"column": "b", "as": "ymd"}, "due_on": {"column": "d", "as": "ymd"}}
    found = tried(CSV.encode(), format="csv", encoding="utf-8", record_bytes=0, fields=by_title)
    assert "列がありません" in found.problem


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (extract(), {"encoding": "cp932", "format": "fixed", "record_bytes": 187, "header": False}),
        (CSV.encode("cp932"), {"encoding": "cp932", "format": "csv", "header": True}),
        (CSV.encode("utf-8-sig"), {"encoding": "utf-8-sig", "format": "csv", "header": True}),
        (CSV.replace(",", "\t").encode(), {"encoding": "utf-8", "format": "tsv", "header": True}),
        (b"1,2,3\n4,5,6\n", {"encoding": "utf-8", "format": "csv", "header": False}),
        (b"A" * 400, {"encoding": "utf-8", "format": "fixed", "header": False}),
        (b"", {"encoding": "utf-8", "format": "fixed", "header": False}),
    ],
    ids=["fixed", "cp932", "bom", "tab", "no header", "one line", "empty"],
)
def test_the_way_a_file_is_written_is_guessed(data, expected):
    assert guess(data) == expected


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["5080731", "", "3550401"], "era7"),
        (["20260731", "00000000"], "ymd"),
        (["2026/7/31"], "slash"),
        (["R8.7.31"], "wareki"),
        (["R080731"], "era_ymd"),
        (["20260731", "R080731"], ""),
        (["", "  "], ""),
    ],
)
def test_the_form_of_dates_is_the_one_that_reads_them_all(texts, form):
    assert date_form(texts) == form


def test_stretches_between_blanks_of_every_row_are_places():
    places = raw_places(b"AB  12\nC   34\n", encoding="utf-8", form="fixed", header=False, record_bytes=6)
    assert [(one.where, one.values) for one in places] == [("1〜2バイト", ("AB", "C")), ("5〜6バイト", ("12", "34"))]
