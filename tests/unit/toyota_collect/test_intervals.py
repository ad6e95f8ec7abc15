"""The intervals against figures that were published for them.

Each figure was compared with what others quote from the same tables: Newcombe's examples with the tests of the R package
propint (github.com/m-Py/propint) and of libraries that test against all eight of table II and the four of table I; the ranks
with the table of Nair 1940 as en.wikisource.org, Sm_all_cc.pdf, page 35 (table 5), prints it.
"""

import pytest

from toyota_collect.intervals import difference, median, median_rank, share

# Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3 (score without continuity correction).
SHARES = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)]
# The same, 873-890, table II, method 10, examples (a) to (h).
DIFFERENCES = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]
# Nair 1940, ranks of the lower limit at 95 % or more; for five values even the outermost hold the median at 93.8 % only.
RANKS = {5: 0, 6: 1, 8: 1, 9: 2, 10: 2, 12: 3, 15: 4, 16: 4, 17: 5, 20: 6, 25: 8, 30: 10, 40: 14, 50: 18, 65: 25}


@pytest.mark.parametrize(("count", "of", "low", "high"), SHARES)
def test_a_share_has_the_published_interval(count, of, low, high):
    found = share(count, of)
    assert found.value == count / of
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(("count", "of", "other", "other_of", "low", "high"), DIFFERENCES)
def test_a_difference_has_the_published_interval(count, of, other, other_of, low, high):
    found = difference(count, of, other, other_of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.value == pytest.approx(count / of - other / other_of)


def test_the_other_way_round_the_difference_only_changes_its_sign():
    one, other = difference(9, 10, 3, 10), difference(3, 10, 9, 10)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_a_higher_level_is_wider():
    assert share(30, 100, level=0.975).low < share(30, 100).low < share(30, 100).high < share(30, 100, level=0.975).high


@pytest.mark.parametrize(("count", "of"), [(0, 0), (-1, 5), (6, 5)])
def test_a_share_of_nobody_is_refused(count, of):
    with pytest.raises(ValueError, match=f"{count} of {of}"):
        share(count, of)


@pytest.mark.parametrize(("count", "rank"), RANKS.items())
def test_the_ranks_of_a_median_are_those_of_the_tables(count, rank):
    assert median_rank(count) == rank


def test_a_median_lies_between_values_that_were_seen():
    assert median([9, 1, 5, 3, 7, 11, 2, 8, 4, 6]) == (5.5, 2, 9)
    assert median([3, 1, 2, 5, 4]) is None
    assert median([]) is None
