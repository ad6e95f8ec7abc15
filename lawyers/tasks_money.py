"""Jobs of the lawyers' money; each may run twice."""

from celery import shared_task

from lawyers.services.late_money import find_late
from toyota_collect.business_date import business_date
from toyota_collect.models import User


@shared_task(acks_late=True)
def find_late_money() -> None:
    """Each morning: money that a firm has kept too long is put before the clerks."""
    find_late(on=business_date(), by=User.objects.get(username="system.intake"))
