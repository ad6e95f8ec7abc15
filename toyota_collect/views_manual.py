"""The manual for staff inside the product; nothing of it comes from outside."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from toyota_collect import manual
from toyota_collect.permissions import Permission, require


@require(Permission.HOME)
def page(request: HttpRequest, name: str = manual.INDEX) -> HttpResponse:
    if name not in manual.pages():
        raise Http404
    shown = manual.pages()[name]
    return render(request, "manual.html", {"page": shown, "pages": manual.pages().values()})


@require(Permission.HOME)
def picture(request: HttpRequest, name: str) -> HttpResponse:
    if name not in manual.pictures():
        raise Http404
    return HttpResponse(manual.pictures()[name].read_bytes(), content_type="image/png")
