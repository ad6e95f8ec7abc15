from django.urls import path

from welfare import urls_respite, views

app_name = "welfare"
urlpatterns = [path("", views.room, name="room"), *urls_respite.urlpatterns]
