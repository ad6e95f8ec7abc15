"""Cells that a spreadsheet would run."""

import pytest

from toyota_collect.csv_out import as_text


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_becomes_text(cell):
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "架空　太郎", "12,000", "a=b"])
def test_other_cells_stay_as_they_are(cell):
    assert as_text(cell) == cell
