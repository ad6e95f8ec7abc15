"""出口: how claims reach the city's lawyers, and whom the list of candidates and the packet may hold."""

from collections.abc import Collection
from datetime import date

from claims.models import Claim
from claims.services.charges import kind_terms
from toyota_collect.registry import Registry, WayOut, registry

PACKET_PAGES = ("lawyers.services.packet_file", "lawyers.services.packet_pages")


def register(registry: Registry) -> None:
    registry.way_out(
        WayOut(
            "lawyers.referral",
            "弁護士への委任の候補",
            ("lawyers",),
            may_be_referred,
            modules=("lawyers.services.packets", "lawyers.services.packet_case", *PACKET_PAGES),
        )
    )


def may_be_referred(people: Collection[int], on: date) -> set[int]:
    """Those with a claim that may go to lawyers by its kind and that nothing silences, where every gate lets them through."""
    claims = Claim.objects.filter(identity__person__in=people).reachable_by("lawyers", on=on)
    terms = kind_terms()
    owing = {
        claim.identity.person_id
        for claim in claims.select_related("kind", "identity")
        if terms.of(claim).may_go_to_lawyers
    }
    return {person for person, verdict in registry.may_go_to_lawyers(owing, on).items() if verdict.allowed}
