"""Selections of flags."""

from datetime import date

from django.db import models
from django.db.models import Q


class HardshipFlagQuerySet(models.QuerySet):
    def waiting(self) -> "HardshipFlagQuerySet":
        """Flags nobody has decided on."""
        return self.filter(state__in=["open", "later"])

    def to_assess(self, *, on: date) -> "HardshipFlagQuerySet":
        """The queue of the day: the most telling first; what was put off, from its day on."""
        return self.filter(Q(state="open") | Q(state="later", come_back_on__lte=on)).order_by("-score", "pk")

    def confirmed(self, *, on: date) -> "HardshipFlagQuerySet":
        """Flags that a person found right, until the day on which somebody looks anew."""
        return self.filter(state="confirmed", come_back_on__gt=on)

    def softening(self, *, on: date) -> "HardshipFlagQuerySet":
        """Flags by which whoever works on the case is held to offer help first: undecided or confirmed ones."""
        return self.filter(Q(state__in=["open", "later"]) | Q(state="confirmed", come_back_on__gt=on))
