"""By which route money came in that was paid on a day: what the fee is counted by."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from lawyers.rules.fees import Route

ORDER = "payment_order"
FRUITLESS = ("withdrawn", "dismissed")


class Course(NamedTuple):
    """A proceeding: its forum (``rules.court.Forum``) and the day of each event (``rules.proceedings.ProceedingEvent``)."""

    forum: str
    days: Mapping[str, date]


def route_on(day: date, courses: Iterable[Course]) -> Route:
    """The route in force on ``day``: of the proceeding filed last by then, unless it had come to nothing; else talks.

    An objection turns a 支払督促 into a suit (民事訴訟法395条); from the asking for it on it is execution.
    """
    filed = [(one.days["filed"], place, one) for place, one in enumerate(courses) if _by(day, one, "filed")]
    standing = [one for one in filed if not any(_by(day, one[2], end) for end in FRUITLESS)]
    if not standing:
        return Route.TALKS
    course = max(standing)[2]
    if _by(day, course, "execution_asked"):
        return Route.EXECUTION
    if course.forum == ORDER and not _by(day, course, "objection"):
        return Route.PAYMENT_ORDER
    return Route.SUIT


def _by(day: date, course: Course, event: str) -> bool:
    return event in course.days and course.days[event] <= day
