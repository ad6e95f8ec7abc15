"""証拠書類: which papers a claim needs on a day, and how complete they are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Need(NamedTuple):
    """A row of the table; ``kind`` None stands for the whole class. ``needed`` False ends an earlier row."""

    legal_class: str
    kind: int | None
    evidence: str
    starts_on: date
    needed: bool


@dataclass(frozen=True, slots=True)
class Lamp:
    """How complete: ``have`` of ``of`` needed papers; ``missing`` in the table's order."""

    have: int
    of: int
    missing: tuple[str, ...]

    @property
    def colour(self) -> str:
        """green: nothing is missing; yellow: something is; red: nothing is there."""
        if not self.missing:
            return "green"
        return "yellow" if self.have else "red"

    @property
    def tone(self) -> str:
        return {"green": "good", "yellow": "care", "red": "urgent"}[self.colour]

    @property
    def text(self) -> str:
        return f"{self.of}点中{self.have}点" if self.of else "要る書類なし"


def needed(rows: Iterable[Need], *, legal_class: str, kind: int, on: date) -> tuple[str, ...]:
    """The papers a claim needs on ``on``: by the rows of its kind if it has any, otherwise by those of its class.

    Of the rows begun by then, the latest for each paper counts.
    """
    begun = sorted(
        (row for row in rows if row.legal_class == legal_class and row.starts_on <= on), key=lambda row: row.starts_on
    )
    own = [row for row in begun if row.kind == kind]
    latest = {row.evidence: row.needed for row in own or (row for row in begun if row.kind is None)}
    return tuple(evidence for evidence, is_needed in latest.items() if is_needed)


def lamp(papers: Iterable[str], there: Collection[str]) -> Lamp:
    """The lamp of a claim that needs ``papers`` and has those of ``there``."""
    wanted = tuple(papers)
    missing = tuple(one for one in wanted if one not in there)
    return Lamp(len(wanted) - len(missing), len(wanted), missing)
