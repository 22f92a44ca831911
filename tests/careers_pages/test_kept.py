"""Parts of pages that are kept: filled in anew for everybody, holding nobody's own."""

from uuid import UUID, uuid4

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.translation import override

from careers.kept import Kept
from careers.templatetags import career_words
from tests import frameworks
from tests.conftest import publish

LOAD = "{% load kept i18n %}"


def render(template: Template, **context: object) -> str:
    """Render with these values."""
    return template.render(Context(context))


def test_a_kept_part_is_rendered_once_for_its_values_and_filled_with_the_live_ones():
    """Another fixed value is another part; a live one is only another filling."""
    seen = []

    class Title(str):
        """A title that notes when it is printed."""

        __slots__ = ()

        def __str__(self) -> str:
            seen.append("printed")
            return "".join(self)

    template = Template(
        LOAD
        + "{% kept title=title live low=low|floatformat:1 %}{{ title }}: {{ low }}{% endkept %}"
    )
    assert render(template, title=Title("A"), low=1) == "A: 1.0"
    printed = len(seen)
    assert printed > 0
    assert render(template, title=Title("A"), low=2.25) == "A: 2.3"
    assert len(seen) == printed
    assert render(template, title="B", low=3) == "B: 3.0"


def test_what_is_not_named_is_not_seen():
    """So nothing of a person is kept by mistake, not from the page nor from its processors."""
    template = Template(LOAD + "{% kept a=a %}[{{ a }}{{ typed }}{{ user }}]{% endkept %}")
    assert render(template, a=1, typed="mine", user="Mara") == "[1]"


def test_live_values_are_escaped_as_any_other():
    """Safe text stays as it is; markup that somebody typed does not."""
    template = Template(LOAD + "{% kept live text=text %}<p>{{ text }}</p>{% endkept %}")
    assert render(template, text="<b>&\x02text\x03") == "<p>&lt;b&gt;&amp;\x02text\x03</p>"
    assert render(template, text="x") == "<p>x</p>"


def test_a_number_of_an_assessment_is_filled_into_addresses():
    """The address is made once, for everybody's number."""
    template = Template(
        LOAD
        + '{% kept live pk=pk n=n %}{% url "assessments:plan" pk %} {{ n }} {{ pk }}{% endkept %}'
    )
    for number in (uuid4(), uuid4()):
        assert render(template, pk=number, n=7) == f"/assessments/{number}/plan/ 7 {number}"


def test_a_text_that_is_a_uuid_stays_as_it_is():
    """Marks for numbers are drawn at random, so no text of a framework can be one."""
    texts = [str(UUID(int=n)) for n in range(9)] + [str(uuid4())]
    template = Template(LOAD + "{% kept text=text live pk=pk %}{{ text }} {{ pk }}{% endkept %}")
    number = uuid4()
    assert [render(template, text=text, pk=number) for text in texts] == [
        f"{text} {number}" for text in texts
    ]


def test_each_language_has_its_own():
    """A part that says something says it in the reader's language."""
    template = Template(LOAD + "{% kept %}{% get_current_language as now %}{{ now }}{% endkept %}")
    with override("de"):
        assert render(template) == "de"
    with override("en"):
        assert render(template) == "en"


@pytest.mark.parametrize("words", ["a", "live b", "a=a b", "a=a life b=b"])
def test_a_tag_that_names_nothing_is_refused(words):
    """A forgotten name is an error when the page is loaded."""
    with pytest.raises(TemplateSyntaxError, match="name=value"):
        Template(LOAD + "{% kept " + words + " %}{% endkept %}")


def test_it_begins_anew_when_there_are_too_many(monkeypatch):
    """Memory has an end."""
    monkeypatch.setattr("careers.templatetags.kept.MOST", 3)
    template = Template(LOAD + "{% kept a=a %}{{ a }}{% endkept %}")
    assert [render(template, a=n) for n in (1, 2, 3, 4, 1)] == ["1", "2", "3", "4", "1"]
    (node,) = [n for n in template.nodelist if type(n).__name__ == "KeptNode"]
    assert len(node.kept) == 2


def test_who_develops_sees_a_changed_template_at_once(settings):
    """Nothing is kept while DEBUG is on."""
    settings.DEBUG = True
    texts = iter(["old", "new"])
    kept = Kept(9)
    assert [kept.filled("key", lambda _marks: next(texts), {}) for _ in range(2)] == ["old", "new"]


def test_a_guide_is_rendered_once_for_each_version(client, box_maker, monkeypatch):
    """A newer version and another career have their own; everybody reads the same."""
    rendered = []

    def noted(template, context):
        if template == "careers/_guide.html":
            rendered.append(context["version"])
        return render_to_string(template, context)

    monkeypatch.setattr(career_words, "_GUIDES", Kept(64))
    monkeypatch.setattr("careers.kept.render_to_string", noted)
    words = {}
    for change in ("", "laser", "another"):
        document = frameworks.tiny()
        if change == "laser":
            document["skills"][0]["title"] = "Cutting with a laser"
        if change == "another":
            document["career"]["key"] = "another"
        if change:
            publish(document)
        address = f"/careers/{document['career']['key']}/"
        pages = {client.get(address).content.decode().partition('id="levels"')[2] for _ in range(3)}
        assert len(pages) == 1
        words[change] = pages.pop()
    assert ["with a laser" in each for each in words.values()] == [False, True, False]
    assert [version.number for version in rendered] == [1, 2, 1]
