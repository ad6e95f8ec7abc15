"""Jobs of the ledger; each may run twice."""

from contextlib import suppress

from celery import shared_task
from django.conf import settings

from claims.intake import run
from claims.models import ImportBatch
from claims.services.seal import seal_new_entries


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
