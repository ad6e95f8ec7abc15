"""How many people somebody looks at in a day, against what is usual for that one."""

from collections.abc import Sequence
from statistics import median


def is_unusual(people: int, usual: Sequence[int], *, floor: int, times: int) -> bool:
    """Whether ``people`` of one day are to be asked about.

    Args:
        usual: people a day of the last working days of the same account; none of a new account.
        floor: fewer than this are never asked about.
        times: the multiple of the median that is still usual (inclusive).
    """
    if people < floor:
        return False
    return not usual or people > times * median(usual)
