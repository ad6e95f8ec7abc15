from pathlib import Path

import pytest

from claims.moneyfiles.layout import LAYOUTS, LayoutInvalid, read_layout, read_layouts

FIXED = (LAYOUTS / "convenience_standard.toml").read_text(encoding="utf-8")
CSV = (LAYOUTS / "counter.toml").read_text(encoding="utf-8")


def complaint(tmp_path: Path, text: str) -> str:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LayoutInvalid) as said:
        read_layout(path)
    return str(said.value)


def test_the_products_layouts_are_valid_and_what_is_unknown_is_marked():
    layouts = read_layouts()
    assert {layout.code for layout in layouts} == {
        "bank_statement", "convenience_standard", "counter", "direct_debit", "el_tax", "lawyers", "seizure", "transfers",
    }  # fmt: skip
    for code in ("convenience_standard", "counter", "el_tax", "lawyers", "seizure"):
        assert "要確認" in (LAYOUTS / f"{code}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("base", "old", "new", "why"),
    [
        (FIXED, 'code = "convenience_standard"', "code = ", "TOML として読めません"),
        (FIXED, 'twice = "one"', 'tvice = "one"', "知らない項目 tvice があります"),
        (FIXED, 'sender = "収納代行会社"\n', "", "項目 sender がありません"),
        (FIXED, 'feed = "convenience"', 'feed = "shop"', "feed = 'shop' は使えません"),
        (FIXED, 'twice = "one"', 'twice = "two"', "twice = 'two' は使えません。refused、one のどれか"),
        (FIXED, 'format = "fixed"', 'format = "xml"', "format = 'xml' は使えません"),
        (FIXED, "{ width = 26 }", "{ width = 25 }", "data の width の合計が119で、record_bytes（120）ではありません"),
        (FIXED, "{ width = 26 }", "{ size = 26 }", "data の11番目 の size は使えません"),
        (FIXED, 'label = "収納日", ', "", "data の3番目 に label（日本語の項目名）を書いてください"),
        (FIXED, 'as = "time"', 'as = "clock"', "data の4番目 の as = 'clock' は使えません"),
        (FIXED, 'width = 1, value = "8"', 'width = 1, value = "2"', "レコード区分"),
        (FIXED, 'width = 2, value = "CV"', 'width = 2, value = "C"', "value と codes は width と同じ長さにしてください"),
        (FIXED, '["final", "確報"]', '["done", "確報"]', "codes の意味は"),
        (FIXED, '["final", "確報"]', '["final"]', "値の型が違います"),
        (FIXED, "width = 44", 'width = "x"', "値の型が違います"),
        (FIXED, 'name = "amount_yen"', 'name = "yen"', "data に amount_yen（as は yen）を書いてください"),
        (FIXED, 'name = "paid_on"', 'name = "paid"', "data か header に paid_on（日付）を書いてください"),
        (FIXED, '"chain", "store"]', '"chain", "shop"]', "key に、支払を特定する項目名を書いてください"),
        (FIXED, 'twice = "one"', 'status = "final"', "status は、全体の status か、codes のある項目 status の、どちらか1つ"),
        (FIXED, 'name = "count"', 'name = "number"', "trailer に count（件数）と total_yen（合計）を書いてください"),
        (CSV, 'label = "領収番号"', 'label = "領収日"', "data の label に見出しを1つずつ書いてください"),
        (CSV, '{ value = "合計" },', "", "csv の trailer の1番目は value"),
        (CSV, 'status = "final"', "", "status は、全体の status か"),
    ],
)  # fmt: skip
def test_a_wrong_layout_says_what_to_write(tmp_path, base, old, new, why):
    assert old in base
    text = complaint(tmp_path, base.replace(old, new, 1))
    assert text.startswith("x.toml: ")
    assert why in text


def test_two_layouts_of_one_code_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(CSV, encoding="utf-8")
    with pytest.raises(LayoutInvalid, match="code「counter」が2つあります"):
        read_layouts(tmp_path)
