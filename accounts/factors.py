"""Setting up a second factor: whoever came from somewhere is led back, without a second code.

allauth's views, at their addresses and under their names; ``?next=`` is carried from page to
page, and only to addresses of our own.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as code_flows
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.internal import flows as app_flows
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.internal import flows as key_flows
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from .guards import FACTORS, is_staff

DOWNLOAD = "accounts.factors.download"
DOWNLOAD_SECONDS = 3600


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
    request: HttpRequest

    def set_up(self, form: Any) -> Authenticator | None:
        """Store the factor; return recovery codes, if that made some."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up; as the first factor it counts as shown, for that has just been done.

        Another one beside it does not: a session that has shown none must not add its own.
        """
        is_first = not is_mfa_enabled(self.request.user, FACTORS)
        codes = self.set_up(form)
        if is_first:
            record_authentication(self.request, self.request.user, "mfa", type=self.kind)
        if codes and codes.new_codes:
            return shown(self.request, codes)
        return redirect(onward(self.request) or "mfa_index")


class Index(Onward, IndexView):  # type: ignore[misc]  # allauth carries no types
    """All factors."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether the person's pages ask for a factor: the staff's, or all."""
        asked = {"is_staff": is_staff(self.request), "all": settings.SECOND_FACTOR == "everyone"}
        return super().get_context_data(**kwargs) | asked


class SetUpApp(SetUp, ActivateTOTPView):  # type: ignore[misc]  # the same
    """Setting up an authenticator app."""

    kind = Authenticator.Type.TOTP

    def set_up(self, form: Any) -> Authenticator | None:
        """Store it; the code that did so signs nobody in as well, for a code counts once."""
        app, codes = app_flows.activate_totp(self.request, form)
        app.wrap()._mark_code_used(form.cleaned_data["code"])
        return codes


class SetUpPasskey(SetUp, AddWebAuthnView):  # type: ignore[misc]  # the same
    """Adding a passkey or a security key."""

    kind = Authenticator.Type.WEBAUTHN

    def set_up(self, form: Any) -> Authenticator | None:
        """Store it."""
        given = {name: form.cleaned_data[name] for name in ("name", "credential")}
        _key, codes = key_flows.add_authenticator(self.request, **given)
        return codes


class MakeCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # the same
    """New recovery codes in place of the old ones."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them and show them."""
        return shown(self.request, code_flows.generate_recovery_codes(self.request))


def shown(request: HttpRequest, codes: Authenticator) -> HttpResponse:
    """Show new recovery codes: now or never, for only their hashes are kept.

    The page itself holds them for the download, signed, so that what comes back is our own.
    """
    signed = signing.dumps([request.user.pk, *codes.new_codes], salt=DOWNLOAD)
    context = {"codes": codes.new_codes, "signed": signed, "onward": onward(request)}
    return render(request, "mfa/recovery_codes/new.html", context)


@require_POST
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """Answer the codes that the page of new ones holds as a file."""
    try:
        owner, *codes = signing.loads(
            request.POST.get("codes", ""), salt=DOWNLOAD, max_age=DOWNLOAD_SECONDS
        )
    except signing.BadSignature:
        return redirect("mfa_view_recovery_codes")
    if owner != request.user.pk:
        return redirect("mfa_view_recovery_codes")
    headers = {"Content-Disposition": 'attachment; filename="recovery-codes.txt"'}
    return HttpResponse("\n".join([*codes, ""]), content_type="text/plain", headers=headers)


index, generate_codes = Index.as_view(), MakeCodes.as_view()
activate_totp, add_webauthn = SetUpApp.as_view(), SetUpPasskey.as_view()
