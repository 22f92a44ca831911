"""The way of who has lost every second factor: the link, signing in, one last question."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from . import lost

KEY = "lost_factor"
METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def follow(request: HttpRequest, mailed: str) -> HttpResponse:
    """Say what happens next; the button leads to signing in. Looking at the page does nothing."""
    kept = lost.opened(mailed)
    if kept is None:
        return render(request, "mfa/lost/over.html", status=404)
    if request.method != "POST":
        return render(request, "mfa/lost/follow.html")
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    request.session[KEY] = kept
    return redirect("account_login")


class Authenticate(AuthenticateView):  # type: ignore[misc]  # allauth carries no types
    """Asking for the second factor; of who followed a link, whether to remove what is lost."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for the code, or lead to the question."""
        if lost.fits(request.session.get(KEY), self.stage.login.user):
            return redirect("mfa_lost_remove")
        reply: HttpResponse = super().get(request, *args, **kwargs)
        return reply


@require_http_methods(METHODS)
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def remove(request: HttpRequest) -> HttpResponse:
    """Ask whoever has just shown the first factor; then remove the others and sign in.

    It leads to setting up a new one, where one must.
    """
    stage: Any = request._login_stage  # type: ignore[attr-defined]  # set by the decorator
    user, kept = stage.login.user, request.session.get(KEY)
    if request.method != "POST" and lost.fits(kept, user):
        return render(request, "mfa/lost/remove.html")
    request.session.pop(KEY, None)
    wanted = request.method == "POST" and "remove" in request.POST
    if not (wanted and kept and lost.remove(user=user, kept=kept)):
        return redirect("mfa_authenticate")
    get_adapter(request).send_notification_mail("mfa/email/lost_removed", user)
    messages.success(request, _("Your passkeys, your app and your recovery codes are removed."))
    stage.login.redirect_url = reverse("mfa_index")
    reply: HttpResponse = stage.exit()
    return reply


authenticate = Authenticate.as_view()
