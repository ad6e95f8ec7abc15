"""Periods of the Civil Code and business days.

Holidays are passed in: which days are holidays is dated data, not code.
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import MAXYEAR, date, timedelta

ONE_DAY = timedelta(days=1)


def last_day_of_period(first_day: date, *, years: int = 0, months: int = 0) -> date:
    """Return the last day of a period whose first counted day is ``first_day``.

    The period ends on the day before the corresponding day of the last month; where
    that month has no corresponding day, on the last day of that month.

    Raises:
        ValueError: the period is shorter than one month, or ends after the year 9999.

    Source: 民法143条2項. Whether the first day counts (民法140条) is the caller's matter.
    """
    length = years * 12 + months
    if length < 1:
        raise ValueError("期間は1か月以上で指定してください。")
    year, month0 = divmod(first_day.year * 12 + first_day.month - 1 + length, 12)
    if year > MAXYEAR:
        raise ValueError(f"期間の終わりが暦の外になります: {first_day.isoformat()} から{length}か月")
    days_in_month = monthrange(year, month0 + 1)[1]
    if first_day.day > days_in_month:
        return date(year, month0 + 1, days_in_month)
    return date(year, month0 + 1, first_day.day) - ONE_DAY


def last_day_after(event_on: date, *, years: int = 0, months: int = 0) -> date:
    """Return the last day of a period that an act on ``event_on`` sets running.

    The day of the act itself is not counted (民法140条).
    """
    return last_day_of_period(event_on + ONE_DAY, years=years, months=months)


def years_before(day: date, years: int) -> date:
    """The same day so many years before; of 29 February, 28 February where that year has none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def first_of_month(day: date, months: int = 0) -> date:
    """The first day of the month so many months after the day's; of one before it, if ``months`` is negative."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, 1)


def is_business_day(day: date, holidays: Collection[date]) -> bool:
    """Tell whether ``day`` is neither Saturday, Sunday nor one of ``holidays``."""
    return day.weekday() < 5 and day not in holidays


def next_business_day(day: date, holidays: Collection[date]) -> date:
    """Return ``day`` itself or, if it is no business day, the first one after it."""
    while not is_business_day(day, holidays):
        day += ONE_DAY
    return day


def local_tax_due(nominal: date, holidays: Collection[date]) -> date:
    """Return the day on which a due date written as ``nominal`` really ends.

    Besides holidays and weekends, 29–31 December and 2–3 January do not count.
    (1 January is a holiday of the law; it is skipped even when ``holidays`` lacks it.)

    Source: 地方税法20条の5第2項, 同法施行令6条の18.
    """
    day = nominal
    while _is_year_end_break(day) or not is_business_day(day, holidays):
        day += ONE_DAY
    return day


def _is_year_end_break(day: date) -> bool:
    return (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)


def fiscal_year(day: date) -> int:
    """Return the western number of the municipal year (4/1 to 3/31) that holds ``day``."""
    return day.year if day.month >= 4 else day.year - 1
