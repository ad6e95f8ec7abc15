"""Which cases are whose: a lawyer knows of the own firm's cases with the firm, and of nothing else."""

from typing import Any

from django.db import models
from django.db.models import Q

OPEN = ("handed", "accepted")
IN_HAND = ("picked", *OPEN)


class CaseQuerySet(models.QuerySet):
    def with_firm(self) -> "CaseQuerySet":
        """Handed over and neither taken back nor ended."""
        return self.filter(state__in=OPEN)

    def in_hand(self) -> "CaseQuerySet":
        """In a draft or with a firm: nobody picks the person's claims again."""
        return self.filter(state__in=IN_HAND)

    def of_member(self, user: Any) -> "CaseQuerySet":
        """The open cases of the firms ``user`` belongs to; a firm without contract has none. Others do not exist to them."""
        mine = Q(mandate__firm__members=user, mandate__firm__is_active=True)
        return self.with_firm().filter(mine, mandate__handed_on__isnull=False)


class ProposalQuerySet(models.QuerySet):
    def waiting(self) -> "ProposalQuerySet":
        """Of cases with a firm: not answered by the city, or sent back by who decides."""
        back = Q(state="asked", approval__decision__in=["rejected", "withdrawn"])
        return self.filter(Q(state="waiting") | back, case__state__in=OPEN)
