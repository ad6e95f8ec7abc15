"""Jobs of debtors; each may run twice."""

from celery import shared_task

from debtors.services.assigning import assign_new
from debtors.services.questions import ask_who_is_who
from toyota_collect.business_date import business_date
from toyota_collect.models import User


@shared_task
def find_questions() -> None:
    """Each night: what 名寄せ asks people is found anew."""
    ask_who_is_who(on=business_date(), by=User.objects.get(username="system.intake"))


@shared_task
def assign_new_people() -> None:
    """Who owes something and has no officer gets one by the rules. Running twice does no harm."""
    assign_new(on=business_date(), by=User.objects.get(username="system.intake"))
