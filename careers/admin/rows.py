"""Editing a draft's rows: levels, skill groups, skills, requirements, steps, facts, guide."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from .. import recording
from ..models import (
    Career,
    Fact,
    GuideSection,
    Level,
    Requirement,
    Skill,
    SkillGroup,
    Source,
    Step,
    StepAfter,
    StepGives,
    StepRequires,
)
from ..retiring import retire
from ..revisions import next_revision
from .fields import KeyAutocomplete, RevisedForm


class RowHistoryLink(admin.ModelAdmin):
    """A row whose history is read in the studio, beside that of the whole draft."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Lead to the row's history."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        career = Career.objects.get(pk=recording.draft_of(row))
        name = self.model.row_history.name_of(row)
        return redirect(
            reverse("careers:history", args=[career.key]) + "?" + urlencode({"row": name})
        )


class RevisionMixin:
    """Gives each saved row, and each row below it, the draft's next revision."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row as one more edit of its career's draft."""
        obj.revision = next_revision(career_id_of(obj))
        super().save_model(request, obj, form, change)  # type: ignore[misc]  # ModelAdmin's

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rows below as edits too."""
        for below in formset.forms:
            if hasattr(below.instance, "revision") and below.has_changed():
                below.instance.revision = form.instance.revision
        super().save_formset(request, form, formset, change)  # type: ignore[misc]  # ModelAdmin's

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row as one more edit."""
        retire(obj, next_revision(career_id_of(obj)))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the chosen rows, each as an edit of its own that can be restored."""
        for row in queryset:
            retire(row, next_revision(career_id_of(row)))


def career_id_of(row: Any) -> int:
    """Return the id of the career whose draft the row belongs to."""
    return int(row.level.career_id if isinstance(row, Requirement) else row.career_id)


class RowAdmin(RevisionMixin, RowHistoryLink):
    """A row of a draft: listed by career, with choices from its own career only."""

    form = RevisedForm
    list_filter: ClassVar[tuple[Any, ...]] = (("career", admin.RelatedOnlyFieldListFilter),)
    list_select_related: ClassVar[tuple[str, ...]] = ("career",)
    list_per_page = 60
    same_career: tuple[str, ...] = ()
    save_on_top = True

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Put a new row at the end of its career's list."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        career = initial.get("career")
        if career and str(career).isdecimal():
            rows = self.model._default_manager.filter(career_id=career)
            last = rows.aggregate(last=Max("position"))["last"]
            initial["position"] = 0 if last is None else last + 1
        return initial

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Offer only rows of the same career in the fields of ``same_career``."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        career_id = obj.career_id if obj else request.GET.get("career", "")
        if str(career_id).isdecimal():
            for name in self.same_career:
                field = form.base_fields.get(name)
                if field is not None:
                    field.queryset = field.queryset.filter(career_id=career_id)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Keep a row in its career; the key is stable once made."""
        fixed = [name for name in ("career", "key") if hasattr(self.model, name)]
        return tuple(fixed) if obj else ()


class SameCareerInline(admin.TabularInline):
    """Rows below a row, with choices from the parent's career only."""

    form = RevisedForm
    extra = 0
    same_career: tuple[str, ...] = ()
    career_id: int | None = None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Note the parent's career; an inline lives as long as one request."""
        self.career_id = getattr(obj, "career_id", None)
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows of the parent's career."""
        if db_field.name in self.same_career and self.career_id:
            rows: QuerySet[Any] = db_field.related_model._default_manager.all()
            kwargs["queryset"] = rows.filter(career_id=self.career_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class SkillRequirements(SameCareerInline):
    """What each level requires of the skill."""

    model = Requirement
    fields = ("level", "rating", "importance", "essential")
    same_career = ("level",)


class LevelRequirements(SameCareerInline):
    """What the level requires."""

    model = Requirement
    fields = ("skill", "rating", "importance", "essential")
    same_career = ("skill",)


class Requires(SameCareerInline):
    """Ratings that must hold before the step."""

    model = StepRequires
    fields = ("skill", "rating")
    same_career = ("skill",)


class Gives(SameCareerInline):
    """Ratings to which the step raises."""

    model = StepGives
    fields = ("skill", "rating")
    same_career = ("skill",)


class After(SameCareerInline):
    """Steps to be done before."""

    model = StepAfter
    fk_name = "step"
    fields = ("other",)
    same_career = ("other",)


@admin.register(Level)
class LevelAdmin(RowAdmin):
    """Levels with their requirements."""

    list_display = ("title", "career", "rank", "years_from", "years_to")
    search_fields = ("title", "key")
    inlines = (LevelRequirements,)


@admin.register(SkillGroup)
class SkillGroupAdmin(RowAdmin):
    """The pages of the questionnaire."""

    list_display = ("title", "career", "key", "position")
    search_fields = ("title", "key")


@admin.register(Skill)
class SkillAdmin(RowAdmin):
    """Skills with their anchors and requirements."""

    list_display = ("title", "career", "skill_group", "key", "position")
    list_filter = (*RowAdmin.list_filter, ("skill_group", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("career", "skill_group")
    search_fields = ("title", "key", "description")
    same_career = ("skill_group",)
    inlines = (SkillRequirements,)


@admin.register(Requirement)
class RequirementAdmin(RevisionMixin, RowHistoryLink):
    """All requirements in one list, ratings and importances editable in place."""

    form = RevisedForm
    list_display = ("skill", "level", "rating", "importance", "essential")
    list_editable = ("rating", "importance", "essential")
    list_filter = (
        ("level__career", admin.RelatedOnlyFieldListFilter),
        ("level", admin.RelatedOnlyFieldListFilter),
        "essential",
    )
    list_select_related = ("skill", "level")
    search_fields = ("skill__title", "skill__key", "level__title")
    autocomplete_fields = ("level", "skill")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choose by typing, whatever was posted."""
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = KeyAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    ordering = ("skill__position", "level__rank")
    list_per_page = 200

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[RevisedForm]:
        """Notice in the list, too, what somebody else changed meanwhile."""
        return RevisedForm

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Compare and save in one transaction, so that nobody comes in between."""
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        with transaction.atomic():
            return super().changelist_view(request, extra_context)


@admin.register(Step)
class StepAdmin(RowAdmin):
    """Training steps with what they require and give."""

    list_display = ("title", "career", "kind", "hours", "cost", "currency", "estimated")
    list_filter = (*RowAdmin.list_filter, "kind", "estimated")
    search_fields = ("title", "key", "description")
    inlines = (Requires, Gives, After)


@admin.register(Fact)
class FactAdmin(RowAdmin):
    """Sourced figures."""

    list_display = ("key", "career", "kind", "value", "unit", "region", "date", "source")
    list_filter = (*RowAdmin.list_filter, "kind")
    search_fields = ("key", "kind", "value", "scope", "source")
    same_career = ("level",)


@admin.register(GuideSection)
class GuideSectionAdmin(RowAdmin):
    """Sections of the career's guide."""

    list_display = ("title", "career", "chapter", "layout", "position")
    list_filter = (*RowAdmin.list_filter, "chapter")
    search_fields = ("title", "key", "text")


@admin.register(Source)
class SourceAdmin(RowAdmin):
    """What the names in source fields stand for."""

    list_display = ("name", "career", "title", "date")
    search_fields = ("name", "title")
