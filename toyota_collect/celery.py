"""The Celery application; tasks live in each app's tasks.py."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toyota_collect.settings")
app = Celery("toyota_collect")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _log_as_the_settings_say(**_: Any) -> None:
    """Without this a worker puts handlers of Celery's own in the place of ours."""
    from django.conf import settings

    dictConfig(settings.LOGGING)
