from django.urls import path

from claims import views_evidence, views_handover

urlpatterns = [
    path("handovers/", views_handover.candidates, name="handovers"),
    path("handovers/pick/", views_handover.pick, name="handover-pick"),
    path("handovers/board/", views_handover.board, name="handover-board"),
    path("handovers/board.csv", views_handover.board_csv, name="handover-csv"),
    path("handovers/<int:pk>/", views_handover.handover, name="handover"),
    path("handovers/<int:pk>/announce/", views_handover.announce, name="handover-announce"),
    path("handovers/<int:pk>/hand-in/", views_handover.hand_in, name="handover-hand-in"),
    path("handovers/<int:pk>/discard/", views_handover.discard, name="handover-discard"),
    path("handovers/<int:pk>/papers/<int:document>/", views_handover.paper, name="handover-paper"),
    path("handovers/lines/<int:pk>/drop/", views_handover.drop, name="handover-drop"),
    path("handovers/inbox/", views_handover.inbox, name="handover-inbox"),
    path("handovers/inbox/<int:pk>/", views_handover.office, name="handover-office"),
    path("handovers/inbox/<int:pk>/decide/", views_handover.decide, name="handover-decide"),
    path("handovers/inbox/<int:pk>/papers/<int:document>/", views_handover.office_paper, name="handover-office-paper"),
    path("handovers/lines/<int:pk>/give-back/", views_handover.give_back, name="handover-give-back"),
    path("<int:pk>/evidence/", views_evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/", views_evidence.evidence_file, name="evidence-file"),
    path("evidence/<int:pk>/withdraw/", views_evidence.withdraw_evidence, name="evidence-withdraw"),
]
