"""When a pile may be sealed: how fresh each source must be, and the sum that must close."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OTHERS = "*"


class Freshness(StrEnum):
    FRESH = "fresh"
    STALE = "stale"
    NEVER = "never"
    SAME = "same"  # delivered in time, with a content that is older than the limit


def hours_allowed(limits: Mapping[str, int], source: str, content: str) -> int:
    """The limit in hours: of this content of the source, else of the source, else of all others.

    Raises:
        KeyError: the table names neither.
    """
    for key in (f"{source}:{content}", source, OTHERS):
        if key in limits:
            return limits[key]
    raise KeyError(source)


def freshness(*, came_at: datetime | None, known_since: datetime | None, hours: int, now: datetime) -> Freshness:
    """How fresh a source is, whose last file came at ``came_at`` (none: never).

    ``known_since``: when the very same content came first. An old extract that was put in once more is no news
    (その日に取り込み直しただけの古い抽出). The limit itself is still in time.
    """
    if came_at is None:
        return Freshness.NEVER
    earliest = now - timedelta(hours=hours)
    if came_at < earliest:
        return Freshness.STALE
    return Freshness.SAME if known_since is not None and known_since < earliest else Freshness.FRESH


@dataclass(frozen=True, slots=True)
class Closing:
    """The letters of a run: 対象 = 印刷 ＋ 合封 ＋ 分冊 ＋ 作れず; 送る = 印刷 ＋ 合封 ＋ 分冊 − 引抜.

    ``printed``: letters that fill one envelope alone; ``merged``: that share one with another; ``split``: that fill more
    than one. Each letter is counted in one of them, pulled or not.
    """

    targets: int
    printed: int
    failed: int
    pulled: int
    going: int  # letters that lie in the pile
    merged: int = 0
    split: int = 0

    @property
    def made(self) -> int:
        """Letters on paper, in whatever envelope."""
        return self.printed + self.merged + self.split

    @property
    def unmade(self) -> int:
        """Targets that are neither printed nor known to have failed: never right."""
        return self.targets - self.made - self.failed

    @property
    def difference(self) -> int:
        """What the pile should hold less what it holds: never right either."""
        return self.made - self.pulled - self.going

    @property
    def closes(self) -> bool:
        return self.unmade == 0 and self.difference == 0
