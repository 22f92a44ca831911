"""Published versions and kept drafts in Django admin: to read, export and restore."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import publishing
from ..document import DocumentError, normal, pretty
from ..models import KeptDraft, Version


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that nobody edits or deletes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """Versions: frozen for ever."""

    list_display = ("title", "number", "origin", "published_at", "published_by", "skill_count")
    list_filter = (("career", admin.RelatedOnlyFieldListFilter), "origin")
    list_select_related = ("career", "published_by")
    search_fields = ("title", "note", "sha256")
    fields = (
        "career",
        "number",
        "origin",
        "note",
        "published_at",
        "published_by",
        "sha256",
        "level_count",
        "skill_count",
        "export",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the documents in the database."""
        return super().get_queryset(request).defer("document", "search_text")

    def get_urls(self) -> list[URLPattern]:
        """Add the export."""
        export = path(
            "<int:version_id>/export/",
            self.admin_site.admin_view(self.export_document),
            name="careers_version_export",
        )
        return [export, *super().get_urls()]

    @admin.display(description=gettext_lazy("document"))
    def export(self, version: Version) -> SafeString:
        """Link to the document."""
        address = reverse("admin:careers_version_export", args=[version.pk])
        return format_html('<a href="{}">{}</a>', address, _("Export as JSON"))

    def export_document(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Answer the version's document as a file."""
        version = get_object_or_404(Version.objects.select_related("career"), pk=version_id)
        text = pretty(normal(json.loads(version.document)))
        name = f"{version.career.key}-{version.number}.json"
        return HttpResponse(
            text,
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


@admin.register(KeptDraft)
class KeptDraftAdmin(ReadOnlyAdmin):
    """Drafts that an import replaced, to be restored."""

    list_display = ("career", "kept_at")
    list_filter = (("career", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("career",)
    actions = ("restore",)

    def has_restore_permission(self, request: HttpRequest) -> bool:
        """Restoring changes the draft."""
        return request.user.has_perm("careers.change_career")

    @admin.action(
        permissions=["restore"],
        description=gettext_lazy("Restore as the draft (what it replaces is kept)"),
    )
    def restore(self, request: HttpRequest, queryset: QuerySet[KeptDraft]) -> None:
        """Make a kept draft the draft again."""
        for kept in queryset.order_by("kept_at"):
            try:
                publishing.import_framework(document=kept.document, now=timezone.now())
            except DocumentError as error:
                messages.error(request, _("Not restored: %(problem)s") % {"problem": error})
            else:
                messages.success(request, _("Restored: %(draft)s") % {"draft": kept})
