from django.urls import path

from notices import views_mailing as mailing
from notices import views_packs as packs
from notices import views_returns as returns

urlpatterns = [
    path("<int:pk>/pulls/", mailing.pull_list, name="pulls"),
    path("<int:pk>/pulls/find/", mailing.find, name="pulls-find"),
    path("<int:pk>/pulls/scan/", mailing.scan, name="pulls-scan"),
    path("<int:pk>/pulls/not-printed/", mailing.not_printed, name="pulls-not-printed"),
    path("<int:pk>/seal/", mailing.seal, name="seal"),
    path("<int:pk>/seal/close/", mailing.do_seal, name="seal-close"),
    path("<int:pk>/seal/break/", mailing.break_seal, name="seal-break"),
    path("<int:pk>/seal/look/", mailing.look, name="seal-look"),
    path("<int:pk>/job/", mailing.progress, name="job"),
    path("<int:pk>/pack/", packs.make, name="pack-make"),
    path("<int:pk>/hand-over/", mailing.hand_over, name="hand-over"),
    path("<int:pk>/post/", mailing.post, name="post"),
    path("seals/<int:pk>/certificate/", mailing.certificate, name="seal-certificate"),
    path("seals/<int:pk>/hashes/", mailing.hash_list, name="seal-hashes"),
    path("seals/<int:pk>/files/<int:sequence>/", mailing.sealed_file, name="seal-file"),
    path("seals/<int:pk>/sheets/", mailing.sheet_list, name="seal-sheets"),
    path("seals/<int:pk>/counts/", mailing.counts_sheet, name="seal-counts"),
    path("packs/", packs.packs, name="packs"),
    path("packs/<int:pk>/", packs.pack, name="pack"),
    path("packs/<int:pk>/file/", packs.download, name="pack-file"),
    path("packs/<int:pk>/password/", packs.password, name="pack-password"),
    path("packs/<int:pk>/end/", packs.end, name="pack-end"),
    path("returns/", returns.returned_letters, name="returns"),
    path("returns/receive/", returns.receive, name="returns-receive"),
    path("returns/<int:pk>/", returns.returned, name="returned"),
    path("returns/<int:pk>/settle/", returns.settle, name="returned-settle"),
]
