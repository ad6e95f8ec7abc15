"""Selections of referrals."""

from django.db import models


class ReferralQuerySet(models.QuerySet):
    def handed_over(self) -> "ReferralQuerySet":
        """Referrals with consent: the only ones a welfare worker may know of."""
        return self.filter(state__in=["consented", "received", "answered"], consented_on__isnull=False)

    def open_to_help(self) -> "ReferralQuerySet":
        """Referrals of those to whom help was offered or given; not of those who did not want any."""
        return self.exclude(state="declined")
