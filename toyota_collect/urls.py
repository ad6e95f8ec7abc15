"""The URL map; each app's urls.py holds its own nouns."""

from django.contrib import admin
from django.urls import include, path

from toyota_collect import views
from toyota_collect.views_styleguide import styleguide

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("people/", include("debtors.urls")),
    path("claims/", include("claims.urls")),
    path("demands/", include("notices.urls")),
    path("welfare/", include("welfare.urls")),
    path("lawyers/", include("lawyers.urls")),
    path("approvals/", include("toyota_collect.urls_approvals")),
    path("users/", include("toyota_collect.urls_users")),
    path("styleguide/", styleguide, name="styleguide"),
    path("accounts/", include("toyota_collect.urls_accounts")),
    path("admin/", admin.site.urls),
]
