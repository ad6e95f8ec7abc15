from django.urls import path

from lawyers import urls_money, views

app_name = "lawyers"
urlpatterns = [path("", views.room, name="room"), *urls_money.urlpatterns]
