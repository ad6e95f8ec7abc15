"""How fresh a source must be, to the second, and the sum that must close."""

from datetime import UTC, datetime, timedelta

import pytest

from notices.rules.sealing import Closing, Freshness, freshness, hours_allowed

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LIMIT = NOW - timedelta(hours=48)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("came_at", "known_since", "expected"),
    [
        pytest.param(None, None, Freshness.NEVER, id="never came"),
        pytest.param(LIMIT, LIMIT, Freshness.FRESH, id="at the limit itself"),
        pytest.param(LIMIT - SECOND, LIMIT - SECOND, Freshness.STALE, id="one second too old"),
        pytest.param(NOW, LIMIT - SECOND, Freshness.SAME, id="an old extract put in again today"),
        pytest.param(NOW, LIMIT, Freshness.FRESH, id="delivered again within the limit"),
        pytest.param(NOW, None, Freshness.FRESH, id="a feed whose content never repeats"),
    ],
)
def test_how_fresh_a_source_is(came_at, known_since, expected):
    assert freshness(came_at=came_at, known_since=known_since, hours=48, now=NOW) == expected


def test_the_nearest_limit_counts():
    limits = {"*": 48, "zei": 30, "zei:receipts": 12}
    assert hours_allowed(limits, "zei", "receipts") == 12
    assert hours_allowed(limits, "zei", "claims") == 30
    assert hours_allowed(limits, "suido", "claims") == 48
    with pytest.raises(KeyError):
        hours_allowed({"zei": 30}, "suido", "claims")


def closing(**changes) -> Closing:
    return Closing(**({"targets": 100, "printed": 97, "failed": 3, "pulled": 10, "going": 87} | changes))


def test_a_run_closes_where_every_letter_is_somewhere():
    assert closing().closes
    assert (closing().unmade, closing().difference) == (0, 0)


def test_letters_that_share_or_fill_several_envelopes_are_letters_like_the_others():
    found = closing(printed=90, merged=5, split=2)
    assert (found.made, found.unmade, found.difference) == (97, 0, 0)


@pytest.mark.parametrize(
    ("changes", "unmade", "difference"),
    [
        pytest.param({"targets": 101}, 1, 0, id="a target nobody made"),
        pytest.param({"going": 86}, 0, 1, id="a letter missing from the pile"),
        pytest.param({"going": 88}, 0, -1, id="one too many"),
        pytest.param({"pulled": 9}, 0, 1, id="pulled without being on the list"),
        pytest.param({"merged": 1}, -1, 1, id="one that shares an envelope counted twice"),
        pytest.param({"split": 1}, -1, 1, id="one that fills several counted twice"),
    ],
)
def test_a_run_does_not_close_over_a_difference(changes, unmade, difference):
    found = closing(**changes)
    assert (found.unmade, found.difference, found.closes) == (unmade, difference, False)
