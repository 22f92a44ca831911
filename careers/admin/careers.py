"""Careers in Django admin: the draft's rows at hand. Checking and publishing is the studio's."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ..models import Career
from ..revisions import next_revision
from .fields import RevisedForm

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


@admin.register(Career)
class CareerAdmin(admin.ModelAdmin):
    """A career: its titles, and links to its rows and to the page that publishes the draft."""

    form = RevisedForm
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
            obj.draft_revision = obj.revision = revision
        super().save_model(request, obj, form, change)

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
        career = self.get_object(request, unquote(object_id))
        if career is None:
            raise Http404
        return redirect("careers:history", career.key)
