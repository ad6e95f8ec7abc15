"""Selections of referrals and of what they rest on."""

from datetime import date

from django.db import models
from django.db.models import F, Q

HANDED_OVER = ("consented", "received", "answered")
WORKERS = "support"  # what the sheet calls those who work here for 自立相談支援機関 (setting consent.recipients)


class BasisQuerySet(models.QuerySet):
    def open(self, *, on: date) -> "BasisQuerySet":
        """Consents that were given, not withdrawn and have not run out; decisions that were made, not ended and have not run out."""
        if hasattr(self.model, "given_on"):
            return self.filter(given_on__lte=on, withdrawn_on=None, valid_until__gte=on)
        return self.filter(decided_on__lte=on, ended_on=None, valid_until__gte=on)


class ReferralQuerySet(models.QuerySet):
    def handed_over(self) -> "ReferralQuerySet":
        """Referrals that welfare has; what those who work on the case may know of them is that, and the result."""
        return self.filter(Q(consented_on__isnull=False) | Q(conference__isnull=False), state__in=HANDED_OVER)

    def open_to_help(self) -> "ReferralQuerySet":
        """Referrals of those to whom help was offered or given; not of those who did not want any."""
        return self.exclude(state__in=["declined", "withdrawn"])

    def open_to_workers(self, *, on: date) -> "ReferralQuerySet":
        """The only referrals a welfare worker may know of: what they rest on is in force on that day."""
        consented = Q(consent__given_on__lte=on, consent__withdrawn_on=None, consent__valid_until__gte=on)
        consented &= Q(consent__recipients__contains=[WORKERS])
        decided = Q(conference__decided_on__lte=on, conference__ended_on=None, conference__valid_until__gte=on)
        return self.filter(consented | decided, state__in=HANDED_OVER).select_related("consent", "conference")

    def closed_to_workers(self, *, on: date) -> "ReferralQuerySet":
        """Cases a worker had received and whose basis has ended since; only the number may be shown."""
        return self.filter(case__isnull=False).exclude(
            pk__in=ReferralQuerySet(self.model).open_to_workers(on=on).values("pk")
        )

    def first_urgent(self) -> "ReferralQuerySet":
        """Urgent ones first, then those that wait longest."""
        return self.order_by(models.Case(models.When(lane="urgent", then=0), default=1), F("handed_on").asc(), "pk")
