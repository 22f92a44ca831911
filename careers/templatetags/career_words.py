"""Template filters and tags for figures, kinds, sources and the guide of a framework."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from careers import wording
from careers.document import Fact, Framework, Level, Source, Step
from careers.kept import Kept, of_template
from careers.models import Version
from careers.pages import CareerPage

register = template.Library()

_GUIDES = Kept(64)
"""Of about 200 KB each; a version never changes."""


@register.simple_tag
def guide_of(version: Version, page: CareerPage) -> SafeString:
    """Return what a version's guide says, rendered once for each version and language."""
    shown = {"version": version, "page": page, "framework": page.framework}
    render = of_template("careers/_guide.html", shown)
    return _GUIDES.filled((version.pk, version.sha256, get_language()), render, {})


@register.filter
def figure(fact: Fact) -> str:
    """Return a fact's value with its unit."""
    return wording.figure(fact)


@register.filter
def short_money(fact: Fact) -> str:
    """Return a yearly pay in thousands."""
    return wording.short_money(fact)


@register.filter
def fact_kind(kind: str) -> str:
    """Return a kind of fact in words."""
    return wording.fact_kind(kind)


@register.filter
def step_kind(kind: str) -> str:
    """Return a kind of training step in words."""
    return str(wording.STEP_KINDS[kind])


@register.filter
def check_kind(kind: str) -> str:
    """Return a kind of check in words."""
    return str(wording.CHECK_KINDS[kind])


@register.filter
def step_cost(step: Step) -> str:
    """Return what a step costs."""
    return wording.step_cost(step)


@register.filter
def level_years(level: Level) -> str:
    """Return a level's usual years of experience."""
    return wording.years(level)


@register.filter
def source_titles(source: str, framework: Framework) -> list[Source]:
    """Return the sources named in a source field; an unknown name stands for itself."""
    names = [name.strip() for name in source.split(";") if name.strip()]
    unknown = {name: Source(name, name, "", "", "") for name in names}
    return [framework.sources.get(name, unknown[name]) for name in names]


@register.filter
def skill_title(key: str, framework: Framework) -> str:
    """Return the title of a skill."""
    return framework.skills()[key].title


@register.filter
def dots(number: int) -> str:
    """Return an importance as dots."""
    return "●" * number


@register.filter
def times(number: int) -> range:
    """Return a range to loop over."""
    return range(number)
