"""Jobs of lawyers; each may run twice."""

from celery import shared_task
from django.utils import timezone

from lawyers.services import court, packets, settlements
from lawyers.services.late_money import find_late
from toyota_collect.business_date import business_date
from toyota_collect.models import User


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
    """Each morning: what became final, lapsed, was paid, not paid or kept too long by the days alone. Twice does no harm."""
    by, on = User.objects.get(username="system.lawyers"), business_date()
    court.follow_the_days(on=on, by=by)
    settlements.watch(on=on, by=by)
    find_late(on=on, by=by)
