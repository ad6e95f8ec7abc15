"""Selections of referrals."""

from django.db import models


class ReferralQuerySet(models.QuerySet):
    def handed_over(self) -> "ReferralQuerySet":
        """Referrals with consent: the only ones a welfare worker may know of."""
        return self.filter(state__in=["consented", "received", "answered"], consented_on__isnull=False)
