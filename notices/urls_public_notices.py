from django.urls import path

from notices import views_public_notices as views

urlpatterns = [
    path("returns/<int:pk>/enquiries/", views.enquire, name="returned-enquire"),
    path("returns/<int:pk>/public-notice/", views.prepare, name="public-notice-prepare"),
    path("public-notices/", views.public_notices, name="public-notices"),
    path("public-notices/<int:pk>/", views.public_notice, name="public-notice"),
    path("public-notices/<int:pk>/paper/", views.paper, name="public-notice-paper"),
    path("public-notices/<int:pk>/ask/", views.ask, name="public-notice-ask"),
    path("public-notices/<int:pk>/post/", views.post, name="public-notice-post"),
    path("public-notices/<int:pk>/serve/", views.serve, name="public-notice-serve"),
    path("public-notices/<int:pk>/down/", views.take_down, name="public-notice-down"),
    path("public-notices/<int:pk>/withdraw/", views.withdraw, name="public-notice-withdraw"),
]
