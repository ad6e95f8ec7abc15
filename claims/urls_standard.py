"""Included by ``claims.urls``: the standard shape."""

from django.urls import path

from claims import views_standard as views

urlpatterns = [
    path("standard/", views.standard, name="standard"),
    path("standard/check/", views.check, name="standard-check"),
    path("standard/export/", views.export, name="standard-export"),
    path("standard/exports/<int:pk>/", views.made, name="standard-made"),
    path("standard/exports/<int:pk>/progress/", views.progress, name="standard-progress"),
    path("standard/exports/<int:pk>/zip/", views.download, name="standard-zip"),
]
