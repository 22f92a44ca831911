"""A person's own account: what there is to set, everything about them, and leaving."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from . import personal_data
from .adapters import KEPT_IN_SESSION
from .forms import DeleteForm
from .guards import has_shown, is_staff
from .models import User


@never_cache
@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show what can be set and where it is set."""
    context = {"is_staff": is_staff(request), "has_shown_factor": has_shown(request)}
    return render(request, "account/account.html", context)


@never_cache
@require_safe
@login_required
def data(request: HttpRequest) -> HttpResponse:
    """Answer everything stored about the person as a file."""
    user = User.objects.get(pk=request.user.pk or 0)
    return JsonResponse(
        personal_data.of(user),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="rung-my-data.json"'},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Ask, then delete the account with everything that hangs on it, and show it done."""
    user = User.objects.get(pk=request.user.pk or 0)
    form = DeleteForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        token = request.session.get(KEPT_IN_SESSION)
        personal_data.delete(user=user)
        logout(request)
        if token:
            request.session[KEPT_IN_SESSION] = token
        return render(request, "account/deleted.html")
    status = 400 if form.errors else 200
    return render(request, "account/delete.html", {"form": form}, status=status)
