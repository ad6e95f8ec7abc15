from django.urls import include, path

from claims import (
    views,
    views_board,
    views_clock_acts,
    views_clocks,
    views_countdown,
    views_parties,
    views_person,
)

app_name = "claims"
urlpatterns = [
    path("board/", views_board.board, name="board"),
    path("clocks/", views_countdown.countdown, name="countdown"),
    path("clocks/csv/", views_countdown.countdown_csv, name="countdown-csv"),
    path("clocks/lapsed/", views_countdown.lapse_report, name="lapses"),
    path("clocks/lapsed/csv/", views_countdown.lapse_csv, name="lapses-csv"),
    path("<int:pk>/", views.claim, name="claim"),
    path("of/<str:number>/owed/", views_person.panel_owed, name="panel-owed"),
    path("of/<str:number>/clock/", views_person.panel_clock, name="panel-clock"),
    path("of/<str:number>/clocks/", views_clocks.clocks, name="clocks"),
    path("of/<str:number>/clocks/act/", views_clock_acts.new_act, name="clock-act"),
    path("events/<int:pk>/end/", views_clock_acts.end_event, name="end-event"),
    path("events/<int:pk>/withdraw/", views_clock_acts.withdraw_event, name="withdraw-event"),
    path("of/<str:number>/matrix/", views_person.panel_matrix, name="panel-matrix"),
    path("of/<str:number>/receipts/", views_person.panel_receipts, name="panel-receipts"),
    path("of/<str:number>/holds/", views_person.panel_holds, name="panel-holds"),
    path("of/<str:number>/roles/", views_parties.panel_roles, name="panel-roles"),
    path("of/<str:number>/heirs/", views_parties.heirs, name="heirs"),
    path("<int:pk>/parties/new/", views_parties.new_party, name="new-party"),
    path("parties/<int:pk>/correct/", views_parties.correct_party, name="correct-party"),
    path("parties/<int:pk>/end/", views_parties.end_party, name="end-party"),
    path("of/<str:number>/holds/new/", views_person.new_hold, name="new-hold"),
    path("holds/<int:pk>/end/", views_person.end_hold, name="end-hold"),
    path("", include("claims.urls_imports")),
    path("", include("claims.urls_standard")),
    path("", include("claims.urls_money")),
    path("", include("claims.urls_holds")),
    path("", include("claims.urls_plans")),
    path("", include("claims.urls_handovers")),
]
