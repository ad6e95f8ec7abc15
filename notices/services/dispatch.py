"""Sending work to the workers, by the tasks' names: after the commit, and without failing where the broker is away."""

from typing import Any

from celery import current_app
from django.db import transaction


def send(task: str, **arguments: Any) -> None:
    """Send a task of ``notices.tasks`` once the transaction is committed.

    If the broker is out of reach the failure is logged; the sweep sends the task again.
    """
    job = current_app.tasks[f"notices.tasks.{task}"]
    transaction.on_commit(lambda: job.apply_async(kwargs=arguments), robust=True)
