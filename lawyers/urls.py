from django.urls import path

from lawyers import views

app_name = "lawyers"
urlpatterns = [path("", views.room, name="room")]
