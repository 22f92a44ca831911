"""The questionnaire's markup: made by crispy-forms once, then joined with the answers.

A version never changes, so each page is rendered once per version and language with a
slot wherever an answer goes; a request only joins the parts. Slots are written with
control characters, which no framework text may hold (``framework.schema.json``).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from crispy_forms.utils import render_crispy_form, render_field
from django.forms import Form, RadioSelect
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from careers.catalogue import CACHED_FRAMEWORKS, framework_of
from careers.document import Skill, SkillGroup
from careers.models import Version

from .answers import Stored
from .forms import UNSURE, QuestionsForm, rating_value
from .typed_text import shown

_SLOT = re.compile("\x02([a-z]+):([a-z0-9-]+):([a-z0-9]*)\x03")
_CHECKED = mark_safe(" checked")


@dataclass(frozen=True, slots=True)
class Filled:
    """What one question shows: the chosen value ("" for none), texts and messages."""

    value: str = ""
    evidence: str = ""
    revision: int = 0
    errors: tuple[str, ...] = ()
    stored: Stored | None = None
    """What another tab or device stored meanwhile, shown beside the person's own."""
    is_gone: bool = False
    """The page saw an answer that is not stored."""

    @property
    def has_message(self) -> bool:
        """Tell whether the question has something to say above its answers."""
        return bool(self.errors or self.stored or self.is_gone)


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str
    skill: str
    value: str


def _slot(name: str, skill: str, value: str = "") -> SafeString:
    return mark_safe(f"\x02{name}:{skill}:{value}\x03")


class _AnchoredRadio(RadioSelect):
    """Radio buttons that carry, for each answer, its sentence and the slot of its choice."""

    def __init__(self, skill: Skill, choices: Any) -> None:
        super().__init__(choices=choices)
        self.skill = skill

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["sentence"] = self.skill.anchors[int(value)] if value != UNSURE else ""
        option["checked"] = _slot("checked", self.skill.key, value)
        return option


class _Question:
    """A crispy layout object: one skill in its fieldset, by our own template."""

    def __init__(self, skill: Skill, *, with_evidence: bool) -> None:
        self.skill = skill
        self.with_evidence = with_evidence

    def render(self, form: Form, context: Context, **kwargs: Any) -> SafeString:
        def slot(name: str) -> SafeString:
            return _slot(name, self.skill.key)

        names = ("evidence", "revision", "message", "open", "described")
        extra = {
            "skill": self.skill,
            "slots": {name: slot(name) for name in names},
            "with_evidence": self.with_evidence,
        }
        rendered: SafeString = render_field(
            f"rating-{self.skill.key}",
            form,
            context,
            template="assessments/_question.html",
            extra_context=extra,
        )
        return rendered


@lru_cache(maxsize=CACHED_FRAMEWORKS * 8)
def _parts(
    version_id: int, sha256: str, group: str, language: str, with_evidence: bool
) -> tuple[str | _Slot, ...]:
    skill_group = page_of(framework_of(version_id, sha256).questionnaire(), group)
    return _cut(skill_group, with_evidence=with_evidence)


def _cut(skill_group: SkillGroup, *, with_evidence: bool) -> tuple[str | _Slot, ...]:
    """Render a page by crispy-forms and cut it at its slots."""
    form = QuestionsForm(skill_group)
    for skill in skill_group.skills:
        field: Any = form.fields[f"rating-{skill.key}"]
        field.widget = _AnchoredRadio(skill, field.choices)
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(
        *(_Question(skill, with_evidence=with_evidence) for skill in skill_group.skills)
    )
    html = render_crispy_form(form, helper)
    parts: list[str | _Slot] = []
    end = 0
    for match in _SLOT.finditer(html):
        parts += [html[end : match.start()], _Slot(*match.groups())]
        end = match.end()
    return (*parts, html[end:])


def page_of(pages: Iterable[SkillGroup], key: str) -> SkillGroup:
    """Return the page of that skill group, or raise KeyError."""
    for page in pages:
        if page.key == key:
            return page
    raise KeyError(key)


def render(
    version: Version, group: str, answers: Mapping[str, Filled], *, with_evidence: bool = True
) -> SafeString:
    """Return one page's questions, filled in. ``answers`` maps skill keys.

    Without ``with_evidence`` only ratings are asked for.
    """
    language = get_language() or ""
    return _join(_parts(version.pk, version.sha256, group, language, with_evidence), answers)


def render_blank(skill_group: SkillGroup) -> SafeString:
    """Return a page of a framework that is no version yet, nothing filled in."""
    return _join(_cut(skill_group, with_evidence=True), {})


def _join(parts: Iterable[str | _Slot], answers: Mapping[str, Filled]) -> SafeString:
    blank = Filled()
    return mark_safe(
        "".join(
            part if isinstance(part, str) else _fill(part, answers.get(part.skill, blank))
            for part in parts
        )
    )


def _fill(slot: _Slot, filled: Filled) -> str:
    match slot.name:
        case "checked":
            return _CHECKED if slot.value == filled.value else ""
        case "evidence":
            return escape(shown(filled.evidence))
        case "revision":
            return str(filled.revision)
        case "open":
            return " open" if filled.evidence else ""
        case "described":
            return f" {slot.skill}_message" if filled.has_message else ""
        case _:
            return _message(slot.skill, filled) if filled.has_message else ""


def _message(skill: str, filled: Filled) -> str:
    stored = filled.stored
    context = {
        "skill": skill,
        "errors": filled.errors,
        "stored": stored,
        "is_gone": filled.is_gone,
        "stored_value": rating_value(stored.value) if stored else "",
    }
    return render_to_string("assessments/_question_message.html", context)


def filled_from(rating: Stored) -> Filled:
    """Return a stored answer as the question shows it."""
    return Filled(rating_value(rating.value), rating.evidence, rating.revision)
