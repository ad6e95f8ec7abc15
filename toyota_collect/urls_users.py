from django.urls import path

from toyota_collect import views_looks as looks
from toyota_collect import views_reviews
from toyota_collect import views_users as views

app_name = "users"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("<int:pk>/", views.edit, name="edit"),
    path("policy/", views.policy, name="policy"),
    path("reviews/", views_reviews.reviews, name="reviews"),
    path("access-log/", looks.access_log, name="access-log"),
    path("access-log/csv/", looks.access_log_csv, name="access-log-csv"),
    path("access-log/alerts/", looks.alerts, name="look-alerts"),
    path("access-log/alerts/<int:pk>/close/", looks.close_alert, name="close-alert"),
    path("access-log/answer/", looks.look_answer, name="look-answer"),
    path("access-log/answer/pdf/", looks.look_answer_pdf, name="look-answer-pdf"),
]
