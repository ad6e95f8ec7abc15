"""Evidence files of a claim: what is needed and there, taking one in, downloading, withdrawing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.clocks_page import name_of
from claims.forms_handover import EvidenceForm, ReasonForm
from claims.models import Claim, ClaimEvidence, EvidenceKind
from claims.querysets import ClaimQuerySet, EvidenceQuerySet
from claims.services import evidence as service
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.download import download
from toyota_collect.permissions import Permission, Role, require

OTHERS = 60  # claims a file can be kept for besides


@require(Permission.EVIDENCE)
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a claim's papers; a POST takes a file in."""
    on = business_date()
    claim = get_object_or_404(_claims(request), pk=pk)
    person = claim.identity.person
    others = _others(request, claim)
    office = request.user.role != Role.SECTION_VIEWER
    form = EvidenceForm(
        request.POST or None,
        request.FILES or None,
        others=[(one, name_of(one)) for one in others],
        asks_sharing=office,
    )
    if form.is_valid():
        try:
            made = _take_in(request, claim, form)
        except service.EvidenceRefused as refused:
            form.add_error("file", str(refused))
        else:
            if made:
                messages.success(request, f"書類を登録しました（{made}期別）。")
            else:
                messages.warning(request, "同じ書類がすでに登録されています。")
            return redirect("claims:evidence", pk=pk)
    audit.log_view(request, action="evidence", person_key=person.number if person else "")
    files = ClaimEvidence.objects.visible_to(request.user).filter(claim=claim).select_related("by", "withdrawn_by")
    lamp = service.evidence_lamp(claim, on=on)
    context = {
        "claim": claim,
        "name": name_of(claim),
        "person": person,
        "form": form,
        "files": files,
        "lamp": lamp,
        "missing": [EvidenceKind(one).label for one in lamp.missing],
        "largest": service.largest_mebibytes(on=on),
        "office": office,
    }
    return render(request, "claims/handovers/evidence.html", context)


@require(Permission.EVIDENCE)
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as a download: a browser never runs or shows what somebody brought."""
    found = get_object_or_404(_files(request), pk=pk)
    person = found.claim.identity.person
    audit.log_view(request, action="evidence.file", person_key=person.number if person else "")
    try:
        content = service.content_of(found)
    except service.EvidenceRefused as refused:
        messages.warning(request, str(refused))
        return redirect("claims:evidence", pk=found.claim_id)
    return download(content, found.name, found.content_type)


@require(Permission.EVIDENCE)
@require_POST
def withdraw_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = get_object_or_404(_files(request), pk=pk), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        service.withdraw(evidence_id=pk, reason=reason, by=request.user)
    except service.EvidenceRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "書類を取り下げました。記録は残ります。")
    return redirect("claims:evidence", pk=found.claim_id)


def _claims(request: HttpRequest) -> ClaimQuerySet:
    return Claim.objects.visible_to(request.user).select_related("kind", "section", "identity__person")


def _files(request: HttpRequest) -> EvidenceQuerySet:
    return ClaimEvidence.objects.visible_to(request.user).select_related("claim__identity__person")


def _others(request: HttpRequest, claim: Claim) -> list[Claim]:
    """Unpaid claims of the same kind and person before the same user: one contract proves them all."""
    same = _claims(request).filter(kind=claim.kind_id, section=claim.section_id).outstanding().exclude(pk=claim.pk)
    if claim.identity.person_id:
        same = same.filter(identity__person=claim.identity.person_id)
    else:
        same = same.filter(identity=claim.identity_id)
    return list(same.order_by("due_on", "pk")[:OTHERS])


def _take_in(request: HttpRequest, claim: Claim, form: EvidenceForm) -> int:
    """How many claims the file is new for; one too large is refused before it is read."""
    file, on = form.cleaned_data["file"], business_date()
    content = service.read_upload(file, on=on)
    made = service.attach(
        claim_ids=[claim.pk, *form.cleaned_data.get("also", [])],
        kind=form.cleaned_data["kind"],
        name=file.name,
        content=content,
        shared=form.cleaned_data.get("shared", True),
        by=request.user,
        on=on,
    )
    return len(made)
