from django.urls import path

from notices import views_counter

urlpatterns = [
    path("counter/", views_counter.desk, name="counter"),
    path("counter/open/", views_counter.receive, name="counter-open"),
    path("counter/<int:pk>/", views_counter.visit, name="counter-visit"),
    path("counter/<int:pk>/keep/", views_counter.keep, name="counter-keep"),
    path("counter/<int:pk>/papers/<int:paper>/", views_counter.take_signed, name="counter-sign"),
]
