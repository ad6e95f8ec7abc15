"""The URL map; each app's urls.py holds its own nouns."""

from django.contrib import admin
from django.urls import include, path

from toyota_collect import views, views_manual, views_metrics
from toyota_collect.views_styleguide import styleguide

urlpatterns = [
    path("", views.home, name="home"),
    path("still-here/", views.still_here, name="still-here"),
    path("healthz", views.healthz, name="healthz"),
    path("metrics", views_metrics.metrics, name="metrics"),
    path("people/", include("debtors.urls")),
    path("claims/", include("claims.urls")),
    path("demands/", include("notices.urls")),
    path("welfare/", include("welfare.urls")),
    path("lawyers/", include("lawyers.urls")),
    path("approvals/", include("toyota_collect.urls_approvals")),
    path("users/", include("toyota_collect.urls_users")),
    path("manual/", views_manual.page, name="manual"),
    path("manual/<slug:name>/", views_manual.page, name="manual-page"),
    path("manual/pictures/<slug:name>.png", views_manual.picture, name="manual-picture"),
    path("styleguide/", styleguide, name="styleguide"),
    path("accounts/", include("toyota_collect.urls_accounts")),
    path("admin/", admin.site.urls),
]
handler500 = "toyota_collect.views.failed"
