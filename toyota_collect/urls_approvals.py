from django.urls import path

from toyota_collect import views_approvals as views

app_name = "approvals"
urlpatterns = [
    path("", views.waiting, name="waiting"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/decide/", views.decide, name="decide"),
]
