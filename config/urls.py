"""The site map."""

from django.urls import include, path

from accounts.later import LaterViews

from . import health
from .late import late
from .problems import nowhere

careers, metrics, pages, ready = (
    LaterViews(name) for name in ("careers.views", "config.metrics", "config.pages", "config.ready")
)
urlpatterns = [
    path("", careers.home, name="home"),
    path("", include("careers.urls")),
    path("", include("assessments.urls")),
    path("account/", include("accounts.urls")),
    path("account/2fa/", include("accounts.factor_urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.account.urls")),
    path("scoring/", pages.scoring, name="scoring"),
    path("privacy/", pages.privacy, name="privacy"),
    path("credits/", pages.credits_page, name="credits"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path("livez", health.livez, name="livez"),
    path("readyz", ready.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", nowhere, name="api_nowhere"),
    late("api/v1/", "config.api_urls", namespace="api"),
    path("api/v1/<path:rest>", nowhere, name="api_nowhere"),
    late("admin/", "config.admin_urls", namespace="admin"),
]
handler429 = "accounts.limits.too_many"  # called by allauth
handler404 = "config.pages.not_found"
handler500 = "config.pages.server_error"
