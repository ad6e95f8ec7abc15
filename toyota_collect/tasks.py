"""Jobs of the foundation; each may run twice."""

from celery import shared_task

from toyota_collect import anchors, log_seals, summaries
from toyota_collect.business_date import business_date


@shared_task
def seal_logs() -> None:
    """Seal what was looked at and done since the last beat."""
    log_seals.seal_logs()


@shared_task
def put_anchor_aside() -> None:
    """The day's anchor of every chain."""
    anchors.put_aside(on=business_date())


@shared_task
def prove_logs() -> None:
    """Each night: whether the logs are as they were sealed, for the auditor's page."""
    name, each = log_seals.PROOF, log_seals.PROVED_EACH
    summaries.counted(name, log_seals.prove, on=business_date(), late_after=2 * each, anew=True)
