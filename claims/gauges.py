"""What the city's monitoring watches of the ledger."""

from django.utils import timezone

from claims.models import Entry, SealBlock
from toyota_collect.registry import Gauge, Registry


def _last_seal() -> float | None:
    last = SealBlock.objects.order_by("-pk").first()
    return last.sealed_at.timestamp() if last else None


def _unsealed_seconds() -> float:
    """How long the oldest entry that no seal covers has been written: nothing is sealed where nothing is booked."""
    last = SealBlock.objects.order_by("-pk").values_list("last_entry", flat=True).first() or 0
    oldest = Entry.objects.filter(pk__gt=last).order_by("pk").values_list("written_at", flat=True).first()
    return max((timezone.now() - oldest).total_seconds(), 0) if oldest else 0


def register(registry: Registry) -> None:
    registry.gauges += [
        Gauge("tc_ledger_last_seal_timestamp_seconds", "When the last block of entries was sealed.", _last_seal),
        Gauge("tc_ledger_unsealed_seconds", "Age of the oldest entry without a seal; 0: none.", _unsealed_seconds),
    ]
