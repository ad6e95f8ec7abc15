"""The texts of notices every installation begins with. Safe to run again; what the city has approved since stays."""

import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "notice_texts.toml"
STARTS_ON = date(2020, 1, 1)
SOURCE = "はじめからある文言（要確認：法務担当と翻訳者）"


def load(models: Any) -> None:
    """Add the first version of each kind that has none. ``models`` is an app registry, live or of a migration."""
    text = models.get_model("toyota_collect", "NoticeText")
    have = set(text.objects.values_list("kind", flat=True))
    text.objects.bulk_create(
        text(
            kind=kind,
            version=1,
            starts_on=STARTS_ON,
            parts=parts,
            note=SOURCE,
            approved_at=datetime(STARTS_ON.year, STARTS_ON.month, STARTS_ON.day, tzinfo=UTC),
            built_in=True,
        )
        for kind, parts in first_texts().items()
        if kind not in have
    )


def complete(models: Any, kinds: Iterable[str], *, starts_on: date, note: str) -> None:
    """Where the version in force from ``starts_on`` lacks parts that the first texts have, one after it has them too.

    What the city has approved stays word by word; versions in the making tell what they lack. Safe to run again.
    """
    text = models.get_model("toyota_collect", "NoticeText")
    for kind in kinds:
        versions = text.objects.filter(kind=kind).order_by("-version")
        last = versions.filter(approved_at__isnull=False, trial_only=False).order_by("-starts_on", "-version").first()
        if last is None or not (lacking := first_texts()[kind].keys() - last.parts.keys()):
            continue
        text.objects.create(
            kind=kind,
            version=versions[0].version + 1,
            starts_on=max(starts_on, last.starts_on),
            parts=last.parts | {name: first_texts()[kind][name] for name in lacking},
            note=note,
            approved_at=datetime(starts_on.year, starts_on.month, starts_on.day, tzinfo=UTC),
            built_in=True,
        )


@cache
def first_texts() -> dict[str, dict[str, str]]:
    """The parts of each kind's first version."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {kind: {name: text.strip() for name, text in parts.items()} for kind, parts in rows.items()}
