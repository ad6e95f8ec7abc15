"""Django's admin behind our own log-in and policy table: administrators edit reference tables, and nothing else."""

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from toyota_collect.permissions import Permission, allows


class ReferenceAdminSite(AdminSite):
    site_header = "債権一元管理　基準の表"
    site_title = "基準の表"
    index_title = "法令や市の定めで変わる値（適用日つき）"

    def has_permission(self, request: HttpRequest) -> bool:
        return allows(request.user, Permission.REFERENCE_ADMIN)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The one log-in page is allauth's, where the second factor is asked."""
        if request.user.is_authenticated:
            raise PermissionDenied("基準の表を開く権限がありません。")
        return redirect("account_login")
