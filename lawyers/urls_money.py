"""The addresses of the lawyers' money: the city's board, and the firm's own pages below ``room/money/``."""

from django.urls import path

from lawyers import views_money as city
from lawyers import views_room_invoices as invoices
from lawyers import views_room_money as room

urlpatterns = [
    path("money/", city.money, name="money"),
    path("money/remittances/<int:pk>/", city.remittance, name="remittance"),
    path("money/firms/<int:pk>/tell/", city.tell, name="remittance-tell"),
    path("money/remittances/<int:pk>/correct/", city.correct, name="remittance-correct"),
    path("money/remittances/<int:pk>/withdraw/", city.withdraw, name="remittance-withdraw"),
    path("money/remittances/<int:pk>/confirm/", city.confirm, name="remittance-confirm"),
    path("money/remittances/<int:pk>/book/", city.book, name="remittance-book"),
    path("money/invoices/<int:pk>/", city.invoice, name="invoice"),
    path("money/invoices/<int:pk>/check/", city.check_invoice, name="invoice-check"),
    path("money/invoices/<int:pk>/give-back/", city.give_back_invoice, name="invoice-give-back"),
    path("money/invoices/<int:pk>/ask/", city.ask_payment, name="invoice-ask"),
    path("money/costs/<int:pk>/file/", city.cost_file, name="cost-file"),
    path("money/differences/<int:pk>/settle/", city.settle, name="difference-settle"),
    path("room/money/", room.money, name="room-money"),
    path("room/money/<int:pk>/take/", room.take, name="room-take"),
    path("room/money/<int:pk>/cancel/", room.cancel, name="room-trust-cancel"),
    path("room/money/remittances/", room.tell, name="room-tell"),
    path("room/money/remittances/<int:pk>/", room.remittance, name="room-remittance"),
    path("room/money/remittances/<int:pk>/withdraw/", room.withdraw, name="room-remittance-withdraw"),
    path("room/money/costs/", room.costs, name="room-costs"),
    path("room/money/costs/<int:pk>/note/", room.note_cost, name="room-cost-note"),
    path("room/money/costs/<int:pk>/withdraw/", room.withdraw_cost, name="room-cost-withdraw"),
    path("room/money/invoices/", invoices.invoice, name="room-invoice"),
    path("room/money/invoices/<int:pk>/", invoices.sent, name="room-invoice-sent"),
]
