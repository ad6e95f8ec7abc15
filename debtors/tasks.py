"""Jobs of debtors; each may run twice."""

from celery import shared_task

from debtors.services.questions import ask_who_is_who
from toyota_collect.business_date import business_date
from toyota_collect.models import User


@shared_task
def find_questions() -> None:
    """Each night: what 名寄せ asks people is found anew."""
    ask_who_is_who(on=business_date(), by=User.objects.get(username="system.intake"))
