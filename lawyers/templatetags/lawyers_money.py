"""Words of the lawyers' money."""

from datetime import date

from django import template

from lawyers.services.invoices import month_text as _month_text

register = template.Library()


@register.filter
def month_text(month: date) -> str:
    """令和8年10月."""
    return _month_text(month)
