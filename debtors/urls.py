from django.urls import include, path

from debtors import views, views_life, views_matching, views_relations, views_routes, views_work

app_name = "debtors"
urlpatterns = [
    path("", views.search, name="search"),
    path("", include("debtors.urls_extractions")),
    path("typed/", views.search_as_typed, name="search-as-typed"),
    path("", include("debtors.urls_desk")),
    path("work/", views_work.work, name="work"),
    path("contacts/<int:pk>/correct/", views_work.correct_contact, name="correct-contact"),
    path("work/<int:pk>/close/", views_work.close, name="close-work"),
    path("matching/", views_matching.review, name="matching"),
    path("matching/answered/", views_matching.answered, name="matching-answered"),
    path("matching/apart/", views_matching.apart, name="matching-apart"),
    path("matching/<int:pk>/answer/", views_matching.answer, name="matching-answer"),
    path("matching/<int:pk>/undo/", views_matching.take_back, name="matching-undo"),
    path("identities/<int:pk>/unlink/", views_matching.unlink_identity, name="unlink-identity"),
    path("life-events/", views_life.life_events, name="life-events"),
    path("life-events/<int:pk>/done/", views_life.handle, name="handle-life-event"),
    path("relations/<int:pk>/correct/", views_relations.correct_relation, name="correct-relation"),
    path("relations/<int:pk>/end/", views_relations.end_relation, name="end-relation"),
    path("routes/<int:pk>/", views_routes.route, name="safe-route"),
    path("routes/<int:pk>/show/", views_routes.show, name="safe-route-show"),
    path("routes/<int:pk>/end/", views_routes.end, name="end-safe-route"),
    path("<str:number>/routes/", views_routes.routes, name="safe-routes"),
    path("<str:number>/relations/", views_relations.panel_relations, name="panel-relations"),
    path("<str:number>/relations/new/", views_relations.new_relation, name="new-relation"),
    path("<str:number>/outside/new/", views_relations.new_outside, name="new-outside"),
    path("<str:number>/", views.person, name="person"),
    path("<str:number>/panels/", views.panels, name="panels"),
    path("<str:number>/next/", views_work.panel_next, name="panel-next"),
    path("<str:number>/contact/", views_work.panel_contact, name="panel-contact"),
    path("<str:number>/course/", views.panel_course, name="panel-course"),
    path("<str:number>/contacts/new/", views_work.new_contact, name="new-contact"),
]
