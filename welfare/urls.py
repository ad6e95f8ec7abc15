from django.urls import path

from welfare import signal_views, urls_respite, views, views_case, views_exchange

app_name = "welfare"
urlpatterns = [
    path("", views_case.room, name="room"),
    path("cases/<int:pk>/", views_case.case, name="case"),
    path("cases/<int:pk>/receive/", views_case.receive, name="case-receive"),
    path("cases/<int:pk>/attempt/", views_case.attempt, name="case-attempt"),
    path("cases/<int:pk>/note/", views_case.note, name="case-note"),
    path("cases/<int:pk>/answer/", views_case.answer, name="case-answer"),
    path("cases/<int:pk>/close/", views_case.close, name="case-close"),
    path("questions/", views_case.question_list, name="questions"),
    path("questions/<int:pk>/answer/", views_case.answer_question, name="question-answer"),
    path("exchange/", views_exchange.exchange, name="exchange"),
    path("exchange/file/", views_exchange.exchange_document, name="exchange-document"),
    path("of/<str:number>/", views.talk, name="talk"),
    path("of/<str:number>/panel/", views.panel_support, name="panel-support"),
    path("of/<str:number>/oral/", views.oral, name="oral"),
    path("of/<str:number>/offer/", views.offer, name="offer"),
    path("of/<str:number>/leaflet/", views.leaflet_paper, name="leaflet-paper"),
    path("of/<str:number>/hand-over/", views.hand_over, name="hand-over"),
    path("of/<str:number>/conference/", views.conference, name="conference"),
    path("of/<str:number>/question/", views.ask_question, name="ask-question"),
    path("consents/<int:pk>/", views.consent, name="consent"),
    path("consents/<int:pk>/pdf/", views.consent_paper, name="consent-paper"),
    path("consents/<int:pk>/scan/", views.scan_paper, name="scan-paper"),
    path("consents/<int:pk>/withdraw/", views.withdraw, name="consent-withdraw"),
    path("referrals/<int:pk>/book/", views.book, name="book"),
    path("meetings/<int:pk>/close/", views.close_meeting, name="meeting-close"),
    *urls_respite.urlpatterns,
    path("signals/", signal_views.signals, name="signals"),
    path("signals/figures/", signal_views.figures, name="signal-figures"),
    path("signals/<int:pk>/", signal_views.signal, name="signal"),
    path("signals/<int:pk>/assess/", signal_views.assess_signal, name="assess-signal"),
    path("signals/of/<str:number>/", signal_views.signal_person, name="signal-person"),
    path("signals/of/<str:number>/panel/", signal_views.panel_signal, name="panel-signal"),
]
