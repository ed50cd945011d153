"""Pages that belong to no desk: the door, the account, carrying on after a session ended."""

from django.urls import URLPattern, URLResolver, path

from . import invitations, own_identity, views, where

app_name = "shell"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.door, name="door"),
    path("account/", views.account, name="account"),
    path("account/sessions/", where.where, name="where"),
    path("account/identity/", own_identity.page, name="own_identity"),
    path("account/identity/leave/", own_identity.leave, name="own_identity_leave"),
    path("account/identity/begin/<slug:name>/", own_identity.begin, name="own_identity_begin"),
    path("account/identity/return/<slug:name>/", own_identity.back, name="own_identity_return"),
    path("stay/", views.stay, name="stay"),
    path("invitation/", invitations.invitation, name="invitation"),
    path("invitation/<str:token>/", invitations.open_invitation, name="open_invitation"),
    path("second-step/", views.second_factor, name="second_factor"),
    path("carry-on/", views.carry_on, name="carry_on"),
    path("carry-on/throw-away/", views.throw_away, name="throw_away"),
    # Before allauth's own: nobody signs up or changes the address they sign in with by themselves; those pages are not there.
    path("accounts/signup/", views.not_found, name="no_signup"),
    path("accounts/email/", views.not_found, name="no_email"),
    path("accounts/confirm-email/", views.not_found, name="no_confirm_email"),
    path("accounts/2fa/totp/activate/", views.ActivateTotp.as_view(), name="activate_totp"),
    path("accounts/2fa/webauthn/add/", views.AddWebAuthn.as_view(), name="add_webauthn"),
]
