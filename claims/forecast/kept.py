"""The counted forecast, kept for everybody; of the sums the closing tables are made of."""

from datetime import date, timedelta

from claims.closing import kept as closing
from claims.forecast.facts import Facts, read
from toyota_collect import summaries

LATE_AFTER = timedelta(hours=3)  # the job counts every hour, after the closing tables


def counted(*, on: date, anew: bool = False) -> summaries.Counted:
    """What was counted last (``value``: a ``Facts``). The ledger is not read again where the closing tables just were."""

    def make() -> Facts:
        return read(closing.counted(on=on).value.flows.aged, on=on)

    return summaries.counted("claims.forecast", make, on=on, late_after=LATE_AFTER, anew=anew)
