"""The counted ledger, kept for everybody until a job counts anew: pages add up small sums and never wait for the ledger."""

from dataclasses import dataclass
from datetime import date, timedelta

from claims.closing.flows import Flows, count
from claims.closing.tying import Tie, tie
from toyota_collect import summaries

LATE_AFTER = timedelta(hours=3)  # the job counts every hour


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sums of the ledger and their proof, of one view of the database."""

    flows: Flows
    tie: Tie


def counted(*, on: date, anew: bool = False) -> summaries.Counted:
    """What was counted last (``value``: a ``Ledger``)."""

    def make() -> Ledger:
        flows = count(on=on)
        return Ledger(flows, tie(flows))

    return summaries.counted("claims.closing", make, on=on, late_after=LATE_AFTER, anew=anew, snapshot=True)
