"""One file on its way into the ledger: what every step needs to know about it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from claims.intake.fields import KEY
from claims.intake.layout import Layout
from claims.intake.progress import Progress
from claims.models import ImportFile
from debtors.models import SourceSystem

KEY_COLUMNS = tuple(canonical.name for canonical in KEY)  # in the staging table; ``kind`` holds the kind's id
KEY_LIST = ", ".join(KEY_COLUMNS)


def same_key(stage: str, claim: str) -> str:
    """SQL: the staged row and the claim in force (of one source) have the same common key."""
    pairs = [(name, "kind_id" if name == "kind" else name) for name in KEY_COLUMNS]
    same = " AND ".join(f"{stage}.{ours} = {claim}.{theirs}" for ours, theirs in pairs)
    return f"{same} AND {claim}.taken_back_at IS NULL"


@dataclass(frozen=True)
class Job:
    """A file, its layout and source, its row in the import log, who imports it and on what business date.

    ``progress`` hears how far it is, where somebody watches.
    """

    path: Path
    layout: Layout
    source: SourceSystem
    file: ImportFile
    by: Any
    as_of: date
    progress: Progress | None = None

    def has(self, field: str) -> bool:
        """Whether the extract carries the field at all; what it does not carry is never compared."""
        return any(spec.canonical.name == field for spec in self.layout.fields)

    @property
    def params(self) -> dict[str, Any]:
        """Named parameters of all statements of the intake."""
        return {
            "source": self.source.pk,
            "origin": self.source.name,
            "file": self.file.pk,
            "by": self.by.pk,
            "as_of": self.as_of,
            "ground": self.layout.ground,
        }


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the accepted rows of a file."""

    inserted: int
    changed: int
    same: int
