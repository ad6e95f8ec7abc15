"""Control totals: a file enters whole and explained, or not at all."""

import pytest

from claims.models import Claim
from tests.factories.extracts import ZEI_CLAIM, claims, counts, import_one, layout, line, rejects, write

pytestmark = pytest.mark.django_db
BAD_DATE = {"instalment": "02", "due_on": "5080231"}


def control(path, text: str) -> None:
    path.with_name(path.name + ".control.csv").write_bytes(text.encode())


def test_rows_that_were_refused_explain_what_is_missing(tmp_path):
    file = import_one(claims(tmp_path, {}, BAD_DATE))
    assert (file.status, counts(file)) == ("committed", (1, 0, 0, 1))
    cells = file.control_totals.order_by("instalment").values_list(
        "instalment", "their_rows", "their_yen", "our_rows", "our_yen"
    )
    assert list(cells) == [(1, 1, 41_000, 1, 41_000), (2, 1, 41_000, 0, 0)]


BLOCKED = [
    pytest.param("resident_tax,2026,1,1,40000\nresident_tax,2026,2,1,41000\n", "40,000円", id="another amount"),
    pytest.param("resident_tax,2026,1,2,82000\nresident_tax,2026,2,1,41000\n", "82,000円", id="a row lost on the way"),
    pytest.param("resident_tax,2026,2,2,82000\n", "期別1", id="a cell the section does not know"),
    pytest.param("resident_tax,2026,1,1,41000\n", "受け付けなかった行 1件", id="a refused row it did not count"),
]


@pytest.mark.parametrize(("lines", "said"), BLOCKED)
def test_anything_else_blocks_the_whole_file(tmp_path, lines, said):
    path = claims(tmp_path, {}, BAD_DATE)
    control(path, "kind,levy_year,instalment,rows,yen\n" + lines)
    file = import_one(path)
    assert file.status == "blocked"
    assert said in file.message
    assert file.rows == file.rejected == 2
    assert rejects(file) == [(3, "date")]
    assert file.control_totals.exists()
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("kind,year,rows,yen\n", "見出し", id="another form"),
        pytest.param(
            "kind,levy_year,instalment,rows,yen\nresident_tax,2026,1,one,41000\n", "読めません", id="no number"
        ),
        pytest.param(
            "kind,levy_year,instalment,rows,yen\nresident_tax,2026,1,1,1\nresident_tax,2026,1,1,1\n",
            "3行目",
            id="a cell twice",
        ),
    ],
)
def test_control_totals_that_cannot_be_read_fail_the_file(tmp_path, text, said):
    path = claims(tmp_path, {})
    control(path, text)
    file = import_one(path)
    assert file.status == "failed"
    assert said in file.message
    assert not Claim.objects.exists()


def test_control_totals_are_required_where_the_layout_says_so(tmp_path):
    file = import_one(write(tmp_path, "zei_claims", [line(layout("zei_claims"), ZEI_CLAIM)]))
    assert file.status == "failed"
    assert "control.csv がありません" in file.message


def test_a_file_mended_after_it_was_blocked_is_taken(tmp_path):
    path = claims(tmp_path, {})
    right = path.with_name(path.name + ".control.csv").read_bytes()
    control(path, "kind,levy_year,instalment,rows,yen\nresident_tax,2026,1,1,1\n")
    assert import_one(path).status == "blocked"
    path.with_name(path.name + ".control.csv").write_bytes(right)
    assert counts(import_one(path)) == (1, 0, 0, 0)
