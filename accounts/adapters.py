"""How allauth behaves here: signing out, mail, and the staff's second factor."""

import logging
import time
from smtplib import SMTPException
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from . import limits, visitors

logger = logging.getLogger(__name__)
LOCKED_SECONDS = 300
"""How long five wrong passwords close an account's password, as ACCOUNT_RATE_LIMITS says."""
KEPT_IN_SESSION = "browser"
"""The browser's token, by which work without an account is opened again."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts that share a browser with work that belongs to nobody's account."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which tries are counted."""
        return visitors.address(request)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Say what is wrong; of too many tries also the reply's status tells."""
        if code == "too_many_login_attempts":
            limits.mark(self.request, LOCKED_SECONDS)
        error: ValidationError = super().validation_error(code, *args)
        return error

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
        """Send a message; where the mail server fails, the page is shown even so.

        An error here would tell who has an account. The log says what failed, not to whom.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("A message could not be sent: %s", type(error).__name__)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Second factors: the staff keep one, and its picture obeys the security policy."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to take away the staff's last second factor."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id,
            type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN),
        ).exclude(pk=authenticator.pk)
        return bool(not authenticator.user.is_staff or others.exists())

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as an element to put into the page: no data address, no style."""
        svg: str = segno.make(url, error="m").svg_inline(border=4, light="#fff", omitsize=True)
        return svg
