"""Included by ``claims.urls``; names are ``claims:imports`` and so on."""

from django.urls import path

from claims import views_imports as views

urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/start/", views.start, name="import-start"),
    path("imports/paid-totals/", views.paid_totals, name="import-paid-totals"),
    path("imports/<int:pk>/", views.batch, name="import-batch"),
    path("imports/<int:pk>/progress/", views.progress, name="import-progress"),
    path("imports/files/<int:pk>/", views.file, name="import-file"),
]
