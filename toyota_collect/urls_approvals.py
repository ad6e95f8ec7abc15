from django.urls import path

from toyota_collect import views_approvals as views

app_name = "approvals"
urlpatterns = [
    path("", views.waiting, name="waiting"),
    path("many/", views.many, name="many"),
    path("own/", views.own, name="own"),
    path("own/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("deputies/", views.deputies, name="deputies"),
    path("deputies/<int:pk>/end/", views.end_deputy, name="end-deputy"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/decide/", views.decide, name="decide"),
    path("<int:pk>/seen/", views.mark_seen, name="mark-seen"),
]
