"""The scheduler of the beat: a clock that is set back must not silence the sweeps.

Each entry waits from the moment it ran last. Where that moment lies ahead (the clock was days fast and was mended, also while
the beat was off), it would wait that much longer, and with it all that looks after what was left lying.
"""

from datetime import timedelta
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

TOLERANCE = timedelta(minutes=1)  # of clocks of several hosts


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """As the one of the library, but what ran in the future ran just now."""

    def tick(self, *given: Any, **named: Any) -> float:
        """Run what is due; seconds until the next look."""
        now = self.app.now()
        # By the model, which the entry shares with its copy that waits in the heap.
        ahead = [entry for entry in self.schedule.values() if entry.model.last_run_at > now + TOLERANCE]
        for entry in ahead:
            entry.last_run_at = entry.model.last_run_at = now
        if ahead:
            self._heap = None  # its order is that of the old clock
        return float(super().tick(*given, **named))
