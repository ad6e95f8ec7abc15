"""Jobs of lawyers; each may run twice."""

from celery import shared_task
from django.utils import timezone

from lawyers.services import packets


@shared_task(acks_late=True)
def make_packet(*, packet_id: int) -> None:
    """Make the packet of a mandate. Running twice makes one file."""
    packets.make(packet_id=packet_id)


@shared_task
def sweep_packets() -> None:
    """Send packets again that no worker has, or whose worker is gone. Running twice does no harm."""
    packets.sweep(now=timezone.now())
