"""Careers in Django admin: the draft's rows at hand, its check, and publishing."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from .. import check, publishing
from ..compare import Change, compare
from ..document import DocumentError, Problem
from ..drafts import compile_draft
from ..models import Career
from ..revisions import next_revision
from .fields import LevelsAndCodesForm
from .rows import row_address_parts

_SHAPE_PATH = re.compile(r"^(level|group|skill|step|fact)s\[\d+\] “([^”]+)”")
ROW_LISTS = (
    ("level", "career__id__exact"),
    ("skillgroup", "career__id__exact"),
    ("skill", "career__id__exact"),
    ("requirement", "level__career__id__exact"),
    ("step", "career__id__exact"),
    ("fact", "career__id__exact"),
    ("guidesection", "career__id__exact"),
    ("source", "career__id__exact"),
    ("version", "career__id__exact"),
)


class PublishForm(forms.Form):
    """The note of a new version."""

    note = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A problem or finding, with the address of the row it names (or nothing)."""

    where: str
    message: str
    address: str


def _located(career: Career, where: str, message: str) -> Row:
    match = _SHAPE_PATH.match(where)
    parts = row_address_parts(career, f"{match[1]} {match[2]}" if match else where)
    address = reverse(f"admin:careers_{parts[0]}_change", args=[parts[1]]) if parts else ""
    return Row(where, message, address)


@admin.register(Career)
class CareerAdmin(admin.ModelAdmin):
    """A career: its titles, links to its rows, and the page that publishes the draft."""

    form = LevelsAndCodesForm
    list_display = ("title", "key", "latest")
    list_select_related = ("latest",)
    search_fields = ("title", "key")
    readonly_fields = ("latest",)
    change_form_template = "admin/careers/career/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep the key once the career is made."""
        return ("key", "latest") if obj else ("latest",)

    def save_model(self, request: HttpRequest, obj: Career, form: Any, change: bool) -> None:
        """Save the career as one more edit of its draft."""
        if change:
            revision = next_revision(obj.pk)
            obj.refresh_from_db(fields=["latest", "published_revision"])
            obj.draft_revision = revision
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that publishes."""
        publish = path(
            "<int:career_id>/publish/",
            self.admin_site.admin_view(self.publish),
            name="careers_career_publish",
        )
        return [publish, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the career with links to its rows."""
        lists = []
        for name, parameter in ROW_LISTS:
            title = apps.get_model("careers", name)._meta.verbose_name_plural
            address = reverse(f"admin:careers_{name}_changelist")
            lists.append((title, f"{address}?{parameter}={object_id}"))
        can_publish = request.user.has_perm("careers.publish_career")
        context = {**(extra_context or {}), "row_lists": lists, "can_publish": can_publish}
        return super().change_view(request, object_id, form_url, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Lead to the draft's history in the studio."""
        career = get_object_or_404(Career, pk=object_id)
        return redirect("careers:history", career.key)

    def publish(self, request: HttpRequest, career_id: int) -> HttpResponse:
        """Show what is wrong and what has changed; POST publishes the draft."""
        career = get_object_or_404(Career.objects.select_related("latest"), pk=career_id)
        if not request.user.has_perm("careers.publish_career"):
            raise PermissionDenied
        form = PublishForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            done = self._publish(request, career, form.cleaned_data["note"])
            if done:
                return redirect("admin:careers_career_change", career.pk)
        return TemplateResponse(
            request, "admin/careers/career/publish.html", self._context(request, career, form)
        )

    def _publish(self, request: HttpRequest, career: Career, note: str) -> bool:
        by = request.user if isinstance(request.user, User) else None
        try:
            version = publishing.publish(career=career, note=note, by=by, now=timezone.now())
        except DocumentError:
            messages.error(request, _("Not published: mend the rows below first."))
            return False
        except publishing.UnchangedError as unchanged:
            messages.info(request, str(unchanged))
            return False
        text = _("Published version %(number)s. Reports and assessments under way keep theirs.")
        messages.success(request, text % {"number": version.number})
        return True

    def _context(self, request: HttpRequest, career: Career, form: PublishForm) -> dict[str, Any]:
        problems: list[Problem] = []
        findings: list[check.Finding] = []
        changes: list[Change] = []
        try:
            document = publishing.verify(compile_draft(career))
        except DocumentError as error:
            problems = error.problems
        else:
            findings = check.check(document)
            if career.latest:
                changes = compare(json.loads(career.latest.document), document)
        return {
            **self.admin_site.each_context(request),
            "title": _("Publish %(career)s") % {"career": career.title},
            "opts": self.model._meta,
            "career": career,
            "form": form,
            "problems": [_located(career, p.where, p.message) for p in problems],
            "warnings": [_located(career, f.where, f.message) for f in findings],
            "changes": changes,
        }
