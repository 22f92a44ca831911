"""The last look before publishing, and publishing."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ... import publishing
from ...document import DocumentError
from ...models import Career, Version
from .. import review as reviews
from ..access import PUBLISH, editor, load_career, studio_page
from ..head import head_of


class PublishForm(forms.Form):
    """The note of a new version, and which draft the editor has looked at."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={
            "required": gettext_lazy("Write in a sentence what is new and why."),
            "max_length": gettext_lazy("Shorten the note to %(limit_value)d characters or fewer."),
        },
    )
    draft = forms.CharField(required=False, max_length=64)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(PUBLISH)
def review(request: HttpRequest, career: str) -> HttpResponse:
    """Show what changed, what the check found and what it would do; POST publishes."""
    row = load_career(career)
    if request.method != "POST":
        return _show(request, row, PublishForm())
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=400)
    try:
        version = _publish(request, row, form)
    except (publishing.ChangedDraftError, publishing.UnchangedError, DocumentError) as refused:
        # Loaded again, because somebody else may have published meanwhile.
        return _show(request, load_career(career), form, notice=_why(refused), status=409)
    text = _("Version %(number)s is published.") % {"number": version.number}
    messages.success(request, text)
    return redirect("careers:version", career, version.number)


def _why(refused: Exception) -> str:
    """Return why nothing was published, and that the note is still there."""
    if isinstance(refused, publishing.UnchangedError):
        number = refused.latest.number
        return _("Nothing was published: this is version %(number)s already.") % {"number": number}
    if isinstance(refused, publishing.ChangedDraftError):
        return _(
            "Nothing was published: the draft was changed while you looked at it."
            " Look again below; your note is still there."
        )
    return _("Nothing was published: errors stop it. Mend them; your note is still there.")


def _publish(request: HttpRequest, career: Career, form: PublishForm) -> Version:
    return publishing.publish(
        career=career,
        note=form.cleaned_data["note"],
        reviewed=form.cleaned_data["draft"],
        by=editor(request),
        now=timezone.now(),
    )


def _show(
    request: HttpRequest, career: Career, form: PublishForm, *, notice: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "head": head_of(career, request.user),
        "review": (found := reviews.review(career)),
        "check": found.check,
        "form": form,
        "notice": notice,
    }
    return render(request, "careers/studio/review.html", context, status=status)
