from django.urls import path

from notices import views_dunning as views

urlpatterns = [
    path("dunning/", views.runs, name="dunnings"),
    path("dunning/new/", views.new, name="dunning-new"),
    path("dunning/<int:pk>/", views.run, name="dunning"),
    path("dunning/<int:pk>/progress/", views.progress, name="dunning-progress"),
    path("dunning/<int:pk>/ask/", views.ask, name="dunning-ask"),
    path("dunning/<int:pk>/start/", views.start, name="dunning-start"),
    path("dunning/<int:pk>/post/", views.post, name="dunning-post"),
    path("dunning/<int:pk>/discard/", views.discard, name="dunning-discard"),
    path("dunning/<int:pk>/bundle/", views.bundle, name="dunning-bundle"),
    path("dunning/papers/<int:pk>/", views.paper, name="dunning-paper"),
]
