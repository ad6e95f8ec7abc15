"""Jobs of the ledger; each may run twice."""

from contextlib import suppress

from celery import shared_task
from django.conf import settings

from claims.intake import run
from claims.models import ImportBatch
from claims.services.payments import find_missing_finals, settle_section_payments
from claims.services.seal import seal_new_entries
from toyota_collect.business_date import business_date
from toyota_collect.models import User


@shared_task
def seal_ledger() -> None:
    """Seal what was written since the last beat."""
    seal_new_entries()


@shared_task(acks_late=True)
def import_folder(*, batch_id: int) -> None:
    """Import what lies in the inbox; what was committed is moved away."""
    batch = ImportBatch.objects.get(pk=batch_id)
    with suppress(run.FolderRefused):  # the batch says why
        run.run(batch, settings.INTAKE_DIR)
        run.put_away(batch, settings.INTAKE_DIR)


@shared_task
def look_after_payments() -> None:
    """Each day: 速報 whose 確報 is overdue become cases; payments the sections have booked meanwhile are settled."""
    today = business_date()
    find_missing_finals(by=User.objects.get(username="system.intake"), today=today)
    settle_section_payments(today=today)
