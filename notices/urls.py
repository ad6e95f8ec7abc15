from django.urls import include, path

from notices import views, views_letters, views_slips

app_name = "notices"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/count/", views.count, name="count"),
    path("<int:pk>/ask/", views.ask, name="ask"),
    path("<int:pk>/start/", views.start, name="start"),
    path("<int:pk>/retry/", views.retry, name="retry"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/exclusions/", views_letters.exclusions, name="exclusions"),
    path("<int:pk>/letters/", views_letters.letters, name="letters"),
    path("<int:pk>/bundles/<int:sequence>/", views_letters.bundle, name="bundle"),
    path("<int:pk>/manifest/", views_letters.manifest, name="manifest"),
    path("letters/<int:pk>/", views_letters.letter, name="letter"),
    path("letters/<int:pk>/fault.png", views_letters.letter_fault, name="letter-fault"),
    path("letters/<int:pk>/pdf/", views_letters.letter_pdf, name="letter-pdf"),
    path("letters/<int:pk>/charges/", views_letters.letter_charges, name="letter-charges"),
    path("people/<str:number>/panel/", views_letters.person_panel_letters, name="person-panel"),
    path("people/<str:number>/slips/", views_slips.panel_slips, name="slip-panel"),
    path("people/<str:number>/slips/new/", views_slips.new_slip, name="new-slip"),
    path("people/<str:number>/slips/sum/", views_slips.slip_sum, name="slip-sum"),
    path("slips/<int:pk>/", views_slips.slip, name="slip"),
    path("slips/<int:pk>/pdf/", views_slips.slip_pdf, name="slip-pdf"),
    path("slips/<int:pk>/void/", views_slips.void_slip, name="void-slip"),
    path("plans/<int:pk>/slips/", views_slips.make_plan_slips, name="plan-slips"),
    path("", include("notices.urls_counter")),
    path("", include("notices.urls_dunning")),
    path("", include("notices.urls_mailing")),
    path("", include("notices.urls_texts")),
    path("", include("notices.urls_singles")),
    path("", include("notices.urls_addressees")),
    path("", include("notices.urls_public_notices")),
]
