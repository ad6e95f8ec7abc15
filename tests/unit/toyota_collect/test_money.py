import pytest

from toyota_collect import money


@pytest.mark.parametrize(
    ("yen", "unit", "down", "up"),
    [(65999, 1000, 65000, 66000), (65000, 1000, 65000, 65000), (0, 100, 0, 0), (7, 1, 7, 7)],
)
def test_rounds_to_the_unit(yen, unit, down, up):
    assert (money.floor_to(yen, unit), money.ceil_to(yen, unit)) == (down, up)


@pytest.mark.parametrize(("yen", "unit"), [(-1, 100), (100, 0)])
def test_refuses_what_cannot_be_rounded(yen, unit):
    with pytest.raises(ValueError, match="切捨て"):
        money.floor_to(yen, unit)
    with pytest.raises(ValueError, match="切上げ"):
        money.ceil_to(yen, unit)


def test_prints_yen():
    assert money.yen_text(1234567) == "1,234,567円"
    assert [money.comma(yen) for yen in (-1234, -1, 0, 1)] == ["▲1,234", "▲1", "0", "1"]
