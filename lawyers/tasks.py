"""Jobs of lawyers; each may run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from lawyers.services import court, packets, settlements, watching
from lawyers.services.late_money import find_late
from toyota_collect.business_date import business_date
from toyota_collect.models import User

log = logging.getLogger(__name__)


@shared_task(acks_late=True)
def make_packet(*, packet_id: int) -> None:
    """Make the packet of a mandate. Running twice makes one file."""
    packets.make(packet_id=packet_id)


@shared_task
def sweep_packets() -> None:
    """Send packets again that no worker has, or whose worker is gone. Running twice does no harm."""
    packets.sweep(now=timezone.now())


@shared_task
def watch_cases() -> None:
    """Each morning: what became final, lapsed, was paid, not paid or kept too long by the days alone. Twice does no harm.

    What fails in one matter stops no other; it is raised at the end, so that somebody hears of it.
    """
    by, on = User.objects.get(username="system.lawyers"), business_date()
    failed = []
    for watch in (court.follow_the_days, settlements.watch, watching.watch, find_late):
        try:
            watch(on=on, by=by)
        except Exception as error:
            log.exception("%s", watch.__name__)
            failed.append(error)
    if failed:
        raise failed[0]
