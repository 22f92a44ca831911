"""What every reply tells the browser to forbid, whoever made it.

Views, static files, redirects to HTTPS and refusals of a wrong host come from different layers;
this one stands around all of them, and adds what they have not said themselves.
"""

from collections.abc import Callable

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse


def of_every_reply() -> dict[str, str]:
    """Return the headers that no reply may lack."""
    return {
        "Content-Security-Policy": build_policy(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in settings.PERMISSIONS_POLICY),
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }


def without_django() -> dict[str, str]:
    """Return them for what the server answers by itself, with what Django adds elsewhere."""
    if not settings.SECURE_HSTS_SECONDS:
        return of_every_reply()
    https = f"max-age={settings.SECURE_HSTS_SECONDS}"
    https += "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    https += "; preload" if settings.SECURE_HSTS_PRELOAD else ""
    return of_every_reply() | {"Strict-Transport-Security": https}


def everywhere(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the headers that no reply may lack."""
    headers = of_every_reply()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/") and "charset" not in kind:
            response.headers["Content-Type"] = f"{kind}; charset=utf-8"
        # Whoever asks for a form's token is sent its cookie, each time. A shared cache may keep
        # even that for others.
        if response.cookies:
            response.headers.setdefault("Cache-Control", "private")
        return response

    return middleware
