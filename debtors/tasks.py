"""Jobs of debtors; each may run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from debtors.services import extraction_exports, look_watch
from debtors.services.assigning import assign_new
from debtors.services.questions import ask_who_is_who
from toyota_collect.business_date import business_date
from toyota_collect.models import User

FORGOTTEN_AFTER = timedelta(minutes=15)


@shared_task
def find_questions() -> None:
    """Each night: what 名寄せ asks people is found anew."""
    ask_who_is_who(on=business_date(), by=User.objects.get(username="system.intake"))


@shared_task
def assign_new_people() -> None:
    """Who owes something and has no officer gets one by the rules. Running twice does no harm."""
    assign_new(on=business_date(), by=User.objects.get(username="system.intake"))


@shared_task(acks_late=True)
def make_extraction(*, export_id: int) -> None:
    """Make the file of an extraction. Running twice does no harm."""
    extraction_exports.make(export_id=export_id, today=business_date())


@shared_task
def look_after_extractions() -> None:
    """Send exports again that no worker has made, and delete files whose time is over. Running twice does no harm."""
    for pk in extraction_exports.forgotten(since=FORGOTTEN_AFTER):
        make_extraction.delay(export_id=pk)
    extraction_exports.expire()


@shared_task
def watch_looks() -> None:
    """Each night: the looks of the day before, and of the one before that where a night was missed."""
    for days in (2, 1):
        look_watch.watch(day=timezone.localdate() - timedelta(days=days))
