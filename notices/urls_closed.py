from django.urls import path

from notices import views_closed

urlpatterns = [
    path("closed/", views_closed.piles, name="closed-piles"),
    path("closed/<int:pk>/", views_closed.pile, name="closed-pile"),
    path("closed/<int:pk>/ask/", views_closed.ask, name="closed-pile-ask"),
    path("closed/<int:pk>/print/", views_closed.print_out, name="closed-pile-print"),
    path("closed/letters/<int:pk>/hand-over/", views_closed.hand_over, name="closed-hand-over"),
]
