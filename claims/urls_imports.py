"""Included by ``claims.urls``; names are ``claims:imports`` and so on."""

from django.urls import path

from claims import views_imports as views
from claims import views_layouts, views_mending, views_previews, views_taking_back

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/start/", views.start, name="import-start"),
    path("imports/paid-totals/", views.paid_totals, name="import-paid-totals"),
    path("imports/<int:pk>/", views.batch, name="import-batch"),
    path("imports/<int:pk>/progress/", views.progress, name="import-progress"),
    path("imports/previews/", views_previews.start, name="import-preview-start"),
    path("imports/previews/<int:pk>/", views_previews.preview, name="import-preview"),
    path("imports/previews/<int:pk>/progress/", views_previews.progress, name="import-preview-progress"),
    path("imports/previews/<int:pk>/import/", views_previews.take_in, name="import-previewed"),
    path("imports/previews/files/<int:pk>/", views_previews.file, name="import-preview-file"),
    path("imports/rows/<int:pk>/", views_mending.row, name="import-mend"),
    path("imports/layouts/", views_layouts.layouts, name="layouts"),
    path("imports/layouts/new/", views_layouts.layout, name="layout-new"),
    path("imports/layouts/trial/", views_layouts.layout_trial, name="layout-trial"),
    path("imports/layouts/guess/", views_layouts.layout_guess, name="layout-guess"),
    path("imports/layouts/of/<slug:code>/", views_layouts.layout, name="layout"),
    path("imports/files/<int:pk>/", views.file, name="import-file"),
    path("imports/files/<int:pk>/back/", views_taking_back.of_file, name="import-file-back"),
    path("imports/<int:pk>/back/", views_taking_back.of_batch, name="import-back"),
    path("imports/<int:pk>/back/ask/", views_taking_back.ask, name="import-back-ask"),
]
