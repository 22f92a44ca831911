"""Addresses of second factors that stand before allauth's own, under the same names."""

from django.urls import path

from .factors import Codes, Index, SetUpApp, SetUpPasskey

urlpatterns = [
    path("2fa/", Index.as_view(), name="mfa_index"),
    path("2fa/totp/activate/", SetUpApp.as_view(), name="mfa_activate_totp"),
    path("2fa/webauthn/add/", SetUpPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/recovery-codes/", Codes.as_view(), name="mfa_view_recovery_codes"),
]
