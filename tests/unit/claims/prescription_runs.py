"""Running one clock from text, for tests."""

from datetime import date

from claims.rules.prescription import Event, EventKind, PrescriptionTerms, prescription

AS_OF = date(2026, 11, 20)


def day(text):
    return date.fromisoformat(text) if text else None


def run(start, *events, years=5, as_of=AS_OF, **terms):
    """Each event is ``(kind, day)`` or, for a deferral, ``(kind, day, from, to[, by_application])``."""
    made = [Event(EventKind(kind), day(on), *(day(text) for text in more[:2]), *more[2:]) for kind, on, *more in events]
    return prescription(start_on=day(start), terms=PrescriptionTerms(years, **terms), events=made, as_of=as_of)


def last(*args, **kwargs):
    result = run(*args, **kwargs).last_day
    return result.isoformat() if result else None
