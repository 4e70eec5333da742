"""Addresses of the kernel: signing in, one's own account."""

from allauth.account import views as account
from django.urls import include, path, re_path

from crisisdesk.core.accounts import profile as language
from crisisdesk.core.accounts import token_pages

# Of django-allauth only what accounts made by administrators need: nobody signs up or changes the address.
accounts = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]

urlpatterns = [
    path("accounts/", include(accounts)),
    path("language/", language.LanguageView.as_view(), name="set_language"),
    path("profile/", language.ProfileView.as_view(), name="profile"),
    path("profile/appearance/", language.AppearanceView.as_view(), name="set_appearance"),
    path("profile/tokens/", token_pages.TokensView.as_view(), name="tokens"),
    path("profile/tokens/new/", token_pages.NewTokenView.as_view(), name="token_new"),
    path("profile/tokens/<uuid:uuid>/revoke/", token_pages.RevokeTokenView.as_view(), name="token_revoke"),
]
