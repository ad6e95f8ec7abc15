"""Lists behind the board: the people nobody works on, and giving them to somebody; overdue claims of a kind, group or age."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from claims import board, overdue_page, untouched_page
from claims.forms_untouched import HandOutForm
from claims.services.untouched import UntouchedRefused, hand_out
from claims.standing import untouched_days
from claims.tasks import count_board
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.money import comma
from toyota_collect.permissions import Permission, require


@require(Permission.ASSIGN)
def untouched(request: HttpRequest) -> HttpResponse:
    on = business_date()
    form = HandOutForm(request.POST or None, on=on)
    chosen = [int(pk) for pk in request.POST.getlist("person") if pk.isdecimal()]
    if form.is_bound and form.is_valid():
        try:
            given, left = hand_out(person_ids=chosen, on=on, by=request.user, **form.cleaned_data)
        except UntouchedRefused as refused:
            form.add_error(None, str(refused))
        else:
            text = f"{comma(given)}人を{form.cleaned_data['officer']}に振り、次の一手を置きました。"
            if left:
                text += f"{comma(left)}人は、ほかの職員がすでに手を付けています。"
            messages.success(request, text)
            transaction.on_commit(count_board.delay)
            return redirect(request.get_full_path())
    audit.log_view(request, action="untouched")
    asked = request.GET
    counted = board.counted(on=on)
    context = untouched_page.context_of(
        counted.value["standing"],
        officer=asked.get("officer", ""),
        order=asked.get("order", ""),
        page=asked.get("page"),
        on=on,
    )
    context |= {"form": form, "chosen": chosen, "days": untouched_days(on), "counted": counted}
    return render(request, "claims/untouched.html", context)


@require(Permission.BOARD_VIEW)
def overdue(request: HttpRequest) -> HttpResponse:
    on, asked = business_date(), request.GET
    counted = board.counted(on=on)
    audit.log_view(request, action="overdue")
    context = overdue_page.context_of(
        counted.value["rows"],
        kind=asked.get("kind", ""),
        group=asked.get("group", ""),
        age=asked.get("age", ""),
        page=asked.get("page"),
        on=on,
    )
    return render(request, "claims/overdue.html", context | {"counted": counted})
