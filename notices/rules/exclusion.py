"""Who is left out of a consolidated demand, and for which one reason."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_POSTAL_CODE = re.compile(r"\d{7}", re.ASCII)


class Reason(StrEnum):
    """In the order in which they are looked at: safety first, then whether a letter could arrive, then the money."""

    PROTECTED = "protected"
    MAYBE_PROTECTED = "maybe_protected"
    AGENT_PROTECTED = "agent_protected"
    SUCCEEDED = "succeeded"
    DECEASED = "deceased"
    NO_ADDRESS = "no_address"
    HELD = "held"
    PRESCRIBED = "prescribed"
    BELOW_MINIMUM = "below_minimum"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What decides whether a person with overdue claims gets a letter.

    ``died_on``, ``postal_code`` and ``address`` are those of the letter's destination (``debtors.rules.mailing``): nobody is
    dead for whom the speaker of the heirs gets it. ``agent_protected``: the destination's address may not leave.
    ``reachable_yen`` is what may be asked for: booked and overdue, neither held nor past prescription.
    """

    protected: bool
    maybe_protected: bool
    died_on: date | None
    postal_code: str
    address: str
    reachable_yen: int
    any_held: bool
    agent_protected: bool = False
    succeeded: bool = False  # the heirs get letters of their own


def reason_to_exclude(facts: PersonFacts, *, minimum_yen: int) -> Reason | None:
    """Return the first reason that applies, or ``None`` for a person who gets a letter.

    Someone of whose claims nothing may be asked for is held if any claim is, otherwise past prescription.
    """
    if facts.protected:
        return Reason.PROTECTED
    if facts.maybe_protected:
        return Reason.MAYBE_PROTECTED
    if facts.agent_protected:
        return Reason.AGENT_PROTECTED
    if facts.died_on is not None:
        return Reason.SUCCEEDED if facts.succeeded else Reason.DECEASED
    if not _POSTAL_CODE.fullmatch(facts.postal_code) or not facts.address.strip():
        return Reason.NO_ADDRESS
    if facts.reachable_yen <= 0:
        return Reason.HELD if facts.any_held else Reason.PRESCRIBED
    if facts.reachable_yen < minimum_yen:
        return Reason.BELOW_MINIMUM
    return None
