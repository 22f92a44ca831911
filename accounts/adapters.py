"""How allauth behaves here: signing out, mail, and the staff's second factor."""

import logging
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from . import encryption, limits, mail, sessions, visitors
from .models import User

security = logging.getLogger("rung.security")
"""Who signs in and what changes about it, by the account's number: never by its address."""
LOCKED_SECONDS = 300
"""How long five wrong passwords close an account's password, as ACCOUNT_RATE_LIMITS says."""
MAX_ADDRESS = 254
"""Signs of an e-mail address (RFC 5321, erratum 1690), and of the column it is kept in."""
KEPT_IN_SESSION = "browser"
"""The browser's token, by which work without an account is opened again."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts that share a browser with work that belongs to nobody's account."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which tries are counted."""
        return visitors.address(request)

    def clean_email(self, email: str) -> str:
        """Refuse an address that is longer than any; it would be cut, and be another's."""
        if len(email) > MAX_ADDRESS:
            raise ValidationError(
                _("Shorten the address: none has more than %(most)d signs."),
                params={"most": MAX_ADDRESS},
            )
        return str(super().clean_email(email))

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Say what is wrong; of too many tries also the reply's status tells."""
        if code == "too_many_login_attempts":
            limits.mark(self.request, LOCKED_SECONDS)
            security.warning("Tries refused: too many passwords or codes")
        error: ValidationError = super().validation_error(code, *args)
        return error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that a password was refused; the log does not say whose."""
        security.warning("Sign-in refused: wrong password or no such account")

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and remember since when and by what."""
        super().login(request, user)
        has_rights = user.is_staff or user.has_module_perms("careers")
        request.session[sessions.STAMPS] = sessions.stamps(is_staff=has_rights, now=time.time())
        records = get_authentication_records(request, user)
        how = "+".join(str(record.get("type") or record["method"]) for record in records)
        security.info("Signed in: account %d by %s", user.pk, how or "confirming the address")
        if not records:  # signing up has just proven the address: it is not asked for again at once
            record_authentication(request, user, "code", email=user.email)

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **more: Any
    ) -> None:
        """Tell somebody what changed about how they sign in, and note it."""
        security.info("Changed: %s of account %d", template_prefix.rpartition("/")[2], user.pk)
        super().send_notification_mail(template_prefix, user, *args, **more)

    def logout(self, request: HttpRequest) -> None:
        """End the session; what this browser began without an account stays with it."""
        if request.user.is_authenticated:
            security.info("Signed out: account %d", request.user.pk)
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
        """Refuse to take away the last second factor of whoever must show one."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id,
            type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN),
        ).exclude(pk=authenticator.pk)
        must_have = settings.SECOND_FACTOR == "everyone" or authenticator.user.is_staff
        return bool(not must_have or others.exists())

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as an element to put into the page: no data address, no style."""
        import segno  # for the few who set up a second factor

        svg: str = segno.make(url, error="m").svg_inline(border=4, light="#fff", omitsize=True)
        return svg
