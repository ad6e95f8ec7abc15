"""Addresses of saved extractions. Included by ``debtors.urls`` into its namespace."""

from django.urls import path

from debtors import views_extraction_exports as exports
from debtors import views_extractions as views

urlpatterns = [
    path("extractions/", views.extractions, name="extractions"),
    path("extractions/new/<str:code>/", views.new, name="extraction-new"),
    path("extractions/<int:pk>/", views.extraction, name="extraction"),
    path("extractions/<int:pk>/edit/", views.edit, name="extraction-edit"),
    path("extractions/<int:pk>/copy/", views.copy, name="extraction-copy"),
    path("extractions/<int:pk>/retire/", views.retire, name="extraction-retire"),
    path("extractions/<int:pk>/export/", exports.export, name="extraction-export"),
    path("extractions/exports/<int:pk>/", exports.exported, name="extraction-exported"),
    path("extractions/exports/<int:pk>/progress/", exports.progress, name="extraction-progress"),
    path("extractions/exports/<int:pk>/file/", exports.file, name="extraction-file"),
]
