from django.urls import path

from welfare import signal_views, views

app_name = "welfare"
urlpatterns = [
    path("", views.room, name="room"),
    path("signals/", signal_views.signals, name="signals"),
    path("signals/figures/", signal_views.figures, name="signal-figures"),
    path("signals/<int:pk>/", signal_views.signal, name="signal"),
    path("signals/<int:pk>/assess/", signal_views.assess_signal, name="assess-signal"),
    path("signals/of/<str:number>/", signal_views.signal_person, name="signal-person"),
    path("signals/of/<str:number>/panel/", signal_views.panel_signal, name="panel-signal"),
]
