"""Numbers of a demo city. Each carries the city's own code, made from the seed, so two cities never collide."""

import random
from itertools import count

DIRECT_SEEDS = 10**6
CODE_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LARGEST_SEED = DIRECT_SEEDS + 26 * 36**5 - 1
SERIALS = 10**7
# Multipliers prime to 10 step through all of 0..9,999,999 before they repeat.
STEPS = {"atena": 3_141_593, "zei": 2_718_281, "kokuho": 1_618_033, "kaigo": 5_772_157, "koki": 6_931_471}
OTHER_STEP = 7_390_561


def stream(seed: int, purpose: str, serial: int = 0) -> random.Random:
    """Return the random numbers of one purpose: what one part draws never shifts another part."""
    return random.Random(f"{seed}/{purpose}/{serial}")


def city_code(seed: int) -> str:
    """Return six characters that no other seed shares: the seed itself, beyond a million a letter and base 36.

    Raises:
        ValueError: the seed is negative or above ``LARGEST_SEED``.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"seed must lie between 0 and {LARGEST_SEED}")
    if seed < DIRECT_SEEDS:
        return f"{seed:06d}"
    rest, tail = seed - DIRECT_SEEDS, ""
    for _ in range(5):
        rest, digit = divmod(rest, 36)
        tail = CODE_LETTERS[digit] + tail
    return CODE_LETTERS[10 + rest] + tail


class Numbers:
    """Issues the numbers of one city, each series on its own counter, scrambled so that order tells nothing."""

    def __init__(self, seed: int) -> None:
        self.code = city_code(seed)
        self._digits = int(self.code, 36) % 10**6
        self._series: dict[str, count[int]] = {}

    def serial(self, series: str) -> int:
        """Return the next number of a series, from 1."""
        if series not in self._series:
            self._series[series] = count(1)
        return next(self._series[series])

    def person(self, source: str) -> str:
        """Return a source system's own number for a person (``atena`` for the city's 宛名番号): 13 characters."""
        serial = self.serial("person/" + source)
        if serial >= SERIALS:
            raise ValueError("the city is too large for its number range")
        return f"{self.code}{serial * STEPS.get(source, OTHER_STEP) % SERIALS:07d}"

    def household(self) -> str:
        return f"{self.code}{self.serial('household') * 4_669_201 % SERIALS:07d}"

    def notice(self) -> str:
        """Return a 通知書番号, unique in the city over all kinds: 14 characters."""
        return f"{self.code}{self.serial('notice'):08d}"

    def receipt(self, source: str) -> str:
        """Return a 領収番号, unique in the source: 15 characters."""
        return f"{self.code}{self.serial('receipt/' + source):09d}"

    def true_person(self) -> str:
        return f"P{self.code}{self.serial('true'):07d}"

    def corporate(self) -> str:
        """Return a 法人番号 with a right check digit, in a range (登記所コード 9xxx) that no registry office uses."""
        base = f"9{self._digits:06d}{self.serial('corporate') % 10**5:05d}"
        weighted = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(base)))
        return f"{9 - weighted % 9}{base}"
