"""Setting up a second factor: whoever came from somewhere is led back, without a second code.

allauth's views, at their addresses and under their names; ``?next=`` is carried from page to
page, and only to addresses of our own.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from .guards import FACTORS, is_staff


def onward(request: HttpRequest) -> str:
    """Return where the person was going, if that is an address of our own; else nothing."""
    return str(get_next_redirect_url(request) or "")


class Onward:
    """Gives a page's template ``onward``: where the person was going."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where the person was going."""
        found: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return found | {"onward": onward(self.request)}


class SetUp(Onward):
    """A form that sets up a second factor and leads on; new recovery codes are shown first."""

    kind: Authenticator.Type
    did_generate_recovery_codes: bool

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up; as the first factor it counts as shown, for that has just been done.

        Another one beside it does not: a session that has shown none must not add its own.
        """
        is_first = not is_mfa_enabled(self.request.user, FACTORS)
        reply: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        if is_first:
            record_authentication(self.request, self.request.user, "mfa", type=self.kind)
        return reply

    def get_success_url(self) -> str:
        """Lead to new recovery codes, to where the person was going, or to all factors."""
        going = onward(self.request)
        if self.did_generate_recovery_codes:
            codes = reverse("mfa_view_recovery_codes")
            return f"{codes}?{urlencode({'next': going})}" if going else codes
        return going or reverse("mfa_index")


class Index(Onward, IndexView):  # type: ignore[misc]  # allauth carries no types
    """All factors."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether the person's pages ask for a factor."""
        return super().get_context_data(**kwargs) | {"is_staff": is_staff(self.request)}


class SetUpApp(SetUp, ActivateTOTPView):  # type: ignore[misc]  # the same
    """Setting up an authenticator app."""

    kind = Authenticator.Type.TOTP

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up; the code that did so signs nobody in as well, for a code counts once."""
        reply = super().form_valid(form)
        TOTP(Authenticator(user=self.request.user))._mark_code_used(form.cleaned_data["code"])
        return reply


class SetUpPasskey(SetUp, AddWebAuthnView):  # type: ignore[misc]  # the same
    """Adding a passkey or a security key."""

    kind = Authenticator.Type.WEBAUTHN


class Codes(Onward, ViewRecoveryCodesView):  # type: ignore[misc]  # the same
    """The recovery codes."""
