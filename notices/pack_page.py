"""The list of what outsourcers hold, and the file of one pack."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from notices.models import Pack
from notices.services.packs import overdue


def pack_list(chosen: str, *, today: date) -> tuple[QuerySet[Pack], list[dict[str, Any]]]:
    """The chosen packs, and the choices with their counts: what is overdue, what is out or here, what has ended."""
    choices = {
        "overdue": ("廃棄の期限を過ぎた", overdue(today=today)),
        "open": ("返却・廃棄の前", Pack.objects.filter(ended_as="").order_by("destroy_by", "pk")),
        "ended": ("返却・廃棄済", Pack.objects.exclude(ended_as="")),
        "all": ("すべて", Pack.objects.all()),
    }
    chosen = chosen if chosen in choices else "open"
    filters = [
        {"label": label, "url": f"?show={code}", "count": rows.count(), "current": code == chosen}
        for code, (label, rows) in choices.items()
    ]
    return choices[chosen][1], filters


def pack_file(pack: Pack) -> Path | None:
    """The file, if it is there and what was made."""
    path = Path(settings.MEDIA_ROOT) / pack.path
    if not path.exists():
        return None
    with path.open("rb") as file:
        return path if hashlib.file_digest(file, "sha256").hexdigest() == pack.sha256 else None
