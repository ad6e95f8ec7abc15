"""What stands on imported identities, so that their import cannot be taken back."""

from django.db.models import Q

from toyota_collect.permissions import Role
from toyota_collect.registry import Dependent, Registry

ANSWERED = Q(state__in=["proposed", "same", "different"])


def register(registry: Registry) -> None:
    registry.dependent(
        Dependent("debtors.identitylink.identity", "人が決めた名寄せ", ~Q(linked_by__role=Role.SYSTEM)),
        Dependent("debtors.matchquestion.left", "答えた名寄せの問い", ANSWERED),
        Dependent("debtors.matchquestion.right", "答えた名寄せの問い", ANSWERED),
        Dependent("debtors.neverlink.left", "別人の組", Q(withdrawn_at=None)),
        Dependent("debtors.neverlink.right", "別人の組", Q(withdrawn_at=None)),
        Dependent("debtors.formerfact.identity"),  # those of the file go with it
        Dependent("debtors.protectionflag.identity"),  # measures stay in force, whatever becomes of the import
        Dependent("debtors.lifeevent.identity"),  # the service looks at these itself
        Dependent("debtors.outsideentry.identity"),  # entered by hand: no import brings it
    )
