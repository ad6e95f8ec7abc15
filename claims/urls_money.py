from django.urls import path, register_converter

from claims import views_allocation, views_close, views_money, views_overpaid
from toyota_collect.converters import Day

register_converter(Day, "day")
urlpatterns = [
    path("money/", views_money.money, name="money"),
    path("money/take-in/", views_money.take_in, name="money-take-in"),
    path("money/files/<int:pk>/", views_money.file, name="money-file"),
    path("money/files/<int:pk>/progress/", views_money.file_progress, name="money-file-progress"),
    path("money/cases/", views_money.cases, name="payment-cases"),
    path("money/cases/<int:pk>/", views_money.case, name="payment-case"),
    path("money/cases/<int:pk>/ask/", views_money.ask_case, name="payment-case-ask"),
    path("money/receipts/<int:pk>/", views_allocation.receipt, name="receipt"),
    path("money/receipts/<int:pk>/pdf/", views_allocation.receipt_pdf, name="receipt-pdf"),
    path("money/receipts/<int:pk>/cancel/", views_allocation.ask_to_cancel, name="receipt-cancel"),
    path("of/<str:number>/allocation/", views_allocation.allocation, name="allocation"),
    path("of/<str:number>/allocation/book/", views_allocation.book, name="allocation-book"),
    path("of/<str:number>/statement/", views_allocation.statement, name="statement"),
    path("money/overpayments/", views_overpaid.overpayments, name="overpayments"),
    path("money/overpayments/<int:pk>/", views_overpaid.overpayment, name="overpayment"),
    path("money/overpayments/<int:pk>/account/", views_overpaid.name_account, name="refund-account"),
    path("money/overpayments/<int:pk>/payer/", views_overpaid.ask_payer, name="overpayment-payer"),
    path("money/overpayments/<int:pk>/ask/", views_overpaid.ask, name="overpayment-ask"),
    path("money/overpayments/<int:pk>/notice/", views_overpaid.notice, name="overpayment-notice"),
    path("money/transfers/make/", views_overpaid.make_transfers, name="transfers-make"),
    path("money/transfers/<int:pk>/", views_overpaid.transfers, name="transfers"),
    path("money/refunds/<int:pk>/return/", views_overpaid.return_refund, name="refund-return"),
    path("money/days/", views_close.days, name="days"),
    path("money/days/<day:day>/", views_close.day, name="day"),
    path("money/days/<day:day>/bank/", views_close.enter_bank_total, name="day-bank"),
    path("money/days/<day:day>/close/", views_close.close, name="day-close"),
    path("money/days/<day:day>/journal/", views_close.journal, name="day-journal"),
]
