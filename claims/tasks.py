"""Jobs of the ledger; each may run twice."""

from celery import shared_task

from claims.services.seal import seal_new_entries


@shared_task
def seal_ledger() -> None:
    """Seal what was written since the last beat."""
    seal_new_entries()
