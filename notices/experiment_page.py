"""What the pages of 文面の比較試験 show: how it was registered, who was drawn, and what may be said so far."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from notices.models import Experiment, ExperimentArm
from notices.rules.experiments import Answer, ArmFigures, figures, points, verdict
from notices.services import responses
from toyota_collect.intervals import Interval, median
from toyota_collect.money import comma
from toyota_collect.wareki import long_text

COLUMNS = [
    "日数",
    "おもなものさし",
    "数え終わる日",
    "文面",
    "版",
    "割合（％）",
    "送った（通）",
    "組",
    "返戻（通）",
    "反応した組",
]
COLUMNS += ["反応した割合（％）", "95％区間の下", "95％区間の上", "Aとの差（ポイント）", "差の区間の下", "差の区間の上"]
COLUMNS += [
    "納付額（円）",
    "納付した組",
    "納付した組の中央値（円）",
    "中央値の区間の下",
    "中央値の区間の上",
    "言えること",
]
SMALL = 30  # 組 of a text below which the page warns


@dataclass(frozen=True)
class Row:
    """One text at one horizon, with its figures."""

    arm: ExperimentArm
    found: ArmFigures
    median: Interval | None
    said: str  # beside A; "" for A and while the time runs

    @property
    def rate(self) -> str:
        return percents(self.found.rate.value) if self.found.rate else "—"

    @property
    def interval(self) -> str:
        rate = self.found.rate
        return f"{percents(rate.low)}〜{percents(rate.high)}" if rate else "—"

    @property
    def against(self) -> tuple[str, str]:
        """The difference from A in points, and its interval."""
        one = self.found.against
        if one is None:
            return "—", ""
        value, low, high = (points(figure).removesuffix("ポイント") for figure in one)
        return value, f"{low}〜{high}"

    @property
    def middle(self) -> tuple[str, str]:
        """The median of those who paid in yen, and its interval."""
        one = self.median
        return (comma(round(one.value)), f"{comma(int(one.low))}〜{comma(int(one.high))}") if one else ("—", "")


@dataclass(frozen=True)
class Horizon:
    """The figures after so many days; ``ends_on`` (inclusive): the last day that counts, known once posted."""

    days: int
    primary: bool
    ends_on: date | None
    over: bool
    rows: list[Row]

    @property
    def weeks(self) -> int:
        return self.days // 7

    @property
    def said(self) -> list[str]:
        return [row.said for row in self.rows if row.said]

    @property
    def small(self) -> bool:
        return any(row.found.units < SMALL for row in self.rows)


def experiment_page(experiment: Experiment, *, today: date) -> dict[str, Any]:
    arms = list(experiment.arms.all())
    standing = responses.standing(experiment)
    for arm in arms:
        standing["arms"].setdefault(arm.place, {})
    found = list(horizons(experiment, today=today))
    return {
        "experiment": experiment,
        "run": experiment.run,
        "arms": [(arm, standing["arms"][arm.place]) for arm in arms],
        "outside": standing["outside"],
        "outside_total": standing["outside_total"],
        "horizons": found,
        # Bare figures: the chart reads them from the table, whose head says ％.
        "chart": [
            (arm, [horizon.rows[arm.place].rate.rstrip("％") for horizon in found if horizon.over]) for arm in arms
        ],
        "over": [horizon for horizon in found if horizon.over],
    }


def horizons(experiment: Experiment, *, today: date) -> Iterator[Horizon]:
    """The primary yardstick first; nothing before the letters were posted."""
    arrived = responses.arrivals([experiment]).get(experiment.run_id)
    if arrived is None:
        return
    arms, answers = list(experiment.arms.all()), responses.answers(experiment, today=today)
    for days in (experiment.primary_days, experiment.secondary_days):
        ends_on = arrived + timedelta(days=days)
        yield _horizon(arms, answers, days, ends_on, primary=days == experiment.primary_days, over=ends_on < today)


def csv_text(experiment: Experiment, *, today: date) -> str:
    """The figures as a table, a line for each text and horizon. No person is in it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for horizon in horizons(experiment, today=today):
        for row in horizon.rows:
            writer.writerow(_csv_row(horizon, row))
    return buffer.getvalue()


def percents(value: float) -> str:
    return f"{value * 100:.1f}％"


def _horizon(
    arms: list[ExperimentArm], answers: list[Answer], days: int, ends_on: date, *, primary: bool, over: bool
) -> Horizon:
    rows = []
    for arm, found in zip(arms, figures(answers, len(arms), days=days), strict=True):
        said = verdict(arm.name, found.against) if over and arm.place else ""
        rows.append(Row(arm, found, median(found.paid_yen) if over else None, said))
    return Horizon(days, primary, ends_on, over, rows)


def _csv_row(horizon: Horizon, row: Row) -> list[Any]:
    found, over = row.found, horizon.over
    said = (row.said or "（くらべるもと）") if over else f"まだ途中です（{long_text(horizon.ends_on)}まで）"
    return [
        horizon.days,
        "○" if horizon.primary else "",
        horizon.ends_on,
        row.arm.name,
        row.arm.text.version,
        row.arm.percent,
        found.people,
        found.units,
        found.returned,
        found.responded,
        *_hundredths(found.rate if over else None),
        *_hundredths(found.against if over else None),
        found.yen,
        len(found.paid_yen),
        *([row.median.value, row.median.low, row.median.high] if row.median else [""] * 3),
        said,
    ]


def _hundredths(one: Interval | None) -> list[str]:
    return [f"{value * 100:.2f}" for value in one] if one else [""] * 3
