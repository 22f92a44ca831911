"""What a coach reads of single people and takes along; and all reports of a career."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from careers import catalogue
from careers.models import Version
from careers.studio.access import load_career, studio_page

from ... import exports, report_html, reports
from ...downloads import XLSX
from ...models import Assessment
from ..access import coached, signed_in
from ..models import Group, Membership, Reading
from ..page import GroupPage
from ..page import page as page_of
from ..tables import group_tables
from .coach import listed_member

SEE_ALL = "assessments.see_all_reports"
MOST_MEMBERS = 10_000
TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


@require_safe
@signed_in
def group_member(request: HttpRequest, group_id: uuid.UUID, membership: int) -> HttpResponse:
    """Show the report of somebody who agreed to it, read only and without their notes."""
    group = coached(request, group_id)
    member = listed_member(group, membership)
    reading = get_object_or_404(Reading, member=member, state="shown", is_current=True)
    rows = Assessment.objects.with_version().select_related("report")
    assessment = get_object_or_404(rows, pk=reading.assessment_id)
    has_level = catalogue.framework(assessment.version).level(group.level) is not None
    asked = request.GET.get("level") or (group.level if has_level else None)
    try:
        page = reports.page(assessment, asked, is_own=False, with_notes=False)
    except reports.UnknownLevelError as error:
        raise Http404 from error
    html = report_html.of_another(
        request,
        "assessments/group_member.html",
        page,
        name=member.name,
        group=group.name,
        address=reverse("assessments:group", args=[group.pk]),
    )
    return HttpResponse(html)


@require_safe
@signed_in
def group_file(request: HttpRequest, group_id: uuid.UUID, kind: str) -> HttpResponse:
    """Answer the group's figures as "xlsx" or "csv"."""
    group = coached(request, group_id)
    listed = Membership.objects.filter(group=group, is_listed=True).order_by("name", "pk")
    page = page_of(group, listed=listed.count(), members=listed[:MOST_MEMBERS])
    return _file(page, kind, "group")


def _file(page: GroupPage, kind: str, name: str) -> HttpResponse:
    tables = group_tables(page)
    title = page.group.name or page.level.title
    content = exports.as_csv(tables) if kind == "csv" else exports.as_xlsx(tables, title)
    return HttpResponse(
        content,
        content_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}-{page.level.key}.{kind}"'},
    )


@require_safe
@studio_page(SEE_ALL)
def career_reports(request: HttpRequest, career: str) -> HttpResponse:
    """Show all reports of one version and level of a career; nobody is listed."""
    row = load_career(career)
    page, versions = _of_all(request, career)
    context = {"career": row, "page": page, "versions": versions}
    return render(request, "assessments/career_reports.html", context)


@require_safe
@studio_page(SEE_ALL)
def career_reports_file(request: HttpRequest, career: str, kind: str) -> HttpResponse:
    """Answer the same figures as "xlsx" or "csv"."""
    page, _versions = _of_all(request, career)
    if page is None:
        raise Http404
    return _file(page, kind, career)


def _of_all(request: HttpRequest, career: str) -> tuple[GroupPage | None, list[Version]]:
    """Return the page at ``?version=&level=``, by default the latest and its lowest level."""
    rows = Version.objects.filter(career__key=career).select_related("career").defer("document")
    versions = list(rows.order_by("-number"))
    if not versions:
        return None, []
    number = request.GET.get("version") or str(versions[0].number)
    version = next((each for each in versions if str(each.number) == number), None)
    if version is None:
        raise Http404
    content = catalogue.framework(version)
    level = content.level(request.GET.get("level") or content.levels[0].key)
    if level is None:
        raise Http404
    group = Group.objects.filter(owner=None, version=version, level=level.key).first()
    if group is None:
        group = Group(version=version, level=level.key)
    group.version = version
    return page_of(group), versions
