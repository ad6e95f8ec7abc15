"""How a worker says how far a step has come, and learns that somebody else has taken it over."""

from django.utils import timezone

from notices.models import RunJob


class TakenOver(Exception):
    """The job belongs to another worker by now; nothing more may be written for it."""


class Teller:
    """Says what is being done and how much of it. Call it outside the transaction of the act, or nobody hears it."""

    def __init__(self, job_id: int, attempt: int) -> None:
        self.mine = RunJob.objects.filter(pk=job_id, state=RunJob.State.WORKING, attempts=attempt)

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Raises ``TakenOver``."""
        if not self.mine.update(step=step, done=done, total=total, seen_at=timezone.now()):
            raise TakenOver


def silent(step: str, done: int = 0, total: int = 0) -> None:
    """For who does a step without a job."""
