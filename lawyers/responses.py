"""What the lawyers' pages answer after an act: the act done or, in words, why not; and the file of a case."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from lawyers.keys import KeyLost
from lawyers.models import CaseFile, CaseQuestion, LegalCase, Proceeding, ProceedingStep, Proposal
from lawyers.services import cases, court, mandates, packets, proposals, room, settlements
from lawyers.services.money import MoneyRefused
from toyota_collect import audit
from toyota_collect.documents.download import download

MISSING = (
    LegalCase.DoesNotExist,
    CaseQuestion.DoesNotExist,
    Proposal.DoesNotExist,
    Proceeding.DoesNotExist,
    ProceedingStep.DoesNotExist,
)
REFUSALS = (
    cases.CaseRefused,
    court.CourtRefused,
    mandates.MandateRefused,
    packets.PacketRefused,
    proposals.ProposalRefused,
    room.RoomRefused,
    settlements.SettlementRefused,
    KeyLost,
    MoneyRefused,
)


def act_and_go(request: HttpRequest, act: Callable[[], Any], said: str, to: str, **kwargs: Any) -> HttpResponse:
    """Do the act, say that it is done (``said``) or why it was refused, and go on to the page ``to``.

    Raises:
        Http404: what the act needs does not exist to the user.
    """
    try:
        act()
    except MISSING as missing:
        raise Http404 from missing
    except REFUSALS as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect(to, **kwargs)


def file_or(request: HttpRequest, file: CaseFile, to: str, **kwargs: Any) -> HttpResponse:
    """The kept file as a download, logged as a look at its person; where it is gone or altered, that in words on ``to``."""
    audit.log_view(request, action="lawyers.file", person_key=file.case.person.number)
    try:
        return download(room.content_of(file), file.name, file.content_type)
    except room.RoomRefused as refused:
        messages.warning(request, str(refused))
        return redirect(to, **kwargs)
