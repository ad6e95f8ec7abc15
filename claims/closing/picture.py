"""The waterfall as bars of a drawing for paper, where no script draws: lengths in tenths of a millimetre."""

from dataclasses import dataclass

from claims.board import millions
from claims.closing.waterfall import PARTS, Fall

HEIGHT, TOP, LEFT, STEP, WIDTH = 460, 60, 60, 370, 220
FILLS = {
    "rest": "#b3b3b3",
    "cash": "#0017c1",
    "setoff": "#57b8ff",
    "fix": "#006f83",
    "stop": "url(#hatch)",
    "fresh": "#ac3e00",
}


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    text: str  # millions of yen
    fill: str
    x: int
    y: int
    height: int
    level: int  # where the line to the next bar runs

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def end(self) -> int:
        return self.x + WIDTH

    @property
    def above(self) -> int:
        return self.y - 12

    @property
    def next(self) -> int:
        return self.x + STEP


def picture(fall: Fall, opening_name: str, closing_name: str) -> list[Bar]:
    """One bar a part between the two levels; a level below nothing is drawn as nothing."""
    levels = [fall.opening]
    for yen in fall.parts.values():
        levels.append(levels[-1] + yen)
    scale = max([*levels, 1])

    def place(yen: int) -> int:
        return TOP + HEIGHT - max(yen, 0) * HEIGHT // scale

    def bar(at: int, name: str, text: str, fill: str, one: int, other: int) -> Bar:
        top, foot = sorted((place(one), place(other)))
        return Bar(name, text, FILLS[fill], LEFT + at * STEP, top, max(foot - top, 2), place(other))

    bars = [bar(0, opening_name, millions(fall.opening), "rest", 0, fall.opening)]
    for at, (code, (name, colour)) in enumerate(PARTS.items(), start=1):
        yen = fall.parts[code]
        text = f"＋{millions(yen)}" if yen > 0 else millions(yen)
        bars.append(bar(at, name, text, colour, levels[at - 1], levels[at]))
    bars.append(bar(len(PARTS) + 1, closing_name, millions(fall.closing), "rest", 0, fall.closing))
    return bars
