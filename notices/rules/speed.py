"""How fast a run is made, from the spans of its finished bundles (seconds since the first began)."""

from collections.abc import Sequence
from typing import NamedTuple

MOST_BINS = 12
WIDTHS = (1, 2, 5, 10, 30, 60, 300, 600, 3_600)


class Span(NamedTuple):
    """A bundle: when it was begun and finished, in seconds, and how many letters it holds."""

    begun: float
    finished: float
    letters: int


def letters_per_second(spans: Sequence[Span]) -> float | None:
    """Average while at least one bundle was being made; None before one is finished."""
    if not spans:
        return None
    busy, reached = 0.0, float("-inf")
    for span in sorted(spans):
        busy += max(0.0, span.finished - max(span.begun, reached))
        reached = max(reached, span.finished)
    return sum(span.letters for span in spans) / max(busy, 0.001)


def speed_table(spans: Sequence[Span]) -> list[tuple[int, float]]:
    """Start of each bin in seconds, and letters per second in it; a bundle's letters are spread over its span.

    The narrowest bins of ``WIDTHS`` that need no more than ``MOST_BINS`` rows.
    """
    if not spans:
        return []
    end = max(span.finished for span in spans)
    width = next((width for width in WIDTHS if end / width <= MOST_BINS), -int(-end // MOST_BINS))
    bins = [0.0] * max(1, -int(-end // width))
    for span in spans:
        length = max(span.finished - span.begun, 0.001)
        for place in range(len(bins)):
            shared = min(span.finished, (place + 1) * width) - max(span.begun, place * width)
            if shared > 0:
                bins[place] += span.letters * shared / length
    return [(place * width, letters / width) for place, letters in enumerate(bins)]
