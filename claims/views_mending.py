"""直す: one refused row, tried and sent."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from claims import mending_pages as pages
from claims.forms_mending import MendForm
from claims.intake.run import FolderRefused
from claims.models import RejectedRow
from claims.services import mending
from claims.tasks import finish_import
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@require(Permission.IMPORT_RUN)
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """The row with the reason at its field. Posting tries it, or sends it (``send``)."""
    found = get_object_or_404(RejectedRow.objects.select_related("file__source", "mended_by"), pk=pk)
    audit.log_view(request, action="import.mend")
    form = pages.form_of(found, request.POST if request.method == "POST" else None)
    outcome = None
    if form is not None and form.is_bound and form.is_valid():
        given: dict[str, Any] = {"row_id": pk, "changes": form.changes(), "by": request.user, "as_of": business_date()}
        try:
            if "send" in request.POST:
                return _send(request, found, form, given)
            outcome = mending.try_row(**given)
        except mending.MendRefused as refused:
            form.refuse(refused.field, str(refused))
        except FolderRefused as refused:
            form.refuse("", str(refused))
    return render(request, "claims/imports/mend.html", pages.row_page(found, form, outcome))


def _send(request: HttpRequest, found: RejectedRow, form: MendForm, given: dict[str, Any]) -> HttpResponse:
    with transaction.atomic():
        outcome = mending.send_row(**given, reason=form.cleaned_data["reason"])
        batch_id = outcome.file.batch_id
        transaction.on_commit(lambda: finish_import.delay(batch_id=batch_id), robust=True)
    messages.success(request, f"{found.line}行目を直して送りました。")
    return redirect("claims:import-file", pk=found.file_id)
