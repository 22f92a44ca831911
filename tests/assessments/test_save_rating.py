"""Saving one answer over HTTP, as the autosave and programs do."""

from typing import Any

import pytest
from django.apps import apps

from assessments.models import Rating
from tests import frameworks
from tests.conftest import publish, start

FRESH = {"rating": "2", "evidence": "a box", "revision": "0"}


@pytest.fixture
def save(mara, assessment):
    """Post an answer for a skill of Mara's assessment, as a program would."""

    def post(skill: str = "cutting", client=mara, **fields):
        address = f"/assessments/{assessment.pk}/ratings/{skill}/"
        return client.post(address, fields, headers={"accept": "application/json"})

    return post


def everything() -> dict[str, list[Any]]:
    """Return every stored row of every assessment."""
    models = apps.get_app_config("assessments").get_models()
    return {m.__name__: list(m._default_manager.order_by("pk").values()) for m in models}


def stored(skill: str = "cutting") -> tuple[int | None, str, int] | None:
    """Return the value, evidence and revision of a skill, as the database has them."""
    rows = Rating.objects.filter(skill=skill).values_list("value", "evidence", "revision")
    return rows.first()


@pytest.mark.parametrize(
    ("rating", "value"), [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4", 4), ("unsure", None)]
)
def test_an_answer_is_stored_and_counted(save, rating, value):
    """The reply gives the new revision and how much is answered, "not sure" included."""
    reply = save(rating=rating, evidence="a box", revision="0")
    assert reply.json() == {"revision": 1, "rated": 1, "total": 3}
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/json")
    assert stored() == (value, "a box", 1)


def test_the_counts_follow_the_answers(save):
    """Each skill counts once, however often it is changed."""
    replies = [
        save("cutting", rating="1", revision="0"),
        save("planning", rating="unsure", revision="0"),
        save("cutting", rating="2", revision="1"),
    ]
    assert [reply.json() for reply in replies] == [
        {"revision": 1, "rated": 1, "total": 3},
        {"revision": 1, "rated": 2, "total": 3},
        {"revision": 2, "rated": 2, "total": 3},
    ]


def test_another_assessments_answers_are_not_counted(save, mara, box_maker):
    """The totals are those of this assessment."""
    other = start(mara, box_maker, "junior")
    mara.post(f"/assessments/{other.pk}/ratings/gluing/", FRESH)
    assert save(**FRESH).json() == {"revision": 1, "rated": 1, "total": 3}


def test_evidence_that_is_not_posted_stays(save):
    """Only an empty text clears it; a missing one leaves it."""
    save(**FRESH)
    save(rating="3", revision="1")
    assert stored() == (3, "a box", 2)
    save(rating="3", evidence="", revision="2")
    assert stored() == (3, "", 3)


def test_blank_around_evidence_is_not_kept(save):
    """Blank text is no evidence."""
    save(rating="3", evidence="  \n ", revision="0")
    assert stored() == (3, "", 1)


def test_evidence_of_exactly_the_longest_length_is_stored(save):
    """1,000 characters fit, of any script."""
    save(rating="3", evidence="箱" * 1000, revision="0")
    assert stored() == (3, "箱" * 1000, 1)


REFUSED = {
    "rating 5": ({**FRESH, "rating": "5"}, "rating"),
    "rating -1": ({**FRESH, "rating": "-1"}, "rating"),
    "rating 2.0": ({**FRESH, "rating": "2.0"}, "rating"),
    "rating x": ({**FRESH, "rating": "x"}, "rating"),
    "rating None": ({**FRESH, "rating": "None"}, "rating"),
    "rating blank": ({**FRESH, "rating": ""}, "rating"),
    "rating missing": ({"revision": "0"}, "rating"),
    "rating in Arabic digits": ({**FRESH, "rating": "٣"}, "rating"),
    "rating NUL": ({**FRESH, "rating": "2\0"}, "rating"),
    "rating very long": ({**FRESH, "rating": "2" * 10_000}, "rating"),
    "evidence NUL": ({**FRESH, "evidence": "a\0box"}, "evidence"),
    "evidence too long": ({**FRESH, "evidence": "x" * 1001}, "evidence"),
    "revision missing": ({"rating": "2", "evidence": "a box"}, "revision"),
    "revision blank": ({**FRESH, "revision": ""}, "revision"),
    "revision negative": ({**FRESH, "revision": "-1"}, "revision"),
    "revision x": ({**FRESH, "revision": "x"}, "revision"),
    "revision 0.5": ({**FRESH, "revision": "0.5"}, "revision"),
    "revision infinite": ({**FRESH, "revision": "inf"}, "revision"),
    "revision NUL": ({**FRESH, "revision": "0\0"}, "revision"),
    "revision huge": ({**FRESH, "revision": "9" * 20}, "revision"),
    "revision of 5,000 digits": ({**FRESH, "revision": "9" * 5000}, "revision"),
}


@pytest.mark.parametrize(("fields", "wrong"), REFUSED.values(), ids=REFUSED)
def test_a_broken_answer_is_refused_by_field_and_changes_nothing(save, fields, wrong):
    """400 names the field that is wrong, and only that one, in a sentence."""
    before = everything()
    reply = save(**fields)
    errors = reply.json()["errors"]
    assert (reply.status_code, list(errors)) == (400, [wrong])
    assert all(sentence.endswith(".") for sentence in errors[wrong])
    assert everything() == before


def test_every_wrong_field_is_named_at_once(save):
    """A program learns of all its mistakes from one reply."""
    reply = save(rating="5", evidence="x" * 1001, revision="x")
    assert reply.json() == {
        "errors": {
            "rating": ["Choose one of the six answers: 0, 1, 2, 3, 4 or unsure."],
            "evidence": ["Shorten the evidence to 1000 characters or fewer."],
            "revision": ["The revision must be a whole number."],
        }
    }


@pytest.mark.parametrize(
    "skill", ["folding", "skill-0", "CUTTING", "hands", "cutting-2", "made-up", "x" * 200]
)
def test_a_skill_that_this_career_does_not_have_is_not_found(save, skill):
    """A skill of another career, a group or a made-up name: 404, nothing stored."""
    publish(frameworks.of_size(6, 2))
    before = everything()
    assert save(skill, **FRESH).status_code == 404
    assert everything() == before


def test_a_skill_that_no_level_requires_is_not_asked(mara, db):
    """It is in the framework, but not in the questionnaire: 404, nothing stored."""
    tiny = frameworks.tiny()
    tiny["skills"].append(frameworks.skill("whistling", "head"))
    assessment = start(mara, publish(tiny), "senior")
    reply = mara.post(f"/assessments/{assessment.pk}/ratings/whistling/", FRESH)
    assert (reply.status_code, Rating.objects.count()) == (404, 0)


def test_a_stranger_saves_nothing(save, stranger, edda_client):
    """404 to another browser and to another account, whatever they post."""
    save(**FRESH)
    before = everything()
    replies = [
        save(client=client, rating=rating, revision="1").status_code
        for client in (stranger, edda_client)
        for rating in ("3", "5")
    ]
    assert replies == [404] * 4
    assert everything() == before


def test_reading_an_answer_is_not_offered(mara, assessment):
    """The address takes POST alone, and says so."""
    address = f"/assessments/{assessment.pk}/ratings/cutting/"
    replies = [getattr(mara, method)(address) for method in ("get", "head", "put", "delete")]
    assert [(reply.status_code, reply["Allow"]) for reply in replies] == [(405, "POST")] * 4


@pytest.mark.parametrize("revision", ["0", "1", "3", "2000000000"])
def test_a_stale_answer_is_refused_with_what_is_stored(save, revision):
    """409 gives the stored answer and its revision, and the database keeps it."""
    save(rating="1", evidence="first", revision="0")
    save(rating="unsure", evidence="<second>", revision="1")
    before = everything()
    reply = save(rating="4", evidence="third", revision=revision)
    assert reply.status_code == 409
    assert reply.json() == {"rating": "unsure", "evidence": "<second>", "revision": 2}
    assert everything() == before


def test_a_revision_of_an_answer_never_given_is_stale(save):
    """There is no stored answer: its rating is null and its revision 0."""
    before = everything()
    reply = save(rating="4", revision="3")
    assert (reply.status_code, reply.json()) == (
        409,
        {"rating": None, "evidence": "", "revision": 0},
    )
    assert everything() == before


def test_the_revision_of_a_refusal_wins_when_posted_again(save):
    """Whoever has seen what is stored may replace it."""
    save(**FRESH)
    seen = save(rating="4", revision="0").json()["revision"]
    assert save(rating="4", revision=str(seen)).json() == {"revision": 2, "rated": 1, "total": 3}


@pytest.mark.parametrize("revision", ["0", "1", "9"])
def test_what_is_stored_already_is_accepted_with_any_revision(save, revision):
    """A repeated post, as after a lost reply, is no conflict and no change."""
    save(**FRESH)
    reply = save(**{**FRESH, "revision": revision})
    assert (reply.status_code, reply.json()) == (200, {"revision": 1, "rated": 1, "total": 3})
    assert stored() == (2, "a box", 1)


@pytest.mark.parametrize(
    "fields",
    [FRESH, {**FRESH, "rating": "4", "revision": "1"}, {**FRESH, "rating": "5"}],
    ids=["stored already", "new", "broken"],
)
def test_a_finished_assessment_takes_no_answer(save, mara, assessment, fields):
    """409 with the reason, whatever is posted; nothing changes."""
    save(**FRESH)
    mara.post(f"/assessments/{assessment.pk}/finish/")
    before = everything()
    reply = save(**fields)
    assert (reply.status_code, reply.json()["reason"]) == (409, "finished")
    assert everything() == before


def test_a_browser_without_javascript_is_led_back_to_the_question(mara, assessment):
    """A plain form gets a redirect to the skill on its page instead of JSON."""
    reply = mara.post(
        f"/assessments/{assessment.pk}/ratings/planning/",
        {"rating": "1", "revision": "0"},
        headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    )
    assert (reply.status_code, reply["Location"]) == (
        302,
        f"/assessments/{assessment.pk}/rate/head/#skill-planning",
    )
    assert stored("planning") == (1, "", 1)
