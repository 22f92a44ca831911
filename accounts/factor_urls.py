"""Addresses of second factors that stand before allauth's own, under the same names."""

from django.urls import path

from .factors import Index, MakeCodes, SetUpApp, SetUpPasskey, download
from .lost_views import Authenticate, follow, remove

urlpatterns = [
    path("2fa/authenticate/", Authenticate.as_view(), name="mfa_authenticate"),
    path("2fa/lost/", remove, name="mfa_lost_remove"),
    path("2fa/lost/<str:mailed>/", follow, name="mfa_lost"),
    path("2fa/", Index.as_view(), name="mfa_index"),
    path("2fa/totp/activate/", SetUpApp.as_view(), name="mfa_activate_totp"),
    path("2fa/webauthn/add/", SetUpPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/recovery-codes/generate/", MakeCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", download, name="mfa_download_recovery_codes"),
]
