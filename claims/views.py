"""One claim: its entries, late charge, clock and origin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from toyota_collect.permissions import Permission, require

from claims.models import Claim


@require(Permission.CLAIM_VIEW)
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Claim.objects.visible_to(request.user), pk=pk)
    return render(request, "claims/claim.html", {"claim": found})
