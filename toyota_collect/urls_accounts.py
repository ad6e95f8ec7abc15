"""Log-in and own password, under the names allauth knows; signing up, e-mail and password reset are not routed."""

from allauth.account import views
from allauth.socialaccount import views as socialaccount
from django.urls import include, path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("cancelled/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
]
