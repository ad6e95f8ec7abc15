from django.urls import path

from toyota_collect import views_users as views

app_name = "users"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("<int:pk>/", views.edit, name="edit"),
    path("policy/", views.policy, name="policy"),
    path("access-log/", views.access_log, name="access-log"),
]
