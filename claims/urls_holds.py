from django.urls import path, register_converter

from claims import views_ends, views_holds
from toyota_collect.converters import Year

register_converter(Year, "year")
urlpatterns = [
    path("holds/", views_holds.overview, name="holds"),
    path("holds/<int:pk>/review/", views_holds.review_hold, name="hold-review"),
    path("of/<str:number>/measures/new/", views_holds.new_measure, name="measure-new"),
    path("of/<str:number>/reductions/new/", views_holds.new_reduction, name="reduction-new"),
    path("measures/<int:pk>/", views_holds.measure, name="measure"),
    path("measures/<int:pk>/notice/", views_holds.measure_notice, name="measure-notice"),
    path("measures/<int:pk>/cancel/", views_holds.cancel_measure, name="measure-cancel"),
    path("measures/checks/<int:pk>/", views_holds.record_check, name="measure-check"),
    path("ends/", views_ends.ends, name="ends"),
    path("ends/new/<str:ground>/", views_ends.new_end, name="end-new"),
    path("ends/<int:pk>/", views_ends.end, name="end"),
    path("ends/<int:pk>/paper/", views_ends.paper, name="end-paper"),
    path("ends/sums.csv", views_ends.sums_csv, name="end-sums"),
    path("of/<str:number>/enyo/", views_ends.enyo_form, name="enyo-form"),
    path("years/", views_ends.years, name="years"),
    path("years/<year:year>/freeze/", views_ends.freeze, name="year-freeze"),
    path("years/<year:year>/reopen/", views_ends.reopen, name="year-reopen"),
]
