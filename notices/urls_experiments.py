from django.urls import path

from notices import views_experiments as views

urlpatterns = [
    path("experiments/", views.experiments, name="experiments"),
    path("<int:pk>/experiment/", views.experiment, name="experiment"),
    path("<int:pk>/experiment/edit/", views.edit, name="experiment-edit"),
    path("<int:pk>/experiment/give-up/", views.give_up, name="experiment-give-up"),
    path("<int:pk>/experiment/figures.csv", views.figures_csv, name="experiment-csv"),
]
