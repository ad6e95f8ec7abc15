"""Health check of the beat container: whether it has lately started a job."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from toyota_collect.metrics import last_tick

LONGEST = 600  # seconds; every few minutes something is due, and beat writes down every three minutes what it did


class Command(BaseCommand):
    help = "Exit 0 if beat started a job in the last ten minutes, otherwise 1."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        last = last_tick()
        if last is None or (timezone.now() - last).total_seconds() > LONGEST:
            raise CommandError(f"beat last started a job at {last}")
