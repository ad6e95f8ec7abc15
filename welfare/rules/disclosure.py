"""What a basis (同意, 支援会議の決定) opens to a welfare worker on a day, and words of tax that must not slip in beside it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from toyota_collect.wareki import short_text

TAX = "tax"
# What a short note would tell of somebody's tax by (地方税法22条); 税 alone is in every name of one.
TAX_WORDS = ("税", "国保", "国民健康保険", "督促", "滞納処分", "差押", "差し押さえ")


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


def tax_words_in(text: str) -> list[str]:
    """Words of the text that tell of tax, however they are spaced or whatever width they have."""
    plain = "".join(normalize("NFKC", text).split())
    return [word for word in TAX_WORDS if word in plain]
