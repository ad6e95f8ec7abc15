from django.urls import path

from notices import views_singles

urlpatterns = [
    path("people/<str:number>/notices/", views_singles.offers, name="notice-offers"),
    path("people/<str:number>/notices/panel/", views_singles.panel, name="notice-panel"),
    path("people/<str:number>/notices/form/", views_singles.letter_form, name="letter-form"),
    path("people/<str:number>/notices/new/<slug:kind>/", views_singles.new, name="notice-new"),
    path("notices/<int:pk>/", views_singles.notice, name="notice"),
    path("notices/<int:pk>/pdf/", views_singles.notice_pdf, name="notice-pdf"),
    path("notices/<int:pk>/post/", views_singles.post, name="notice-post"),
    path("notices/<int:pk>/back/", views_singles.come_back, name="notice-back"),
    path("notices/<int:pk>/discard/", views_singles.discard, name="notice-discard"),
]
