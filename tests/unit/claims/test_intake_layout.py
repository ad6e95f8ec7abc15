"""Layout files: the shipped ones are sound, and a wrong one says what to mend."""

import pytest

from claims.intake.layout import LAYOUTS, LayoutError, read_layout, read_layouts

GOOD = (LAYOUTS / "zei_claims.toml").read_text(encoding="utf-8")


def test_every_shipped_layout_is_read_and_owns_its_files():
    layouts = read_layouts()
    assert len({layout.code for layout in layouts}) == len(layouts) >= 21
    assert {layout.source for layout in layouts} >= {"zei", "kokuho", "juki", "kyoiku"}
    names = [layout.files.replace("*", "20261120") for layout in layouts]
    assert all(sum(layout.owns(name) for layout in layouts) == 1 for name in names)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(('code = "zei_claims"', ""), "項目 code がありません", id="no code"),
        pytest.param(('format = "csv"', 'formatt = "csv"'), "知らない項目 formatt", id="misspelt key"),
        pytest.param(('encoding = "cp932"', 'encoding = "sjis"'), "cp932、utf-8-sig", id="unknown encoding"),
        pytest.param(('content = "claims"', 'content = "bills"'), "content", id="unknown content"),
        pytest.param(('ground = "tax"', 'ground = "gossip"'), "ground", id="unknown ground"),
        pytest.param(('due_on = { column = "納期限", as = "era7" }', ""), "due_on） がありません", id="needed field"),
        pytest.param(('column = "納期限", as = "era7"', 'column = "納期限"'), "due_on の as", id="date without form"),
        pytest.param(('column = "納期限"', 'columm = "納期限"'), "due_on の columm", id="misspelt place"),
        pytest.param(
            ('name = { column = "氏名名称" }', "name = { index = 3 }"), "column（見出し）", id="place by index"
        ),
        pytest.param(
            ("[fields]", "[fields]\nfoo = { column = 'x' }"), "foo は claims の項目ではありません", id="new field"
        ),
        pytest.param(("[fields]", "[fields"), "TOML として読めません", id="no TOML"),
        pytest.param(('format = "csv"', 'format = "fixed"'), "record_bytes", id="fixed without length"),
    ],
)
def test_a_wrong_layout_names_its_file_and_the_key(tmp_path, change, said):
    assert change[0] in GOOD
    path = tmp_path / "wrong.toml"
    path.write_text(GOOD.replace(*change, 1), encoding="utf-8")
    with pytest.raises(LayoutError, match=said) as caught:
        read_layout(path)
    assert str(caught.value).startswith("wrong.toml: ")


def test_two_layouts_of_one_code_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(LayoutError, match="2つあります"):
        read_layouts(tmp_path)


def test_a_fixed_field_must_lie_within_its_record(tmp_path):
    text = (LAYOUTS / "koki_claims.toml").read_text(encoding="utf-8")
    path = tmp_path / "koki.toml"
    path.write_text(text.replace("start = 315, width = 7", "start = 316, width = 7"), encoding="utf-8")
    with pytest.raises(LayoutError, match="paid_total_yen の start"):
        read_layout(path)
