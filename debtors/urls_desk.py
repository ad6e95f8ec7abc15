"""Addresses of the desk: my day and the assignment. Included by ``debtors.urls`` into its namespace."""

from django.urls import path

from debtors import views_assignment, views_day, views_postponing

urlpatterns = [
    path("day/", views_day.day, name="day"),
    path("day/postponed/", views_postponing.postponements, name="postponements"),
    path("day/postponed/<int:pk>/end/", views_postponing.take_up, name="take-up"),
    path("<str:number>/postpone/", views_postponing.postpone, name="postpone"),
    path("assignment/", views_assignment.assignment, name="assignment"),
    path("assignment/apply/", views_assignment.apply, name="assignment-apply"),
    path("assignment/rules/new/", views_assignment.rule, name="assignment-rule-new"),
    path("assignment/rules/<int:pk>/", views_assignment.rule, name="assignment-rule"),
    path("assignment/absences/", views_assignment.absences, name="absences"),
    path("assignment/absences/<int:pk>/end/", views_assignment.end_absence, name="end-absence"),
    path("<str:number>/advice/", views_day.panel_advice, name="panel-advice"),
    path("<str:number>/officer/", views_assignment.by_hand, name="assign-by-hand"),
]
