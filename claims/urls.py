from importlib.util import find_spec

from django.urls import include, path

from claims import views, views_board

app_name = "claims"
urlpatterns = [
    path("board/", views_board.board, name="board"),
    path("<int:pk>/", views.claim, name="claim"),
]
if find_spec("claims.urls_imports"):
    urlpatterns.append(path("", include("claims.urls_imports")))
