"""The questionnaire's markup: rendered by crispy once, then joined with each one's answers."""

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from crispy_forms.utils import render_crispy_form
from django.forms import Form
from django.utils.html import strip_spaces_between_tags
from django.utils.safestring import mark_safe
from django.utils.translation import override

from assessments import questionnaire
from assessments.forms import rating_value
from assessments.models import Rating
from assessments.questionnaire import Filled
from careers.catalogue import framework
from careers.models import Version
from tests import frameworks
from tests.conftest import publish

from .report_readers import in_other_words

HOSTILE = "</textarea><script>alert(1)</script> \"quoted\" & 'so' \x26lt; 箱"
CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x80-\U0010ffff]")


@pytest.fixture
def renders(monkeypatch) -> list[Form]:
    """Every form that crispy renders from now on, starting with nothing kept."""
    questionnaire._parts.cache_clear()
    done: list[Form] = []

    def render(form: Form, *args: object) -> str:
        done.append(form)
        return str(render_crispy_form(form, *args))

    monkeypatch.setattr(questionnaire, "render_crispy_form", render)
    return done


def test_a_page_is_rendered_once_whatever_is_answered(box_maker, renders):
    """A hundred people's answers need one rendering."""
    pages = {
        questionnaire.render(box_maker, "hands", {"cutting": Filled(str(n % 5), f"box {n}", n)})
        for n in range(100)
    }
    assert (len(pages), len(renders)) == (100, 1)


def test_each_page_of_each_version_is_rendered_once(box_maker, renders):
    """Neither pages nor versions are mistaken for each other."""
    tiny = frameworks.tiny()
    tiny["skills"][0]["title"] = "Cutting with a laser"
    newer = publish(tiny)
    found = [
        questionnaire.render(version, page, {})
        for _time in range(3)
        for version in (box_maker, newer)
        for page in ("hands", "head")
    ]
    assert len(renders) == 4
    assert ["laser" in page for page in found[:4]] == [False, False, True, False]
    assert found[:4] * 3 == found


KEY = ("version_id", "sha256", "group", "language", "with_evidence")


@pytest.fixture
def kinds(db, monkeypatch, in_every_language) -> Iterator[Callable[[], list[str]]]:
    """Give what renders a page of every kind, of versions with the same keys."""
    tiny = frameworks.tiny()
    first, second = publish(tiny), publish(in_other_words(tiny))
    contents = {version.sha256: framework(version) for version in (first, second)}
    monkeypatch.setattr(questionnaire, "framework_of", lambda _pk, sha256: contents[sha256])
    # The number of the first with another document: of a database that was put back.
    restored = Version(pk=first.pk, sha256=second.sha256)

    def render() -> list[str]:
        pages = []
        for version, group in product((first, second, restored), ("hands", "head")):
            for language, with_evidence in product(("en", "de"), (True, False)):
                with override(language):
                    page = questionnaire.render(version, group, {}, with_evidence=with_evidence)
                pages.append(page)
        return pages

    forget = questionnaire._parts.cache_clear
    forget()
    yield render
    forget()


def test_no_page_is_taken_for_one_of_another_kind(kinds, monkeypatch):
    """Kept or made anew, each is the same."""
    made = [kinds() for _time in range(2)]
    monkeypatch.setattr(questionnaire, "_parts", questionnaire._parts.__wrapped__)
    anew = kinds()
    assert made == [anew, anew]
    assert len(set(anew)) == len(anew) - 8


@pytest.mark.parametrize("name", KEY[1:])
def test_a_key_that_forgot_anything_would_be_noticed(kinds, monkeypatch, name):
    """But for the version's number, by which its document is found: the SHA-256 says as much."""
    place, kept = KEY.index(name), {}

    def parts(*key):
        less = key[:place] + key[place + 1 :]
        if less not in kept:
            kept[less] = make(*key)
        return kept[less]

    make = questionnaire._parts.__wrapped__
    assert tuple(inspect.signature(make).parameters) == KEY
    monkeypatch.setattr(questionnaire, "_parts", make)
    anew = kinds()
    monkeypatch.setattr(questionnaire, "_parts", parts)
    assert kinds() != anew


def test_an_unknown_page_is_no_page(box_maker):
    """It raises, so that the view can answer 404."""
    with pytest.raises(KeyError, match="feet"):
        questionnaire.render(box_maker, "feet", {})


FILLED: dict[str, dict[str, Filled]] = {
    "nothing": {},
    "every rating": {
        f"skill-{n}": Filled(value, f"evidence {n}", n)
        for n, value in enumerate(["0", "1", "2", "3", "4", "unsure", ""])
    },
    "hostile": {
        "skill-0": Filled("2", HOSTILE, 3),
        "skill-1": Filled('"><b>', "", 0, errors=("Wrong <b>answer</b>.", "Too long.")),
        "skill-2": Filled(
            "4", HOSTILE, 9, stored=Rating(skill="skill-2", value=1, evidence=HOSTILE, revision=9)
        ),
        "skill-3": Filled("", "", 0, stored=Rating(skill="skill-3", value=None, revision=1)),
        "elsewhere": Filled("1", "of another page", 1),
    },
}


@pytest.mark.parametrize("answers", FILLED.values(), ids=FILLED)
def test_joined_parts_equal_a_straight_rendering(db, monkeypatch, answers):
    """Joining gives, but for blanks between tags, what crispy renders with the values in place.

    The straight rendering puts the raw values where the slots go, so that it is Django's
    own escaping that the joined page is compared with.
    """
    version = publish(frameworks.of_size(24, 2, pages=2))
    joined = questionnaire.render(version, "page-0", answers)

    def straight(name: str, skill: str, value: str = "") -> object:
        filled = answers.get(skill, Filled())
        refused = bool(filled.errors or filled.stored)
        return {
            "checked": mark_safe(" checked" if value and value == filled.value else ""),  # noqa: S308 (a constant)
            "evidence": filled.evidence,
            "revision": filled.revision,
            "open": " open" if filled.evidence else "",
            "described": f" {skill}_message" if refused else "",
            "message": questionnaire._message(skill, filled) if refused else "",
        }[name]

    monkeypatch.setattr(questionnaire, "_slot", straight)
    questionnaire._parts.cache_clear()
    rendered = questionnaire.render(version, "page-0", answers)
    questionnaire._parts.cache_clear()
    assert strip_spaces_between_tags(joined) == strip_spaces_between_tags(rendered)


@pytest.mark.parametrize("answers", FILLED.values(), ids=FILLED)
def test_no_slot_is_left_in_the_page(db, answers):
    """What marks the slots never reaches a browser."""
    version = publish(frameworks.of_size(24, 2, pages=2))
    assert CONTROL.findall(questionnaire.render(version, "page-0", answers)) == []


def test_evidence_that_looks_like_a_slot_is_text(box_maker):
    """Nobody's evidence is filled in where another answer goes, and no control is printed."""
    answers = {"cutting": Filled("1", "\x02evidence:gluing:\x03"), "gluing": Filled("2", "glue")}
    page = questionnaire.render(box_maker, "hands", answers)
    assert page.count("glue</textarea>") == 1
    assert CONTROL.findall(page) == []


def test_each_answer_ticks_its_own_button(box_maker):
    """One radio at most is checked, and it is the one stored."""
    checked = {
        value: re.findall(
            r'name="(rating-\w+)" value="(\w+)" id="[\w-]+" checked',
            questionnaire.render(box_maker, "hands", {"gluing": Filled(value)}),
        )
        for value in ("0", "1", "2", "3", "4", "unsure", "", "5", "00")
    }
    six = ("0", "1", "2", "3", "4", "unsure")
    nothing: dict[str, list[tuple[str, str]]] = {"": [], "5": [], "00": []}
    assert checked == {value: [("rating-gluing", value)] for value in six} | nothing


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, None])
def test_a_stored_answer_fills_its_question(value):
    """Value, evidence and revision are those of the row; nothing is wrong with them."""
    row = Rating(skill="cutting", value=value, evidence="a box", revision=7)
    assert questionnaire.filled_from(row) == Filled(rating_value(value), "a box", 7)


def test_evidence_opens_its_field(box_maker):
    """What was typed is in sight; an empty field stays folded away."""
    page = questionnaire.render(box_maker, "hands", {"gluing": Filled("", "typed")})
    assert re.findall(r'<details class="evidence"(.*?)>', page) == ["", " open"]
