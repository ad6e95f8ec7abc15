"""文面の比較試験: who may take part, who is drawn together, which text they get, and what may be said of the result."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from toyota_collect.intervals import LEVEL, Interval, difference, share

LETTERS = "ABCD"  # what the texts are called; A is the one in force
FEWEST, MOST = 2, len(LETTERS)
PRIMARY_DAYS, SECONDARY_DAYS = 21, 42
YARDSTICK = (
    "到達とみなす日から{primary}日以内に、納付・分納の誓約・本人との話のどれかがあった組の割合（おもなものさし）。"
    "{secondary}日以内の割合と納付額は参考にする。"
)


class Outside(StrEnum):
    """Why somebody gets the text in force and is not counted, in the order in which it is looked at."""

    PROTECTED = "protected"
    DECEASED = "deceased"
    HELD = "held"
    HARDSHIP = "hardship"
    ANSWERING = "answering"  # for claims of somebody else, who gets a letter as well
    TOGETHER = "together"  # with somebody of whom one of the others is true


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who gets a letter of the run. ``places``: household number, address: what two people may share."""

    number: str  # 整理番号
    places: tuple[str, ...] = ()
    protected: bool = False
    deceased: bool = False
    held: bool = False
    hardship: bool = False
    answering: bool = False

    @property
    def outside(self) -> Outside | None:
        reasons = (Outside.PROTECTED, Outside.DECEASED, Outside.HELD, Outside.HARDSHIP, Outside.ANSWERING)
        return next((reason for reason in reasons if getattr(self, reason.value)), None)


@dataclass(frozen=True, slots=True)
class Place:
    """What the draw gave somebody: the number of the text from 0, or the reason for being outside. ``unit``: the 組."""

    unit: str
    arm: int | None
    outside: Outside | None = None


def units(people: Iterable[Addressee]) -> dict[str, list[Addressee]]:
    """People who share a household or an address, directly or through others; named by the first number of each."""
    found: dict[str, list[Addressee]] = {}
    unit_of_place: dict[str, str] = {}
    for one in sorted(people, key=lambda one: one.number):
        names = {unit_of_place[place] for place in one.places if place in unit_of_place}
        name = min(names, default=one.number)
        found.setdefault(name, []).append(one)
        for other in names - {name}:
            found[name] += found.pop(other)
        for member in found[name] if len(names) > 1 else [one]:
            unit_of_place |= dict.fromkeys(member.places, name)
    return found


def assign(people: Iterable[Addressee], shares: Sequence[int], *, seed: str) -> dict[str, Place]:
    """Draw a text for each 組, by number of the person. The same people, shares and seed give the same draw.

    Whoever may not take part is outside, and so is everybody of the same 組: they shall not compare two texts at one table.
    """
    groups = units(people)
    places: dict[str, Place] = {}
    free = []
    for unit, members in groups.items():
        if any(one.outside for one in members):
            places |= {one.number: Place(unit, None, one.outside or Outside.TOGETHER) for one in members}
        else:
            free.append(unit)
    for unit, arm in draw(free, shares, seed=seed).items():
        places |= {one.number: Place(unit, arm) for one in groups[unit]}
    return places


def draw(names: Collection[str], shares: Sequence[int], *, seed: str) -> dict[str, int]:
    """Each name's text, from 0: the names in an order that only the seed decides, cut into pieces by the shares."""
    ordered = sorted(names, key=lambda name: sha256(f"{seed} {name}".encode()).digest())
    arms = [arm for arm, size in enumerate(sizes(len(ordered), shares)) for _ in range(size)]
    return dict(zip(ordered, arms, strict=True))


def sizes(count: int, shares: Sequence[int]) -> list[int]:
    """``count`` divided by the shares (percent, together 100) into whole numbers; what is left goes to the largest rests."""
    found = [count * part // 100 for part in shares]
    rests = sorted(range(len(shares)), key=lambda at: (-(count * shares[at] % 100), at))
    for at in rests[: count - sum(found)]:
        found[at] += 1
    return found


def fault_of_shares(shares: Sequence[int]) -> str:
    """Why these shares cannot be drawn by, or ""."""
    if not FEWEST <= len(shares) <= MOST:
        return f"文面は{FEWEST}つから{MOST}つまで選んでください。"
    if any(part < 1 for part in shares) or sum(shares) != 100:
        return f"割合は1％以上で、合わせて100％にしてください。いまは{sum(shares)}％です。"
    return ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one letter. ``day``: of the first response, counted from the day it is presumed to arrive (≤ 0: before).

    ``yen``: received up to each horizon.
    """

    unit: str
    arm: int
    day: int | None
    yen: Mapping[int, int]
    returned: bool = False


@dataclass(frozen=True)
class ArmFigures:
    """Of one text at one horizon: ``units`` are what was drawn, and so what is counted."""

    arm: int
    people: int
    units: int
    returned: int  # letters the post brought back; they stay counted
    responded: int
    rate: Interval | None
    against: Interval | None  # less the rate of text A; None for A itself
    yen: int
    paid_yen: tuple[int, ...]  # by 組, of those who paid


def figures(answers: Iterable[Answer], arms: int, *, days: int) -> list[ArmFigures]:
    """The figures of each text after so many days. The intervals of the differences hold together at 95 % (Bonferroni)."""
    by_arm: dict[int, dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    for one in answers:
        by_arm[one.arm][one.unit].append(one)
    level = 1 - (1 - LEVEL) / max(arms - 1, 1)
    found: list[ArmFigures] = []
    for arm in range(arms):
        groups = by_arm[arm]
        letters = [one for members in groups.values() for one in members]
        responded = sum(any(_by(one, days) for one in members) for members in groups.values())
        paid = [sum(one.yen[days] for one in members) for members in groups.values()]
        first = found[0] if found else None
        against = None
        if first and first.units and groups:
            against = difference(responded, len(groups), first.responded, first.units, level=level)
        found.append(
            ArmFigures(
                arm=arm,
                people=len(letters),
                units=len(groups),
                returned=sum(one.returned for one in letters),
                responded=responded,
                rate=share(responded, len(groups)) if groups else None,
                against=against,
                yen=sum(paid),
                paid_yen=tuple(sorted(yen for yen in paid if yen)),
            )
        )
    return found


def verdict(name: str, against: Interval | None) -> str:
    """What may be said of a text beside A, once the day has come."""
    if against is None:
        return f"{name}とAは、数えられる組がないため、くらべられません。"
    if against.holds_zero:
        return f"{name}とAに、差があるとは言えません（差は{points(against.low)}から{points(against.high)}のあいだ）。"
    low, high = sorted((abs(against.low), abs(against.high)))
    more = "高い" if against.value > 0 else "低い"
    return f"{name}は、Aより反応した割合が{low * 100:.1f}〜{high * 100:.1f}ポイント{more}と言えます。"


def points(value: float) -> str:
    """A difference in points of percent with its sign: ``＋3.2ポイント``."""
    sign = "＋" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{abs(value) * 100:.1f}ポイント"


def _by(one: Answer, days: int) -> bool:
    return one.day is not None and one.day <= days
