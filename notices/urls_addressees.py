from django.urls import path

from notices import views_addressees as views

urlpatterns = [
    path("people/<str:number>/addressee/", views.panel_addressee, name="addressee-panel"),
    path("people/<str:number>/addressee/new/", views.new_address, name="new-address"),
    path("addresses/<int:pk>/end/", views.end_address, name="end-address"),
]
