"""Whether a promise (約束) was kept: money on the person's own claims, at least the sum, no later than the day."""

from collections.abc import Iterable
from datetime import date


def is_kept(
    payments: Iterable[tuple[date, int]], *, given_on: date, promised_on: date, promised_yen: int | None = None
) -> bool:
    """Return whether the payments (day of payment, yen) keep what was promised on ``given_on`` for ``promised_on``.

    What was paid on ``given_on`` itself was known then; ``promised_on`` is counted. Where no sum was named, any money
    keeps the promise.
    """
    paid_yen = sum(yen for day, yen in payments if given_on < day <= promised_on)
    return paid_yen >= (promised_yen or 1)
