"""Baskets of 移管 on their way, of the section for city housing. Synthetic."""

import re
from datetime import date

import pypdfium2

from claims.models import HandoverLine
from claims.services import handover_decisions as office
from claims.services import handovers
from claims.services.clocks import refresh_clocks
from tests.factories.claims import claim
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes

DAY, DEADLINE, AFTER = date(2026, 11, 20), date(2026, 12, 11), date(2026, 12, 14)
OLD = {"due_on": date(2025, 5, 31), "levy_year": 2025}
RENT = {"kind": "housing_rent", "source": "jutaku"}


def rent(of=None, *, yen=400_000, **facts):
    made = claim(of, principal_yen=yen, **(RENT | OLD | facts))
    refresh_clocks([made.pk])
    made.refresh_from_db()
    return made


def pick(claims, clerk, **facts):
    return handovers.pick(
        section_id=clerk.section_id, claim_ids=[one.pk for one in claims], by=clerk, on=facts.pop("on", DAY), **facts
    )


def handed_in(claims, clerk, **facts):
    basket = pick(claims, clerk, **facts)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    handovers.hand_in(handover_id=basket.pk, by=clerk, on=AFTER)
    basket.refresh_from_db()
    return basket


def accept(basket, lines, chief, director, *, on=AFTER):
    asked = office.ask_acceptance(handover_id=basket.pk, line_ids=[one.pk for one in lines], reason="", by=chief, on=on)
    approvals.decide(approval_id=asked.pk, decision="approved", by=director)
    return asked


def line_of(owed):
    return HandoverLine.objects.filter(claim=owed).latest("pk")


def text_of(document):
    with_pages = pypdfium2.PdfDocument(document_bytes(document))
    text = "".join(page.get_textpage().get_text_bounded() for page in with_pages)
    return len(with_pages), re.sub(r"[ \r\n]", "", text)
