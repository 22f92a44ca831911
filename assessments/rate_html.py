"""A page of the questionnaire as HTML: rendered once for a version's page, then filled in.

What is ``fixed`` names the page and is all that its template can ask; what is ``live`` it only
prints (``careers.kept``).
"""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from careers.document import SkillGroup
from careers.kept import Kept, of_template
from careers.templatetags.site_parts import nav

from .models import Assessment
from .progress import PageProgress, Progress

_PAGES = Kept(1_024)
"""Of about 15 KB each."""
_LINKS = Kept(4_096)
Json = dict[str, Any]


def page(
    request: HttpRequest,
    assessment: Assessment,
    shown: SkillGroup,
    progress: Progress,
    *,
    questions: SafeString,
    said: Json,
) -> SafeString:
    """Return the page; ``said`` is what stands above the questions, mostly nothing."""
    fixed = {
        "version": assessment.version.sha256,
        "level_key": progress.level.key,
        "page_key": shown.key,
        "is_claimed": assessment.owner_id is not None,
    }
    texts = {
        "title": shown.title,
        "level": progress.level,
        "total": progress.total,
        "next": progress.next.title if progress.next else "",
        "has_previous": progress.previous is not None,
    }
    live = {
        "pk": assessment.pk,
        "nav": nav(request),
        "csrf_token": get_token(request),
        "pages": SafeString("".join([_link(each) for each in progress.pages])),
        "percent": progress.percent,
        "answered": progress.answered,
        "minutes": progress.minutes,
        "said": render_to_string("assessments/_rate_said.html", said) if any(said.values()) else "",
        "questions": questions,
    }
    render = of_template("assessments/rate.html", {**fixed, **texts})
    return _PAGES.filled((get_language(), *fixed.values()), render, live)


def _link(each: PageProgress) -> SafeString:
    is_done = not each.unanswered and not each.is_current
    fixed = {
        "number": each.number,
        "title": each.title,
        "total": each.total,
        "is_current": each.is_current,
        "is_done": is_done,
    }
    live = {"address": each.address, "answered": each.answered}
    render = of_template("assessments/_rate_page.html", fixed)
    return _LINKS.filled((get_language(), *fixed.values()), render, live)
