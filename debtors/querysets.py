"""Selections of people; every filter that is used twice lives here."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q


def in_force(on: date, prefix: str = "") -> Q:
    """Rows whose period holds ``on``: starts_on inclusive, ends_on exclusive or open."""
    return Q(**{f"{prefix}starts_on__lte": on}) & (Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gt": on}))


class PersonQuerySet(models.QuerySet):
    def protected(self, *, on: date) -> "PersonQuerySet":
        """People under protection measures (支援措置) on that day."""
        flags = self.model._meta.get_field("protections").related_model
        return self.filter(Exists(flags.objects.filter(in_force(on), person=OuterRef("pk"))))
