"""The checker of the standard shape: each damage is told with its line, its column and what to write. No database."""

import json
from pathlib import Path

import pytest

from claims.standard.check import check_file, check_files, is_city_code
from claims.standard.documented import DOCUMENT, renewed
from claims.standard.schema import families, family_of

LISTS = {"kind": {"resident_tax"}, "source": {"zei", "juki"}}
SHUNOU = {
    "city_code": "232114", "source": "zei", "kind": "resident_tax", "levy_year": "2026", "taxation_year": "2026",
    "notice_number": "N1", "instalment": "1", "receipt_number": "R1", "paid_on": "2026-10-01", "principal_yen": "1000",
}  # fmt: skip
NAME = "std-shunou_zei_20261120.csv"


def line(family: str, row: dict[str, str]) -> str:
    return ",".join(row.get(column.code, "") for column in families()[family].columns) + "\n"


def file(folder: Path, *rows: dict[str, str], name: str = NAME) -> Path:
    head = ",".join(families()["std-shunou"].titles) + "\n"
    path = folder / name
    path.write_text(head + "".join(line("std-shunou", SHUNOU | row) for row in rows), encoding="utf-8", newline="")
    return path


def complaints(path: Path, **options) -> list[tuple[int, str, str]]:
    found = check_file(path.name, path, lists=LISTS, **options)
    return [(one.line, one.column, one.wrong) for one in found.problems]


def test_a_good_file_has_no_problem_and_its_sums(tmp_path):
    found = check_file(NAME, file(tmp_path, {}, {"receipt_number": "R2", "late_yen": "30"}), lists=LISTS)
    assert (found.count, found.rows, found.family) == (0, 2, "std-shunou")
    assert found.sums == {"本税・元金": 2_000, "督促手数料": 0, "延滞金": 30}


@pytest.mark.parametrize(
    ("change", "column", "wrong"),
    [
        ({"paid_on": ""}, "領収日", "空です"),
        ({"paid_on": "2026-02-29"}, "領収日", "日付として読めません"),
        ({"paid_on": "R8.10.1"}, "領収日", "日付として読めません"),
        ({"paid_on": "20261001"}, "領収日", "日付として読めません"),
        ({"principal_yen": '"1,000"'}, "本税・元金", "数ではありません"),
        ({"principal_yen": "-5"}, "本税・元金", "数ではありません"),
        ({"principal_yen": "1.5"}, "本税・元金", "数ではありません"),
        ({"principal_yen": "１０００"}, "本税・元金", "数ではありません"),
        ({"principal_yen": "1000000000001"}, "本税・元金", "大きすぎます"),
        ({"levy_year": "8"}, "賦課年度", "ありえない年度"),
        ({"kind": "nai"}, "債権種目", "登録されていません"),
        ({"source": "juki"}, "業務システム", "ファイル名の業務システム"),
        ({"city_code": "232115"}, "市区町村コード", "市区町村コードではありません"),
        ({"notice_number": "=1"}, "通知書番号", "式とみなす"),
        ({"notice_number": "9" * 31}, "通知書番号", "31文字"),
        ({"notice_number": " N1"}, "通知書番号", "前後に空白"),
        ({"notice_number": "N\u0085"}, "通知書番号", "壊れています"),
        ({"notice_number": '"N\n1"'}, "通知書番号", "改行"),
    ],
)
def test_a_damaged_cell_is_named(tmp_path, change, column, wrong):
    ((line_number, where, said),) = complaints(file(tmp_path, {"receipt_number": "R0"}, change))
    assert (line_number, where) == (3, column)
    assert wrong in said


def test_an_apostrophe_before_a_formula_is_not_counted(tmp_path):
    assert complaints(file(tmp_path, {"notice_number": "'=" + "9" * 29})) == []
    assert complaints(file(tmp_path, {"notice_number": "'=" + "9" * 30}))[0][2] == "31文字あります。"


def test_the_same_key_twice_names_the_first_line(tmp_path):
    path = file(tmp_path, {}, {"receipt_number": "R2"}, {"principal_yen": "7"}, {"principal_yen": "8"})
    assert [(number, said[:9]) for number, _, said in complaints(path)] == [
        (4, "2行目と同じ鍵です"),
        (5, "2行目と同じ鍵です"),
    ]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    path = file(tmp_path, {"notice_number": '"A\nB"'}, {"receipt_number": "R2", "paid_on": "x"})
    assert [number for number, _, _ in complaints(path)] == [2, 4]


@pytest.mark.parametrize(
    ("damage", "number", "wrong"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, 1, "BOM"),
        (lambda data: data.replace(b"\n", b"\r\n"), 1, "CRLF"),
        (lambda data: data[:-1], 2, "行末がありません"),
        (lambda data: data.replace(b"N1", b"\x82\xa0"), 2, "UTF-8 として読めません"),
        (lambda data: data.replace(b"N1", b'N"1'), None, ""),
        (lambda data: data[:-1] + b",x\n", 2, "列が"),
        (lambda data: b"", 0, "空のファイル"),
        (lambda data: data.replace("領収日".encode(), "納付日".encode()), 1, "見出し"),
        (lambda data: data.replace("領収日,収納日".encode(), "収納日,領収日".encode()), 1, "見出しの順"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, damage, number, wrong):
    path = file(tmp_path, {})
    path.write_bytes(damage(path.read_bytes()))
    told = complaints(path)
    if number is None:
        assert told == []  # a quote inside a plain cell is a character as any other
        return
    assert (number, wrong) in [(line_number, wrong if wrong in said else said) for line_number, _, said in told]


def test_an_open_quote_is_told_and_does_not_stop_the_check(tmp_path):
    path = file(tmp_path, {"notice_number": '"N1'}, {"receipt_number": "R2"})
    assert any("引用符" in said for _, _, said in complaints(path))


def test_the_first_problems_are_shown_and_all_are_counted(tmp_path):
    path = file(tmp_path, *({"receipt_number": f"R{number}", "paid_on": "x"} for number in range(50)))
    found = check_file(NAME, path, lists=LISTS, shown=3)
    assert (len(found.problems), found.count, found.by_column["領収日"]) == (3, 50, 50)


@pytest.mark.parametrize("name", ["shunou.csv", "std-nai_20261120.csv", "std-shunou_20261131.csv", "std-shunou.csv"])
def test_a_name_of_another_form_is_told(tmp_path, name):
    ((number, _, said),) = complaints(file(tmp_path, {}, name=name))
    assert (number, said) == (0, "ファイル名から種類が分かりません。")


def test_days_out_of_order_are_told(tmp_path):
    family = families()["std-shien"]
    row = {
        "city_code": "232114",
        "source": "juki",
        "atena_number": "A1",
        "starts_on": "2026-04-01",
        "until_on": "2026-03-31",
    }
    path = tmp_path / "std-shien_juki_20261120.csv"
    path.write_text(",".join(family.titles) + "\n" + line("std-shien", row), encoding="utf-8")
    assert complaints(path) == [(2, "終了日", "開始日 2026-04-01 より前の 2026-03-31 です。")]
    path.write_text(
        ",".join(family.titles) + "\n" + line("std-shien", row | {"until_on": "2026-04-01"}), encoding="utf-8"
    )
    assert complaints(path) == []


def manifest(folder: Path, path: Path, **changes) -> Path:
    found = check_file(path.name, path, lists=LISTS)
    one = {"file": path.name, "rows": found.rows, "sha256": found.sha256, "sums": found.sums} | changes
    place = folder / "manifest.json"
    place.write_text(json.dumps({"version": "1", "files": [one]}), encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, None),
        ({"rows": 2}, "行数が 2 ではなく 1"),
        ({"sums": {"本税・元金": 999}}, "999 円ではなく 1000 円"),
        ({"sha256": "0"}, "SHA-256"),
        ({"file": "other.csv"}, "書かれているファイルがありません"),
    ],
)
def test_a_manifest_is_held_against_the_files(tmp_path, changes, wrong):
    path = file(tmp_path, {})
    place = manifest(tmp_path, path, **changes)
    found = check_files([(path.name, path), ("manifest.json", place)], lists=LISTS)[-1]
    assert (found.count == 0) if wrong is None else (wrong in found.problems[0].wrong)


@pytest.mark.parametrize("text", ["[]", "{}", "[" * 100_000, '{"files": [{"file": []}]}', "\ufeff{}"])
def test_a_broken_manifest_is_told(tmp_path, text):
    place = tmp_path / "manifest.json"
    place.write_text(text, encoding="utf-8")
    (found,) = check_files([("manifest.json", place)], lists=LISTS)
    assert "JSON" in found.problems[0].wrong


@pytest.mark.parametrize(
    ("code", "valid"),
    [("232114", True), ("131016", True), ("011002", True), ("232113", False), ("23211", False), ("23211X", False)],
)
def test_the_check_digit_of_a_city_code_全国地方公共団体コード(code, valid):
    assert is_city_code(code) is valid


def test_the_declared_families_are_sound():
    for code, family in families().items():
        assert len(set(family.titles)) == len(family.titles), code
        assert any(column.key for column in family.columns), code
        assert all(column.length for column in family.columns if column.type == "text"), code
        assert {one for pair in family.orders for one in pair} <= {column.code for column in family.columns}, code


def test_a_file_name_tells_family_source_and_day():
    family, source, day = family_of("std-chotei_my_system_20261120.csv")
    assert (family.code, source, day.isoformat()) == ("std-chotei", "my_system", "2026-11-20")
    assert family_of(family.file_name(day))[1] == ""


def test_the_document_says_what_is_declared():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "run python -m claims.standard.documented"
    assert all(column.title in text for family in families().values() for column in family.columns)
