"""The counted 実績, kept for everybody."""

from datetime import date, timedelta

from claims.performance.flows import count
from toyota_collect import summaries

LATE_AFTER = timedelta(hours=3)  # the job counts every hour


def counted(*, on: date, anew: bool = False) -> summaries.Counted:
    """What was counted last (``value``: a ``Performance``)."""
    return summaries.counted("claims.performance", lambda: count(on=on), on=on, late_after=LATE_AFTER, anew=anew)
