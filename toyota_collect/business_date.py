"""The business date (基準日): the one place at the edge where 'today' is read."""

from datetime import date

from django.conf import settings
from django.utils import timezone


def business_date() -> date:
    """Today's business date: BASE_DATE of the settings, otherwise the calendar day in Tokyo."""
    return settings.BASE_DATE or timezone.localdate()
