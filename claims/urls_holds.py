from django.urls import path

from claims import views_holds

urlpatterns = [
    path("holds/", views_holds.overview, name="holds"),
    path("holds/<int:pk>/review/", views_holds.review_hold, name="hold-review"),
    path("of/<str:number>/measures/new/", views_holds.new_measure, name="measure-new"),
    path("measures/<int:pk>/", views_holds.measure, name="measure"),
    path("measures/<int:pk>/notice/", views_holds.measure_notice, name="measure-notice"),
    path("measures/<int:pk>/cancel/", views_holds.cancel_measure, name="measure-cancel"),
    path("measures/checks/<int:pk>/", views_holds.record_check, name="measure-check"),
]
