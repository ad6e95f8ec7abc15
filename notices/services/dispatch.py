"""Sending work to the workers, by the tasks' names: after the commit, and without failing where the broker is away."""

from typing import Any

from celery import current_app
from django.db import transaction


def send(task: str, **arguments: Any) -> None:
    """Send a task of ``notices.tasks`` once the transaction is committed.

    If the broker is out of reach the failure is logged; the sweep sends the task again.
    """
    transaction.on_commit(lambda: current_app.send_task(f"notices.tasks.{task}", kwargs=arguments), robust=True)
