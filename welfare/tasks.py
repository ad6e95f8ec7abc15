"""Jobs of welfare; each may run twice."""

from celery import shared_task

from toyota_collect.business_date import business_date
from toyota_collect.models import User
from welfare.finder import refresh_flags


@shared_task(acks_late=True)
def find_hardship() -> None:
    """Each night: who of those who owe may be in hardship is found anew. Running twice does no harm."""
    refresh_flags(on=business_date(), by=User.objects.get(username="system.finder"))
