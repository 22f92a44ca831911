"""The draft's questionnaire as a job seeker would see it. Nothing is saved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from careers.document import DocumentError, parse
from careers.drafts import compile_draft
from careers.publishing import verify
from careers.studio.access import VIEW, load_career, studio_page
from careers.studio.findings import check_of
from careers.studio.head import head_of

from .. import questionnaire


@require_safe
@studio_page(VIEW)
def preview(request: HttpRequest, career: str) -> HttpResponse:
    """Show every page of the draft's questionnaire, one below the other."""
    row = load_career(career)
    compiled = compile_draft(row)
    context = {
        "head": head_of(row, request.user),
        "check": check_of(row, compiled),
        "pages": [],
        "problems": [],
    }
    try:
        draft = parse(verify(compiled))
    except DocumentError as error:
        context["problems"] = error.problems
    else:
        context["pages"] = [
            (page, questionnaire.render_blank(page)) for page in draft.questionnaire()
        ]
    return render(request, "assessments/preview.html", context)
