"""The texts of notices every installation begins with. Safe to run again; what the city has approved since stays."""

import tomllib
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


@cache
def first_texts() -> dict[str, dict[str, str]]:
    """The parts of each kind's first version."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {kind: {name: text.strip() for name, text in parts.items()} for kind, parts in rows.items()}
