"""What a hold does to one class of claim: channels, late charge, clock, who decides. The law is in the rows, not here.

Source of the rows: claims/data/hold_terms.csv (地方税法15条〜15条の8, 地方自治法施行令171条の5・171条の6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from toyota_collect.calendar import ONE_DAY, last_day_after, last_day_of_period
from toyota_collect.wareki import long_text

STOP_YEARS = 3
LATE_AGREED = "agreed"


class Clock(StrEnum):
    """What a hold does to prescription."""

    NONE = "none"
    """It does not concern claims."""
    RUNS = "runs"
    SUSPENDS = "suspends"
    """The period does not run while the hold lasts (地方税法18条の2第4項)."""
    APPLIED = "applied"
    """The application acknowledges, and the period does not run while the hold lasts."""
    AGREED = "agreed"
    """The agreement acknowledges; the period runs again from the new due date."""
    STOP = "stop"
    """The period runs; the claim ends three years after at the latest (15条の7第4項)."""
    ACTS = "acts"
    """As the acts of the procedure say; the hold itself does nothing."""


WRITES_GRACE = frozenset({Clock.SUSPENDS, Clock.APPLIED, Clock.AGREED})


class NotAllowed(ValueError):
    """The hold cannot be placed like this; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what a hold does to one class, in force from ``starts_on`` until the next row begins.

    ``longest_months`` and ``extension_months``: 0 is no limit, and no extension. ``renewals``: how often it is extended.
    """

    reason: str
    variant: str
    legal_class: str
    starts_on: date
    applies: bool
    decided_by: str
    channels: tuple[str, ...]
    late_charge: str
    clock: Clock
    law: str
    label: str
    longest_months: int = 0
    extension_months: int = 0
    needs_security: bool = False
    asks_before_clock_ends: bool = False
    gives_notice: bool = False

    @property
    def needs_decision(self) -> bool:
        return self.decided_by == "decision"

    @property
    def has_legal_effect(self) -> bool:
        """Whether it changes the late charge or the clock, so that it is placed claim by claim."""
        return self.late_charge != "none" or self.clock in WRITES_GRACE or self.clock is Clock.STOP


@dataclass(frozen=True, slots=True)
class Effect:
    """What a hold does to one claim. ``grace_until`` is the last day, included, on which the period does not run."""

    row: Row
    channels: tuple[str, ...]
    late_charge: str
    grace_from: date | None = None
    grace_until: date | None = None
    acknowledged_on: date | None = None
    stopped_on: date | None = None


def row_of(rows: Iterable[Row], *, reason: str, variant: str, legal_class: str, on: date) -> Row:
    """The row in force on ``on``.

    Raises:
        NotAllowed: the table has no row for that day, or says that the hold is not for this class.
    """
    fitting = [row for row in rows if (row.reason, row.variant, row.legal_class) == (reason, variant, legal_class)]
    begun = [row for row in fitting if row.starts_on <= on]
    if not begun:
        raise NotAllowed(
            "この猶予・保留の効果が、基準の表「猶予・保留の効果」にありません。事由を選び直すか、管理者に行の追加を頼んでください。"
        )
    row = max(begun, key=lambda one: one.starts_on)
    if not row.applies:
        raise NotAllowed(f"{row.label}は、この区分の債権にはできません（{row.law}）。対象から外してください。")
    return row


def effect(
    row: Row,
    *,
    starts_on: date,
    ends_on: date | None = None,
    applied_on: date | None = None,
    new_due_on: date | None = None,
    agreed_late: str = "",
    extends_until: date | None = None,
    renewals: int = 0,
) -> Effect:
    """What the hold does to a claim of the row's class.

    Args:
        ends_on: the first day after it.
        applied_on: when the application arrived (申請による猶予).
        new_due_on: when the claim falls due again; of several, the first (履行延期特約).
        agreed_late: ``none`` or ``full``: what was agreed on the late charge, where the row leaves that to an agreement.
        extends_until: the ``ends_on`` of the hold that this one extends.
        renewals: how often that one had been extended before.

    Raises:
        NotAllowed: a day is missing or out of order, or the hold would be longer than the law lets it be.
    """
    if ends_on and ends_on <= starts_on:
        raise NotAllowed("終わりの日が開始日より前です。後の日付を入れてください。")
    if extends_until:
        _check_extension(row, starts_on=starts_on, extends_until=extends_until, renewals=renewals)
    latest = latest_end(row, starts_on=starts_on, extended=extends_until is not None)
    if latest and (ends_on is None or ends_on > latest):
        raise NotAllowed(
            f"{row.label}の期間は{long_text(latest - ONE_DAY)}までです（{row.law}）。終わりの日をその日までにしてください。"
        )
    late = row.late_charge
    if late == LATE_AGREED:
        if agreed_late not in ("none", "full"):
            raise NotAllowed("約定した延納利息・遅延損害金の扱い（付ける・付けない）を選んでください。")
        late = agreed_late
    return Effect(row, row.channels, late, **_clock(row, starts_on, ends_on, applied_on, new_due_on))


def _clock(
    row: Row, starts_on: date, ends_on: date | None, applied_on: date | None, new_due_on: date | None
) -> dict[str, date]:
    if row.clock is Clock.STOP:
        return {"stopped_on": starts_on}
    if row.clock not in WRITES_GRACE:
        return {}
    if row.clock is Clock.AGREED:
        if new_due_on is None or new_due_on < starts_on:
            raise NotAllowed("延期したあとの新しい納期限（分割なら最初の期限）を、約定の日より後で入れてください。")
        return {"grace_from": starts_on, "grace_until": new_due_on, "acknowledged_on": starts_on}
    if ends_on is None:
        raise NotAllowed(f"{row.label}には終わりの日が要ります。許可する期間の最後の日を入れてください。")
    days = {"grace_from": starts_on, "grace_until": ends_on - ONE_DAY}
    if row.clock is Clock.SUSPENDS:
        return days
    if applied_on is None or applied_on > ends_on - ONE_DAY:
        raise NotAllowed("申請書を受け付けた日を入れてください（この日に時効が更新されます）。")
    return days | {"acknowledged_on": applied_on}


def _check_extension(row: Row, *, starts_on: date, extends_until: date, renewals: int) -> None:
    if not row.extension_months:
        raise NotAllowed(f"{row.label}は延長できません（{row.law}）。新しい申請として扱ってください。")
    if renewals:
        raise NotAllowed(f"{row.label}の延長は1回までです（{row.law}）。")
    if starts_on != extends_until:
        raise NotAllowed(f"延長は、前の期間の翌日（{long_text(extends_until)}）から始めてください。")


def latest_end(row: Row, *, starts_on: date, extended: bool = False) -> date | None:
    """The latest ``ends_on`` (exclusive) the law allows; ``None`` where it sets no limit. The first day counts (民法140条)."""
    months = row.extension_months if extended else row.longest_months
    return last_day_of_period(starts_on, months=months) + ONE_DAY if months else None


def stop_ends_on(stopped_on: date, *, first_day_counts: bool) -> date:
    """The last day of the three years of an execution stop (地方税法15条の7第4項); whether its day counts is the city's setting."""
    if first_day_counts:
        return last_day_of_period(stopped_on, years=STOP_YEARS)
    return last_day_after(stopped_on, years=STOP_YEARS)


def rechecks_on(stopped_on: date) -> tuple[date, ...]:
    """The yearly days by which an execution stop is looked at again, before its three years are over."""
    return tuple(last_day_after(stopped_on, years=year) for year in range(1, STOP_YEARS))


def security_needed(*, yen: int, starts_on: date, ends_on: date, limit_yen: int, limit_months: int) -> bool:
    """Whether a 猶予 from ``starts_on`` to the day before ``ends_on`` needs security: more than the limit and longer
    than the months (地方税法16条1項)."""
    return yen > limit_yen and ends_on - ONE_DAY > last_day_of_period(starts_on, months=limit_months)


def clock_ends_inside(last_day: date | None, *, starts_on: date, until: date) -> bool:
    """Whether prescription would be completed on a day of the hold, ``until`` included; ``None``: it is postponed."""
    return last_day is not None and starts_on <= last_day <= until


@dataclass(frozen=True, slots=True)
class Finding:
    """One investigation of the checklist: what it is, when it was made (``None``: not made) and what it showed."""

    code: str
    label: str
    on: date | None
    result: str
    needed: bool
    fresh_months: int = 0


def evidence_problems(findings: Sequence[Finding], *, on: date) -> tuple[str, ...]:
    """What the checklist lacks on ``on``: needed items, days, results; days to come or older than the months allow."""
    problems = []
    for one in findings:
        if one.on is None and not one.result.strip():
            if one.needed:
                problems.append(f"「{one.label}」の調査日と結果を入れてください。")
            continue
        if one.on is None or not one.result.strip():
            problems.append(f"「{one.label}」は、調査日と結果の両方を入れてください。")
        elif one.on > on:
            problems.append(f"「{one.label}」の調査日が基準日より後です。")
        elif one.fresh_months and last_day_after(one.on, months=one.fresh_months) < on:
            problems.append(
                f"「{one.label}」の調査は{one.fresh_months}か月より前（{long_text(one.on)}）です。調べ直してください。"
            )
    if not any(one.on for one in findings):
        problems.append("調査を1つ以上、日付と結果をつけて入れてください。")
    return tuple(problems)
