from django.urls import path

from welfare import views_benefits, views_respite

urlpatterns = [
    path("respites/", views_respite.overview, name="respites"),
    path("respites/<int:pk>/", views_respite.respite, name="respite"),
    path("respites/<int:pk>/letter/", views_respite.letter, name="respite-paper"),
    path("respites/<int:pk>/review/", views_respite.review, name="respite-review"),
    path("respites/<int:pk>/extend/", views_respite.extend, name="respite-extend"),
    path("respites/<int:pk>/give-up/", views_respite.give_up, name="respite-give-up"),
    path("of/<str:number>/respite/", views_respite.panel_respite, name="panel-respite"),
    path("of/<str:number>/respite/new/", views_respite.switch_on, name="respite-new"),
    path("of/<str:number>/relief/<slug:code>/", views_respite.application, name="relief-paper"),
    path("of/<str:number>/benefits/", views_benefits.benefits, name="benefits"),
    path("benefits/<int:pk>/", views_benefits.paper, name="benefits-paper"),
]
