"""How letters lie in envelopes, which may share one (合封), and the bundles that the post takes (区分).

One envelope holds what one person gets. A letter never travels with another person's, of the same household or not, joint
debtor or not: what stands in it is a secret of the one it is written to (地方税法22条, 地方公務員法34条).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from notices.rules.marks import envelopes_of


@dataclass(frozen=True, slots=True)
class Piece:
    """A letter that goes: how many sheets, to whom and where, and its place in the order of the post."""

    letter: int
    serial: int
    sheets: int
    person: int
    postal_code: str
    address: tuple[str, ...]
    names: tuple[str, ...]
    honorific: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Envelope:
    """``letters``: what lies in it, the first on top; ``part`` of ``parts`` of a letter that fills several."""

    letters: tuple[int, ...]
    part: int
    parts: int
    sheets: int
    postal_code: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Envelopes whose postal codes begin alike; ``first`` is the place of its first envelope in the pile, from 1."""

    prefix: str
    first: int
    envelopes: int
    sheets: int

    @property
    def last(self) -> int:
        return self.first + self.envelopes - 1


def may_share(one: Piece, other: Piece, *, most: int) -> bool:
    """Whether two letters may lie in one envelope: the very same person, name and address, and room for both."""
    same = ("person", "postal_code", "address", "names", "honorific", "issued_on")
    return (
        one.letter != other.letter
        and all(getattr(one, name) == getattr(other, name) for name in same)
        and one.sheets + other.sheets <= most
    )


def shared(pieces: Iterable[Piece], others: Iterable[Piece], *, most: int) -> dict[int, int]:
    """By letter of ``others``, the letter of ``pieces`` in whose envelope it goes; each envelope takes one more."""
    by_person = {piece.person: piece for piece in pieces}
    found: dict[int, int] = {}
    taken: set[int] = set()
    for guest in others:
        host = by_person.get(guest.person)
        if host is not None and host.letter not in taken and may_share(host, guest, most=most):
            found[guest.letter] = host.letter
            taken.add(host.letter)
    return found


def envelopes(pieces: Sequence[Piece], guests: dict[int, Piece], *, most: int) -> list[Envelope]:
    """Every envelope of the pile in the order of the post. ``guests``: by host, the letter that shares its envelope."""
    made = []
    for piece in sorted(pieces, key=lambda one: (one.postal_code, one.serial)):
        parts = envelopes_of(piece.sheets, most=most)
        left = piece.sheets
        for part in range(1, parts + 1):
            guest = guests.get(piece.letter) if parts == 1 else None
            inside = min(left, most)
            left -= inside
            letters = (piece.letter, guest.letter) if guest else (piece.letter,)
            sheets = inside + (guest.sheets if guest else 0)
            made.append(Envelope(letters, part, parts, sheets, piece.postal_code))
    return made


def bundles(pile: Sequence[Envelope], *, digits: int) -> list[Bundle]:
    """The pile cut where the first ``digits`` figures of the postal code change; it is in order already."""
    made, at = [], 1
    for prefix, group in groupby(pile, key=lambda envelope: envelope.postal_code[:digits]):
        inside = list(group)
        made.append(Bundle(prefix, at, len(inside), sum(envelope.sheets for envelope in inside)))
        at += len(inside)
    return made
