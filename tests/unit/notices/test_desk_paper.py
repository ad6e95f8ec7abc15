"""The paper of the counter, before and after it is drawn. No database; everything is synthetic."""

from dataclasses import fields, replace

import pytest

from notices.letter import DeskSlips, Unprintable, render_desk, samples
from notices.letter.desk import desk_sheets
from notices.letter.verify import verify_sheets


def kinds(data: DeskSlips) -> list[str]:
    return [sheet.kind for sheet in desk_sheets(data)]


def rows(count: int, kind: str = "nhi_tax"):
    return [samples.claim(kind, 2020 + k // 8, k % 8 + 1, 20_000) for k in range(count)]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(4, ["desk"], id="four claims and their slip on one sheet"),
        pytest.param(5, ["table", "slips"], id="five, and the slip goes to a sheet of its own"),
        pytest.param(60, ["table", "table", "table", "slips"], id="sixty"),
    ],
)
def test_how_many_sheets(count, expected):
    assert kinds(samples.desk(rows(count))) == expected


def test_several_slips_come_with_the_guide_of_the_letter():
    made = samples.desk(samples.fourteen().lines)
    sheets = desk_sheets(made)
    assert [area.name for area in sheets[-3].areas][:2] == ["panel", "panel"]
    assert sheets[-3].areas[0].blocks[0].name == "guide"
    assert sorted(ink.text for sheet in sheets for ink in sheet.inks) == sorted(slip.number for slip in made.slips)


def test_marks_that_nothing_explains_are_left_out():
    heads = [b for s in desk_sheets(samples.desk(rows(3))) for a in s.areas for b in a.blocks if b.name == "head"]
    assert [dict(head.static)["mark"] for head in heads] == [""]


def test_it_has_no_place_for_an_address():
    named = {item.name for item in fields(DeskSlips)}
    assert not {name for name in named if "address" in name or "postal" in name or "customer" in name}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"slips": ()}, "sum", id="no slip"),
        pytest.param({"lines": tuple(rows(2))}, "sum", id="claims that the slips do not ask for"),
        pytest.param({"name_lines": ("架空\ue123",)}, "gaiji", id="a character nobody has decided"),
    ],
)
def test_what_cannot_be_right_is_not_drawn(change, code):
    with pytest.raises(Unprintable) as refused:
        desk_sheets(replace(samples.desk(rows(3)), **change))
    assert refused.value.code == code


def test_a_text_of_the_city_that_does_not_fit_is_refused():
    made = samples.desk(rows(3))
    with pytest.raises(Unprintable) as refused:
        render_desk(replace(made, city=replace(made.city, welfare="長い窓口の名前" * 40)))
    assert refused.value.code == "overflow"


def test_the_same_paper_has_the_same_bytes_and_another_is_found_out():
    made, other = samples.desk(rows(3)), samples.desk([*rows(2), samples.claim("nhi_tax", 2021, 3, 20_001)])
    pdf, pages = render_desk(made)
    assert render_desk(made) == (pdf, pages)
    assert verify_sheets(pdf, desk_sheets(made), made.slips) == []
    found = {fault.code for fault in verify_sheets(pdf, desk_sheets(other), other.slips)}
    assert {"gs1", "codes"} <= found
    assert [f.code for f in verify_sheets(pdf, desk_sheets(samples.desk(rows(5))), made.slips)] == ["pages"]
