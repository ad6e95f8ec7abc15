"""What takes a finished letter out of the pile: everything that came since its amounts were fixed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Reason(StrEnum):
    """In the order in which they are named: safety first, then to whom, then the money, then where."""

    PROTECTED = "protected"
    MAYBE_PROTECTED = "maybe_protected"
    DECEASED = "deceased"
    RELINKED = "relinked"
    PAID = "paid"
    ANNOUNCED = "announced"
    PLANNED = "planned"
    LAWYERS = "lawyers"
    HELD = "held"
    ROLE = "role"
    ENDED = "ended"
    LAPSED = "lapsed"
    CORRECTED = "corrected"
    DUNNING_WITHDRAWN = "dunning"
    ADDRESS = "address"
    NAME = "name"
    OTHER = "other"


MONEY_CAME = frozenset({"receipt", "set_off"})
ENDS = frozenset({"write_off"})
HOLDS = {"plan": Reason.PLANNED, "lawyers": Reason.LAWYERS}  # by the hold's reason; all others are HELD


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A claim of the letter as it stands now. ``name``: as staff call it.

    ``entries``: kinds of what was booked since the amounts were fixed; ``holds``: reasons of the holds in force that
    silence letters; ``planned``: a plan was signed since; ``elsewhere``: it is another person's now;
    ``role_ended``: the letter is to somebody who does not answer for it any more, or not for so much; ``names_hidden``: the
    letter names a debtor who is under protection now; ``reachable``: a letter may still ask for it.
    """

    name: str
    entries: frozenset[str] = frozenset()
    announced: bool = False
    holds: frozenset[str] = frozenset()
    planned: bool = False
    prescribes_on: date | None = None
    dunning_withdrawn: bool = False
    elsewhere: bool = False
    role_ended: bool = False
    names_hidden: bool = False
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """The person as known now, and the claims of which there is anything to say."""

    protected: bool = False
    maybe_protected: bool = False
    died_on: date | None = None
    relinked: bool = False
    paid_unassigned: bool = False  # a payment of the person is known, for no claim yet
    address_changed: bool = False
    name_changed: bool = False
    claims: tuple[ClaimFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A reason, and the claims it is about (as staff call them; none: the person)."""

    reason: Reason
    claims: tuple[str, ...] = ()


def reasons_to_pull(facts: LetterFacts, *, on: date) -> tuple[Found, ...]:
    """Every reason why the letter must not go out on ``on``, the weightiest first; empty: it may.

    A claim that may not be asked for is a reason even where nothing else says why.
    """
    found: dict[Reason, list[str]] = {}
    of_person = {
        Reason.PROTECTED: facts.protected,
        Reason.MAYBE_PROTECTED: facts.maybe_protected and not facts.protected,
        Reason.DECEASED: facts.died_on is not None,
        Reason.RELINKED: facts.relinked,
        Reason.ANNOUNCED: facts.paid_unassigned,
        Reason.ADDRESS: facts.address_changed,
        Reason.NAME: facts.name_changed,
    }
    for reason, holds in of_person.items():
        if holds:
            found[reason] = []
    for claim in facts.claims:
        for reason in _of_claim(claim, on):
            found.setdefault(reason, []).append(claim.name)
    return tuple(Found(reason, tuple(found[reason])) for reason in Reason if reason in found)


def _of_claim(claim: ClaimFacts, on: date) -> set[Reason]:
    reasons = {HOLDS.get(hold, Reason.HELD) for hold in claim.holds}
    if claim.entries & MONEY_CAME:
        reasons.add(Reason.PAID)
    if claim.entries & ENDS:
        reasons.add(Reason.ENDED)
    if claim.entries - MONEY_CAME - ENDS:
        reasons.add(Reason.CORRECTED)
    if claim.announced:
        reasons.add(Reason.ANNOUNCED)
    if claim.planned:
        reasons.add(Reason.PLANNED)
    if claim.prescribes_on is not None and claim.prescribes_on < on:
        reasons.add(Reason.LAPSED)
    if claim.dunning_withdrawn:
        reasons.add(Reason.DUNNING_WITHDRAWN)
    if claim.names_hidden:
        reasons.add(Reason.PROTECTED)
    if claim.role_ended:
        reasons.add(Reason.ROLE)
    if claim.elsewhere:
        reasons.add(Reason.RELINKED)
    return reasons or ({Reason.OTHER} if not claim.reachable else set())
