"""How fresh the sources are whose facts a run rests on, as the seal asks for it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min

from claims.models import Feed, ImportFile, ReceiptFile
from debtors.models import SourceSystem
from notices.models import PrintRun
from notices.rules.sealing import Freshness, freshness, hours_allowed
from toyota_collect.dated import value_on

LIMITS = "seal.fresh_hours"
CLAIMS = "claims"
OF_PEOPLE = ("register", "protected", "welfare")  # who died, moved or came under protection: of every run
CONTENTS = {
    CLAIMS: "債権",
    "receipts": "収納",
    "register": "住民記録",
    "protected": "支援措置",
    "welfare": "生活保護",
}
LABELS = {
    Freshness.FRESH: ("新しい", "good"),
    Freshness.STALE: ("古い", "care"),
    Freshness.NEVER: ("届いていない", "care"),
    Freshness.SAME: ("前と同じ中身", "care"),
}


@dataclass(frozen=True)
class Source:
    """One content of a source (or one feed of money) and when it last came; ``key`` is how a person vouches for it."""

    key: str
    name: str
    content: str
    came_at: datetime | None
    known_since: datetime | None
    hours: int
    state: Freshness

    @property
    def label(self) -> str:
        return LABELS[self.state][0]

    @property
    def tone(self) -> str:
        return LABELS[self.state][1]

    @property
    def as_json(self) -> dict[str, Any]:
        """What the certificate keeps of it."""
        came, known = (moment.isoformat() if moment else None for moment in (self.came_at, self.known_since))
        facts = {"key": self.key, "name": self.name, "content": self.content, "came_at": came, "known_since": known}
        return facts | {"hours": self.hours, "state": self.state.value}


def sources_of(run: PrintRun, *, now: datetime, today: date) -> list[Source]:
    """Every source with claims in the run, those of people, and the money feeds that the city has set a limit for.

    Raises:
        SettingMissing: the city has set no limits.
        KeyError: the limits name neither a source nor ``*``.
    """
    limits: dict[str, int] = value_on(LIMITS, today)
    own = set(SourceSystem.objects.filter(claim__in_letters__letter__run=run).values_list("code", flat=True))
    files = _files(now, limits)
    wanted = {(code, CLAIMS) for code in own}
    wanted |= {(code, content) for code, content in files if code in own or content in OF_PEOPLE}
    names = dict(SourceSystem.objects.values_list("code", "name"))
    ranks = {code: place for place, code in enumerate(SourceSystem.objects.values_list("code", flat=True))}
    in_order = sorted(wanted, key=lambda key: (ranks[key[0]], list(CONTENTS).index(key[1]), key))
    found = []
    for code, content in in_order:
        hours = hours_allowed(limits, code, content)
        came_at, known_since = files.get((code, content), (None, None))
        state = freshness(came_at=came_at, known_since=known_since, hours=hours, now=now)
        title = CONTENTS[content]
        found.append(Source(f"{code}:{content}", names[code], title, came_at, known_since, hours, state))
    return found + _feeds(limits, now)


def _files(now: datetime, limits: dict[str, int]) -> dict[tuple[str, str], tuple[datetime, datetime | None]]:
    """By source and content: when the last file came, and since when the newest content of those in time is known."""
    committed = ImportFile.objects.filter(
        status=ImportFile.Status.COMMITTED, parent=None, source__isnull=False, content__in=CONTENTS
    )
    rows = committed.order_by().values_list("source__code", "content", "sha256").annotate(Min("at"), Max("at"))
    by_content: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for code, content, _, first, last in rows:
        by_content[code, content].append((first, last))
    found = {}
    for (code, content), moments in by_content.items():
        earliest = now - timedelta(hours=hours_allowed(limits, code, content))
        in_time = [first for first, last in moments if last >= earliest]
        found[code, content] = (max(last for _, last in moments), max(in_time, default=None))
    return found


def _feeds(limits: dict[str, int], now: datetime) -> list[Source]:
    found = []
    for feed in Feed:
        if feed.value not in limits:
            continue
        taken = ReceiptFile.objects.filter(feed=feed, problem="", waits_at="")
        came_at = taken.aggregate(last=Max("at"))["last"]
        hours = limits[feed.value]
        state = freshness(came_at=came_at, known_since=None, hours=hours, now=now)
        found.append(Source(feed.value, str(feed.label), "入金", came_at, None, hours, state))
    return found
