"""The site map."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from careers.views import home

from . import health, metrics, pages
from .api import api, nowhere

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home, name="home"),
    path("", include("careers.urls")),
    path("", include("assessments.urls")),
    path("account/", include("accounts.urls")),
    path("account/", include("accounts.factor_urls")),
    path("account/", include("allauth.urls")),
    path("scoring/", pages.scoring, name="scoring"),
    path("privacy/", pages.privacy, name="privacy"),
    path("credits/", pages.credits_page, name="credits"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", nowhere, name="api_nowhere"),
    path("api/v1/", api.urls),
    path("api/v1/<path:rest>", nowhere, name="api_nowhere"),
    path("admin/", admin.site.urls),
]
handler429 = "accounts.limits.too_many"  # called by allauth
handler404 = "config.pages.not_found"
handler500 = "config.pages.server_error"
