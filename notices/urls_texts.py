from django.urls import path

from notices import views_texts

urlpatterns = [
    path("texts/", views_texts.kinds, name="texts"),
    path("texts/new/<slug:kind>/", views_texts.new, name="text-new"),
    path("texts/<int:pk>/", views_texts.text, name="text"),
    path("texts/<int:pk>/edit/", views_texts.edit, name="text-edit"),
    path("texts/<int:pk>/ask/", views_texts.ask, name="text-ask"),
    path("texts/<int:pk>/discard/", views_texts.discard, name="text-discard"),
    path("texts/<int:pk>/preview/", views_texts.preview, name="text-preview"),
]
