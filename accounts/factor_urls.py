"""Addresses of second factors: allauth's, with pages of our own in place of some.

All are imported when somebody first asks for one: passkeys bring fido2 and cryptography, a
tenth of a start. A test compares them with allauth's own list.
"""

from django.urls import path

from .later import LaterViews

own, lost = LaterViews("accounts.factors"), LaterViews("accounts.lost_views")
base, app, codes, keys = (
    LaterViews(f"allauth.mfa.{part}.views")
    for part in ("base", "totp", "recovery_codes", "webauthn")
)

urlpatterns = [
    path("", own.index, name="mfa_index"),
    path("authenticate/", lost.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", base.reauthenticate, name="mfa_reauthenticate"),
    path("lost/", lost.remove, name="mfa_lost_remove"),
    path("lost/<str:mailed>/", lost.follow, name="mfa_lost"),
    path("totp/activate/", own.activate_totp, name="mfa_activate_totp"),
    path("totp/deactivate/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/generate/", own.generate_codes, name="mfa_generate_recovery_codes"),
    path("recovery-codes/download/", own.download, name="mfa_download_recovery_codes"),
    path("webauthn/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("webauthn/add/", own.add_webauthn, name="mfa_add_webauthn"),
    path(
        "webauthn/reauthenticate/",
        keys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("webauthn/keys/<int:pk>/remove/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("webauthn/keys/<int:pk>/edit/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("webauthn/login/", keys.login_webauthn, name="mfa_login_webauthn"),
]
