"""What a basis (同意, 支援会議の決定) opens to a welfare worker on a day, and words of tax that must not slip in beside it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from toyota_collect.wareki import short_text

TAX = "tax"


@dataclass(frozen=True, slots=True)
class Basis:
    """On what ground data may pass: from ``starts_on`` (None: not yet) to ``until``, both included; ``ended_on`` closes it at
    once. ``tax_ground``: the ground of its own without which nothing of tax is opened.
    """

    kind: str
    items: tuple[str, ...]
    starts_on: date | None
    until: date
    ended_on: date | None
    tax_ground: str

    def is_open(self, on: date) -> bool:
        """Whether data may pass on the day."""
        return self.ended_on is None and self.starts_on is not None and self.starts_on <= on <= self.until

    def text(self) -> str:
        """For the log of views."""
        since = short_text(self.starts_on) if self.starts_on else "—"
        tax = f"、税は{self.tax_ground}" if self.tax_ground and TAX in self.items else ""
        return f"{self.kind} {since}から{short_text(self.until)}まで{tax}"


def items_open(basis: Basis, *, on: date) -> frozenset[str]:
    """The items that may be told on the day; tax only on its own ground."""
    if not basis.is_open(on):
        return frozenset()
    return frozenset(item for item in basis.items if item != TAX or basis.tax_ground)


def grounds_open(basis: Basis, grounds_of: Mapping[str, Collection[str]], *, on: date) -> frozenset[str]:
    """The grounds whose facts the open items let pass; an item that is not known opens nothing."""
    return frozenset(ground for item in items_open(basis, on=on) for ground in grounds_of.get(item, ()))
