from django.urls import path

from notices import views_mailing as mailing
from notices import views_returns as returns

urlpatterns = [
    path("<int:pk>/pulls/", mailing.pull_list, name="pulls"),
    path("<int:pk>/pulls/find/", mailing.find, name="pulls-find"),
    path("<int:pk>/pulls/scan/", mailing.scan, name="pulls-scan"),
    path("<int:pk>/pulls/not-printed/", mailing.not_printed, name="pulls-not-printed"),
    path("<int:pk>/seal/", mailing.seal, name="seal"),
    path("<int:pk>/seal/close/", mailing.do_seal, name="seal-close"),
    path("<int:pk>/seal/break/", mailing.break_seal, name="seal-break"),
    path("<int:pk>/hand-over/", mailing.hand_over, name="hand-over"),
    path("<int:pk>/post/", mailing.post, name="post"),
    path("seals/<int:pk>/certificate/", mailing.certificate, name="seal-certificate"),
    path("seals/<int:pk>/hashes/", mailing.hash_list, name="seal-hashes"),
    path("returns/", returns.returned_letters, name="returns"),
    path("returns/receive/", returns.receive, name="returns-receive"),
    path("returns/<int:pk>/", returns.returned, name="returned"),
    path("returns/<int:pk>/settle/", returns.settle, name="returned-settle"),
]
