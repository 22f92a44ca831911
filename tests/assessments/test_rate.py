"""A page of questions: shown, saved by its own button, refused without losing a word."""

import re
import uuid
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from assessments import actions, questionnaire
from assessments.models import Assessment, Rating
from tests import frameworks
from tests.conftest import publish, start

HOSTILE = "</textarea><script>alert(1)</script>\"'&amp;"
ESCAPED = "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;amp;"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
VOID = {"input", "link", "meta", "br", "rect", "path", "use"}


Attrs = dict[str, Any]


class Page(HTMLParser):
    """A page as a browser reads it: its elements, and the form's fields as they stand."""

    def __init__(self, html: bytes | str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Attrs, tuple[int, ...]]] = []
        """Tag, attributes, and the places in this list of the elements around it."""
        self.texts: dict[int, str] = {}
        self._around: list[int] = []
        self.html = html.decode() if isinstance(html, bytes) else html
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        """Note an element, and that it is open."""
        self.handle_data("" if tag in ("textarea", "title") else " ")
        self.elements.append((tag, dict(attrs), tuple(self._around)))
        if tag not in VOID:
            self._around.append(len(self.elements) - 1)

    def handle_startendtag(self, tag, attrs):
        """Note an element that holds nothing."""
        self.elements.append((tag, dict(attrs), tuple(self._around)))

    def handle_endtag(self, tag):
        """Close the innermost element, which must be of this tag."""
        assert self.elements[self._around.pop()][0] == tag

    def handle_data(self, data):
        """Add text to every element around it."""
        for place in self._around:
            self.texts[place] = self.texts.get(place, "") + data

    def every(self, tag: str) -> list[tuple[int, Attrs, tuple[int, ...]]]:
        """Return the elements of that tag: place, attributes, places around it."""
        return [
            (n, attrs, around)
            for n, (name, attrs, around) in enumerate(self.elements)
            if name == tag
        ]

    def ids(self) -> list[str]:
        """Return every id, repeated as often as it stands there."""
        return [attrs["id"] for _tag, attrs, _around in self.elements if "id" in attrs]

    def fields(self) -> dict[str, str]:
        """Return what the questions' form would post if its button was pressed now."""
        form = next(n for n, attrs, _ in self.every("form") if attrs.get("id") == "questions")
        found = {}
        for _n, attrs, around in self.every("input"):
            ticked = attrs.get("type") != "radio" or "checked" in attrs
            if form in around and ticked:
                assert attrs["name"] not in found, "one answer each"
                found[attrs["name"]] = attrs["value"]
        for n, attrs, _around in self.every("textarea"):
            found[attrs["name"]] = self.texts[n].removeprefix("\n")
        del found["csrfmiddlewaretoken"]
        return found

    def alerts(self) -> list[str]:
        """Return the text of each message, in order, with single spaces."""
        found = [n for n, (_t, attrs, _a) in enumerate(self.elements) if "role" in attrs]
        alerts = [n for n in found if self.elements[n][1]["role"] == "alert"]
        return [" ".join(self.texts[n].split()) for n in alerts]


def token_of(html: str) -> str:
    """Return the CSRF token of a page's first form."""
    return str(TOKEN.findall(html)[0])


def address(assessment: Assessment, page: str = "hands") -> str:
    """Return the address of a page of questions."""
    return f"/assessments/{assessment.pk}/rate/{page}/"


def typed(**answers: tuple[str | None, str, int | str]) -> dict[str, str]:
    """Return the fields of a form: skill to (rating, evidence, revision)."""
    found = {}
    for skill, (rating, evidence, revision) in answers.items():
        if rating is not None:
            found[f"rating-{skill}"] = rating
        found[f"evidence-{skill}"] = evidence
        found[f"revision-{skill}"] = str(revision)
    return found


def stored() -> dict[str, tuple[int | None, str, int]]:
    """Return every stored answer: skill to (value, evidence, revision)."""
    rows = Rating.objects.values_list("skill", "value", "evidence", "revision")
    return {skill: (value, evidence, revision) for skill, value, evidence, revision in rows}


# The page.


def test_a_page_asks_its_skills_and_nothing_is_chosen_beforehand(mara, assessment):
    """A fresh page posts no rating, blank evidence and revision 0 for each skill."""
    page = Page(mara.get(address(assessment)).content)
    assert page.fields() == typed(cutting=(None, "", 0), gluing=(None, "", 0))


def test_a_page_shows_what_is_stored(mara, assessment):
    """Coming back, one finds one's answers, evidence and their revisions."""
    mara.post(address(assessment), typed(cutting=("unsure", "a <box>", 0)))
    page = Page(mara.get(address(assessment)).content)
    assert page.fields() == typed(cutting=("unsure", "a <box>", 1), gluing=(None, "", 0))


def test_every_question_is_a_fieldset_with_a_legend_and_six_radios(mara, assessment):
    """A screen reader hears the skill's name with each of its six answers."""
    page = Page(mara.get(address(assessment)).content)
    groups: dict[int, list[tuple[str, str]]] = {}
    for _n, attrs, around in page.every("input"):
        if attrs.get("type") == "radio":
            fieldset = [n for n in around if page.elements[n][0] == "fieldset"][-1]
            groups.setdefault(fieldset, []).append((attrs["name"], attrs["value"]))
    legends = {around[-1]: page.texts[n] for n, _attrs, around in page.every("legend")}
    values = ["0", "1", "2", "3", "4", "unsure"]
    assert {legends[fieldset]: radios for fieldset, radios in groups.items()} == {
        "Cutting": [("rating-cutting", value) for value in values],
        "Gluing": [("rating-gluing", value) for value in values],
    }


def test_every_field_has_a_label_with_its_words(mara, assessment):
    """Each answer is labelled by its name and, but for "not sure", its own sentence."""
    page = Page(mara.get(address(assessment)).content)
    labels = {attrs["for"]: " ".join(page.texts[n].split()) for n, attrs, _ in page.every("label")}
    shown = [
        attrs["id"]
        for tag, attrs, _around in page.elements
        if tag in ("input", "textarea", "select") and attrs.get("type") != "hidden"
    ]
    assert sorted(shown) == sorted(labels)
    words = [labels[each] for each in shown if "gluing" in each]
    assert words == [
        "Not yet Gluing: what 0 looks like.",
        "With help Gluing: what 1 looks like.",
        "On my own Gluing: what 2 looks like.",
        "Fix problems Gluing: what 3 looks like.",
        "Teach it Gluing: what 4 looks like.",
        "Not sure",
        "Evidence for Gluing",
    ]


def test_every_description_that_is_pointed_to_is_there(mara, assessment):
    """aria-describedby and labels lead somewhere, with messages and without."""
    broken = typed(cutting=("9", "x", 0), gluing=("1", "", 0))
    for reply in (mara.get(address(assessment)), mara.post(address(assessment), broken)):
        page = Page(reply.content)
        pointed = {
            name
            for _tag, attrs, _around in page.elements
            for key in ("aria-describedby", "aria-labelledby", "for")
            for name in attrs.get(key, "").split()
        }
        assert pointed - set(page.ids()) == set()


def test_ids_are_unique(mara, assessment):
    """Labels and links lead to one place."""
    ids = Page(mara.get(address(assessment)).content).ids()
    assert [name for name, count in Counter(ids).items() if count > 1] == []


def test_ids_are_unique_when_skills_are_numbered(mara, db):
    """A skill "plc-2" beside a skill "plc" does not share an id with its third answer."""
    tiny = frameworks.tiny()
    for key in ("plc", "plc-2"):
        tiny["skills"].append(frameworks.skill(key, "head"))
        tiny["requirements"].append(frameworks.requirement("senior", key, 2, 2))
    assessment = start(mara, publish(tiny), "senior")
    ids = Page(mara.get(address(assessment, "head")).content).ids()
    assert [name for name, count in Counter(ids).items() if count > 1] == []


def test_required_ratings_are_not_on_the_page(mara, box_maker):
    """Two versions that ask for different ratings show one and the same page."""
    tiny = frameworks.tiny()
    first = start(mara, box_maker, "senior")
    for row, rating in zip(tiny["requirements"], (4, 1, 1, 2, 4), strict=True):
        row.update(rating=rating, importance=1 + row["importance"] % 5, essential=rating == 4)
    second = start(mara, publish(tiny), "senior")
    pages = [
        TOKEN.sub("", mara.get(address(one)).content.decode().replace(str(one.pk), ""))
        for one in (first, second)
    ]
    assert pages[0] == pages[1]


def test_progress_counts_every_page(mara, assessment):
    """The side shows how much is answered in all, and on which page."""
    mara.post(address(assessment), typed(cutting=("2", "", 0)))
    page = mara.get(address(assessment, "head")).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "1 of 3 skills answered · about 1 min left" in text
    assert re.findall(r"(?:hands|head), (\d of \d) answered", text) == ["1 of 2", "0 of 1"]


def test_an_unknown_page_is_not_found(mara, assessment):
    """A group that the version lacks: 404 for reading and writing, nothing stored."""
    replies = [
        mara.get(address(assessment, "feet")),
        mara.post(address(assessment, "feet"), typed(cutting=("2", "", 0))),
    ]
    assert [reply.status_code for reply in replies] == [404, 404]
    assert stored() == {}


# Saving it.


@pytest.mark.parametrize(
    ("page", "go", "leads_to"),
    [
        ("hands", "next", "rate/head/"),
        ("hands", "back", "rate/hands/"),
        ("hands", "stay", "rate/hands/"),
        ("hands", "review", "finish/"),
        ("hands", "elsewhere", "rate/head/"),
        ("hands", None, "rate/head/"),
        ("head", "back", "rate/hands/"),
        ("head", "next", "finish/"),
    ],
)
def test_saving_leads_on(mara, assessment, page, go, leads_to):
    """Forward, back or to the review, as the pressed button says; forward by default."""
    skill = {"hands": "cutting", "head": "planning"}[page]
    fields = typed(**{skill: ("2", "", 0)}) | ({"go": go} if go else {})
    reply = mara.post(address(assessment, page), fields)
    assert (reply.status_code, reply["Location"]) == (
        302,
        f"/assessments/{assessment.pk}/{leads_to}",
    )
    assert stored() == {skill: (2, "", 1)}


def test_the_buttons_of_a_page_lead_where_they_say(mara, assessment):
    """The first page has no way back; the last leads to the review."""
    pages = [Page(mara.get(address(assessment, key)).content) for key in ("hands", "head")]
    buttons = [
        [
            (a["value"], " ".join(page.texts[n].split()))
            for n, a, _ in page.every("button")
            if "value" in a
        ]
        for page in pages
    ]
    review = ("review", "Save and see what is unanswered")
    assert buttons == [
        [("next", "Save and go on: With the head →"), review],
        [("next", "Save and review →"), ("back", "← Save and go back"), review],
    ]


def test_a_page_saves_all_its_answers_and_leaves_others_alone(mara, assessment):
    """Unanswered skills stay so, and what the form leaves out keeps its answer."""
    mara.post(address(assessment, "head"), typed(planning=("4", "a plan", 0)))
    mara.post(address(assessment), typed(cutting=("0", "none yet", 0), gluing=(None, "", 0)))
    mara.post(address(assessment), typed(gluing=("unsure", "", 0)))
    assert stored() == {
        "planning": (4, "a plan", 1),
        "cutting": (0, "none yet", 1),
        "gluing": (None, "", 1),
    }


def test_saving_an_unchanged_page_changes_nothing(mara, assessment):
    """Going forward over a page that was answered before counts no revision up."""
    mara.post(address(assessment), typed(cutting=("2", "a box", 0), gluing=("3", "", 0)))
    shown = Page(mara.get(address(assessment)).content).fields()
    assert mara.post(address(assessment), shown).status_code == 302
    assert stored() == {"cutting": (2, "a box", 1), "gluing": (3, "", 1)}


def test_a_skill_of_another_page_is_not_saved_with_this_one(mara, assessment):
    """A form answers for the skills of its own page only."""
    fields = typed(cutting=("2", "", 0), planning=("4", "", 0), flying=("4", "", 0))
    assert mara.post(address(assessment), fields).status_code == 302
    assert stored() == {"cutting": (2, "", 1)}


def test_the_button_saves_the_same_text_as_the_autosave(mara, assessment):
    """A form posts line breaks as CR LF, a script as LF; it is the same evidence."""
    autosave = f"/assessments/{assessment.pk}/ratings/cutting/"
    mara.post(autosave, {"rating": "2", "evidence": "one\ntwo", "revision": "0"})
    reply = mara.post(address(assessment), typed(cutting=("2", "one\r\ntwo", 0)))
    assert reply.status_code == 302
    assert stored() == {"cutting": (2, "one\ntwo", 1)}


def test_all_that_the_evidence_field_takes_is_stored(mara, assessment):
    """The field counts a line break as one character, and so does the limit."""
    text = ("x" * 9 + "\n") * 99 + "x" * 10
    _place, field, _around = Page(mara.get(address(assessment)).content).every("textarea")[0]
    assert len(text) == int(field["maxlength"])
    reply = mara.post(address(assessment), typed(cutting=("2", text.replace("\n", "\r\n"), 0)))
    assert reply.status_code == 302


# Refusing, with nothing lost.


def test_evidence_without_a_rating_is_asked_about_and_the_rest_is_saved(mara, assessment):
    """400 with all that was typed still there; the other answer is stored."""
    fields = typed(cutting=(None, "I cut boxes", 0), gluing=("3", "glue", 0))
    reply = mara.post(address(assessment), fields)
    page = Page(reply.content)
    assert reply.status_code == 400
    assert page.fields() == typed(cutting=(None, "I cut boxes", 0), gluing=("3", "glue", 1))
    assert page.alerts() == [
        "The other answers are saved. Please look at these again: "
        "Cutting: Choose an answer too, or clear the evidence.",
        "Choose an answer too, or clear the evidence.",
    ]
    assert stored() == {"gluing": (3, "glue", 1)}


def test_a_refused_page_is_saved_when_it_is_mended(mara, assessment):
    """The page that comes back can be posted at once, with its own revisions."""
    fields = typed(cutting=(None, "I cut boxes", 0), gluing=("3", "glue", 0))
    shown = Page(mara.post(address(assessment), fields).content).fields()
    reply = mara.post(address(assessment), {**shown, "rating-cutting": "2", "rating-gluing": "4"})
    assert reply.status_code == 302
    assert stored() == {"cutting": (2, "I cut boxes", 1), "gluing": (4, "glue", 2)}


@pytest.mark.parametrize(
    ("broken", "kept", "message"),
    [
        (
            ("5", "five", 0),
            (None, "five", 0),
            "Choose one of the six answers: 0, 1, 2, 3, 4 or unsure.",
        ),
        (("-1", "", 0), (None, "", 0), "Choose one of the six answers: 0, 1, 2, 3, 4 or unsure."),
        (("٣", "", 0), (None, "", 0), "Choose one of the six answers: 0, 1, 2, 3, 4 or unsure."),
        (
            ("2", "x" * 1001, 0),
            ("2", "x" * 1001, 0),
            "Shorten the evidence to 1000 characters or fewer.",
        ),
        (("2", "a box", "x"), ("2", "a box", 0), "The revision must be a whole number."),
    ],
    ids=["five", "minus one", "Arabic three", "long evidence", "revision x"],
)
def test_a_broken_answer_is_shown_with_its_message(mara, assessment, broken, kept, message):
    """400 says what is wrong where it is wrong; the other answer is stored."""
    fields = typed(cutting=broken, gluing=("1", "", 0))
    reply = mara.post(address(assessment), fields)
    page = Page(reply.content)
    assert reply.status_code == 400
    assert page.fields() == typed(cutting=kept, gluing=("1", "", 1))
    assert page.alerts()[1:] == [message]
    assert stored() == {"gluing": (1, "", 1)}


def test_a_broken_revision_can_be_posted_again(mara, assessment):
    """What comes back is a whole form again, for an answer that is stored too."""
    mara.post(address(assessment), typed(cutting=("1", "", 0)))
    shown = Page(mara.post(address(assessment), typed(cutting=("2", "", "x"))).content).fields()
    again = Page(mara.post(address(assessment), shown).content).fields()
    assert mara.post(address(assessment), again).status_code == 302
    assert stored() == {"cutting": (2, "", 2)}


def test_a_stale_answer_is_shown_with_both_values_and_not_overwritten(mara, assessment):
    """409 shows one's own choice in the form and says what was stored meanwhile."""
    mara.post(address(assessment), typed(cutting=("1", "stored text", 0)))
    fields = typed(cutting=("4", "my text", 0), gluing=("2", "", 0))
    reply = mara.post(address(assessment), fields)
    page = Page(reply.content)
    assert reply.status_code == 409
    assert page.fields() == typed(cutting=("4", "my text", 1), gluing=("2", "", 1))
    assert page.alerts() == [
        "Changed elsewhere meanwhile, so not overwritten: Cutting",
        "This answer was changed in another tab or on another device. Stored there: With help. "
        "Evidence there: “stored text”. "
        "Below is what you chose here. Keep it or change it, then save the page again.",
    ]
    assert stored() == {"cutting": (1, "stored text", 1), "gluing": (2, "", 1)}


def test_posting_the_shown_revision_again_wins(mara, assessment):
    """Whoever has seen both values and saves again decides."""
    mara.post(address(assessment), typed(cutting=("1", "stored text", 0)))
    shown = Page(mara.post(address(assessment), typed(cutting=("4", "mine", 0))).content).fields()
    assert mara.post(address(assessment), shown).status_code == 302
    assert stored() == {"cutting": (4, "mine", 2)}


def test_a_revision_of_an_answer_never_given_can_be_posted_again_too(mara, assessment):
    """The page says what happened and carries the revision that will be taken."""
    reply = mara.post(address(assessment), typed(cutting=("4", "mine", 7)))
    page = Page(reply.content)
    assert (reply.status_code, stored()) == (409, {})
    assert page.alerts() != []
    assert mara.post(address(assessment), page.fields()).status_code == 302
    assert stored() == {"cutting": (4, "mine", 1)}


def test_broken_and_stale_answers_are_shown_together(mara, assessment):
    """400 with both messages; neither is stored."""
    mara.post(address(assessment), typed(cutting=("1", "", 0)))
    fields = typed(cutting=("4", "", 0), gluing=("7", "glue", 0))
    reply = mara.post(address(assessment), fields)
    page = Page(reply.content)
    assert reply.status_code == 400
    assert page.fields() == typed(cutting=("4", "", 1), gluing=(None, "glue", 0))
    assert len(page.alerts()) == 4
    assert stored() == {"cutting": (1, "", 1)}


def test_a_finished_assessment_shows_that_it_is_and_saves_nothing(mara, assessment):
    """409 with the way to the report; reading the page leads there at once."""
    mara.post(f"/assessments/{assessment.pk}/finish/")
    reply = mara.post(address(assessment), typed(cutting=("4", "", 0)))
    report = f"/assessments/{assessment.pk}/report/"
    assert (reply.status_code, stored()) == (409, {})
    assert "This assessment is finished" in reply.content.decode()
    assert f'href="{report}"' in reply.content.decode()
    assert mara.get(address(assessment))["Location"] == report


def test_finishing_while_a_page_is_saved_is_told_as_well(mara, assessment, monkeypatch):
    """Finished between loading and saving is finished all the same."""
    monkeypatch.setattr(Assessment, "is_finished", False)
    mara.post(f"/assessments/{assessment.pk}/finish/")
    page = mara.post(address(assessment), typed(cutting=("4", "", 0)))
    one = mara.post(f"/assessments/{assessment.pk}/ratings/cutting/", {"rating": 4, "revision": 0})
    assert (page.status_code, one.status_code, stored()) == (409, 409, {})


# Forms that outlived their page.


@pytest.fixture
def careful(box_maker) -> tuple[Client, Assessment]:
    """A browser whose forms are checked for their CSRF token, and its assessment."""
    client = Client(enforce_csrf_checks=True)
    page = client.get("/careers/box-maker/").content.decode()
    fields = {"level": "senior", "csrfmiddlewaretoken": token_of(page)}
    reply = client.post("/careers/box-maker/start/", fields)
    return client, Assessment.objects.get(pk=reply["Location"].split("/")[2])


@pytest.mark.parametrize("token", [None, "x" * 64, "short"])
def test_a_failed_csrf_check_shows_the_form_with_what_was_typed(careful, token):
    """403 with every field as typed, and nothing stored."""
    client, assessment = careful
    fields = typed(cutting=("3", HOSTILE, 0), gluing=(None, "only evidence", 0))
    reply = client.post(
        address(assessment), fields | ({"csrfmiddlewaretoken": token} if token else {})
    )
    page = Page(reply.content)
    assert (reply.status_code, page.fields(), stored()) == (403, fields, {})
    assert page.alerts()[0].startswith("This page had been open too long to be saved.")


def test_the_form_of_a_failed_csrf_check_saves_when_posted_again(careful):
    """It carries a token that works."""
    client, assessment = careful
    reply = client.post(address(assessment), typed(cutting=("3", "a box", 0)))
    page = Page(reply.content)
    token = token_of(page.html)
    again = client.post(address(assessment), page.fields() | {"csrfmiddlewaretoken": token})
    assert again.status_code == 302
    assert stored() == {"cutting": (3, "a box", 1)}


def test_a_lost_csrf_cookie_loses_nothing(careful):
    """The form comes back with a token of a new cookie, and saves."""
    client, assessment = careful
    del client.cookies["csrftoken"]
    page = Page(client.post(address(assessment), typed(cutting=("3", "a box", 0))).content)
    token = token_of(page.html)
    client.post(address(assessment), page.fields() | {"csrfmiddlewaretoken": token})
    assert stored() == {"cutting": (3, "a box", 1)}


def test_a_failed_csrf_check_of_a_finished_assessment_says_so(careful):
    """No form is shown that could not be saved."""
    client, assessment = careful
    actions.finish(assessment=assessment, now=assessment.created_at)
    reply = client.post(address(assessment), typed(cutting=("3", "", 0)))
    assert reply.status_code == 409
    assert "This assessment is finished" in reply.content.decode()


def test_a_failed_csrf_check_tells_a_stranger_nothing(careful):
    """The reply is that of a made-up number, with what was typed."""
    _client, assessment = careful
    stranger = Client(enforce_csrf_checks=True)
    fields = typed(cutting=("3", "a box", 0))
    pages = [
        stranger.post(f"/assessments/{pk}/rate/hands/", fields)
        for pk in (assessment.pk, uuid.uuid4())
    ]
    texts = [TOKEN.sub("", page.content.decode()) for page in pages]
    assert [page.status_code for page in pages] == [403, 403]
    assert texts[0] == texts[1]
    assert "<dd>a box</dd>" in texts[0]


def test_a_failed_csrf_check_of_the_autosave_is_answered_in_its_own_language(careful):
    """A program gets JSON with the reason."""
    client, assessment = careful
    reply = client.post(
        f"/assessments/{assessment.pk}/ratings/cutting/",
        {"rating": "3", "revision": "0"},
        headers={"accept": "application/json"},
    )
    assert (reply.status_code, reply.json()["reason"], stored()) == (403, "not_open", {})


def test_a_failed_csrf_check_of_a_start_keeps_the_chosen_level(careful):
    """It can be sent again, with a good token, to where it was sent before."""
    client, _assessment = careful
    page = Page(client.post("/careers/box-maker/start/", {"level": "junior"}).content)
    again = {a["name"]: a["value"] for _n, a, _around in page.every("input")}
    client.post("/careers/box-maker/start/", again)
    assert sorted(Assessment.objects.values_list("level", flat=True)) == ["junior", "senior"]


def test_an_expired_session_shows_what_was_typed(assessment, stranger):
    """404 as for a made-up number, word for word, but nothing typed is lost."""
    fields = typed(cutting=("3", HOSTILE, 0), gluing=("unsure", "two\nlines", 4))
    pages = [
        stranger.post(f"/assessments/{pk}/rate/hands/", fields)
        for pk in (assessment.pk, uuid.uuid4())
    ]
    texts = [TOKEN.sub("", page.content.decode()) for page in pages]
    assert [page.status_code for page in pages] == [404, 404]
    assert texts[0] == texts[1]
    hidden = {
        attrs["name"]: attrs["value"]
        for _n, attrs, _around in Page(pages[0].content).every("input")
        if attrs["name"] != "csrfmiddlewaretoken"
    }
    assert hidden == fields
    assert stored() == {}


def test_what_is_shown_of_a_strangers_post_is_only_what_this_form_has(assessment, stranger):
    """A foreign form cannot have its own fields shown on our page."""
    fields = {"password": "hunter2", "evidence-cutting": "a box"}
    page = stranger.post(address(assessment), fields).content.decode()
    assert ("hunter2" in page, "a box" in page) == (False, True)


def test_a_form_that_outlived_its_session_can_be_sent_again(mara, assessment, stranger):
    """With the return link opened in another tab, the shown form saves."""
    page = Page(stranger.post(address(assessment), typed(cutting=("3", "a box", 0))).content)
    again = {a["name"]: a["value"] for _n, a, _around in page.every("input")}
    link = mara.post(f"/assessments/{assessment.pk}/link/").content.decode()
    stranger.get(re.findall(r"/assessments/return/[\w-]+/", link)[0])
    assert stranger.post(address(assessment), again).status_code == 302
    assert stored() == {"cutting": (3, "a box", 1)}


# What people type is text, everywhere.


def test_hostile_evidence_is_text_on_every_page_that_shows_it(mara, assessment, stranger):
    """Stored, refused, in conflict or not saved: it opens no tag and closes none."""
    mara.post(address(assessment), typed(cutting=("1", HOSTILE, 0)))
    pages = {
        "stored": mara.get(address(assessment)),
        "refused": mara.post(address(assessment), typed(cutting=("9", HOSTILE, 1))),
        "conflict": mara.post(address(assessment), typed(cutting=("2", "mine", 0))),
        "not saved": stranger.post(address(assessment), typed(cutting=("2", HOSTILE, 0))),
    }
    for name, page in pages.items():
        html = page.content.decode()
        assert ESCAPED in html, name
        assert "alert(1)</script>" not in html, name


def test_a_hostile_rating_is_text(mara, assessment, stranger):
    """A rating that breaks out of its attribute stays inside it."""
    fields = typed(cutting=('"><script>alert(1)</script>', "", 0))
    for client in (mara, stranger):
        assert "<script>alert" not in client.post(address(assessment), fields).content.decode()


CONTROLS = [n for n in (*range(32), 127) if n not in (9, 10, 13)]


@pytest.mark.parametrize("numbers", [CONTROLS[:1], CONTROLS[1:]], ids=["NUL", "all others"])
def test_control_characters_come_back_from_no_page(mara, assessment, numbers):
    """Neither stored nor refused: they are no text, and the questionnaire's slots are of them."""
    text = "".join(f"{chr(number)}evidence:gluing:{chr(number)}box" for number in numbers)
    replies = [
        mara.post(address(assessment), typed(cutting=("9", text, 0))),
        mara.post(address(assessment), typed(cutting=("2", text, 0)), follow=True),
        mara.get(address(assessment)),
    ]
    found = [[n for n in numbers if chr(n) in reply.content.decode()] for reply in replies]
    assert found == [[], [], []]


def test_the_questions_are_not_rendered_anew_for_each_person(mara, assessment, monkeypatch):
    """A second reading of a page needs no crispy form."""
    mara.get(address(assessment))
    monkeypatch.setattr(questionnaire, "render_crispy_form", None)
    page = unescape(mara.get(address(assessment)).content.decode())
    assert "Gluing: what 4 looks like." in page
