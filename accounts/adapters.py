"""How allauth behaves here: signing out, mail, and the staff's second factor."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest

from . import encryption, mail

KEPT_IN_SESSION = "browser"
"""The browser's token, by which work without an account is opened again."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts that share a browser with work that belongs to nobody's account."""

    def logout(self, request: HttpRequest) -> None:
        """End the session; what this browser began without an account stays with it."""
        token = request.session.get(KEPT_IN_SESSION)
        super().logout(request)
        if token:
            request.session[KEPT_IN_SESSION] = token

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before second factors change, unless one has signed in just now."""
        records = get_authentication_records(self.request, self.request.user)
        is_fresh = any(time.time() - r["at"] < REAUTHENTICATION_TIMEOUT for r in records)
        return not is_fresh and bool(super().is_reauthentication_required(app=app, **kwargs))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue a message; where the mail server fails, the page is shown even so.

        An error here would tell who has an account.
        """
        given = {
            "request": self.request,
            "email": email,
            "current_site": get_current_site(self.request),
            **context,
        }
        message = self.render_mail(template_prefix, email, given)
        mail.queue(message, user=context.get("user"), has_code="code" in context)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Second factors: secrets encrypted, the staff keep one, pictures obey the security policy."""

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored."""
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret."""
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to take away the staff's last second factor."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id,
            type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN),
        ).exclude(pk=authenticator.pk)
        return bool(not authenticator.user.is_staff or others.exists())

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as an element to put into the page: no data address, no style."""
        import segno  # for the few who set up a second factor

        svg: str = segno.make(url, error="m").svg_inline(border=4, light="#fff", omitsize=True)
        return svg
